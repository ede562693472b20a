import WordtoolCore

extension TermCounts {
  /// A matrix with the counts in the columns that the terms are given.
  ///
  /// - Parameters:
  ///   - columns: for each part, the column of each of its terms, or -1 to leave it out.
  ///   - negative: for each part, the terms whose counts are subtracted; empty for none.
  ///   - binary: stores 1 wherever something was counted.
  ///   - beside: done by one of the threads, while others begin with the rows.
  static func matrix(
    _ parts: [TermCounts], columns: [[Int32]], negative: [[Bool]] = [], columnCount: Int,
    binary: Bool, threads: Int, beside: (@Sendable () throws -> Void)? = nil
  ) throws -> SparseMatrix {
    var offsets = [0]
    offsets.reserveCapacity(parts.reduce(1) { $0 + $1.rowOffsets.count - 1 })
    var pieces: [Piece] = []
    for (part, columns) in zip(parts.indices, columns) {
      let (first, count) = (offsets.count - 1, parts[part].rowOffsets.count - 1)
      for row in stride(from: 0, to: count, by: Piece.rowCount) {
        pieces.append(
          Piece(part: part, rows: row..<min(row + Piece.rowCount, count), target: first + row))
      }
      parts[part].appendOffsets(columns, to: &offsets)
    }
    let rowCount = offsets.count - 1
    let size = offsets[rowCount]
    var ends = offsets
    var values: [Double] = []
    var allColumns = try unsafe [Int32](unsafeUninitializedCapacity: size) { columnRoom, count in
      values = try unsafe [Double](unsafeUninitializedCapacity: size) { valueRoom, valueCount in
        try unsafe ends.withUnsafeMutableBufferPointer { ends in
          let target = unsafe RowTarget(
            offsets: offsets, ends: ends, columns: columnRoom, values: valueRoom)
          try forEach(pieces, threads: threads, beside: beside) { piece, sorter in
            let negative = negative.isEmpty ? [] : negative[piece.part]
            for (index, row) in piece.rows.enumerated() {
              parts[piece.part].put(
                row: row, columns[piece.part], negative, binary: binary, by: &sorter, into: target,
                at: piece.target + index)
            }
          }
        }
        valueCount = size
      }
      count = size
    }
    if (0..<rowCount).contains(where: { ends[$0 + 1] < offsets[$0 + 1] }) {
      Self.closeGaps(&offsets, ends, &allColumns, &values)
    }
    return SparseMatrix(
      checked: (), rowCount: rowCount, columnCount: columnCount, rowOffsets: offsets,
      columns: allColumns, values: values)
  }

  /// Some rows of a part, and the first of them in the matrix.
  private struct Piece {
    static let rowCount = 1024
    var part: Int
    var rows: Range<Int>
    var target: Int
  }

  /// Runs `body` for all pieces, and `beside` before them: a thread that has done one takes the next.
  private static func forEach(
    _ pieces: [Piece], threads: Int, beside: (@Sendable () throws -> Void)?,
    _ body: @escaping @Sendable (Piece, inout RowSorter) -> Void
  ) throws {
    let next = Locked(beside == nil ? 0 : -1)
    let count = pieces.count + (beside == nil ? 0 : 1)
    try Workers.run(count: max(1, min(threads, count))) { _ in
      var sorter = RowSorter()
      while true {
        let number = next.withLock { next in
          defer { next += 1 }
          return next
        }
        if number < 0 {
          try beside?()
        } else if number < pieces.count {
          body(pieces[number], &sorter)
        } else {
          return
        }
      }
    }
  }

  /// Appends where each row ends, of terms that have a column.
  private func appendOffsets(_ columns: [Int32], to offsets: inout [Int]) {
    var end = offsets[offsets.count - 1]
    for row in 0..<rowOffsets.count - 1 {
      for place in rowOffsets[row]..<rowOffsets[row + 1] where columns[Int(terms[place])] >= 0 {
        end += 1
      }
      offsets.append(end)
    }
  }

  /// Puts a row's counts into their columns. Terms may share a column where hashes name it.
  private func put(
    row: Int, _ columns: [Int32], _ negative: [Bool], binary: Bool, by sorter: inout RowSorter,
    into target: RowTarget, at targetRow: Int
  ) {
    sorter.removeAll()
    for place in rowOffsets[row]..<rowOffsets[row + 1] {
      let term = Int(terms[place])
      let column = columns[term]
      if column < 0 { continue }
      let isNegative = !negative.isEmpty && negative[term]
      sorter.append(column, count: isNegative ? -counts[place] : counts[place])
    }
    sorter.sort()
    // SAFETY: the row has as much room as it has counts, and no other row does.
    let start = target.offsets[targetRow]
    var end = start
    for (column, count) in sorter {
      let value = binary ? 1 : Double(count)
      if end > start, unsafe target.columns[end - 1] == column {
        if !binary { unsafe target.values[end - 1] += value }
      } else {
        unsafe target.columns[end] = column
        unsafe target.values[end] = value
        end += 1
      }
    }
    unsafe target.ends[targetRow + 1] = end
  }

  /// Moves rows together that need less room than they have.
  private static func closeGaps(
    _ offsets: inout [Int], _ ends: [Int], _ columns: inout [Int32], _ values: inout [Double]
  ) {
    var target = 0
    for row in 0..<offsets.count - 1 {
      let places = offsets[row]..<ends[row + 1]
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

/// Where threads put rows, each its own.
@safe private struct RowTarget: @unchecked Sendable {
  // SAFETY: the owner lends the memory until all threads have ended; each writes other rows.
  let offsets: [Int]
  let ends: UnsafeMutableBufferPointer<Int>
  let columns: UnsafeMutableBufferPointer<Int32>
  let values: UnsafeMutableBufferPointer<Double>

  init(
    offsets: [Int], ends: UnsafeMutableBufferPointer<Int>,
    columns: UnsafeMutableBufferPointer<Int32>, values: UnsafeMutableBufferPointer<Double>
  ) {
    self.offsets = offsets
    unsafe self.ends = ends
    unsafe self.columns = columns
    unsafe self.values = values
  }
}
