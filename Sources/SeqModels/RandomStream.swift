import BLASCore

/// The streams of random numbers in this module, each for a purpose of its own.
///
/// A stream is found by the seed, its number here and a position in it; two purposes with one number
/// would draw the same numbers, and the compiler refuses a number that stands here twice. The
/// numbers never change: models of a seed would change with them. Dropout has ``DropoutSite``
/// instead, one level deeper (seed, step, site, row), so it meets none of these.
enum RandomStream: UInt64 {
  /// Uniform first weights; the position is the array's number.
  case uniformWeights = 7_001
  /// Orthogonal first weights; the position is the array's number.
  case orthogonalWeights = 7_002
  /// The vector a spectral norm's iteration begins with.
  case spectralNorm = 7_003
  /// Sequences of the recall task to train on, and to ask about.
  case recallTraining = 7_004
  case recallTest = 7_005
  /// The order of the sequences of an epoch.
  case sequenceOrder = 8_001
  /// Which of several labels of a text is taken in a step.
  case labelChoice = 8_002
  /// The length of a step's piece of text.
  case pieceLength = 9_001
}

extension RandomSource {
  /// The stream of a purpose at a position.
  init(seed: UInt64, _ stream: RandomStream, _ position: UInt64) {
    self.init(seed: seed, stream.rawValue, position)
  }
}

/// Where in a network a mask is drawn; the numbers never change, as those of ``RandomStream``.
///
/// They are apart for up to ``RecurrentOptions/maximumLayers`` layers.
enum DropoutSite {
  /// The embeddings that enter the first layer.
  static let input: UInt64 = 100
  /// What enters the softmax.
  static let output: UInt64 = 101
  /// Whole words.
  static let words: UInt64 = 2_000

  /// The outputs of a layer: 0 ..< 100.
  static func between(layer: Int) -> UInt64 { UInt64(layer) }

  /// Recurrent weights of a layer and direction: 1,000 ..< 1,200.
  static func recurrentWeights(layer: Int, direction: Int) -> UInt64 {
    1_000 + UInt64(layer * 2 + direction)
  }
}

/// The numbers of arrays in the streams of first weights, beyond those of the recurrent layers.
enum WeightArray {
  /// Attention and softmax, counted from here.
  static let outputs = 1_000
  /// The embeddings.
  static let embeddings = 2_000
}
