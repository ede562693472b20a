import WordtoolCore

/// Whole inputs as bytes.
enum InputBytes {
  /// The bytes of a file, unpacked if it is gzip, or of standard input for `-`.
  static func read(_ path: String) throws -> [UInt8] {
    let source = try ByteSource(path: path)
    var bytes: [UInt8] = []
    let room = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 18, alignment: 16)
    defer { room.deallocate() }
    while case let count = try source.read(into: room), count > 0 {
      bytes.append(contentsOf: UnsafeRawBufferPointer(rebasing: room[..<count]))
    }
    return bytes
  }
}
