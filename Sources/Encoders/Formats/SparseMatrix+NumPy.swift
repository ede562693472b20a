import NumPyFiles
package import WordtoolCore

extension SparseMatrix {
  /// The bytes of all values, zeros too, as 64-bit floats; the largest number when there is none for it.
  package var denseByteCount: Int {
    let (values, isLarge) = rowCount.multipliedReportingOverflow(by: columnCount)
    let (bytes, isLarger) = values.multipliedReportingOverflow(by: 8)
    return isLarge || isLarger ? .max : bytes
  }

  /// Writes the matrix as `scipy.sparse.save_npz` does: CSR, 64-bit floats, without compression.
  ///
  /// - Throws: `WordtoolError`: `cannotCreate`, `inputOutput`.
  public func writeNPZ(to path: String) throws {
    try OutputFile.write(to: path) { try writeNPZ(to: $0) }
  }

  /// Writes into an open file.
  package func writeNPZ(to output: OutputFile) throws {
    // The two index arrays have one type.
    let isSmall = storedCount <= Int(Int32.max)
    let offsets =
      (isSmall ? NumpyArray.integers(rowOffsets.map { Int32($0) }) : .integers(rowOffsets))
      .member("indptr.npy")
    let indices =
      isSmall
      ? NumpyArray.member("indices.npy", columns)
      : NumpyArray.integers(columns.map { Int($0) }).member("indices.npy")
    let format = NumpyArray(kind: "S", elementSize: 3, shape: [], data: Array("csr".utf8))
    try ZipArchive.write(
      [
        indices, offsets, format.member("format.npy"),
        NumpyArray.integers([rowCount, columnCount]).member("shape.npy"),
        NumpyArray.member("data.npy", values),
      ], to: output)
  }

  /// Writes all values, zeros too, as a NumPy array of [rows, columns], 64-bit floats.
  ///
  /// Rows are written one after another: the file has 8 · rows · columns bytes, the memory of one
  /// row is taken.
  ///
  /// - Throws: `WordtoolError`: `cannotCreate`; `usage` for a name that asks for gzip; `inputOutput`,
  ///   before anything is written when the disk has not the room.
  public func writeNPY(to path: String) throws {
    try OutputFile.write(to: path) { try writeNPY(to: $0) }
  }

  /// Writes into an open file.
  package func writeNPY(to output: OutputFile) throws {
    try output.requirePlain("a NumPy array")
    try output.expect(byteCount: denseByteCount)
    try output.write(NumpyArray.doubles([], shape: [rowCount, columnCount]).header())
    for row in 0..<rowCount {
      try output.write(NumpyArray.littleEndian(denseRow(row)))
    }
  }
}
