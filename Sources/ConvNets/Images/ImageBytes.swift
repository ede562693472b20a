import WordtoolCore

/// Whole files in memory, as large as they turn out to be and no larger.
enum ImageBytes {
  /// The most bytes of one file that are read into memory, unpacked.
  static let limit = 1 << 31

  /// The bytes of a file, unpacked if it is gzip; `-` is standard input.
  ///
  /// Memory grows with what arrives, never with what a header announces.
  ///
  /// - Throws: `WordtoolError`: what `ByteSource` throws, and `badData` beyond the limit.
  static func read(_ path: String, limit: Int = limit) throws -> [UInt8] {
    let source = try ByteSource(path: path)
    var bytes: [UInt8] = []
    if !source.isCompressed, let size = source.storedByteCount, size <= limit {
      bytes.reserveCapacity(size)
    }
    let room = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 18, alignment: 16)
    defer { unsafe room.deallocate() }
    while case let count = try unsafe source.read(into: room), count > 0 {
      guard bytes.count + count <= limit else {
        throw WordtoolError(
          .badData, path: path, found: "more than \(limit) bytes", expected: "a smaller file")
      }
      unsafe bytes.append(contentsOf: UnsafeRawBufferPointer(rebasing: room[..<count]))
    }
    return bytes
  }

  /// The first bytes of a file, unpacked, or fewer where it has no more.
  static func first(_ count: Int, of path: String) throws -> [UInt8] {
    let source = try ByteSource(path: path)
    var bytes: [UInt8] = []
    let room = UnsafeMutableRawBufferPointer.allocate(byteCount: count, alignment: 16)
    defer { unsafe room.deallocate() }
    while bytes.count < count, case let found = try unsafe source.read(into: room), found > 0 {
      unsafe bytes.append(contentsOf: UnsafeRawBufferPointer(rebasing: room[..<found]))
    }
    return Array(bytes.prefix(count))
  }

  /// The big-endian 32-bit number at an offset that is known to be inside.
  static func bigEndian32(_ bytes: some Collection<UInt8>) -> Int {
    bytes.prefix(4).reduce(0) { $0 << 8 | Int($1) }
  }

  /// The error for a shape that no image can have here.
  static func impossibleShape(
    _ path: String, height: Int, width: Int, channels: Int, at offset: Int = 0
  ) -> WordtoolError {
    WordtoolError(
      .badData, path: path, at: .byte(offset),
      found: "an image of \(height) x \(width) x \(channels)",
      expected: "extents from 1 on and at most \(ImageShape.maximumFileValueCount) values",
      remedy: height >= 1 && width >= 1 ? "scale it down, or crop it" : nil)
  }
}
