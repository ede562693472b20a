import BLASCore
import NumPyFiles
import WordtoolCore

/// A table of numbers as it stands in a file, with as many rows as there are words.
///
/// Sendable: the bytes are only read, and `owner` keeps them alive.
@safe struct NumericTable: @unchecked Sendable {
  /// The types of numbers that vectors come in.
  enum Element: Sendable {
    case float16, bfloat16, float32, float64, int8

    var byteCount: Int {
      switch self {
      case .int8: 1
      case .float16, .bfloat16: 2
      case .float32: 4
      case .float64: 8
      }
    }
  }

  /// The file, for messages.
  let path: String
  /// The elements, all of them.
  let bytes: UnsafeRawBufferPointer
  let element: Element
  let rowCount: Int
  let dimension: Int
  /// Whether columns stand one after another.
  var isColumnMajor = false
  /// Whether numbers have their highest byte first.
  var isBigEndian = false
  let owner: AnyObject

  /// - Throws: `WordtoolError` of kind `badData` for a table that no vectors are in.
  func check() throws {
    guard (1...VectorStorage.maximumDimension).contains(dimension) else {
      throw WordtoolError(
        .badData, path: path, found: "vectors of \(dimension, "value")",
        expected: "1 to \(VectorStorage.maximumDimension)")
    }
    guard rowCount <= WordTable.maximumCount else {
      throw WordtoolError(
        .badData, path: path, found: "\(rowCount, "word")",
        expected: "at most \(WordTable.maximumCount)")
    }
    unsafe precondition(
      bytes.count == rowCount * dimension * element.byteCount, unsafe "\(bytes.count) bytes")
  }

  /// The rows as floats: where they are, if they are that, else converted.
  ///
  /// - Throws: `WordtoolError`: `badData` as ``check()``; `unavailable` when the floats need more than
  ///   the memory there is.
  func rows(threads: Int) throws -> TableRows {
    try check()
    if element == .float32, !isColumnMajor || dimension == 1 || rowCount == 1, !isBigEndian,
      unsafe Int(bitPattern: bytes.baseAddress) % MemoryLayout<Float>.alignment == 0
    {
      return unsafe TableRows(bytes.baseAddress?.assumingMemoryBound(to: Float.self), owner: owner)
    }
    let byteCount = 4 * rowCount * dimension
    try Self.checkMemory(rowCount: rowCount, dimension: dimension, path: path)
    let memory = Allocation(byteCount: byteCount)
    nonisolated(unsafe) let values = unsafe memory.buffer(
      of: Float.self, count: rowCount * dimension)
    try VectorStorage.inPieces(of: rowCount, threads: threads) { range in
      guard let target = unsafe values.baseAddress else { return }
      switch element {
      case .int8:
        unsafe convert(range, to: target, UInt8.self) { Float(Int8(bitPattern: $0)) }
      case .float16: unsafe convert(range, to: target, UInt16.self, ShortFloats.float(half:))
      case .bfloat16: unsafe convert(range, to: target, UInt16.self, ShortFloats.float(brain:))
      case .float32: unsafe convert(range, to: target, UInt32.self) { Float(bitPattern: $0) }
      case .float64:
        unsafe convert(range, to: target, UInt64.self) { Float(Double(bitPattern: $0)) }
      }
    }
    return TableRows(memory)
  }

  /// - Throws: `WordtoolError` of kind `unavailable` when rows of floats need more memory than there is.
  static func checkMemory(rowCount: Int, dimension: Int, path: String) throws {
    let (cells, isLarge) = rowCount.multipliedReportingOverflow(by: dimension)
    guard !isLarge, cells <= MemorySizes.available / 4 else {
      throw WordtoolError(
        .unavailable, path: path,
        found: "\(rowCount, "word") of \(dimension, "value")"
          + (isLarge || cells > .max / 4
            ? "" : ", " + AlignedMemory.words(forByteCount: 4 * cells)),
        expected: "at most the memory of this machine, "
          + AlignedMemory.words(forByteCount: MemorySizes.available))
    }
    try MemoryRoom.require(
      count: cells, of: Float.self, for: "\(rowCount, "word") of \(dimension, "value")")
  }

  private func convert<Bits: FixedWidthInteger & BitwiseCopyable>(
    _ rows: Range<Int>, to target: UnsafeMutablePointer<Float>, _ type: Bits.Type,
    _ value: (Bits) -> Float
  ) {
    let (rowStep, columnStep) = isColumnMajor ? (1, rowCount) : (dimension, 1)
    for row in rows {
      for column in 0..<dimension {
        let place = row * rowStep + column * columnStep
        let bits = unsafe bytes.loadUnaligned(
          fromByteOffset: place * element.byteCount, as: Bits.self)
        unsafe target[row * dimension + column] = value(isBigEndian ? Bits(bigEndian: bits) : bits)
      }
    }
  }
}

extension NumericTable {
  /// The table of a NumPy array of two extents.
  ///
  /// - Throws: `WordtoolError` of kind `badData` for other extents or types.
  init(
    _ header: NumpyHeader, bytes: UnsafeRawBufferPointer, path: String, owner: AnyObject
  ) throws {
    let element: Element? =
      switch (header.kind, header.elementByteCount) {
      case ("f", 2): .float16
      case ("f", 4): .float32
      case ("f", 8): .float64
      case ("i", 1): .int8
      default: nil
      }
    guard header.shape.count == 2, let element else {
      let type = "\(header.kind)\(header.elementByteCount)"
      throw WordtoolError(
        .badData, path: path, found: "an array \(header.shape) of the type '\(type)'",
        expected: "[words, dimension] of f2, f4, f8 or i1")
    }
    unsafe self.init(
      path: path, bytes: UnsafeRawBufferPointer(rebasing: bytes[header.start...]),
      element: element, rowCount: header.shape[0], dimension: header.shape[1],
      isColumnMajor: header.isColumnMajor, isBigEndian: header.isBigEndian, owner: owner)
  }
}
