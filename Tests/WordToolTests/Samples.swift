import TestSupport

/// Small inputs for the tests of the tool.
enum Samples {
  /// Vectors of three dimensions in word2vec's text format. By cosine to sweden: norway 0.98,
  /// denmark 0.96, finland 0.9; king - man + woman is queen.
  static let vectors = """
    11 3
    sweden 1 0 0
    norway 0.98 0.198997 0
    denmark 0.96 0 0.28
    finland 0.9 0.43589 0
    swede 0.5 0.5 0.707107
    king 0 0.8 0.6
    queen 0 0.8 -0.6
    man 0 0 1
    woman 0 0 -1
    cereal -1 0 0
    x-ray -0.6 -0.8 0

    """

  /// Writes them and returns the path.
  static func writeVectors(in folder: String) throws -> String {
    let path = folder + "/sample.txt"
    try TestFiles.write(vectors, to: path)
    return path
  }

  /// A text of `count` lines with a small vocabulary, always the same.
  static func text(lines count: Int) -> String {
    let words = [
      "the", "king", "queen", "sweden", "norway", "rules", "in", "summer", "winter", "and", "a",
      "cold", "warm", "land", "of", "lakes",
    ]
    var state: UInt64 = 1
    var text = ""
    for _ in 0..<count {
      for place in 0..<12 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        text += (place > 0 ? " " : "") + words[Int(state >> 33) % words.count]
      }
      text += "\n"
    }
    return text
  }
}
