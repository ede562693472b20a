import CZlib
import Libc

/// The bytes of one input, in order: a file, or standard input under the name `-`.
///
/// Gzip is recognised by its content and unpacked while reading. Other compressed formats are
/// refused with the command that unpacks them. Belongs to one thread.
@safe public final class ByteSource {
  /// The path the source was opened by.
  public let path: String
  /// The size of the file as it is stored, if the input is a regular file.
  public let storedByteCount: Int?
  /// How many bytes of the file as it is stored have been read.
  public private(set) var storedBytesRead = 0

  private let descriptor: Int32
  private let buffer: UnsafeMutableRawBufferPointer
  private var start = 0
  private var end = 0
  private var inflater: Inflater?
  private static let bufferSize = 256 << 10

  /// Opens the input and looks at its first bytes.
  ///
  /// - Throws: ``WordtoolError``: `noSuchInput` when it cannot be opened or is a folder, `badData`
  ///   when it is in a compressed format that is not read in place, `inputOutput` when reading
  ///   fails.
  public init(path: String) throws {
    self.path = path
    if path == "-" {
      descriptor = STDIN_FILENO
    } else {
      descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
      guard descriptor >= 0 else {
        throw WordtoolError(.noSuchInput, path: path, found: WordtoolError.systemMessage())
      }
    }
    unsafe buffer = .allocate(byteCount: Self.bufferSize, alignment: 64)
    var status = stat()
    let known = unsafe fstat(descriptor, &status) == 0
    storedByteCount = known && status.st_mode & S_IFMT == S_IFREG ? Int(status.st_size) : nil
    if known && status.st_mode & S_IFMT == S_IFDIR {
      throw WordtoolError(
        .noSuchInput, path: path, found: "a folder", expected: "the name of a file")
    }
    try fill(atLeast: 10)
    if let name = try compressedFormat() {
      guard name == "gzip" else { throw refusal(of: name) }
      inflater = try Inflater(path: path)
    }
  }

  deinit {
    unsafe buffer.deallocate()
    if descriptor != STDIN_FILENO && descriptor >= 0 { close(descriptor) }
  }

  /// Whether the input is unpacked while reading.
  public var isCompressed: Bool { inflater != nil }

  /// Reads the next bytes.
  ///
  /// - Parameter room: where they go; not empty.
  /// - Returns: how many were stored, at least 1; 0 at the end of the input.
  /// - Throws: ``WordtoolError``: `badData` when a gzip stream ends early or is damaged,
  ///   `inputOutput` when reading fails.
  public func read(into room: UnsafeMutableRawBufferPointer) throws -> Int {
    guard let inflater else {
      if start == end { return try unsafe systemRead(room) }
      let count = min(end - start, room.count)
      unsafe room.copyMemory(from: UnsafeRawBufferPointer(rebasing: buffer[start..<start + count]))
      start += count
      return count
    }
    while true {
      if start == end { try fill(atLeast: 1) }
      // SAFETY: the rebased slice is the part of the buffer that was read and not used yet.
      let input = unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[start..<end])
      let step = try unsafe inflater.step(input, into: room)
      start += step.used
      if step.stored > 0 { return step.stored }
      if step.used == 0 && start == end { return 0 }
    }
  }

  /// Moves what is left to the front and reads until `wanted` bytes are there or the input ends.
  private func fill(atLeast wanted: Int) throws {
    if start > 0 {
      unsafe buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: buffer[start..<end]))
      end -= start
      start = 0
    }
    while end < wanted {
      let count = try unsafe systemRead(UnsafeMutableRawBufferPointer(rebasing: buffer[end...]))
      if count == 0 { return }
      end += count
    }
  }

  private func systemRead(_ room: UnsafeMutableRawBufferPointer) throws -> Int {
    while true {
      // SAFETY: `room` says how many bytes it has space for.
      let count = unsafe Self.read(descriptor, room)
      if count >= 0 {
        storedBytesRead += count
        return count
      }
      if errno == EINTR { continue }
      let kind: WordtoolError.Kind = errno == EISDIR ? .noSuchInput : .inputOutput
      throw WordtoolError(kind, path: path, found: WordtoolError.systemMessage())
    }
  }

  private static func read(_ descriptor: Int32, _ room: UnsafeMutableRawBufferPointer) -> Int {
    unsafe Libc.read(descriptor, room.baseAddress, room.count)
  }

  /// The name of the compressed format that the first bytes tell of.
  private func compressedFormat() throws -> String? {
    func begins(with magic: [UInt8]) -> Bool {
      unsafe end >= magic.count && buffer[..<magic.count].elementsEqual(magic)
    }
    if begins(with: [0x1F, 0x8B]) { return "gzip" }
    if begins(with: [0x42, 0x5A, 0x68]), end >= 10,
      unsafe buffer[4..<10].elementsEqual([0x31, 0x41, 0x59, 0x26, 0x53, 0x59])
    {
      return "bzip2"
    }
    if begins(with: [0x28, 0xB5, 0x2F, 0xFD]) { return "zstd" }
    if begins(with: [0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00]) { return "xz" }
    if begins(with: [0x50, 0x4B, 0x03, 0x04]) { return "zip" }
    return nil
  }

  private func refusal(of format: String) -> WordtoolError {
    let command = ["bzip2": "bzip2 -dc", "zstd": "zstd -dc", "xz": "xz -dc", "zip": "unzip -p"]
    let unpack = command[format, default: format]
    return WordtoolError(
      .badData, path: path, found: "\(format)-compressed data",
      expected: "plain text or gzip",
      remedy: path == "-"
        ? "unpack it on the way in with: \(unpack)"
        : "unpack it on the way in with: \(unpack) \(path) | wordtool ... -")
  }
}
