/// Little-endian numbers and strings from one place to the next of a file.
@safe package struct BinaryFields {
  /// The whole file.
  package let bytes: UnsafeRawBufferPointer
  private let path: String
  /// Where the next field begins.
  package private(set) var offset = 0

  /// Reads from the first byte on.
  ///
  /// - Parameter path: for messages.
  package init(_ bytes: UnsafeRawBufferPointer, path: String) {
    unsafe self.bytes = bytes
    self.path = path
  }

  /// Bytes from here to the end.
  package var remaining: Int { unsafe bytes.count - offset }

  /// An error at this place.
  package func error(_ found: String, expected: String? = nil, remedy: String? = nil)
    -> WordtoolError
  {
    WordtoolError(
      .badData, path: path, at: .byte(offset), found: found, expected: expected, remedy: remedy)
  }

  /// Passes over bytes, and tells where they begin.
  @discardableResult
  package mutating func skip(_ count: Int, _ name: String) throws -> Int {
    guard count >= 0, count <= remaining else {
      throw error(
        "\(remaining, "byte") for the \(name)", expected: "\(count)",
        remedy: "the file is truncated")
    }
    defer { offset += count }
    return offset
  }

  /// The next byte.
  package mutating func byte(_ name: String) throws -> UInt8 { unsafe bytes[try skip(1, name)] }

  /// A signed number of four bytes.
  package mutating func int32(_ name: String) throws -> Int {
    let start = try skip(4, name)
    return unsafe Int(
      Int32(littleEndian: bytes.loadUnaligned(fromByteOffset: start, as: Int32.self)))
  }

  /// A signed number of eight bytes.
  package mutating func int64(_ name: String) throws -> Int64 {
    let start = try skip(8, name)
    return unsafe Int64(littleEndian: bytes.loadUnaligned(fromByteOffset: start, as: Int64.self))
  }

  /// Where the bytes of a string are that a zero byte ends.
  package mutating func string(_ name: String) throws -> Range<Int> {
    // No word is longer; without a limit a damaged file would be searched to its end.
    let limit = unsafe bytes[offset..<min(bytes.count, offset + 1 << 16)]
    guard let end = unsafe limit.firstIndex(of: 0) else {
      throw error("no end of \(name)", expected: "a zero byte", remedy: "the file is damaged")
    }
    defer { offset = end + 1 }
    return offset..<end
  }

  /// The places of `rows` x `columns` values of some bytes, both from the file.
  package mutating func matrix(
    _ rows: Int64, _ columns: Int64, byteCount: Int64, _ name: String
  ) throws -> Int {
    guard rows >= 0, columns >= 0 else {
      throw error(
        "a \(name) of \(rows) x \(columns)", expected: "0 and more", remedy: "the file is damaged")
    }
    let (cells, isTooMany) = rows.multipliedReportingOverflow(by: columns)
    let (size, isTooLarge) = cells.multipliedReportingOverflow(by: byteCount)
    guard !isTooMany, !isTooLarge, size <= Int64(remaining) else {
      throw error(
        "\(remaining, "byte") for the \(name) of \(rows) x \(columns)",
        expected: "\(isTooMany || isTooLarge ? "more than 2^63" : "\(size)")",
        remedy: "the file is truncated or damaged")
    }
    return try skip(Int(size), name)
  }
}
