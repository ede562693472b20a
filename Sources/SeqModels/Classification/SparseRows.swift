import BLASCore

/// Documents as sparse rows: each feature at most once in a row, with a value.
struct SparseRows: Sendable {
  /// How the count of a feature becomes its value.
  enum Value: Sendable { case one, count, logCount }

  private(set) var starts = [0]
  private(set) var columns: [Int32] = []
  /// Empty when all values are 1.
  private(set) var values: [Float] = []
  let columnCount: Int

  /// How many rows there are.
  var count: Int { starts.count - 1 }

  /// Counts the features of each document.
  init(_ documents: DocumentFeatures, columnCount: Int, value: Value) {
    self.columnCount = columnCount
    columns.reserveCapacity(documents.features.count)
    // The row a column was last seen in, and where.
    var lastRow = [Int32](repeating: -1, count: columnCount)
    var place = [Int32](repeating: 0, count: value == .one ? 0 : columnCount)
    for row in 0..<documents.count {
      let start = columns.count
      documents.forEachFeature(of: row) { feature in
        let column = Int(feature)
        if lastRow[column] != Int32(row) {
          lastRow[column] = Int32(row)
          if value != .one {
            place[column] = Int32(columns.count - start)
            values.append(1)
          }
          columns.append(feature)
        } else if value != .one {
          values[start + Int(place[column])] += 1
        }
      }
      if value == .logCount {
        for at in start..<columns.count { values[at] = 1 + PortableMath.log(values[at]) }
      }
      starts.append(columns.count)
    }
  }

  /// In how many rows each column stands.
  var rowCounts: [Int32] {
    columns.reduce(into: [Int32](repeating: 0, count: columnCount)) { $0[Int($1)] += 1 }
  }
}
