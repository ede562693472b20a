import BLASCore
import NumPyFiles
import Tokenize
import WordtoolCore

/// What the files of all encoders have in common: a safetensors file whose metadata says which
/// encoder it is, with which options, and whose tensors are strings (bytes and offsets) or numbers.
struct EncoderFile {
  static let version = "1"

  let kind: String
  var metadata: [String: String] = [:]
  private var tensors: [(announcement: TensorFileWriter.Announcement, bytes: [UInt8])] = []

  /// A file to be written.
  init(writing kind: String) {
    self.kind = kind
    metadata["encoder"] = kind
    metadata["version"] = Self.version
  }

  // MARK: Writing

  mutating func add(_ name: String, _ values: [Double]) {
    tensors.append(
      (.init(name, .float64, [values.count]), NumpyArray.littleEndian(values.map(\.bitPattern))))
  }

  mutating func add(_ name: String, _ values: [Int]) {
    tensors.append(
      (.init(name, .int64, [values.count]), NumpyArray.littleEndian(values.map(Int64.init))))
  }

  mutating func add(_ name: String, _ terms: ByteStringTable) { add(name, StringTable(terms)) }

  mutating func add(_ name: String, _ strings: [String]) {
    add(name, StringTable(strings.map(\.utf8)))
  }

  private mutating func add(_ name: String, _ strings: StringTable) {
    tensors.append(
      (
        .init(name + ".offsets", .int64, [strings.offsets.count]),
        NumpyArray.littleEndian(strings.offsets)
      ))
    tensors.append((.init(name, .uint8, [strings.bytes.count]), strings.bytes))
  }

  mutating func add(_ analysis: TextAnalysis) throws {
    switch analysis.unit {
    case .words: metadata["unit"] = "words"
    case .characters: metadata["unit"] = "characters"
    case .charactersWithinWords: metadata["unit"] = "characters-within-words"
    case .tokens(let rule):
      metadata["unit"] = "tokens"
      metadata["tokenizer"] = try StoredJSON.text(rule)
    }
    metadata["lowercase"] = "\(analysis.lowercase)"
    // Left out where it is false, as in files that were written before there was a choice.
    if analysis.stripsAccents { metadata["stripsAccents"] = "true" }
    metadata["ngrams"] = "\(analysis.ngrams.lowerBound)-\(analysis.ngrams.upperBound)"
    add("stopWords", analysis.stopWords)
  }

  /// Writes everything that was added.
  func write(to path: String) throws {
    try OutputFile.write(to: path) { output in
      var writer = try TensorFileWriter(
        to: output, metadata: metadata, tensors: tensors.map(\.announcement))
      for tensor in tensors {
        try unsafe tensor.bytes.withUnsafeBytes { try unsafe writer.write($0) }
      }
      writer.finish()
    }
  }
}

/// What the files of encoders hold.
extension ModelFile {
  /// Opens an encoder's file.
  ///
  /// - Throws: ``WordtoolError``: `noSuchInput`, or `badData` when it holds something else.
  init(encoder kind: String, path: String) throws {
    self.init(try TensorFile(path: path))
    let facts = tensors.metadata
    guard facts["encoder"] == kind, facts["version"] == EncoderFile.version else {
      throw failure(
        "the encoder '\(facts["encoder"] ?? "none")', version \(facts["version"] ?? "none")",
        "'\(kind)', version \(EncoderFile.version)")
    }
  }

  func doubles(_ name: String) throws -> [Double] {
    try values(name, .float64, [-1], zero: 0)
  }

  func strings(_ name: String) throws -> [String] {
    try strings(bytes: name, offsets: name + ".offsets").texts
  }

  func terms(_ name: String) throws -> ByteStringTable {
    let table = try distinctStrings(bytes: name, offsets: name + ".offsets")
    guard table.count > 0 else { throw failure("no terms in '\(name)'", "at least one") }
    return table
  }

  func analysis() throws -> TextAnalysis {
    let unit: TextAnalysis.Unit
    switch try text("unit") {
    case "words": unit = .words
    case "characters": unit = .characters
    case "characters-within-words": unit = .charactersWithinWords
    case "tokens":
      unit = .tokens(try decoded("tokenizer", as: TokenizerRule.self))
    case let other: throw failure("the unit '\(other)'", "words, tokens or characters")
    }
    let ends = try text("ngrams").split(separator: "-").compactMap { Int($0) }
    guard ends.count == 2, ends[0] >= 1, ends[0] <= ends[1], ends[1] <= 1000 else {
      throw failure("n-grams of '\(try text("ngrams"))'", "two numbers from 1 to 1000")
    }
    return TextAnalysis(
      unit, lowercase: try flag("lowercase"),
      stripsAccents: tensors.metadata["stripsAccents"] == nil ? false : try flag("stripsAccents"),
      ngrams: ends[0]...ends[1],
      stopWords: try strings("stopWords"))
  }

  func norm() throws -> SparseMatrix.Norm {
    guard let norm = SparseMatrix.Norm(rawValue: try text("norm")) else {
      throw failure("the norm '\(try text("norm"))'", "l1, l2 or none")
    }
    return norm
  }
}
