import Foundation
import Word2Vec

/// What Scripts/golden/texts.py has computed with other tools.
struct TextGolden: Decodable {
  struct Bias: Decodable {
    var x: [String]
    var y: [String]
    var a: [String]
    var b: [String]
  }

  struct Association: Decodable {
    var effect: Double
    var statistic: Double
    var p: Double
    var partitions: Int
  }

  var words: [String]
  var counts: [Int64]
  var vectors: [Float]
  var texts: [String]
  var queries: [String]
  var means: [[Double]]
  var weighted: [[Double]]
  var cosines: [[Double]]
  var common: [Double]
  var commonCosines: [[Double]]
  var wmd: [[Double]]
  var relaxed: [[Double]]
  var otherWords: [String]
  var otherVectors: [Float]
  var pairs: [[String]]
  var rotation: [Double]
  var csls: [Double]
  var bias: Bias
  var weat: Association

  static func read() throws -> TextGolden {
    try JSONDecoder().decode(TextGolden.self, from: Data(Fixtures.bytes("texts.json")))
  }

  /// The vectors, with counts.
  func makeVectors() throws -> WordVectors {
    try WordVectors(words: words, counts: counts, dimension: 8, values: vectors)
  }

  /// The second set.
  func makeOthers() throws -> WordVectors {
    try WordVectors(words: otherWords, dimension: 8, values: otherVectors)
  }
}
