import WordtoolCore

/// What a language model leaves out while it trains; all are shares, 0 ..< 1.
public struct LanguageDropout: Codable, Hashable, Sendable {
  /// Values between recurrent layers.
  public var betweenLayers = 0.0
  /// Values of the embeddings that enter the first layer.
  public var input = 0.0
  /// Values that enter the softmax.
  public var output = 0.0
  /// Whole words: all values of their embeddings (Gal and Ghahramani 2016).
  public var words = 0.0
  /// Recurrent weights (DropConnect: Merity, Keskar and Socher 2018).
  public var recurrentWeights = 0.0
  /// Whether one mask serves all steps of a piece (variational, or locked, dropout).
  public var isLocked = false

  /// Nothing is left out.
  public init() {}

  /// - Throws: `WordtoolError` of kind `usage` that names the first share that is none.
  public func validate() throws {
    for (name, share) in [
      ("betweenLayers", betweenLayers), ("input", input), ("output", output), ("words", words),
      ("recurrentWeights", recurrentWeights),
    ] {
      try OptionCheck.require("dropout.\(name)", share, .share)
    }
  }

  func stack<Scalar>(_: Scalar.Type) -> RecurrentStack<Scalar>.Dropout {
    var dropout = RecurrentStack<Scalar>.Dropout()
    dropout.betweenLayers = betweenLayers
    dropout.isLocked = isLocked
    dropout.recurrentWeights = recurrentWeights
    return dropout
  }
}
