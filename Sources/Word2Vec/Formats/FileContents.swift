import Libc
import WordtoolCore

/// All bytes of a file: mapped, or unpacked into memory when they are gzip or standard input.
///
/// Sendable: the bytes are immutable once the initialiser has returned.
final class FileContents: @unchecked Sendable {
  let path: String
  /// The bytes. Valid only while this object lives.
  let bytes: UnsafeRawBufferPointer
  private let file: MappedFile?

  /// Opens or reads the file.
  ///
  /// - Throws: ``WordtoolError``: `noSuchInput`, `inputOutput`, or `badData` for a damaged gzip
  ///   stream.
  init(path: String) throws {
    self.path = path
    if path != "-" {
      let file = try MappedFile(path: path)
      if !file.bytes.starts(with: [0x1F, 0x8B]) {
        self.file = file
        bytes = file.bytes
        return
      }
    }
    file = nil
    bytes = try Self.readAll(path)
  }

  /// A copy of bytes in memory, under a name for messages.
  init(bytes: [UInt8], path: String) {
    self.path = path
    file = nil
    let memory = malloc(max(1, bytes.count))
    let copy = UnsafeMutableRawBufferPointer(start: memory, count: memory == nil ? 0 : bytes.count)
    copy.copyBytes(from: bytes)
    self.bytes = UnsafeRawBufferPointer(copy)
  }

  deinit {
    if file == nil { free(UnsafeMutableRawPointer(mutating: bytes.baseAddress)) }
  }

  private static func readAll(_ path: String) throws -> UnsafeRawBufferPointer {
    let source = try ByteSource(path: path)
    var capacity = 1 << 20
    var count = 0
    // realloc moves large blocks by remapping their pages, so growing costs no copies.
    var memory = malloc(capacity)
    do {
      while true {
        if count == capacity {
          capacity *= 2
          guard let larger = realloc(memory, capacity) else { throw outOfMemory(path, capacity) }
          memory = larger
        }
        guard let memory else { throw outOfMemory(path, capacity) }
        let room = UnsafeMutableRawBufferPointer(start: memory + count, count: capacity - count)
        let more = try source.read(into: room)
        if more == 0 { return UnsafeRawBufferPointer(start: memory, count: count) }
        count += more
      }
    } catch {
      free(memory)
      throw error
    }
  }

  private static func outOfMemory(_ path: String, _ capacity: Int) -> WordtoolError {
    WordtoolError(
      .inputOutput, path: path, found: "no memory for \(capacity) unpacked bytes",
      remedy: "unpack the file on disk; files that are not packed are mapped")
  }
}
