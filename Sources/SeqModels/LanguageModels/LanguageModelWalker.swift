/// A language model at one place of a text, whatever kind of model it is.
///
/// A value: a copy goes its own way. One that nobody else holds moves on without copying the
/// model's state.
public struct LanguageModelWalker {
  private var place: any ModelPlace

  /// Stands at the begin of a text.
  public init(_ model: any LanguageModel) { place = Self.begin(model) }

  private static func begin(_ model: some LanguageModel) -> any ModelPlace {
    Place(model: model, state: model.initialState())
  }

  /// Moves on by one token.
  ///
  /// - Parameter id: the number of a token of the model.
  public mutating func advance(with id: Int32) { place.advance(with: id) }

  /// The natural logarithm of every token's probability to be the next.
  public func fillLogProbabilities(_ values: inout [Double]) {
    place.fillLogProbabilities(&values)
  }

  /// The same up to a common summand.
  public func fillScores(_ values: inout [Double]) { place.fillScores(&values) }
}

private protocol ModelPlace {
  mutating func advance(with id: Int32)
  func fillLogProbabilities(_ values: inout [Double])
  func fillScores(_ values: inout [Double])
}

private struct Place<Model: LanguageModel>: ModelPlace {
  let model: Model
  var state: Model.State

  mutating func advance(with id: Int32) { model.advance(&state, with: id) }
  func fillLogProbabilities(_ values: inout [Double]) {
    model.fillLogProbabilities(after: state, &values)
  }
  func fillScores(_ values: inout [Double]) { model.fillScores(after: state, &values) }
}
