import Foundation
import Testing
import Word2Vec
import WordtoolCore

/// The small files that Scripts/golden/vectors.py has made.
enum Fixtures {
  static func path(_ name: String) -> String {
    let folder = Bundle.module.resourcePath ?? "."
    return "\(folder)/Fixtures/\(name)"
  }

  static func bytes(_ name: String) throws -> [UInt8] {
    Array(try Data(contentsOf: URL(fileURLWithPath: path(name))))
  }

  static func vectors(_ name: String = "gensim.bin") throws -> WordVectors {
    try WordVectors(contentsOf: path(name))
  }

  /// What gensim answers.
  struct Golden: Decodable {
    struct Answer: Decodable {
      var word: String
      var score: Double

      init(from decoder: any Decoder) throws {
        var values = try decoder.unkeyedContainer()
        word = try values.decode(String.self)
        score = try values.decode(Double.self)
      }
    }

    var words: [String]
    var first: [Double]
    var similar: [Answer]
    var mean: [Answer]
    var analogy: [Answer]
    var product: [Answer]
    var rank: Int
    var oddOneOut: String
    var analogies: [String: [Int]]
    var analogiesByProduct: [String: Int]
    var pearson: Double
    var spearman: Double
    var missing: Double
    var pairs: Int
  }

  static func golden() throws -> Golden {
    try JSONDecoder().decode(Golden.self, from: Data(try bytes("golden.json")))
  }
}

/// Runs what must fail with a ``WordtoolError`` whose line has a text in it.
func expectError(
  _ text: String, sourceLocation: SourceLocation = #_sourceLocation, _ body: () throws -> Void
) {
  do {
    try body()
    Issue.record("no error with '\(text)'", sourceLocation: sourceLocation)
  } catch let error as WordtoolError {
    #expect(error.description.contains(text), "\(error)", sourceLocation: sourceLocation)
  } catch {
    Issue.record(error, sourceLocation: sourceLocation)
  }
}
