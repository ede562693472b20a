import CZlib
import Libc

/// The bytes of one input, in order: a file, or standard input under the name `-`.
///
/// Gzip is recognised by its content and unpacked while reading. Other compressed formats are
/// refused with the command that unpacks them. Belongs to one thread.
@safe package final class ByteSource {
  /// The path the source was opened by.
  package let path: String
  /// The size of the file as it is stored, if the input is a regular file.
  package let storedByteCount: Int?
  /// How many bytes of the file as it is stored have been read.
  package private(set) var storedBytesRead = 0

  private let descriptor: Int32
  private let buffer: UnsafeMutableRawBufferPointer
  private var start = 0
  private var end = 0
  private var inflater: Inflater?
  /// Bytes that may still be read; nil for all there are.
  private var bytesLeft: Int?
  private static let bufferSize = 256 << 10

  /// Opens the input and looks at its first bytes.
  ///
  /// - Throws: ``WordtoolError``: `noSuchInput` when it cannot be opened or is a folder, `badData`
  ///   when it is in a compressed format that is not read in place, `inputOutput` when reading
  ///   fails.
  package init(path: String) throws {
    self.path = path
    if path == "-" {
      descriptor = STDIN_FILENO
    } else {
      descriptor = Self.open(path)
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
    // Whoever holds a conversation over a pipe waits for an answer to the few bytes that he sent.
    while mayBeCompressed, try fill() {}
    try startInflating()
  }

  /// Opens some bytes of a file, which are taken as they are: nothing is unpacked.
  ///
  /// - Throws: ``WordtoolError``: `noSuchInput` when it cannot be opened, `inputOutput` when it has no
  ///   such place.
  package init(path: String, range: Range<Int>) throws {
    self.path = path
    descriptor = Self.open(path)
    storedByteCount = range.count
    bytesLeft = range.count
    unsafe buffer = .allocate(byteCount: Self.bufferSize, alignment: 64)
    guard descriptor >= 0 else {
      throw WordtoolError(.noSuchInput, path: path, found: WordtoolError.systemMessage())
    }
    guard lseek(descriptor, off_t(range.lowerBound), SEEK_SET) >= 0 else {
      throw WordtoolError(.inputOutput, path: path, found: WordtoolError.systemMessage())
    }
  }

  /// Takes bytes in memory, under a name for messages.
  ///
  /// - Throws: ``WordtoolError`` of kind `badData` as ``init(path:)``.
  package init(bytes: [UInt8], path: String) throws {
    self.path = path
    descriptor = -1
    storedByteCount = bytes.count
    unsafe buffer = .allocate(byteCount: max(1, bytes.count), alignment: 64)
    unsafe buffer.copyBytes(from: bytes)
    end = bytes.count
    storedBytesRead = bytes.count
    try startInflating()
  }

  deinit {
    unsafe buffer.deallocate()
    if descriptor != STDIN_FILENO && descriptor >= 0 { close(descriptor) }
  }

  private func startInflating() throws {
    guard let name = compressedFormat() else { return }
    guard name == "gzip" else { throw refusal(of: name) }
    inflater = try Inflater(path: path)
  }

  /// Whether the input is unpacked while reading.
  package var isCompressed: Bool { inflater != nil }

  /// The bytes that are to be read next, which stay to be read: so many, or all of a shorter input.
  /// None of an input that is unpacked.
  package func peek(_ count: Int) throws -> [UInt8] {
    guard inflater == nil else { return [] }
    while unsafe end - start < min(count, buffer.count), try fill() {}
    return unsafe Array(buffer[start..<min(end, start + count)])
  }

  /// Reads the next bytes.
  ///
  /// - Parameter room: where they go; not empty.
  /// - Returns: how many were stored, at least 1; 0 at the end of the input.
  /// - Throws: ``WordtoolError``: `badData` when a gzip stream ends early or is damaged,
  ///   `inputOutput` when reading fails.
  package func read(into room: UnsafeMutableRawBufferPointer) throws -> Int {
    guard let inflater else {
      if start == end { return try unsafe systemRead(room) }
      let count = min(end - start, room.count)
      unsafe room.copyMemory(from: UnsafeRawBufferPointer(rebasing: buffer[start..<start + count]))
      start += count
      return count
    }
    while true {
      if start == end { try fill() }
      // SAFETY: the rebased slice is the part of the buffer that was read and not used yet.
      let input = unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[start..<end])
      let step = try unsafe inflater.step(input, into: room)
      start += step.used
      if step.stored > 0 { return step.stored }
      if step.used == 0 && start == end { return 0 }
    }
  }

  /// Opens a file for reading; -1 when the system refuses.
  private static func open(_ path: String) -> Int32 {
    #if os(Linux)
    // A pipe whose other end nobody has opened yet would hold up this thread here, where no request
    // to end reaches it; ``awaitInput()`` does the waiting.
    let descriptor = unsafe Libc.open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    if descriptor >= 0 { _ = fcntl(descriptor, F_SETFL, 0) }
    return descriptor
    #else
    return unsafe Libc.open(path, O_RDONLY | O_CLOEXEC)
    #endif
  }

  /// Moves what is left to the front and reads more.
  ///
  /// - Returns: whether there was more.
  @discardableResult private func fill() throws -> Bool {
    if start > 0 {
      unsafe buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: buffer[start..<end]))
      end -= start
      start = 0
    }
    let count = try unsafe systemRead(UnsafeMutableRawBufferPointer(rebasing: buffer[end...]))
    end += count
    return count > 0
  }

  /// Waits until there is something to read, unless the process is asked to end before.
  private func awaitInput() throws {
    guard storedByteCount == nil, let request = EndRequest.descriptor else { return }
    var waiting = [
      pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0),
      pollfd(fd: request, events: Int16(POLLIN), revents: 0),
    ]
    while unsafe poll(&waiting, 2, -1) < 0 && errno == EINTR {}
    if waiting[1].revents != 0 {
      throw WordtoolError(.interrupted, path: path, found: "stopped while reading")
    }
  }

  private func systemRead(_ room: UnsafeMutableRawBufferPointer) throws -> Int {
    // All bytes in memory are in the buffer from the start.
    if descriptor < 0 || bytesLeft == 0 { return 0 }
    let room = unsafe UnsafeMutableRawBufferPointer(
      rebasing: room[..<min(room.count, bytesLeft ?? .max)])
    if descriptor == STDIN_FILENO, isatty(STDIN_FILENO) == 1 { Traffic.touchTerminal() }
    while true {
      try awaitInput()
      // SAFETY: `room` says how many bytes it has space for.
      let count = unsafe Self.read(descriptor, room)
      if count >= 0 {
        storedBytesRead += count
        if let left = bytesLeft { bytesLeft = left - count }
        Traffic.read(count)
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

  /// How compressed data begins; nil stands for any byte.
  private static let formats: [(name: String, start: [UInt8?])] = [
    ("gzip", [0x1F, 0x8B]),
    // "BZh", the size of the blocks, and pi: a text may begin with the first three.
    ("bzip2", [0x42, 0x5A, 0x68, nil, 0x31, 0x41, 0x59, 0x26, 0x53, 0x59]),
    ("zstd", [0x28, 0xB5, 0x2F, 0xFD]),
    ("xz", [0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00]),
    ("zip", [0x50, 0x4B, 0x03, 0x04]),
    ("7z", [0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C]),
    ("lz4", [0x04, 0x22, 0x4D, 0x18]),
    ("rar", [0x52, 0x61, 0x72, 0x21, 0x1A, 0x07]),
  ]

  /// Whether the bytes so far are the beginning of a compressed format's start, and not all of it.
  private var mayBeCompressed: Bool {
    Self.formats.contains { $0.start.count > end && agrees(with: $0.start.prefix(end)) }
  }

  /// The name of the compressed format that the first bytes tell of.
  private func compressedFormat() -> String? {
    Self.formats.first { $0.start.count <= end && agrees(with: $0.start[...]) }?.name
  }

  private func agrees(with start: ArraySlice<UInt8?>) -> Bool {
    unsafe zip(start, buffer).allSatisfy { $0 == nil || $0 == $1 }
  }

  private func refusal(of format: String) -> WordtoolError {
    let command = [
      "bzip2": "bzip2 -dc", "zstd": "zstd -dc", "xz": "xz -dc", "zip": "unzip -p", "7z": "7z x -so",
      "lz4": "lz4 -dc", "rar": "unrar p -inul",
    ]
    let unpack = command[format, default: format]
    if format == "zip", [".pt", ".pth"].contains(where: { path.lowercased().hasSuffix($0) }) {
      return WordtoolError(
        .badData, path: path, found: "PyTorch's archive of a model",
        remedy: WordtoolError.pyTorchRemedy)
    }
    if format == "zip", path.lowercased().hasSuffix(".npz") {
      return WordtoolError(
        .badData, path: path, found: "NumPy's archive of arrays",
        remedy: "write what is in it in a format that is read here")
    }
    return WordtoolError(
      .badData, path: path, found: "\(format)-compressed data",
      expected: "plain text or gzip",
      remedy: path == "-"
        ? "unpack it on the way in with: \(unpack)"
        : "unpack it on the way in with: \(unpack) \(path) | wordtool ... -")
  }
}
