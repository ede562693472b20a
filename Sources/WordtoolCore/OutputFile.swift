import Libc

/// A file that appears under its name only when it is complete.
///
/// Bytes go to a temporary file beside the target; ``commit()`` syncs it and renames it into
/// place. Without a commit the temporary file is removed and an older target stays whole. A file that
/// is replaced hands on its mode and, where the system allows it, its owner; a symbolic link stays and
/// the file behind it is replaced. What a killed run left beside the same target is removed.
///
/// The path `-` stands for standard output. There, into descriptors (`/dev/stdout`, `/dev/fd/3`),
/// devices and pipes, bytes are written straight through. A name that ends in `.gz` makes the file
/// gzip; the same bytes give the same file.
///
/// Creating the object already proves that the target's folder can be written, so make it before
/// long work begins.
public final class OutputFile {
  /// The path the finished file will have.
  public let path: String
  /// Whether the bytes go to standard output, by whatever name.
  public let isStandardOutput: Bool
  /// Whether it is a terminal, which would obey control characters: there they are shown.
  private let isTerminal: Bool
  private var descriptor: Int32
  private let temporary: TemporaryOutput?
  private let deflater: Deflater?
  private var buffer: [UInt8] = []
  private static let bufferCapacity = 1 << 20

  /// Opens the temporary file.
  ///
  /// - Throws: ``WordtoolError``: `usage` for an empty path; `cannotCreate`; `inputOutput` for a
  ///   descriptor that is not open for writing.
  public init(path: String) throws {
    self.path = path
    deflater = FileSuffix(of: path).isCompressed ? try Deflater(path: path) : nil
    switch try OutputTarget(path) {
    case .descriptor(let number):
      isStandardOutput = number == STDOUT_FILENO
      temporary = nil
      let access = fcntl(number, F_GETFL) & O_ACCMODE
      descriptor = fcntl(number, F_DUPFD_CLOEXEC, 0)
      if descriptor >= 0, access == O_RDONLY {
        close(descriptor)
        descriptor = -1
        errno = EBADF
      }
    case .device(let device):
      isStandardOutput = false
      temporary = nil
      // Behind /proc stand the files of other processes: what they hold stays.
      descriptor = unsafe open(device, O_WRONLY | O_APPEND | O_CLOEXEC)
    case .file(let target):
      isStandardOutput = false
      let file = try TemporaryOutput(target: target, named: path)
      temporary = file
      descriptor = file.descriptor
    }
    isTerminal = temporary == nil && descriptor >= 0 && isatty(descriptor) == 1
    guard descriptor >= 0 else {
      var error = failure()
      if !isStandardOutput { error.kind = .cannotCreate }
      throw error
    }
  }

  deinit {
    guard descriptor >= 0 else { return }
    if let temporary { temporary.discard() } else { close(descriptor) }
  }

  /// Whether the file is gzip.
  public var isCompressed: Bool { deflater != nil }

  /// Whether there will be a regular file of that name.
  public var isFile: Bool { temporary != nil }

  /// Fails when the name asks for gzip.
  ///
  /// - Parameter content: what will be in it, of a kind that is not unpacked by those who read it.
  /// - Throws: ``WordtoolError`` of kind `usage`.
  package func requirePlain(_ content: String) throws {
    guard isCompressed else { return }
    throw WordtoolError(
      .usage, path: path, found: "gzip of \(content), which its readers do not unpack",
      expected: "a name without .gz")
  }

  /// Tells how large the file will be, before the first byte.
  ///
  /// - Throws: ``WordtoolError`` of kind `inputOutput` when its disk has less room.
  package func expect(byteCount: Int) throws {
    guard !isCompressed, let free = temporary?.freeByteCount, byteCount > free else { return }
    throw WordtoolError(
      .inputOutput, path: path,
      found: "\(AlignedMemory.words(forByteCount: byteCount)) to write, and "
        + "\(AlignedMemory.words(forByteCount: free)) left on the disk",
      remedy: "free some space; nothing was changed")
  }

  /// Writes a whole file: opens it, lends it to `body` and makes it complete.
  ///
  /// What takes an open file, as `body` does, never completes it: whoever opened it does.
  ///
  /// - Throws: ``WordtoolError``: `cannotCreate`, `inputOutput`; what `body` throws, and then an older
  ///   target stays whole.
  package static func write(to path: String, _ body: (OutputFile) throws -> Void) throws {
    let file = try OutputFile(path: path)
    try body(file)
    try file.commit()
  }

  /// Appends bytes.
  ///
  /// - Throws: ``WordtoolError`` of kind `inputOutput`, for instance when the disk is full.
  package func write(_ bytes: UnsafeRawBufferPointer) throws {
    if bytes.count >= Self.bufferCapacity {
      try flush()
      try unsafe pack(bytes)
      return
    }
    unsafe buffer.append(contentsOf: bytes)
    if buffer.count >= Self.bufferCapacity { try flush() }
  }

  /// Appends bytes.
  public func write(_ bytes: [UInt8]) throws {
    try unsafe bytes.withUnsafeBytes { try unsafe write($0) }
  }

  /// Appends the UTF-8 bytes of a string.
  public func write(_ text: String) throws {
    var text = text
    try text.withUTF8 { try unsafe write(UnsafeRawBufferPointer($0)) }
  }

  /// Makes the file complete: flushes, syncs and renames it into place.
  ///
  /// - Throws: ``WordtoolError`` of kind `inputOutput`, and then the target is untouched; `usage` when
  ///   the file is complete already.
  public func commit() throws {
    guard descriptor >= 0 else {
      throw WordtoolError(
        .usage, path: path, found: "a second `commit()`", expected: "one, after the last bytes")
    }
    try flush(isLast: true)
    let isDone = temporary.map { $0.commit() } ?? (close(descriptor) == 0)
    descriptor = -1
    guard isDone else { throw failure() }
  }

  private func flush(isLast: Bool = false) throws {
    guard !buffer.isEmpty || isLast else { return }
    try unsafe buffer.withUnsafeBytes { try unsafe pack($0, isLast: isLast) }
    buffer.removeAll(keepingCapacity: true)
  }

  private func pack(_ bytes: UnsafeRawBufferPointer, isLast: Bool = false) throws {
    guard let deflater else {
      guard isTerminal else { return try unsafe writeThrough(bytes) }
      let shown = unsafe ControlCharacters.escapedInLines(bytes)
      return try unsafe shown.withUnsafeBytes { try unsafe writeThrough($0) }
    }
    try unsafe deflater.pack(bytes, isLast: isLast) { try unsafe writeThrough($0) }
  }

  private func writeThrough(_ bytes: UnsafeRawBufferPointer) throws {
    var done = 0
    if isTerminal { Traffic.touchTerminal() }
    while done < bytes.count {
      // SAFETY: the rebased slice lies inside `bytes`, which the caller keeps alive.
      let rest = unsafe UnsafeRawBufferPointer(rebasing: bytes[done...])
      let written = unsafe systemWrite(descriptor, rest.baseAddress, rest.count)
      if written < 0 && errno == EINTR { continue }
      guard written > 0 else { throw failure() }
      done += written
      Traffic.wrote(written)
    }
  }

  private func failure() -> WordtoolError {
    let code = errno
    return WordtoolError(
      .inputOutput, path: isStandardOutput ? "standard output" : path,
      found: WordtoolError.systemMessage(code),
      remedy: code == ENOSPC ? "free some space; nothing was changed" : nil)
  }
}

/// `write(2)`, under a name that ``OutputFile``'s own `write` does not hide.
private func systemWrite(_ descriptor: Int32, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
  unsafe write(descriptor, bytes, count)
}
