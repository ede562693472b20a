import BLASCore
import Libc
import WordtoolCore

/// All bytes of a file: mapped, or in memory when they are gzip, standard input or text that needs
/// converting.
///
/// Sendable: the bytes are immutable once the initialiser has returned.
@safe final class FileContents: @unchecked Sendable {
  let path: String
  /// The bytes. Valid only while this object lives.
  let bytes: UnsafeRawBufferPointer
  private let file: MappedFile?

  /// Opens or reads the file.
  ///
  /// - Throws: ``WordtoolError``: `noSuchInput`, `inputOutput`, or `badData` for a damaged gzip
  ///   stream.
  convenience init(path: String) throws {
    if path != "-", !Self.isStream(path) {
      let file = try Self.open(path)
      if unsafe !file.bytes.starts(with: [0x1F, 0x8B]) {
        if let text = try unsafe Self.converted(file.bytes, path: path) {
          self.init(bytes: text, path: path)
        } else {
          unsafe self.init(file.bytes, path: path, file: file)
        }
        return
      }
    }
    let unpacked = try unsafe Self.readAll(path)
    var text: [UInt8]?
    do {
      text = try unsafe Self.converted(unpacked, path: path)
    } catch {
      unsafe free(UnsafeMutableRawPointer(mutating: unpacked.baseAddress))
      throw error
    }
    if let text {
      unsafe free(UnsafeMutableRawPointer(mutating: unpacked.baseAddress))
      self.init(bytes: text, path: path)
    } else {
      unsafe self.init(unpacked, path: path, file: nil)
    }
  }

  /// Whether bytes only come in their order: from a pipe such as `<(zcat vectors.gz)`, or a device.
  private static func isStream(_ path: String) -> Bool {
    var status = stat()
    guard unsafe stat(path, &status) == 0 else { return false }
    return [S_IFIFO, S_IFCHR, S_IFSOCK].contains(status.st_mode & S_IFMT)
  }

  private static func open(_ path: String) throws -> MappedFile {
    do {
      return try MappedFile(path: path)
    } catch var error as WordtoolError where error.kind == .noSuchInput {
      var status = stat()
      if unsafe stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR {
        error.found = "a folder"
        error.expected = "a file of vectors, or a folder of spaCy, model2vec or StaticEmbedding"
        error.remedy =
          "a model2vec folder has model.safetensors, tokenizer.json and config.json, one of StaticEmbedding "
          + "modules.json; of other folders write the words and their vectors as word2vec text"
      }
      throw error
    }
  }

  /// A copy of bytes in memory, under a name for messages.
  convenience init(bytes: [UInt8], path: String) {
    let memory = unsafe malloc(max(1, bytes.count))
    let copy = unsafe UnsafeMutableRawBufferPointer(
      start: memory, count: memory == nil ? 0 : bytes.count)
    unsafe copy.copyBytes(from: bytes)
    unsafe self.init(UnsafeRawBufferPointer(copy), path: path, file: nil)
  }

  private init(_ bytes: UnsafeRawBufferPointer, path: String, file: MappedFile?) {
    self.path = path
    self.file = file
    unsafe self.bytes = bytes
  }

  /// What tells whether a mapped file is still the same; nil of bytes in memory.
  var stateOfFile: String? { file?.stateText }

  deinit {
    if file == nil { unsafe free(UnsafeMutableRawPointer(mutating: bytes.baseAddress)) }
  }

  /// The text of a file that is UTF-16 or UTF-32 by its mark, or has line ends of CR alone; nil of
  /// any other.
  private static func converted(
    _ bytes: UnsafeRawBufferPointer, path: String
  ) throws -> [UInt8]? {
    let start = unsafe bytes.prefix(1 << 16)
    let isWide = [[0xFF, 0xFE], [0xFE, 0xFF], [0, 0, 0xFE, 0xFF]].contains {
      unsafe start.starts(with: $0 as [UInt8])
    }
    let hasReturnsAlone = unsafe start.contains(0x0D) && !start.contains(0x0A) && !start.contains(0)
    guard unsafe (isWide || hasReturnsAlone) && !TensorFile.matches(bytes) else { return nil }
    return unsafe try TextSource(ByteSource(bytes: Array(bytes), path: path)).readAll()
  }

  /// The bytes that the first line of text may have, if it comes compressed or through a pipe.
  private static let longestStart = 1 << 24

  private static func readAll(_ path: String) throws -> UnsafeRawBufferPointer {
    let source = try ByteSource(path: path)
    var status = stat()
    let size = unsafe stat(path, &status) == 0 ? Int(status.st_size) : 0
    let before = Traffic.bytesRead
    PresentWork.begin(.unpacking, of: size)
    var capacity = 1 << 20
    var count = 0
    // realloc moves large blocks by remapping their pages, so growing costs no copies.
    var memory = unsafe malloc(capacity)
    do {
      while true {
        if count == capacity {
          // A binary file has both of these long before, and text has lines.
          if capacity == longestStart, let start = unsafe memory,
            unsafe memchr(start, 0x0A, count) == nil,
            unsafe memchr(start, 0, count) == nil
          {
            throw WordtoolError(
              .badData, path: path, found: "more than \(count) bytes without a line end",
              expected: "vectors")
          }
          capacity *= 2
          // The vectors themselves are made beside this; a small file may unpack to any size.
          guard capacity <= max(MemorySizes.available / 2, 1 << 28) else {
            throw WordtoolError(
              .badData, path: path, found: "more than \(count) unpacked bytes",
              expected: "at most half of the memory there is",
              remedy: "unpack the file on disk; files that are not packed are mapped")
          }
          guard let larger = unsafe realloc(memory, capacity) else {
            throw outOfMemory(path, capacity)
          }
          unsafe memory = larger
        }
        guard let start = unsafe memory else { throw outOfMemory(path, capacity) }
        let room = unsafe UnsafeMutableRawBufferPointer(
          start: start + count, count: capacity - count)
        let more = try unsafe source.read(into: room)
        PresentWork.reach(Traffic.bytesRead - before)
        if more == 0 { return unsafe UnsafeRawBufferPointer(start: memory, count: count) }
        count += more
      }
    } catch {
      unsafe free(memory)
      throw error
    }
  }

  private static func outOfMemory(_ path: String, _ capacity: Int) -> WordtoolError {
    WordtoolError(
      .inputOutput, path: path, found: "no memory for \(capacity) unpacked bytes",
      remedy: "unpack the file on disk; files that are not packed are mapped")
  }
}
