import WordtoolCore

extension WordVectors {
  /// The same vectors with something in the place of what a format cannot hold in words: blanks, tabs and
  /// ends of lines.
  ///
  /// - Parameters:
  ///   - replacement: what stands for each: `_`.
  ///   - format: the format that the vectors are for.
  /// - Throws: `WordtoolError`: `usage` for a format that holds every word, or a replacement that it
  ///   does not hold; `badData` when a word becomes one that is there already.
  public func replacingBlanks(with replacement: String, for format: Format) throws -> WordVectors {
    guard !format.holds(0x0A) else {
      throw WordtoolError(
        .usage, found: "a replacement of blanks for \(format.rawValue), which holds all words",
        expected: "none")
    }
    guard !replacement.isEmpty, replacement.utf8.allSatisfy(format.holds) else {
      throw WordtoolError(
        .usage, found: "'\(replacement)' in the place of blanks",
        expected: "letters that \(format.rawValue) can hold: _")
    }
    var builder = WordTableBuilder(expectedCount: count)
    var changed: [Int] = []
    for row in 0..<count {
      let bytes = unsafe storage.words.bytes(at: row)
      if unsafe bytes.allSatisfy(format.holds) {
        unsafe builder.append(bytes)
      } else {
        var word: [UInt8] = []
        for index in bytes.indices {
          let byte = unsafe bytes[index]
          if format.holds(byte) { word.append(byte) } else { word += Array(replacement.utf8) }
        }
        unsafe word.withUnsafeBufferPointer { unsafe builder.append($0) }
        changed.append(row)
      }
    }
    guard !changed.isEmpty else { return self }
    let (table, owners, duplicates) = builder.finish()
    if let row = duplicates.first {
      // The changed word may come before the one that was there.
      let other = changed.contains(row) ? row : changed.first { $0 < row } ?? row
      throw WordtoolError(
        .badData, path: path,
        found: "'\(word(at: other))' becomes a word that is there already",
        expected: "no two alike", remedy: "put something else in the place of blanks")
    }
    return unsafe WordVectors(
      storage: VectorStorage(
        rows: storage.rows, norms: storage.norms, counts: storage.counts, words: table,
        owners: owners + [storage], isRead: false, composer: storage.composer),
      metadata: metadata,
      warnings: warnings, format: self.format, name: name, path: path)
  }
}
