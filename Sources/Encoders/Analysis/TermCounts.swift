import WordtoolCore

/// How often each term stands in each of some consecutive texts, by numbers of the counter's own.
struct TermCounts: Sendable {
  /// The terms by number, when the counter learnt them.
  let table: ByteStringTable
  /// Where each row starts in `terms` and `counts`.
  var rowOffsets = [0]
  /// Numbers of terms, in the order of their first appearance in the text.
  var terms: [Int32] = []
  var counts: [Int32] = []
  /// In how many texts each term stands, and how often in all of them.
  var documentFrequencies: [Int] = []
  var totals: [Int] = []

  /// Counts the terms of some texts.
  ///
  /// - Parameters:
  ///   - range: which texts.
  ///   - known: the terms to count; nil counts and learns every term.
  init(
    _ documents: Documents, _ range: Range<Int>, _ analysis: TextAnalysis, known: ByteStringTable?
  )
    throws
  {
    let analyzer = try TermAnalyzer(analysis)
    var table = known ?? ByteStringTable()
    // Everything about a term in one place: one cache line a look-up.
    var tallies = [Tally](repeating: Tally(), count: table.count)
    var terms: [Int32] = []
    var counts: [Int32] = []
    var offsets = [0]
    let learns = known == nil
    unsafe documents.bytes.withUnsafeBufferPointer { bytes in
      for document in range {
        let stamp = Int32(truncatingIfNeeded: document - range.lowerBound)
        let text = unsafe UnsafeBufferPointer(rebasing: bytes[documents.ranges[document]])
        unsafe analyzer.forEachTerm(text) { term in
          let id: Int
          if learns {
            let (number, isNew) = unsafe table.add(term)
            if isNew { tallies.append(Tally()) }
            id = Int(number)
          } else {
            guard let number = unsafe table.find(term) else { return }
            id = Int(number)
          }
          unsafe tallies.withUnsafeMutableBufferPointer { tallies in
            unsafe tallies[id].total += 1
            if unsafe tallies[id].stamp == stamp {
              unsafe counts[tallies[id].place] += 1
            } else {
              unsafe tallies[id].stamp = stamp
              unsafe tallies[id].place = terms.count
              unsafe tallies[id].frequency += 1
              terms.append(Int32(truncatingIfNeeded: id))
              counts.append(1)
            }
          }
        }
        offsets.append(terms.count)
      }
    }
    self.table = table
    rowOffsets = offsets
    self.terms = terms
    self.counts = counts
    documentFrequencies = tallies.map { Int($0.frequency) }
    totals = tallies.map(\.total)
  }

  private struct Tally {
    var total = 0
    /// Where the count of the text at hand is.
    var place = 0
    /// The last text that held the term.
    var stamp: Int32 = -1
    var frequency: Int32 = 0
  }

  /// Counts all texts on some threads, consecutive texts each.
  static func count(
    _ documents: Documents, _ analysis: TextAnalysis, known: ByteStringTable? = nil, threads: Int
  ) throws -> [TermCounts] {
    try analysis.validate()
    try OptionCheck.requireThreads(threads)
    let pieces = documents.pieces(count: max(1, min(threads, documents.count)))
    return try Self.map(count: pieces.count) { index in
      try TermCounts(documents, pieces[index], analysis, known: known)
    }
  }

  /// Runs `body` on a thread for each number and returns the results in the order of numbers.
  static func map<Result: Sendable>(
    count: Int, _ body: @escaping @Sendable (Int) throws -> Result
  ) throws -> [Result] {
    let results = Locked([Result?](repeating: nil, count: count))
    try Workers.run(count: count) { index in
      let result = try body(index)
      results.withLock { $0[index] = result }
    }
    return results.withLock { $0 }.compactMap { $0 }
  }

  /// A matrix with the counts in the columns that the terms are given.
  ///
  /// - Parameters:
  ///   - columns: for each part, the column of each of its terms, or -1 to leave it out.
  ///   - negative: for each part, the terms whose counts are subtracted; empty for none.
  ///   - binary: stores 1 wherever something was counted.
  static func matrix(
    _ parts: [TermCounts], columns: [[Int32]], negative: [[Bool]] = [], columnCount: Int,
    binary: Bool
  ) throws -> SparseMatrix {
    let rows = try map(count: parts.count) { index in
      parts[index].rows(
        columns: columns[index], negative: negative.isEmpty ? [] : negative[index], binary: binary)
    }
    if rows.count == 1 {
      return SparseMatrix(
        checked: (), rowCount: rows[0].offsets.count - 1, columnCount: columnCount,
        rowOffsets: rows[0].offsets, columns: rows[0].columns, values: rows[0].values)
    }
    var offsets = [0]
    offsets.reserveCapacity(rows.reduce(1) { $0 + $1.offsets.count - 1 })
    var allColumns: [Int32] = []
    var values: [Double] = []
    allColumns.reserveCapacity(rows.reduce(0) { $0 + $1.columns.count })
    values.reserveCapacity(rows.reduce(0) { $0 + $1.columns.count })
    for part in rows {
      let base = allColumns.count
      for offset in part.offsets.dropFirst() { offsets.append(base + offset) }
      allColumns += part.columns
      values += part.values
    }
    return SparseMatrix(
      checked: (), rowCount: offsets.count - 1, columnCount: columnCount, rowOffsets: offsets,
      columns: allColumns, values: values)
  }

  fileprivate struct Rows: Sendable {
    var offsets = [0]
    var columns: [Int32] = []
    var values: [Double] = []
  }

  /// Puts the counts into their columns.
  ///
  /// Rows come out in the order of columns without any sorting of rows: the counts are first put
  /// together by term, then dealt out to the rows, one term after another in the order of columns.
  private func rows(columns: [Int32], negative: [Bool], binary: Bool) -> Rows {
    let rowCount = rowOffsets.count - 1
    // In how many of these texts each term stands, and from that where its entries begin.
    var nextOfTerm = [Int](repeating: 0, count: columns.count + 1)
    for term in terms { nextOfTerm[Int(term) + 1] += 1 }
    for term in 0..<columns.count { nextOfTerm[term + 1] += nextOfTerm[term] }
    let startOfTerm = nextOfTerm
    var rowOfEntry = [Int32](repeating: 0, count: terms.count)
    var countOfEntry = [Int32](repeating: 0, count: terms.count)
    var rows = Rows()
    rows.offsets = [Int](repeating: 0, count: rowCount + 1)
    for row in 0..<rowCount {
      var size = 0
      for place in rowOffsets[row]..<rowOffsets[row + 1] {
        let term = Int(terms[place])
        let entry = nextOfTerm[term]
        nextOfTerm[term] = entry + 1
        rowOfEntry[entry] = Int32(truncatingIfNeeded: row)
        countOfEntry[entry] = counts[place]
        if columns[term] >= 0 { size += 1 }
      }
      rows.offsets[row + 1] = rows.offsets[row] + size
    }

    let order = columns.indices.filter { columns[$0] >= 0 }
      .map { UInt64(columns[$0]) << 32 | UInt64($0) }.sorted()
    let size = rows.offsets[rowCount]
    rows.columns = [Int32](repeating: 0, count: size)
    rows.values = [Double](repeating: 0, count: size)
    var next = rows.offsets
    var hasShared = false
    for key in order {
      let term = Int(key & 0xFFFF_FFFF)
      let column = Int32(truncatingIfNeeded: key >> 32)
      let sign: Double = negative.isEmpty || !negative[term] ? 1 : -1
      for entry in startOfTerm[term]..<startOfTerm[term + 1] {
        let row = Int(rowOfEntry[entry])
        let value = binary ? 1 : sign * Double(countOfEntry[entry])
        let place = next[row]
        // Terms may share a column where hashes name it.
        if place > rows.offsets[row], rows.columns[place - 1] == column {
          if !binary { rows.values[place - 1] += value }
          hasShared = true
        } else {
          rows.columns[place] = column
          rows.values[place] = value
          next[row] = place + 1
        }
      }
    }
    if hasShared { rows.closeGaps(ends: next) }
    return rows
  }
}

extension TermCounts.Rows {
  /// Moves rows together that need less room than they have.
  fileprivate mutating func closeGaps(ends: [Int]) {
    var target = 0
    for row in 0..<offsets.count - 1 {
      let places = offsets[row]..<ends[row]
      offsets[row] = target
      for place in places {
        columns[target] = columns[place]
        values[target] = values[place]
        target += 1
      }
    }
    offsets[offsets.count - 1] = target
    columns.removeLast(columns.count - target)
    values.removeLast(values.count - target)
  }
}
