import NumPyFiles
import WordtoolCore

extension WordVectors {
  /// Writes rows and words into two files: a NumPy array and a word a line, or the tab-separated values
  /// and metadata of the Embedding Projector.
  ///
  /// The list of words is complete before the vectors are.
  func writeTable(to file: OutputFile, format: Format, threads: Int) throws {
    guard file.isFile, let listPath = format.wordListPath(forPath: file.path) else {
      throw WordtoolError(
        .usage, path: file.path, found: "\(format.rawValue), which is two files, into a stream",
        expected: "the name of a file",
        remedy: format == .numpy ? "npz has the words with the vectors" : nil)
    }
    for row in 0..<count { try unsafe format.check(word: storage.words.bytes(at: row), at: row) }
    let list = try OutputFile(path: listPath)
    // One column has no names, more than one must have them.
    let counts = format == .projector ? self.counts : nil
    if counts != nil { try list.write("word\tcount\n") }
    for row in 0..<count {
      try unsafe list.write(UnsafeRawBufferPointer(storage.words.bytes(at: row)))
      if let counts { try list.write("\t\(counts[row])") }
      try list.write([0x0A])
    }
    if format == .numpy {
      try file.requirePlain("a NumPy array")
      let header = rowsHeader
      try file.expect(byteCount: header.count + 4 * count * dimension)
      try file.write(header)
      try unsafe forEachRowBytes { try unsafe file.write($0) }
    } else {
      try writeText(to: file, format: .projector, threads: threads)
    }
    try list.commit()
  }

  /// Writes an archive of two arrays, `vectors` and `words`, as `numpy.savez` does.
  func writeNumPyArchive(to file: OutputFile) throws {
    for row in 0..<count {
      try unsafe Format.numpyArchive.check(word: storage.words.bytes(at: row), at: row)
    }
    var longest = 1
    for row in 0..<count {
      longest = Swift.max(longest, word(at: row).unicodeScalars.count)
    }
    let width = longest
    let wordsHeader = NumpyArray(kind: "U", elementSize: width, shape: [count]).header()
    let header = rowsHeader
    try unsafe ZipArchive.write(
      [
        ZipArchive.Member(
          name: "vectors.npy", byteCount: header.count + 4 * count * dimension
        ) { piece in
          try unsafe header.withUnsafeBytes { try unsafe piece($0) }
          try unsafe forEachRowBytes(piece)
        },
        unsafe ZipArchive.Member(
          name: "words.npy", byteCount: wordsHeader.count + 4 * count * width
        ) { piece in
          try unsafe wordsHeader.withUnsafeBytes { try unsafe piece($0) }
          for row in 0..<count {
            var codes = word(at: row).unicodeScalars.map { $0.value.littleEndian }
            codes += [UInt32](repeating: 0, count: width - codes.count)
            try unsafe codes.withUnsafeBytes { try unsafe piece($0) }
          }
        },
      ], to: file)
  }

  private var rowsHeader: [UInt8] {
    NumpyArray(kind: "f", elementSize: 4, shape: [count, dimension]).header()
  }

  private func forEachRowBytes(_ body: (UnsafeRawBufferPointer) throws -> Void) throws {
    for row in 0..<count {
      try withVector(at: row) { try unsafe $0.withUnsafeBytes(body) }
    }
  }
}
