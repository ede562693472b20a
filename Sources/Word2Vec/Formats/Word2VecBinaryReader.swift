import Libc
import WordtoolCore

/// Reads word2vec's binary format: `V D\n`, then for each word its bytes, a blank and D floats,
/// little endian, followed by a newline or not.
///
/// word2vec.c writes the newline, gensim and others do not; newlines before a word are skipped.
enum Word2VecBinaryReader {
  /// No word is longer; without a limit a damaged file would be searched to its end.
  private static let longestWord = 1 << 24

  /// What gensim writes for words such as `New York`, and no reader can tell from what it should be.
  static let shift = "a blank inside of a word shifts all that follows"

  /// Reads the words; the rows of a mapped file stay where they are, between the words.
  static func read(
    _ file: FileContents, options: WordVectors.ReadOptions
  ) throws -> WordVectors {
    let notes = ReadingNotes(about: file, options: options)
    if let known = notes?.vectors(.word2vecBinary) { return known }
    let path = file.path
    let bytes = unsafe file.bytes
    guard let base = bytes.baseAddress, let header = unsafe SizeLine(TextLines(bytes)) else {
      throw WordtoolError(.badData, path: path, at: .byte(0), found: "no line with the size")
    }
    let available = bytes.count - header.end
    try header.check(path: path, available: available) { dimension in
      // A blank and the floats; the word may be empty.
      dimension.multipliedReportingOverflow(by: 4).overflow ? .max : dimension * 4 + 1
    }
    let (count, dimension) = (header.count, header.dimension)
    let rowByteCount = dimension * 4

    let placeMemory = Allocation(byteCount: count * MemoryLayout<Place>.stride)
    nonisolated(unsafe) let places = unsafe placeMemory.buffer(of: Place.self, count: count)
    var offset = header.end
    for row in 0..<count {
      while offset < bytes.count, unsafe bytes[offset] == 0x0A { offset += 1 }
      let limit = min(bytes.count, offset + longestWord)
      guard offset < limit, let blank = unsafe memchr(base + offset, 0x20, limit - offset) else {
        throw WordtoolError(
          .badData, path: path, at: .byte(offset),
          found: offset >= bytes.count
            ? "the file ends after \(row) of \(count, "word")"
            : "no blank after the word of row \(row + 1)",
          expected: "a word, a blank and \(dimension, "float")",
          remedy: "the file is truncated or no word2vec binary, or \(shift)")
      }
      let wordEnd = unsafe UnsafeRawPointer(blank) - base
      guard bytes.count - wordEnd - 1 >= rowByteCount else {
        throw WordtoolError(
          .badData, path: path, at: .byte(wordEnd + 1),
          found: "\(bytes.count - wordEnd - 1, "byte") for the vector of row \(row + 1)",
          expected: "\(rowByteCount)", remedy: "the file is truncated")
      }
      unsafe places[row] = Place(start: offset, count: wordEnd - offset)
      offset = wordEnd + 1 + rowByteCount
    }
    while offset < bytes.count, unsafe bytes[offset] == 0x0A || bytes[offset] == 0x0D {
      offset += 1
    }
    guard offset == bytes.count else {
      throw WordtoolError(
        .badData, path: path, at: .byte(offset),
        found: "\(bytes.count - offset, "byte") after the last of \(count, "word")",
        expected: "none",
        remedy: "\(shift): write it anew without such words, or as text")
    }

    let rows = unsafe PlacedRows(
      ofWords: UnsafeBufferPointer(places), dimension: dimension, in: file)
    let assembly = VectorAssembly(
      path: path, format: .word2vecBinary, dimension: dimension, rows: rows)
    let vectors = try withExtendedLifetime(placeMemory) {
      try unsafe assembly.finish(
        words: UnsafeBufferPointer(places), bytes: bytes, options: options
      ) { unsafe .byte(places[$0].start) }
    }
    notes?.keep(vectors)
    return vectors
  }
}
