import Encoders
import Foundation

/// What scikit-learn made of a few texts; see Scripts/golden/encoders.py.
struct Golden: Decodable {
  struct Rows: Decodable {
    var shape: [Int]
    var offsets: [Int]
    var columns: [Int32]
    var values: [Double]

    var matrix: SparseMatrix {
      get throws {
        try SparseMatrix(
          rowCount: shape[0], columnCount: shape[1], rowOffsets: offsets, columns: columns,
          values: values)
      }
    }
  }

  struct BagOptions: Decodable {
    var binary: Bool?
    var minDF: Double?
    var maxDF: Double?
    var ngramRange: [Int]?
    var lowercase: Bool?
    var stopWords: [String]?
    var maxFeatures: Int?
    var analyzer: String?

    enum CodingKeys: String, CodingKey {
      case binary, lowercase, analyzer
      case minDF = "min_df"
      case maxDF = "max_df"
      case ngramRange = "ngram_range"
      case stopWords = "stop_words"
      case maxFeatures = "max_features"
    }

    var options: BagOfWordsOptions {
      let unit: TextAnalysis.Unit =
        analyzer == "char" ? .characters : analyzer == "char_wb" ? .charactersWithinWords : .words
      func limit(_ value: Double?, _ other: DocumentLimit) -> DocumentLimit {
        guard let value else { return other }
        return value < 1 ? .share(value) : .count(Int(value))
      }
      let range = ngramRange ?? [1, 1]
      return BagOfWordsOptions(
        analysis: TextAnalysis(
          unit, lowercase: lowercase ?? true, ngrams: range[0]...range[1],
          stopWords: stopWords ?? []),
        binary: binary ?? false, minimumDocuments: limit(minDF, .count(1)),
        maximumDocuments: limit(maxDF, .share(1)), maximumFeatures: maxFeatures)
    }
  }

  struct Bag: Decodable {
    var options: BagOptions
    var rows: Rows
    var names: [String]
  }

  struct WeightOptions: Decodable {
    var norm: String
    var useIDF: Bool
    var smoothIDF: Bool
    var sublinear: Bool

    enum CodingKeys: String, CodingKey {
      case norm
      case useIDF = "use_idf"
      case smoothIDF = "smooth_idf"
      case sublinear = "sublinear_tf"
    }
  }

  struct Weighted: Decodable {
    var options: WeightOptions
    var rows: Rows
  }

  struct HashOptions: Decodable {
    var columns: Int
    var alternates: Bool
    var norm: String
    var binary: Bool

    enum CodingKeys: String, CodingKey {
      case norm, binary
      case columns = "n_features"
      case alternates = "alternate_sign"
    }
  }

  struct Hashed: Decodable {
    var options: HashOptions
    var rows: Rows
  }

  struct OneHotSettings: Decodable {
    var unknown: String?
    var minFrequency: Double?
    var maxCategories: Int?

    enum CodingKeys: String, CodingKey {
      case unknown = "handle_unknown"
      case minFrequency = "min_frequency"
      case maxCategories = "max_categories"
    }

    var options: OneHotOptions {
      OneHotOptions(
        unknown: unknown == "ignore" ? .ignore : unknown == nil ? .error : .infrequent,
        minimumFrequency: minFrequency.map { $0 < 1 ? .share($0) : .count(Int($0)) },
        maximumCategories: maxCategories)
    }
  }

  struct OneHot: Decodable {
    var options: OneHotSettings
    var rows: Rows
    var names: [String]
    var inverse: [[String?]]
    var new: Rows?
    var newInverse: [[String?]]?
  }

  var texts: [String]
  var bags: [Bag]
  var tfidf: [Weighted]
  var hashing: [Hashed]
  var table: [[String]]
  var newRows: [[String]]
  var oneHot: [OneHot]

  static func load() throws -> Golden {
    try JSONDecoder().decode(
      Golden.self, from: Data(contentsOf: URL(fileURLWithPath: path("scikit-learn.json"))))
  }

  static func path(_ name: String) -> String {
    Bundle.module.bundlePath + "/Fixtures/" + name
  }

  /// The greatest difference of two matrices of one shape with the same places, or infinity.
  static func difference(_ a: SparseMatrix, _ b: SparseMatrix) -> Double {
    guard a.rowCount == b.rowCount, a.columnCount == b.columnCount, a.rowOffsets == b.rowOffsets,
      a.columns == b.columns
    else { return .infinity }
    return zip(a.values, b.values).reduce(0) { max($0, abs($1.0 - $1.1)) }
  }
}
