public import WordtoolCore

extension SparseMatrix {
  /// Writes the matrix as `scipy.sparse.save_npz` does: CSR, 64-bit floats, without compression.
  ///
  /// - Throws: ``WordtoolError`` of kind `inputOutput`.
  public func writeNPZ(to output: OutputFile) throws {
    let offsets =
      storedCount <= Int(Int32.max)
      ? NumpyArray.integers(rowOffsets.map { Int32($0) }) : NumpyArray.integers(rowOffsets)
    // The two index arrays have one type.
    let indices =
      storedCount <= Int(Int32.max)
      ? NumpyArray.integers(columns) : NumpyArray.integers(columns.map { Int($0) })
    let format = NumpyArray(kind: "S", elementSize: 3, shape: [], data: Array("csr".utf8))
    let members = [
      ("indices.npy", indices), ("indptr.npy", offsets), ("format.npy", format),
      ("shape.npy", .integers([rowCount, columnCount])),
      ("data.npy", .doubles(values, shape: [values.count])),
    ]
    try ZipArchive.write(members.map { ($0, $1.header(), $1.data) }, to: output)
  }

  /// Writes all values, zeros too, as a NumPy array of [rows, columns], 64-bit floats.
  ///
  /// Rows are written one after another: the file has 8 · rows · columns bytes, the memory of one
  /// row is taken.
  ///
  /// - Throws: ``WordtoolError`` of kind `inputOutput`.
  public func writeNPY(to output: OutputFile) throws {
    try output.write(NumpyArray.doubles([], shape: [rowCount, columnCount]).header())
    for row in 0..<rowCount {
      try output.write(NumpyArray.littleEndian(denseRow(row)))
    }
  }

  /// Reads what `scipy.sparse.save_npz` wrote as CSR, compressed or not.
  ///
  /// Columns are sorted within rows and values of one place added up.
  ///
  /// - Throws: ``WordtoolError``: `noSuchInput`, or `badData` for the first thing that does not fit.
  public init(npz path: String) throws {
    let file = try MappedFile(path: path)
    // No member unpacks to more than what deflate can do, checked again below.
    let limit = file.bytes.count.multipliedReportingOverflow(by: 1032).partialValue
    var arrays: [String: NumpyArray] = [:]
    for member in try ZipArchive.members(of: file.bytes, path: path, limit: max(limit, 0)) {
      arrays[member.name] = try NumpyArray(member.bytes, path: path)
    }
    func fail(_ found: String, _ expected: String) -> WordtoolError {
      WordtoolError(.badData, path: path, found: found, expected: expected)
    }
    func array(_ name: String) throws -> NumpyArray {
      guard let array = arrays[name + ".npy"] else {
        throw fail("no array '\(name)'", "a sparse matrix saved by scipy.sparse.save_npz")
      }
      return array
    }
    let format = try array("format")
    let name = String(
      decoding: format.data.filter { $0 != 0 && $0 < 0x80 }, as: UTF8.self)
    guard name == "csr" else {
      throw fail("a matrix in the format '\(name)'", "'csr'")
    }
    guard let shape = try array("shape").integers(), shape.count == 2,
      let indices = try array("indices").integers(), let offsets = try array("indptr").integers(),
      let values = try array("data").doubles()
    else { throw fail("arrays that hold no numbers", "two extents, indices, indptr and data") }
    try self.init(
      rowCount: shape[0], columnCount: shape[1], unsortedRows: offsets, columns: indices,
      values: values, fail: fail)
  }

  /// Reads a NumPy array of two dimensions; zeros are not stored.
  ///
  /// - Throws: ``WordtoolError``: `noSuchInput`, or `badData` for the first thing that does not fit.
  public init(npy path: String) throws {
    let file = try MappedFile(path: path)
    let array = try NumpyArray(file.bytes, path: path)
    guard array.shape.count == 2, array.shape[1] <= Int(Int32.max), let values = array.doubles()
    else {
      throw WordtoolError(
        .badData, path: path, found: "an array of the shape \(array.shape)",
        expected: "two dimensions of numbers")
    }
    // Rows without columns take no bytes of the file, but memory here.
    guard array.shape[1] > 0 || array.shape[0] <= file.bytes.count else {
      throw WordtoolError(
        .badData, path: path, found: "\(array.shape[0]) rows without columns",
        expected: "at least one column")
    }
    var builder = SparseMatrixBuilder(columnCount: array.shape[1])
    for row in 0..<array.shape[0] {
      for column in 0..<array.shape[1] {
        let value = values[row * array.shape[1] + column]
        if value != 0 { builder.add(value, column: column) }
      }
      builder.endRow()
    }
    self = builder.finish()
  }

  /// Sorts and checks what a file holds.
  init(
    rowCount: Int, columnCount: Int, unsortedRows offsets: [Int], columns: [Int],
    values: [Double], fail: (String, String) -> WordtoolError
  ) throws {
    guard rowCount >= 0, columnCount >= 0, columnCount <= Int(Int32.max) else {
      throw fail("\(rowCount) x \(columnCount) rows and columns", "at most 2^31 - 1 columns")
    }
    guard offsets.count >= 1, offsets.count - 1 == rowCount, offsets[0] == 0,
      offsets[rowCount] == values.count, columns.count == values.count
    else {
      throw fail(
        "\(offsets.count) row offsets, \(columns.count) columns and \(values.count) values",
        "what fits \(rowCount) rows")
    }
    for row in 0..<rowCount where offsets[row] > offsets[row + 1] {
      throw fail("row \(row) from \(offsets[row]) to \(offsets[row + 1])", "rising offsets")
    }
    if let column = columns.first(where: { $0 < 0 || $0 >= columnCount }) {
      throw fail("column \(column)", "0 to \(columnCount - 1)")
    }
    var builder = SparseMatrixBuilder(columnCount: columnCount)
    for row in 0..<rowCount {
      for place in offsets[row]..<offsets[row + 1] {
        builder.add(values[place], column: columns[place])
      }
      builder.endRow()
    }
    self = builder.finish()
  }
}
