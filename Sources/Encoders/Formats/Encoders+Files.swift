import Tokenize
import WordtoolCore

extension BagOfWords {
  /// Writes the vocabulary and the options as a safetensors file.
  ///
  /// - Throws: ``WordtoolError`` of kind `cannotCreate` or `inputOutput`.
  public func write(to path: String) throws {
    var file = EncoderFile(writing: "bag-of-words")
    file.metadata["binary"] = "\(binary)"
    try file.add(analysis)
    file.add("terms", terms)
    try file.write(to: path)
  }

  /// Reads what ``write(to:)`` wrote.
  ///
  /// - Throws: ``WordtoolError``: `noSuchInput`, or `badData` for the first thing that is wrong.
  public init(contentsOf path: String) throws {
    let file = try EncoderFile(reading: "bag-of-words", path: path)
    self.init(
      analysis: try file.analysis(), binary: try file.flag("binary"), terms: try file.terms("terms")
    )
  }
}

extension TfIdf {
  /// Writes the weights and the options as a safetensors file.
  ///
  /// - Throws: ``WordtoolError`` of kind `cannotCreate` or `inputOutput`.
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
  /// - Throws: ``WordtoolError``: `noSuchInput`, or `badData` for the first thing that is wrong.
  public init(contentsOf path: String) throws {
    let file = try EncoderFile(reading: "tf-idf", path: path)
    let options = TfIdfOptions(
      norm: try file.norm(), usesIDF: try file.flag("usesIDF"),
      smoothsIDF: try file.flag("smoothsIDF"), sublinear: try file.flag("sublinear"))
    let idf = try file.doubles("idf")
    guard idf.allSatisfy({ $0.isFinite && $0 >= 0 }) else {
      throw file.fail("a weight that is no number", "weights of at least 0")
    }
    self.init(options: options, idf: idf)
  }
}

extension HashingEncoder {
  /// Writes the options as a safetensors file.
  ///
  /// - Throws: ``WordtoolError`` of kind `cannotCreate` or `inputOutput`.
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
  /// - Throws: ``WordtoolError``: `noSuchInput`, or `badData` for the first thing that is wrong.
  public init(contentsOf path: String) throws {
    let file = try EncoderFile(reading: "hashing", path: path)
    guard let count = Int(try file.text("features")), 1...Int(Int32.max) ~= count else {
      throw file.fail("'\(try file.text("features"))' columns", "1 to 2^31 - 1")
    }
    self.init(
      analysis: try file.analysis(), featureCount: count,
      alternatesSign: try file.flag("alternatesSign"), binary: try file.flag("binary"),
      norm: try file.norm())
  }
}

extension OneHotEncoder {
  /// Writes the categories and the options as a safetensors file.
  ///
  /// - Throws: ``WordtoolError`` of kind `cannotCreate` or `inputOutput`.
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
  /// - Throws: ``WordtoolError``: `noSuchInput`, or `badData` for the first thing that is wrong.
  public init(contentsOf path: String) throws {
    let file = try EncoderFile(reading: "one-hot", path: path)
    guard let unknown = OneHotOptions.Unknown(rawValue: try file.text("unknown")) else {
      throw file.fail("'\(try file.text("unknown"))' for unknown", "error, ignore or infrequent")
    }
    func groups(_ name: String, sizes: [Int]) throws -> [[String]] {
      var rest = try file.strings(name)[...]
      var groups: [[String]] = []
      for size in sizes {
        guard size >= 0, size <= rest.count else {
          throw file.fail("\(size) strings in '\(name)'", "at most \(rest.count)")
        }
        groups.append(Array(rest.prefix(size)))
        rest = rest.dropFirst(size)
      }
      guard rest.isEmpty else { throw file.fail("\(rest.count) strings left over", "none") }
      return groups
    }
    let sizes = try file.integers("features")
    let infrequentSizes = try file.integers("infrequentFeatures")
    guard sizes.count == infrequentSizes.count else {
      throw file.fail("\(infrequentSizes.count) groups", "\(sizes.count)")
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
  /// - Throws: ``WordtoolError`` of kind `cannotCreate` or `inputOutput`.
  public func write(to path: String) throws {
    var file = EncoderFile(writing: "fixed-window")
    file.metadata["padsStart"] = "\(padsStart)"
    file.addWindow(vocabulary, size)
    try file.write(to: path)
  }

  /// Reads what ``write(to:)`` wrote.
  ///
  /// - Throws: ``WordtoolError``: `noSuchInput`, or `badData` for the first thing that is wrong.
  public init(contentsOf path: String) throws {
    let file = try EncoderFile(reading: "fixed-window", path: path)
    let (vocabulary, size) = try file.window()
    try self.init(vocabulary: vocabulary, size: size, padsStart: try file.flag("padsStart"))
  }
}

extension BigWindow {
  /// Writes the vocabulary and the options as a safetensors file.
  ///
  /// - Throws: ``WordtoolError`` of kind `cannotCreate` or `inputOutput`.
  public func write(to path: String) throws {
    var file = EncoderFile(writing: "big-window")
    file.addWindow(vocabulary, size)
    try file.write(to: path)
  }

  /// Reads what ``write(to:)`` wrote.
  ///
  /// - Throws: ``WordtoolError``: `noSuchInput`, or `badData` for the first thing that is wrong.
  public init(contentsOf path: String) throws {
    let (vocabulary, size) = try EncoderFile(reading: "big-window", path: path).window()
    try self.init(vocabulary: vocabulary, size: size)
  }
}

extension EncoderFile {
  fileprivate mutating func addWindow(_ vocabulary: Vocabulary, _ size: Int) {
    metadata["size"] = "\(size)"
    add("words", vocabulary.words)
    add("counts", vocabulary.counts.map { Int($0) })
  }

  fileprivate func window() throws -> (vocabulary: Vocabulary, size: Int) {
    guard let size = Int(try text("size")), size >= 1 else {
      throw fail("a window of '\(try text("size"))'", "at least 1")
    }
    let words = try terms("words")
    let counts = try integers("counts")
    guard counts.count == words.count, counts.allSatisfy({ $0 >= 0 }) else {
      throw fail("\(counts.count) counts for \(words.count) words", "one of at least 0 each")
    }
    return (
      Vocabulary((0..<words.count).map { (word: words.string($0), count: Int64(counts[$0])) }), size
    )
  }
}
