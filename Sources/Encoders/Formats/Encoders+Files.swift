import BLASCore
import Tokenize
import WordtoolCore

extension BagOfWords {
  /// Writes the vocabulary and the options as a safetensors file.
  ///
  /// - Throws: `WordtoolError` of kind `cannotCreate` or `inputOutput`.
  public func write(to path: String) throws {
    var file = EncoderFile(writing: "bag-of-words")
    file.metadata["binary"] = "\(binary)"
    try file.add(analysis)
    file.add("terms", terms)
    try file.write(to: path)
  }

  /// Reads what ``write(to:)`` wrote.
  ///
  /// - Throws: `WordtoolError`: `noSuchInput`, or `badData` for the first thing that is wrong.
  public init(contentsOf path: String) throws {
    let file = try ModelFile(encoder: "bag-of-words", path: path)
    self.init(
      analysis: try file.analysis(), binary: try file.flag("binary"), terms: try file.terms("terms")
    )
  }
}

extension TfIdf {
  /// Writes the weights and the options as a safetensors file.
  ///
  /// - Throws: `WordtoolError` of kind `cannotCreate` or `inputOutput`.
  public func write(to path: String) throws {
    var file = EncoderFile(writing: "tf-idf")
    file.metadata["norm"] = options.norm.rawValue
    file.metadata["usesIDF"] = "\(options.usesIDF)"
    file.metadata["smoothsIDF"] = "\(options.smoothsIDF)"
    file.metadata["sublinear"] = "\(options.sublinear)"
    file.add("idf", idf)
    try file.write(to: path)
  }

  /// Reads what ``write(to:)`` wrote.
  ///
  /// - Throws: `WordtoolError`: `noSuchInput`, or `badData` for the first thing that is wrong.
  public init(contentsOf path: String) throws {
    let file = try ModelFile(encoder: "tf-idf", path: path)
    let options = TfIdfOptions(
      norm: try file.norm(), usesIDF: try file.flag("usesIDF"),
      smoothsIDF: try file.flag("smoothsIDF"), sublinear: try file.flag("sublinear"))
    let idf = try file.doubles("idf")
    guard idf.allSatisfy({ $0.isFinite && $0 >= 0 }) else {
      throw file.failure("a weight that is no number", "weights of at least 0")
    }
    self.init(options: options, idf: idf)
  }
}

extension HashingEncoder {
  /// Writes the options as a safetensors file.
  ///
  /// - Throws: `WordtoolError` of kind `cannotCreate` or `inputOutput`.
  public func write(to path: String) throws {
    var file = EncoderFile(writing: "hashing")
    file.metadata["norm"] = norm.rawValue
    file.metadata["binary"] = "\(binary)"
    file.metadata["alternatesSign"] = "\(alternatesSign)"
    file.metadata["features"] = "\(featureCount)"
    try file.add(analysis)
    try file.write(to: path)
  }

  /// Reads what ``write(to:)`` wrote.
  ///
  /// - Throws: `WordtoolError`: `noSuchInput`, or `badData` for the first thing that is wrong.
  public init(contentsOf path: String) throws {
    let file = try ModelFile(encoder: "hashing", path: path)
    let count = try file.integer("features", in: 1...Int(Int32.max))
    self.init(
      analysis: try file.analysis(), featureCount: count,
      alternatesSign: try file.flag("alternatesSign"), binary: try file.flag("binary"),
      norm: try file.norm())
  }
}

extension OneHotEncoder {
  /// Writes the categories and the options as a safetensors file.
  ///
  /// - Throws: `WordtoolError` of kind `cannotCreate` or `inputOutput`.
  public func write(to path: String) throws {
    var file = EncoderFile(writing: "one-hot")
    file.metadata["unknown"] = unknown.rawValue
    file.add("features", categories.map(\.count))
    file.add("categories", categories.flatMap { $0 })
    file.add("infrequentFeatures", infrequentCategories.map(\.count))
    file.add("infrequent", infrequentCategories.flatMap { $0 })
    try file.write(to: path)
  }

  /// Reads what ``write(to:)`` wrote.
  ///
  /// - Throws: `WordtoolError`: `noSuchInput`, or `badData` for the first thing that is wrong.
  public init(contentsOf path: String) throws {
    let file = try ModelFile(encoder: "one-hot", path: path)
    let unknown = try file.choice("unknown", OneHotOptions.Unknown.self)
    func groups(_ name: String, sizes: [Int]) throws -> [[String]] {
      var rest = try file.strings(name)[...]
      var groups: [[String]] = []
      for size in sizes {
        guard size >= 0, size <= rest.count else {
          throw file.failure("\(size) strings in '\(name)'", "at most \(rest.count)")
        }
        groups.append(Array(rest.prefix(size)))
        rest = rest.dropFirst(size)
      }
      guard rest.isEmpty else { throw file.failure("\(rest.count, "string") left over", "none") }
      return groups
    }
    let sizes = try file.values("features", .int64, [-1], zero: 0)
    let infrequentSizes = try file.values("infrequentFeatures", .int64, [-1], zero: 0)
    guard sizes.count == infrequentSizes.count else {
      throw file.failure("\(infrequentSizes.count) groups", "\(sizes.count)")
    }
    do {
      try self.init(
        categories: try groups("categories", sizes: sizes),
        infrequent: try groups("infrequent", sizes: infrequentSizes), unknown: unknown)
    } catch var error as WordtoolError {
      error.kind = .badData
      error.path = path
      throw error
    }
  }
}

extension FixedWindow {
  /// Writes the vocabulary and the options as a safetensors file.
  ///
  /// - Throws: `WordtoolError` of kind `cannotCreate` or `inputOutput`.
  public func write(to path: String) throws {
    var file = EncoderFile(writing: "fixed-window")
    file.metadata["padsStart"] = "\(padsStart)"
    file.addWindow(vocabulary, size)
    try file.write(to: path)
  }

  /// Reads what ``write(to:)`` wrote.
  ///
  /// - Throws: `WordtoolError`: `noSuchInput`, or `badData` for the first thing that is wrong.
  public init(contentsOf path: String) throws {
    let file = try ModelFile(encoder: "fixed-window", path: path)
    let (vocabulary, size) = try file.window()
    try self.init(vocabulary: vocabulary, size: size, padsStart: try file.flag("padsStart"))
  }
}

extension BigWindow {
  /// Writes the vocabulary and the options as a safetensors file.
  ///
  /// - Throws: `WordtoolError` of kind `cannotCreate` or `inputOutput`.
  public func write(to path: String) throws {
    var file = EncoderFile(writing: "big-window")
    file.addWindow(vocabulary, size)
    try file.write(to: path)
  }

  /// Reads what ``write(to:)`` wrote.
  ///
  /// - Throws: `WordtoolError`: `noSuchInput`, or `badData` for the first thing that is wrong.
  public init(contentsOf path: String) throws {
    let (vocabulary, size) = try ModelFile(encoder: "big-window", path: path).window()
    try self.init(vocabulary: vocabulary, size: size)
  }
}

extension EncoderFile {
  fileprivate mutating func addWindow(_ vocabulary: Vocabulary, _ size: Int) {
    metadata["size"] = "\(size)"
    add("words", vocabulary.words)
    add("counts", vocabulary.counts.map { Int($0) })
  }
}

extension ModelFile {
  fileprivate func window() throws -> (vocabulary: Vocabulary, size: Int) {
    let size = try integer("size", in: 1...Int.max)
    let words = try terms("words")
    let counts = try values("counts", .int64, [-1], zero: Int64(0))
    guard counts.count == words.count, counts.allSatisfy({ $0 >= 0 }) else {
      throw failure("\(counts.count, "count") for \(words.count, "word")", "one of at least 0 each")
    }
    return (
      try Vocabulary(counts.indices.map { (word: words.text(Int32($0)), count: counts[$0]) }), size
    )
  }
}
