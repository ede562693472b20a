import Networks

// Moving values. Wherever `adds` is set the result is added to what is there.
extension NetworkScalar {
  /// Copies or adds; nothing to do where both are one place and nothing is added.
  static func pass(_ values: Input, into results: Output, count: Int, adds: Bool) {
    if adds {
      unsafe addScaled(values, factor: 1, into: results, count: count)
    } else if unsafe values != UnsafePointer(results) {
      unsafe results.update(from: values, count: count)
    }
  }

  /// results[c][r] = values[r][c].
  static func transpose(
    rows: Int, columns: Int, _ values: Input, into results: Output, adds: Bool
  ) {
    let block = 16
    for top in stride(from: 0, to: rows, by: block) {
      for left in stride(from: 0, to: columns, by: block) {
        for column in left..<min(left + block, columns) {
          let (source, target) = unsafe (values + column, results + column * rows)
          for row in top..<min(top + block, rows) {
            let value = unsafe source[row * columns]
            unsafe target[row] = adds ? target[row] + value : value
          }
        }
      }
    }
  }
}
