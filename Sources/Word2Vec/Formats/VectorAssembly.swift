import WordtoolCore

/// Makes vectors of what a reader has found: checks the words and drops repeated ones.
struct VectorAssembly {
  let path: String
  let format: WordVectors.Format
  let dimension: Int
  /// [count, dimension], all filled.
  let rows: any AssembledRows
  /// The list the words stand in, where that is another file than the vectors'.
  var wordPath: String?
  /// Facts that are kept with the vectors.
  var metadata: [String: String] = [:]
  var warnings: [String] = []
  /// How often each word occurred, where the file says so.
  var counts: [Int64]?
  /// Gives vectors for words that have no row.
  var composer: (any WordComposer)?

  init(path: String, format: WordVectors.Format, dimension: Int, rows: any AssembledRows) {
    self.path = path
    self.format = format
    self.dimension = dimension
    self.rows = rows
  }

  init(path: String, format: WordVectors.Format, dimension: Int, rows: Allocation) {
    self.init(path: path, format: format, dimension: dimension, rows: TableRows(rows))
  }

  /// Makes the vectors.
  ///
  /// - Parameters:
  ///   - words: where each word's bytes are.
  ///   - bytes: what the words stand in.
  ///   - position: the place of a word for messages.
  func finish(
    words: UnsafeBufferPointer<Place>, bytes: UnsafeRawBufferPointer,
    options: WordVectors.ReadOptions, position: (Int) -> WordtoolError.Position?
  ) throws -> WordVectors {
    guard dimension <= VectorStorage.maximumDimension else {
      throw WordtoolError(
        .badData, path: path, found: "vectors of \(dimension, "value")",
        expected: "at most \(VectorStorage.maximumDimension)")
    }
    var warnings = warnings
    var builder = WordTableBuilder(expectedCount: words.count)
    var faults = WordFaults(format)
    for row in words.indices {
      let place = unsafe words[row]
      let raw = unsafe UnsafeRawBufferPointer(
        rebasing: bytes[place.start..<place.start + place.count])
      let word = unsafe UnsafeBufferPointer(
        start: raw.baseAddress?.assumingMemoryBound(to: UInt8.self), count: raw.count)
      unsafe faults.look(at: word, row: row)
      if unsafe UTF8Check.isValid(word) {
        unsafe builder.append(word)
      } else if options.lossy {
        faults.addRepaired()
        unsafe builder.append(String(decoding: word, as: UTF8.self))
      } else {
        throw WordtoolError(
          .badData, path: wordPath ?? path, at: position(row),
          found:
            unsafe "the word '\(String(decoding: word.prefix(60), as: UTF8.self))' is not UTF-8",
          expected: "UTF-8",
          remedy: "`lossy` keeps it with U+FFFD in place of bad bytes"
            + (format == .word2vecBinary && row > 0
              ? "; in this format \(Word2VecBinaryReader.shift)" : ""))
      }
    }
    warnings += faults.warnings

    var rows = rows
    var layout = rows.source(dimension: dimension)
    let (normMemory, firstBad) = try VectorStorage.norms(
      of: layout, count: words.count, threads: options.threads)
    if let (row, column) = firstBad {
      throw WordtoolError(
        .badData, path: path, at: wordPath == nil ? position(row) : nil,
        found: "value \(column + 1) of row \(row + 1) is not a finite number",
        expected: "finite numbers", remedy: "the training that made the file went wrong")
    }

    let (table, owners, duplicates) = builder.finish()
    let norms = unsafe normMemory.buffer(of: Float.self, count: words.count)
    if let warning = unsafe WordFaults.warning(ofLengths: UnsafeBufferPointer(norms)) {
      warnings.append(warning)
    }
    var counts = counts
    if let first = duplicates.first {
      warnings.append(
        "\(duplicates.count == 1 ? "a repeated word was" : "\(duplicates.count) repeated words were")"
          + " left out, the first in row \(first + 1)")
      rows = rows.without(duplicates, of: words.count, dimension: dimension)
      layout = rows.source(dimension: dimension)
      unsafe Self.drop(duplicates, from: norms)
      for row in duplicates.reversed() { counts?.remove(at: row) }
    }
    let countMemory = unsafe counts.map { unsafe Allocation.copy(of: $0) }
    let storage = unsafe VectorStorage(
      rows: layout,
      norms: UnsafeBufferPointer(rebasing: UnsafeBufferPointer(norms)[..<table.count]),
      counts: countMemory?.1, words: table,
      owners: owners + [rows.owner, normMemory] + (countMemory.map { unsafe [$0.0] } ?? []),
      composer: composer)
    return WordVectors(
      storage: storage, metadata: metadata, warnings: warnings, format: format, name: path,
      path: path)
  }

  /// Moves the lengths of the rows that stay together.
  private static func drop(_ dropped: [Int], from norms: UnsafeMutableBufferPointer<Float>) {
    var skip = dropped[...]
    var target = 0
    for row in norms.indices {
      if row == skip.first {
        skip.removeFirst()
        continue
      }
      unsafe norms[target] = norms[row]
      target += 1
    }
  }
}

/// Rows of floats that a reader has found, and what keeps them there.
protocol AssembledRows: Sendable {
  /// The memory or the file that the rows lie in.
  var owner: AnyObject { get }
  /// The rows as vectors have them.
  func source(dimension: Int) -> any RowSource
  /// The rows but for some, in rising order, of `count`.
  func without(_ dropped: [Int], of count: Int, dimension: Int) -> Self
}

/// Rows that lie one after another, in memory of our own or in a mapped file.
@safe struct TableRows: AssembledRows, @unchecked Sendable {
  // Sendable: nothing writes to the rows once they are here.

  let base: UnsafePointer<Float>?
  let owner: AnyObject

  /// Rows of a file.
  init(_ base: UnsafePointer<Float>?, owner: AnyObject) {
    unsafe self.base = base
    self.owner = owner
  }

  /// Rows that were made, in all of the memory.
  init(_ memory: Allocation) {
    let base = unsafe memory.bytes.baseAddress?.assumingMemoryBound(to: Float.self)
    unsafe self.init(base.map { unsafe UnsafePointer($0) }, owner: memory)
  }

  func source(dimension: Int) -> any RowSource {
    unsafe Float32Rows(base, dimension: dimension, stride: dimension)
  }

  func without(_ dropped: [Int], of count: Int, dimension: Int) -> TableRows {
    let memory = Allocation(byteCount: 4 * (count - dropped.count) * dimension)
    let values = unsafe memory.buffer(of: Float.self, count: (count - dropped.count) * dimension)
    guard let base = unsafe base, var target = values.baseAddress else { return TableRows(memory) }
    var skip = dropped[...]
    for row in 0..<count {
      if row == skip.first {
        skip.removeFirst()
        continue
      }
      unsafe target.update(from: base + row * dimension, count: dimension)
      unsafe target += dimension
    }
    return TableRows(memory)
  }
}

/// Where a word's bytes are in a file.
struct Place: BitwiseCopyable {
  var start: Int
  var count: Int
}
