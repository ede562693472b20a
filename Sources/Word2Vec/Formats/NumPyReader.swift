import NumPyFiles
import WordtoolCore

/// Reads NumPy's arrays: one of vectors, `.npy`, with a list of words beside it, and archives of
/// several, `.npz`, with the words among them.
///
/// An array of 32-bit floats in the order of C stays where it is in the file; so does one that is stored
/// in an archive without compression.
enum NumPyReader {
  static func readArray(
    _ file: FileContents, options: WordVectors.ReadOptions
  ) throws -> WordVectors {
    let header = try unsafe NumpyHeader(file.bytes, path: file.path)
    let table = try unsafe NumericTable(header, bytes: file.bytes, path: file.path, owner: file)
    let list = try WordList.list(
      for: file.path, rowCount: table.rowCount, what: "a NumPy array", options: options)
    return try list.vectors(of: table, format: .numpy, options: options)
  }

  static func readArchive(
    _ file: FileContents, options: WordVectors.ReadOptions
  ) throws -> WordVectors {
    let path = file.path
    func failure(_ found: String, _ expected: String, _ remedy: String? = nil) -> WordtoolError {
      WordtoolError(.badData, path: path, found: found, expected: expected, remedy: remedy)
    }
    let directory = try unsafe ZipDirectory(file.bytes, path: path)
    let unpacked = directory.entries.reduce(0) { $0 + min($1.byteCount, .max / 2 - $0) }
    guard unsafe unpacked <= file.bytes.count || unpacked <= MemorySizes.available else {
      throw WordtoolError(
        .unavailable, path: path,
        found: "arrays of \(AlignedMemory.words(forByteCount: unpacked)) once unpacked",
        expected: "at most the memory of this machine, "
          + AlignedMemory.words(forByteCount: MemorySizes.available))
    }
    var arrays: [Array] = []
    for entry in directory.entries where entry.name.hasSuffix(".npy") {
      let contents = try directory.contents(of: entry)
      let name = String(entry.name.dropLast(4))
      unsafe arrays.append(
        Array(
          name: name, contents: contents,
          header: try NumpyHeader(contents.bytes, path: "\(path), array \(name)")))
    }
    if Set(arrays.map(\.name)).isSuperset(of: ["indices", "indptr", "data"]) {
      throw failure("a sparse matrix", "an array of vectors and one of words")
    }
    let tables = arrays.filter { $0.header.shape.count == 2 && "fi".contains($0.header.kind) }
    let lists = arrays.filter { "SU".contains($0.header.kind) && $0.header.shape.count == 1 }
    let names = arrays.map { "\($0.name) \($0.header.shape)" }.joined(separator: ", ")
    guard let chosen = choose(tables, Self.vectorNames) else {
      throw failure(
        "the arrays \(names)", "one of vectors, [words, dimension]",
        tables.count > 1 ? "call the right one vectors" : nil)
    }
    let owner = Owner(file: file, contents: chosen.contents)
    let table = try unsafe NumericTable(
      chosen.header, bytes: chosen.contents.bytes, path: path, owner: owner)
    guard !lists.isEmpty else {
      let list = try WordList.list(
        for: path, rowCount: table.rowCount, what: "an array '\(chosen.name)'", options: options)
      return try list.vectors(of: table, format: .numpyArchive, options: options)
    }
    try options.refuseWordList(for: .numpyArchive, path: path)
    guard let words = choose(lists, Self.wordNames),
      let spelled = unsafe words.header.words(words.contents.bytes)
    else { throw failure("the arrays \(names)", "one of words", "call the right one words") }
    guard spelled.count == table.rowCount else {
      throw failure(
        "\(spelled.count, "word") in '\(words.name)'",
        "\(table.rowCount), one for each row of '\(chosen.name)'")
    }
    let list = WordList(spelled, path: path)
    return try list.vectors(of: table, format: .numpyArchive, options: options)
  }

  private struct Array {
    let name: String
    let contents: ZipContents
    let header: NumpyHeader
  }

  /// Keeps the bytes of an array: those of the archive, and what was unpacked.
  private final class Owner {
    let file: FileContents
    let contents: ZipContents

    init(file: FileContents, contents: ZipContents) {
      self.file = file
      self.contents = contents
    }
  }

  private static let vectorNames = ["vectors", "embeddings", "embedding", "matrix", "weights"]
  private static let wordNames = [
    "words", "vocab", "vocabulary", "tokens", "keys", "labels", "index_to_key",
  ]

  /// The only array, or the first of these names.
  private static func choose(_ arrays: [Array], _ names: [String]) -> Array? {
    if arrays.count == 1 { return arrays[0] }
    for name in names {
      if let array = arrays.first(where: { $0.name == name }) { return array }
    }
    return nil
  }
}
