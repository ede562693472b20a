import BLASCore
import Tokenize
import WordtoolCore

/// What the files of all encoders have in common: a safetensors file whose metadata says which
/// encoder it is, with which options, and whose tensors are strings (bytes and offsets) or numbers.
struct EncoderFile {
  static let version = "1"

  let kind: String
  let path: String
  var metadata: [String: String] = [:]
  private var tensors: [(announcement: TensorFileWriter.Announcement, bytes: [UInt8])] = []
  private var file: TensorFile?

  /// A file to be written.
  init(writing kind: String) {
    self.kind = kind
    path = ""
    metadata["encoder"] = kind
    metadata["version"] = Self.version
  }

  /// Opens a file.
  ///
  /// - Throws: ``WordtoolError``: `noSuchInput`, or `badData` when it holds something else.
  init(reading kind: String, path: String) throws {
    self.kind = kind
    self.path = path
    let file = try TensorFile(path: path)
    metadata = file.metadata
    self.file = file
    guard metadata["encoder"] == kind, metadata["version"] == Self.version else {
      throw fail(
        "the encoder '\(metadata["encoder"] ?? "none")', version \(metadata["version"] ?? "none")",
        "'\(kind)', version \(Self.version)")
    }
  }

  func fail(_ found: String, _ expected: String) -> WordtoolError {
    WordtoolError(.badData, path: path, found: found, expected: expected)
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

  mutating func add(_ name: String, _ terms: TermTable) {
    terms.withContents { bytes, offsets in
      add(name + ".offsets", offsets)
      tensors.append((.init(name, .uint8, [bytes.count]), Array(bytes)))
    }
  }

  mutating func add(_ name: String, _ strings: [String]) {
    var bytes: [UInt8] = []
    var offsets = [0]
    for string in strings {
      bytes += Array(string.utf8)
      offsets.append(bytes.count)
    }
    add(name + ".offsets", offsets)
    tensors.append((.init(name, .uint8, [bytes.count]), bytes))
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
    metadata["ngrams"] = "\(analysis.ngrams.lowerBound)-\(analysis.ngrams.upperBound)"
    add("stopWords", analysis.stopWords)
  }

  /// Writes everything that was added.
  func write(to path: String) throws {
    let output = try OutputFile(path: path)
    var writer = try TensorFileWriter(
      to: output, metadata: metadata, tensors: tensors.map(\.announcement))
    for tensor in tensors { try tensor.bytes.withUnsafeBytes { try writer.write($0) } }
    writer.finish()
    try output.commit()
  }

  // MARK: Reading

  func text(_ name: String) throws -> String {
    guard let text = metadata[name] else { throw fail("no '\(name)'", "it in the metadata") }
    return text
  }

  func flag(_ name: String) throws -> Bool {
    guard let value = Bool(try text(name)) else {
      throw fail("'\(name)' is '\(try text(name))'", "true or false")
    }
    return value
  }

  private func bytes(_ name: String, _ type: TensorFile.ElementType) throws -> [UInt8] {
    guard let file, let entry = file.entry(named: name), entry.type == type, entry.shape.count == 1
    else { throw fail("no tensor '\(name)'", "one of \(type.rawValue) in one dimension") }
    return Array(file.bytes(of: entry))
  }

  func doubles(_ name: String) throws -> [Double] {
    let bytes = try bytes(name, .float64)
    return NumpyArray(kind: "f", elementSize: 8, shape: [bytes.count / 8], data: bytes).doubles()
      ?? []
  }

  func integers(_ name: String) throws -> [Int] {
    let bytes = try bytes(name, .int64)
    return NumpyArray(kind: "i", elementSize: 8, shape: [bytes.count / 8], data: bytes).integers()
      ?? []
  }

  func strings(_ name: String) throws -> [String] {
    let bytes = try bytes(name, .uint8)
    let offsets = try integers(name + ".offsets")
    guard offsets.first == 0, offsets.last == bytes.count,
      zip(offsets, offsets.dropFirst()).allSatisfy({ $0 <= $1 })
    else { throw fail("offsets of '\(name)' that do not fit its bytes", "rising offsets") }
    return try zip(offsets, offsets.dropFirst()).map { start, end in
      guard let text = String(validating: bytes[start..<end], as: UTF8.self) else {
        throw fail("text in '\(name)' that is not UTF-8", "UTF-8")
      }
      return text
    }
  }

  func terms(_ name: String) throws -> TermTable {
    let strings = try strings(name)
    let table = TermTable(strings)
    guard table.count == strings.count, table.count > 0 else {
      throw fail("\(strings.count) terms in '\(name)', \(table.count) distinct", "distinct terms")
    }
    return table
  }

  func analysis() throws -> TextAnalysis {
    let unit: TextAnalysis.Unit
    switch try text("unit") {
    case "words": unit = .words
    case "characters": unit = .characters
    case "characters-within-words": unit = .charactersWithinWords
    case "tokens":
      let json = try text("tokenizer")
      guard let rule = try? StoredJSON.decode(TokenizerRule.self, from: json) else {
        throw fail("a tokenizer rule that cannot be read", "the rule as JSON")
      }
      unit = .tokens(rule)
    case let other: throw fail("the unit '\(other)'", "words, tokens or characters")
    }
    let ends = try text("ngrams").split(separator: "-").compactMap { Int($0) }
    guard ends.count == 2, ends[0] >= 1, ends[0] <= ends[1], ends[1] <= 1000 else {
      throw fail("n-grams of '\(try text("ngrams"))'", "two numbers from 1 to 1000")
    }
    return TextAnalysis(
      unit, lowercase: try flag("lowercase"), ngrams: ends[0]...ends[1],
      stopWords: try strings("stopWords"))
  }

  func norm() throws -> SparseMatrix.Norm {
    guard let norm = SparseMatrix.Norm(rawValue: try text("norm")) else {
      throw fail("the norm '\(try text("norm"))'", "l1, l2 or none")
    }
    return norm
  }
}
