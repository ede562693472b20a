import CZlib
import Libc

/// Packs bytes as one member of gzip. The same bytes give the same file: no name and no time in it.
@safe package final class Deflater {
  private let path: String
  // zlib keeps a pointer to its stream, so the stream must never move.
  private let stream: UnsafeMutablePointer<z_stream>
  private var room = [UInt8](repeating: 0, count: 1 << 16)

  /// - Throws: ``WordtoolError`` of kind `unavailable`.
  init(path: String) throws {
    self.path = path
    unsafe stream = .allocate(capacity: 1)
    unsafe stream.initialize(to: z_stream())
    // 15 bits of window, plus 16 for the gzip header; 8 is zlib's usual memory.
    let code = unsafe deflateInit2_(
      stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
      Int32(MemoryLayout<z_stream>.size))
    guard code == Z_OK else {
      throw WordtoolError(.unavailable, path: path, found: "zlib failed to start (code \(code))")
    }
  }

  deinit {
    unsafe deflateEnd(stream)
    unsafe stream.deinitialize(count: 1)
    unsafe stream.deallocate()
  }

  /// Packs `bytes` and hands on what is ready.
  ///
  /// - Parameter isLast: whether the member ends behind them; nothing may follow.
  func pack(
    _ bytes: UnsafeRawBufferPointer, isLast: Bool, to body: (UnsafeRawBufferPointer) throws -> Void
  ) throws {
    var rest = unsafe bytes
    repeat {
      let piece = min(rest.count, Int(UInt32.max))
      // SAFETY: zlib stays inside the lengths it is given, reads only, and keeps neither pointer.
      unsafe stream.pointee.next_in = UnsafeMutablePointer(
        mutating: rest.baseAddress?.assumingMemoryBound(to: UInt8.self))
      unsafe stream.pointee.avail_in = UInt32(piece)
      let ends = isLast && piece == rest.count
      try unsafe drain(ends ? Z_FINISH : Z_NO_FLUSH, to: body)
      unsafe rest = UnsafeRawBufferPointer(rebasing: rest[piece...])
    } while unsafe !rest.isEmpty
  }

  private func drain(_ mode: Int32, to body: (UnsafeRawBufferPointer) throws -> Void) throws {
    while true {
      let count = try unsafe room.withUnsafeMutableBytes { room in
        unsafe stream.pointee.next_out = room.bindMemory(to: UInt8.self).baseAddress
        unsafe stream.pointee.avail_out = UInt32(room.count)
        guard unsafe deflate(stream, mode) != Z_STREAM_ERROR else {
          throw WordtoolError(.inputOutput, path: path, found: "zlib failed to pack")
        }
        let count = unsafe room.count - Int(stream.pointee.avail_out)
        try unsafe body(UnsafeRawBufferPointer(rebasing: room[..<count]))
        return count
      }
      if count < room.count { return }
    }
  }

  /// The bytes as a gzip file.
  package static func member(_ bytes: [UInt8], path: String) throws -> [UInt8] {
    var packed: [UInt8] = []
    try unsafe bytes.withUnsafeBytes {
      try unsafe Deflater(path: path).pack($0, isLast: true) {
        unsafe packed.append(contentsOf: $0)
      }
    }
    return packed
  }
}
