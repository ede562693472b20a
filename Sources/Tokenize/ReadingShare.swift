import WordtoolCore

/// Which parts of some files a rank reads: as many bytes as the others, in the order of the ranks.
///
/// Files that are read as they are stored are cut behind a line feed, where no rule for words looks across.
/// A file that is unpacked or converted is read by the rank in whose share it begins.
struct ReadingShare {
  /// What is read.
  let parts: [TextPart]
  /// The bytes of it, as they are stored.
  let byteCount: Int

  /// - Parameters:
  ///   - files: the same for all ranks.
  ///   - encoding: of the text.
  ///   - rank: 0 ..< rankCount.
  /// - Throws: `WordtoolError`: `usage` for what is no file; `noSuchInput`, `inputOutput`, and `badData` for
  ///   what is no text.
  init(of files: [String], encoding: TextEncoding, rank: Int, rankCount: Int) throws {
    let sizes = try files.map { file in
      guard let size = InputFiles.totalByteCount([file]) else {
        throw WordtoolError(
          .usage, path: file, found: "no regular file, to be read by \(rankCount, "rank")",
          expected: "a file that each of them can read a part of")
      }
      return size
    }
    let total = sizes.reduce(0, +)
    // In steps of a rank each, so that nothing overflows.
    let share =
      Self.bound(rank, of: total, rankCount)..<Self.bound(rank + 1, of: total, rankCount)
    var parts: [TextPart] = []
    var byteCount = 0
    var start = 0
    for (file, size) in zip(files, sizes) {
      let own = share.lowerBound - start..<share.upperBound - start
      start += size
      if size == 0 { continue }
      if own.lowerBound <= 0, own.upperBound >= size {
        parts.append(TextPart(path: file))
        byteCount += size
      } else if own.overlaps(0..<size) {
        if encoding == .utf8, try TextSource(path: file).isPlain {
          let range =
            try Self.cut(file, size, own.lowerBound)..<Self.cut(file, size, own.upperBound)
          if range.isEmpty { continue }
          parts.append(TextPart(path: file, range: range))
          byteCount += range.count
        } else if own.contains(0) {
          parts.append(TextPart(path: file))
          byteCount += size
        }
      }
    }
    self.parts = parts
    self.byteCount = byteCount
  }

  /// Where the share of a rank begins among all bytes.
  private static func bound(_ rank: Int, of total: Int, _ rankCount: Int) -> Int {
    total / rankCount * rank + total % rankCount * rank / rankCount
  }

  /// The first place at or behind an offset where a line begins, or the end of the file.
  private static func cut(_ file: String, _ size: Int, _ offset: Int) throws -> Int {
    if offset <= 0 { return 0 }
    if offset >= size { return size }
    let source = try ByteSource(path: file, range: offset - 1..<size)
    var at = offset - 1
    return try unsafe withUnsafeTemporaryAllocation(byteCount: 1 << 16, alignment: 16) { room in
      while case let count = try unsafe source.read(into: room), count > 0 {
        if let end = unsafe room[..<count].firstIndex(of: UInt8(ascii: "\n")) {
          return at + end + 1
        }
        at += count
      }
      return size
    }
  }
}
