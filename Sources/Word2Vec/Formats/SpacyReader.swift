import BLASCore
import FastTextFiles
import NumPyFiles
import WordtoolCore

/// Reads the vectors in a `vocab` folder of spaCy: `vectors`, a NumPy array; `key2row`, rows by the hashes
/// of words, in MessagePack; `strings.json`, the words; `vectors.cfg`, which says whether the array is a
/// table of floret's.
///
/// Several words may share a row, and rows may have no word. Words come in the order of their rows.
enum SpacyReader {
  /// The folder with the vectors: the path itself, or `vocab` in it, of a model; nil when neither is one.
  static func folder(at path: String) -> String? {
    guard path != "-" else { return nil }
    let base = path.hasSuffix("/") ? String(path.dropLast()) : path
    return [base, base + "/vocab"].first {
      WordList.isFile($0 + "/vectors")
        && (WordList.isFile($0 + "/key2row") || WordList.isFile($0 + "/vectors.cfg"))
    }
  }

  static func read(
    _ folder: String, options: WordVectors.ReadOptions
  ) throws -> WordVectors {
    let array = try FileContents(path: folder + "/vectors")
    let header = try unsafe NumpyHeader(array.bytes, path: array.path)
    let table = try unsafe NumericTable(header, bytes: array.bytes, path: array.path, owner: array)
    if let index = try floret(folder, rowCount: table.rowCount) {
      let rows = try table.rows(threads: options.threads)
      let composer = unsafe NGramComposer(
        matrix: DenseMatrix(
          rows: table.rowCount, columns: table.dimension,
          values: rows.base.map { unsafe UnsafeRawPointer($0) }),
        index: index, firstRow: 0, isUnit: false, owner: rows.owner)
      return try composer.vectors(format: .spacy, path: folder, options: options)
    }
    try options.refuseWordList(for: .spacy, path: folder)
    let keys = try MessagePack.integers(FileContents(path: folder + "/key2row"))
    let words = try words(of: folder)
    var list: [[UInt8]] = []
    var rows: [Int] = []
    var unspelled = 0
    for (key, row) in keys.sorted(by: { $0.row < $1.row }) {
      // What is set apart without a vector.
      if row < 0 { continue }
      guard row < table.rowCount else {
        throw WordtoolError(
          .badData, path: folder + "/key2row", found: "row \(row)",
          expected: "less than \(table.rowCount), the rows of vectors",
          remedy: "the file is damaged")
      }
      guard let word = words[key] else {
        unspelled += 1
        continue
      }
      list.append(Array(word.utf8))
      rows.append(row)
    }
    try NumericTable.checkMemory(
      rowCount: rows.count, dimension: table.dimension, path: array.path)
    var tableRows = try table.rows(threads: options.threads)
    if rows.count != table.rowCount || rows != Array(0..<rows.count) {
      let memory = Allocation(byteCount: 4 * rows.count * table.dimension)
      let target = unsafe memory.buffer(of: Float.self, count: rows.count * table.dimension)
      if let base = unsafe tableRows.base, let target = target.baseAddress {
        for (place, row) in rows.enumerated() {
          unsafe (target + place * table.dimension).update(
            from: base + row * table.dimension, count: table.dimension)
        }
      }
      tableRows = TableRows(memory)
    }
    let spelled = WordList(list, path: folder + "/strings.json")
    var assembly = VectorAssembly(
      path: folder, format: .spacy, dimension: table.dimension, rows: tableRows)
    assembly.wordPath = spelled.path
    if unspelled > 0 {
      assembly.warnings.append(
        "\(unspelled) keys have no string in strings.json and were left out")
    }
    return try unsafe spelled.places.withUnsafeBufferPointer {
      try unsafe assembly.finish(words: $0, bytes: spelled.contents.bytes, options: options) { _ in
        nil
      }
    }
  }

  /// The words by their keys: the hash of the string, or the number of one of spaCy's symbols.
  private static func words(of folder: String) throws -> [UInt64: String] {
    let file = try FileContents(path: folder + "/strings.json")
    let json: JSONText
    do {
      json = try unsafe JSONText.parse(Array(file.bytes))
    } catch let failure {
      throw WordtoolError(
        .badData, path: file.path, at: .byte(failure.offset), found: failure.found,
        expected: "a JSON list of strings")
    }
    guard case .array(let elements) = json else {
      throw WordtoolError(
        .badData, path: file.path, found: "no list", expected: "a JSON list of strings")
    }
    var words: [UInt64: String] = [:]
    for element in elements {
      guard case .string(let word) = element else {
        throw WordtoolError(
          .badData, path: file.path, found: "an element that is no string",
          expected: "a JSON list of strings")
      }
      words[Murmur.hash64A(word.utf8, seed: 1)] = word
    }
    for (key, word) in SpacySymbols.words { words[key] = word }
    return words
  }

  /// How n-grams find their rows, if the array is a table of floret's.
  private static func floret(_ folder: String, rowCount: Int) throws -> NGramIndex? {
    let path = folder + "/vectors.cfg"
    // Older models have none.
    guard WordList.isFile(path) else { return nil }
    let file = try FileContents(path: path)
    guard let json = try? unsafe JSONText.parse(Array(file.bytes)) else {
      throw WordtoolError(.badData, path: path, found: "no JSON", expected: "a JSON object")
    }
    switch json["mode"]?.text {
    case nil, "default": return nil
    case "floret": break
    case let mode?:
      throw WordtoolError(
        .badData, path: path, found: "vectors of the mode '\(mode)'",
        expected: "default or floret")
    }
    var numbers: [Int] = []
    for key in ["minn", "maxn", "hash_count", "hash_seed"] {
      guard case .integer(let number)? = json[key], number >= 0, number <= UInt32.max else {
        throw WordtoolError(.badData, path: path, found: "no \(key)", expected: "a whole number")
      }
      numbers.append(number)
    }
    guard let begin = json["bow"]?.text, let end = json["eow"]?.text else {
      throw WordtoolError(.badData, path: path, found: "no bow or eow", expected: "both")
    }
    var index = NGramIndex()
    (index.shortest, index.longest) = (numbers[0], numbers[1])
    (index.begin, index.end) = (Array(begin.utf8), Array(end.utf8))
    (index.includesWord, index.includesMarks) = (true, true)
    index.rows = .floret(
      bucketCount: rowCount, hashCount: numbers[2], seed: UInt32(numbers[3]))
    var reader = unsafe BinaryFields(file.bytes, path: path)
    try index.check(&reader)
    return index
  }
}

/// The little of MessagePack that a map of numbers needs.
enum MessagePack {
  /// The entries of a map from whole numbers to whole numbers, in their order.
  ///
  /// - Throws: `WordtoolError` of kind `badData` for anything else.
  static func integers(_ file: FileContents) throws -> [(key: UInt64, row: Int)] {
    var reader = unsafe BinaryFields(file.bytes, path: file.path)
    let mark = try reader.byte("mark of a map")
    let count: UInt64
    switch mark {
    case 0x80...0x8F: count = UInt64(mark & 15)
    case 0xDE: count = try bigEndian(&reader, 2)
    case 0xDF: count = try bigEndian(&reader, 4)
    default: throw damage(reader, "no map")
    }
    // An entry takes two bytes at least.
    guard count <= reader.remaining / 2 else {
      throw damage(reader, "\(count, "entry") in \(reader.remaining, "byte")")
    }
    var entries: [(key: UInt64, row: Int)] = []
    entries.reserveCapacity(Int(count))
    for _ in 0..<count {
      let key = try number(&reader)
      entries.append((key, Int(truncatingIfNeeded: Int64(bitPattern: try number(&reader)))))
    }
    guard reader.remaining == 0 else { throw damage(reader, "\(reader.remaining, "byte") more") }
    return entries
  }

  private static func damage(_ reader: BinaryFields, _ found: String) -> WordtoolError {
    reader.error(found, expected: "a map of whole numbers", remedy: "the file is damaged")
  }

  private static func bigEndian(_ reader: inout BinaryFields, _ count: Int) throws -> UInt64 {
    var value: UInt64 = 0
    for _ in 0..<count { value = value << 8 | UInt64(try reader.byte("number")) }
    return value
  }

  /// A whole number; a negative one by its bits.
  private static func number(_ reader: inout BinaryFields) throws -> UInt64 {
    let mark = try reader.byte("number")
    switch mark {
    case 0x00...0x7F: return UInt64(mark)
    case 0xE0...0xFF: return UInt64(bitPattern: Int64(Int8(bitPattern: mark)))
    case 0xCC: return try bigEndian(&reader, 1)
    case 0xCD: return try bigEndian(&reader, 2)
    case 0xCE: return try bigEndian(&reader, 4)
    case 0xCF: return try bigEndian(&reader, 8)
    case 0xD0: return UInt64(bitPattern: Int64(Int8(truncatingIfNeeded: try bigEndian(&reader, 1))))
    case 0xD1:
      return UInt64(bitPattern: Int64(Int16(truncatingIfNeeded: try bigEndian(&reader, 2))))
    case 0xD2:
      return UInt64(bitPattern: Int64(Int32(truncatingIfNeeded: try bigEndian(&reader, 4))))
    case 0xD3: return try bigEndian(&reader, 8)
    default: throw damage(reader, "no whole number but the mark \(mark)")
    }
  }
}
