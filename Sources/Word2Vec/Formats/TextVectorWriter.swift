import WordtoolCore

extension WordVectors {
  /// Writes word2vec's binary format, with a newline after each vector as word2vec.c does.
  func writeWord2VecBinary(to file: OutputFile) throws {
    try file.write("\(count) \(dimension)\n")
    var row = [Float](repeating: 0, count: dimension)
    PresentWork.begin(.writing, of: count)
    for index in 0..<count {
      PresentWork.advance(1)
      try unsafe Format.word2vecBinary.check(word: storage.words.bytes(at: index), at: index)
      try unsafe file.write(UnsafeRawBufferPointer(storage.words.bytes(at: index)))
      try file.write([0x20])
      unsafe row.withUnsafeMutableBufferPointer {
        if let base = $0.baseAddress { unsafe storage.rows.copy(row: index, to: base) }
      }
      try unsafe row.withUnsafeBytes { try unsafe file.write($0) }
      try file.write([0x0A])
    }
  }

  /// Writes a line a word, each value with the fewest digits that read back as the same float.
  func writeText(to file: OutputFile, format: Format, threads: Int) throws {
    if format != .glove && format != .projector { try file.write("\(count) \(dimension)\n") }
    for index in 0..<count {
      try unsafe format.check(word: storage.words.bytes(at: index), at: index)
    }
    try writeLines(of: count, to: file, threads: threads) { text(of: $0, format: format) }
  }

  /// Writes what threads make of pieces of so many rows of `dimension` values, in their order.
  func writeLines(
    of count: Int, to file: OutputFile, threads: Int,
    text: @escaping @Sendable (Range<Int>) -> [UInt8]
  ) throws {
    // Enough rows for every thread, few enough to keep the text of one round small.
    let piece = Swift.max(1, 65_536 / dimension)
    let round = piece * Swift.max(1, threads) * 4
    var first = 0
    PresentWork.begin(.writing, of: count)
    while first < count {
      let rows = first..<Swift.min(count, first + round)
      let texts = Locked([[UInt8]](repeating: [], count: (rows.count + piece - 1) / piece))
      try VectorStorage.inPieces(of: rows.count, size: piece, threads: threads) { range in
        let made = text(
          range.lowerBound + rows.lowerBound..<range.upperBound + rows.lowerBound)
        texts.withLock { $0[range.lowerBound / piece] = made }
      }
      for text in texts.withLock({ $0 }) { try file.write(text) }
      PresentWork.advance(rows.count)
      first = rows.upperBound
    }
  }

  private func text(of rows: Range<Int>, format: Format) -> [UInt8] {
    var text: [UInt8] = []
    text.reserveCapacity(rows.count * (dimension * 13 + 16))
    for row in rows {
      // The projector's words stand in a file of their own.
      let isTable = format == .projector
      if !isTable { unsafe text.append(contentsOf: storage.words.bytes(at: row)) }
      for (column, value) in vector(at: row).enumerated() {
        if !isTable || column > 0 { text.append(isTable ? 0x09 : 0x20) }
        var digits = value.description
        digits.withUTF8 { unsafe text.append(contentsOf: $0) }
      }
      if format == .fastTextVec { text.append(0x20) }
      text.append(0x0A)
    }
    return text
  }
}
