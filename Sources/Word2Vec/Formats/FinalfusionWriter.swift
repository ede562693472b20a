import WordtoolCore

extension WordVectors {
  /// Writes finalfusion's format: words, rows of length 1, and the lengths they had.
  func writeFinalfusion(to file: OutputFile) throws {
    try file.requirePlain("a finalfusion file")
    let metadata = self.metadata["finalfusion"].map { Array($0.utf8) }
    typealias Chunk = FinalfusionReader.Chunk
    var kinds: [Chunk] = [.simpleVocabulary, .array, .norms]
    if metadata != nil { kinds.insert(.metadata, at: 0) }
    var head = FinalfusionReader.signature
    func append<Number: FixedWidthInteger>(_ number: Number) {
      unsafe withUnsafeBytes(of: number.littleEndian) { unsafe head.append(contentsOf: $0) }
    }
    var written = 0
    func flush() throws {
      try file.write(head)
      written += head.count
      head = []
    }
    /// Begins a chunk of floats: its kind, its length, the extents, the type and the padding.
    func begin(_ kind: Chunk, extents: [UInt32], count floats: Int) throws {
      append(kind.rawValue)
      let padding = 4 - (written + head.count) % 4
      append(UInt64(8 + 4 * extents.count + 4 + padding + 4 * floats))
      append(UInt64(count))
      for extent in extents { append(extent) }
      append(UInt32(10))
      head += [UInt8](repeating: 0, count: padding)
      try flush()
      written += 4 * floats
    }

    append(UInt32(0))
    append(UInt32(kinds.count))
    for kind in kinds { append(kind.rawValue) }
    if let metadata {
      append(Chunk.metadata.rawValue)
      append(UInt64(metadata.count))
      head += metadata
    }
    append(Chunk.simpleVocabulary.rawValue)
    let textCount = (0..<count).reduce(0) { unsafe $0 + storage.words.bytes(at: $1).count }
    append(UInt64(8 + 4 * count + textCount))
    append(UInt64(count))
    try file.expect(byteCount: head.count + textCount + 8 * count + 4 * count * dimension)
    for row in 0..<count {
      let word = unsafe storage.words.bytes(at: row)
      append(UInt32(word.count))
      unsafe head += Array(word)
      if head.count > 1 << 16 { try flush() }
    }
    try begin(.array, extents: [UInt32(dimension)], count: count * dimension)
    for row in 0..<count {
      try unsafe storage.unitVector(row: row).withUnsafeBytes { try unsafe file.write($0) }
    }
    try begin(.norms, extents: [], count: count)
    for row in 0..<count {
      try unsafe withUnsafeBytes(of: storage.norms[row].bitPattern.littleEndian) {
        try unsafe file.write($0)
      }
    }
  }
}
