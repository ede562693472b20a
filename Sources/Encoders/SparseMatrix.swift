import WordtoolCore

/// The rows every encoder makes: compressed sparse rows (CSR), which store the values that are not
/// zero and nothing else.
///
/// Row `r` has its values at `rowOffsets[r] ..< rowOffsets[r + 1]` of `values`, and their columns at
/// the same places of `columns`. Columns ascend within a row, none stands twice. Memory is 12 bytes
/// a stored value and 8 bytes a row, whatever the number of columns.
public struct SparseMatrix: Hashable, Sendable {
  /// How many rows there are.
  public let rowCount: Int
  /// How many columns there are, at most 2^31 - 1.
  public let columnCount: Int
  /// Where each row starts, and, last, how many values are stored: `rowCount + 1` numbers.
  public let rowOffsets: [Int]
  /// The column of each stored value, 0 ..< `columnCount`.
  public let columns: [Int32]
  /// The stored values, row by row.
  public private(set) var values: [Double]

  /// Puts a matrix together from its parts.
  ///
  /// - Throws: `WordtoolError` of kind `usage` when the parts do not fit one another as described
  ///   above.
  public init(
    rowCount: Int, columnCount: Int, rowOffsets: [Int], columns: [Int32], values: [Double]
  ) throws {
    if let problem = Self.problem(
      rowCount: rowCount, columnCount: columnCount, rowOffsets: rowOffsets, columns: columns,
      valueCount: values.count)
    {
      throw WordtoolError(
        .usage, found: problem, expected: "parts that make one matrix of compressed sparse rows")
    }
    self.init(
      checked: (), rowCount: rowCount, columnCount: columnCount, rowOffsets: rowOffsets,
      columns: columns, values: values)
  }

  /// Takes parts that fit by the way they were made.
  init(
    checked: Void, rowCount: Int, columnCount: Int, rowOffsets: [Int], columns: [Int32],
    values: [Double]
  ) {
    self.rowCount = rowCount
    self.columnCount = columnCount
    self.rowOffsets = rowOffsets
    self.columns = columns
    self.values = values
  }

  /// What is wrong with the parts, or nil.
  static func problem(
    rowCount: Int, columnCount: Int, rowOffsets: [Int], columns: [Int32], valueCount: Int
  ) -> String? {
    guard rowCount >= 0, columnCount >= 0, columnCount <= Int(Int32.max) else {
      return "\(rowCount) x \(columnCount) rows and columns"
    }
    guard rowOffsets.count - 1 == rowCount else {
      return "\(rowOffsets.count) row offsets for \(rowCount, "row")"
    }
    guard columns.count == valueCount else {
      return "\(columns.count, "column") for \(valueCount, "value")"
    }
    guard rowOffsets[0] == 0, rowOffsets[rowCount] == valueCount else {
      return "row offsets from \(rowOffsets[0]) to \(rowOffsets[rowCount]) for "
        + "\(valueCount, "value")"
    }
    for row in 0..<rowCount where rowOffsets[row] > rowOffsets[row + 1] {
      return "row \(row) from \(rowOffsets[row]) to \(rowOffsets[row + 1])"
    }
    for row in 0..<rowCount {
      var last = -1
      for place in rowOffsets[row]..<rowOffsets[row + 1] {
        let column = Int(columns[place])
        guard column > last, column < columnCount else {
          return "column \(column) after \(last) in row \(row) of a matrix of \(columnCount)"
        }
        last = column
      }
    }
    return nil
  }

  /// - Throws: ``WordtoolError`` of kind `usage` for another number of columns.
  func requireColumns(_ count: Int) throws {
    try OptionCheck.require(
      columnCount == count, found: "a matrix of \(columnCount, "column")", expected: "\(count)")
  }

  /// How many values are stored.
  public var storedCount: Int { values.count }

  /// Where the values of a row stand in ``columns`` and ``values``.
  ///
  /// - Parameter row: 0 ..< `rowCount`.
  public func places(ofRow row: Int) -> Range<Int> {
    precondition(row >= 0 && row < rowCount, "row \(row) of a matrix of \(rowCount)")
    return rowOffsets[row]..<rowOffsets[row + 1]
  }

  /// The stored values of a row with their columns, in the order of the columns.
  public func row(_ row: Int) -> [(column: Int, value: Double)] {
    places(ofRow: row).map { (Int(columns[$0]), values[$0]) }
  }

  /// One value; 0 where none is stored.
  ///
  /// - Complexity: O(log n) for a row of n stored values.
  public subscript(row: Int, column: Int) -> Double {
    precondition(column >= 0 && column < columnCount, "column \(column) of \(columnCount)")
    var places = places(ofRow: row)
    while !places.isEmpty {
      let middle = places.lowerBound + places.count / 2
      if Int(columns[middle]) == column { return values[middle] }
      if Int(columns[middle]) < column {
        places = middle + 1..<places.upperBound
      } else {
        places = places.lowerBound..<middle
      }
    }
    return 0
  }

  /// A row with its zeros.
  public func denseRow(_ row: Int) -> [Double] {
    var dense = [Double](repeating: 0, count: columnCount)
    for place in places(ofRow: row) { dense[Int(columns[place])] = values[place] }
    return dense
  }

  /// In how many rows each column has a stored value.
  public var documentFrequencies: [Int] {
    var counts = [Int](repeating: 0, count: columnCount)
    for column in columns { counts[Int(column)] += 1 }
    return counts
  }

  /// The sum of each column, added from the first row to the last.
  public var columnSums: [Double] {
    var sums = [Double](repeating: 0, count: columnCount)
    for place in columns.indices { sums[Int(columns[place])] += values[place] }
    return sums
  }

  /// The same places with other values.
  ///
  /// - Parameter transform: gets a stored value and its column.
  public func mapValues(_ transform: (Double, Int) -> Double) -> SparseMatrix {
    var result = self
    unsafe result.values.withUnsafeMutableBufferPointer { values in
      for place in values.indices {
        unsafe values[place] = transform(values[place], Int(columns[place]))
      }
    }
    return result
  }

  /// The lengths that rows can be brought to.
  public enum Norm: String, Codable, Hashable, Sendable, CaseIterable {
    /// The absolute values of a row add up to 1.
    case l1
    /// The squares of a row add up to 1.
    case l2
    /// Rows stay as they are.
    case none
  }

  /// The matrix with each row divided by its norm; rows of norm 0 stay as they are.
  public func normalized(_ norm: Norm) -> SparseMatrix {
    guard norm != .none else { return self }
    var result = self
    unsafe result.values.withUnsafeMutableBufferPointer { values in
      for row in 0..<rowCount {
        let places = rowOffsets[row]..<rowOffsets[row + 1]
        var sum = 0.0
        for place in places {
          unsafe sum += norm == .l1 ? abs(values[place]) : values[place] * values[place]
        }
        let length = norm == .l1 ? sum : sum.squareRoot()
        if length == 0 { continue }
        for place in places { unsafe values[place] /= length }
      }
    }
    return result
  }
}
