/// Puts a matrix together row by row.
struct SparseMatrixBuilder {
  let columnCount: Int
  private(set) var rowOffsets = [0]
  private(set) var columns: [Int32] = []
  private(set) var values: [Double] = []
  private var pending: [(column: Int32, value: Double)] = []

  init(columnCount: Int) {
    precondition(columnCount <= Int(Int32.max), "\(columnCount) columns are too many")
    self.columnCount = columnCount
  }

  /// Adds to a value of the row that is being made; the order of columns is free.
  mutating func add(_ value: Double, column: Int) {
    assert(column >= 0 && column < columnCount)
    pending.append((Int32(truncatingIfNeeded: column), value))
  }

  /// Ends the row. Values of one column are added up in the order they came.
  mutating func endRow() {
    var isSorted = true
    for index in pending.indices.dropFirst()
    where pending[index - 1].column >= pending[index].column {
      isSorted = false
    }
    if !isSorted {
      let order = pending.indices.sorted {
        (pending[$0].column, $0) < (pending[$1].column, $1)
      }
      pending = order.map { pending[$0] }
    }
    let start = columns.count
    for entry in pending {
      if columns.count > start, columns[columns.count - 1] == entry.column {
        values[values.count - 1] += entry.value
      } else {
        columns.append(entry.column)
        values.append(entry.value)
      }
    }
    pending.removeAll(keepingCapacity: true)
    rowOffsets.append(columns.count)
  }

  /// The matrix of the rows that were ended.
  consuming func finish() -> SparseMatrix {
    SparseMatrix(
      checked: (), rowCount: rowOffsets.count - 1, columnCount: columnCount,
      rowOffsets: rowOffsets, columns: columns, values: values)
  }
}
