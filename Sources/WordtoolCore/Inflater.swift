import CZlib
import Libc

/// Unpacks gzip, any number of members behind one another, as `gzip -d` does.
@safe final class Inflater {
  private let path: String
  // zlib keeps a pointer to its stream, so the stream must never move.
  private let stream: UnsafeMutablePointer<z_stream>
  private var isInMember = true
  private var membersDone = 0

  init(path: String) throws {
    self.path = path
    unsafe stream = .allocate(capacity: 1)
    unsafe stream.initialize(to: z_stream())
    // 15 bits of window, plus 16 to expect the gzip header and check the CRC.
    let code = unsafe inflateInit2_(
      stream, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
    guard code == Z_OK else {
      throw WordtoolError(.unavailable, path: path, found: "zlib failed to start (code \(code))")
    }
  }

  deinit {
    unsafe inflateEnd(stream)
    unsafe stream.deinitialize(count: 1)
    unsafe stream.deallocate()
  }

  /// Unpacks some of `input`, which is all that has been read and not used; an empty `input`
  /// means that the file has ended.
  ///
  /// - Returns: how many bytes of `input` were used and how many were stored in `room`. Both are
  ///   0 only at the proper end of the file.
  func step(
    _ input: UnsafeMutableRawBufferPointer, into room: UnsafeMutableRawBufferPointer
  ) throws -> (used: Int, stored: Int) {
    if !isInMember {
      guard let next = unsafe input.first else { return (0, 0) }
      // Blocks on tapes are padded with zeros behind the last member.
      if next == 0 { return (1, 0) }
      guard next == 0x1F else {
        throw WordtoolError(
          .badData, path: path, found: "other data behind the gzip stream",
          expected: "another gzip stream or the end of the file")
      }
      unsafe inflateReset(stream)
      isInMember = true
    }
    guard input.count > 0 else {
      throw WordtoolError(
        .badData, path: path, found: "the gzip stream ends early: the file is truncated",
        remedy: "get the file again")
    }
    let (used, stored) = (min(input.count, Int(UInt32.max)), min(room.count, Int(UInt32.max)))
    unsafe stream.pointee.next_in = input.baseAddress?.assumingMemoryBound(to: UInt8.self)
    unsafe stream.pointee.avail_in = UInt32(used)
    unsafe stream.pointee.next_out = room.baseAddress?.assumingMemoryBound(to: UInt8.self)
    unsafe stream.pointee.avail_out = UInt32(stored)
    // SAFETY: zlib stays inside the lengths it was given, and keeps neither pointer.
    let code = unsafe inflate(stream, Z_NO_FLUSH)
    let left = unsafe (stream.pointee.avail_in, stream.pointee.avail_out)
    switch code {
    case Z_OK, Z_BUF_ERROR: break
    case Z_STREAM_END:
      isInMember = false
      membersDone += 1
    default:
      let reason = unsafe stream.pointee.msg.map { unsafe String(cString: $0) } ?? "code \(code)"
      throw WordtoolError(
        .badData, path: path, found: "damaged gzip data (\(reason))",
        remedy: "get the file again")
    }
    return (used - Int(left.0), stored - Int(left.1))
  }
}
