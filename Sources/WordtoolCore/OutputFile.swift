import Libc
import Synchronization

/// A file that appears under its name only when it is complete.
///
/// Bytes go to a temporary file beside the target; ``commit()`` syncs it and renames it into
/// place. Without a commit the temporary file is removed and an older target stays whole. The
/// path `-` stands for standard output, where bytes are written straight through.
///
/// Creating the object already proves that the target's folder can be written, so make it before
/// long work begins.
public final class OutputFile {
  /// The path the finished file will have.
  public let path: String
  private var descriptor: Int32
  private let temporaryPath: String?
  private var buffer: [UInt8] = []
  private static let bufferCapacity = 1 << 20
  private static let nextNumber = Atomic<Int>(0)

  /// Opens the temporary file.
  ///
  /// - Throws: ``WordtoolError`` of kind `cannotCreate`.
  public init(path: String) throws {
    self.path = path
    if path == "-" {
      descriptor = STDOUT_FILENO
      temporaryPath = nil
      return
    }
    var status = stat()
    if unsafe stat(path, &status) == 0 {
      if status.st_mode & S_IFMT == S_IFDIR {
        throw WordtoolError(
          .cannotCreate, path: path, found: "a folder", expected: "the name of a file")
      }
      // A device or a pipe cannot be replaced by a rename; write straight into it.
      if status.st_mode & S_IFMT != S_IFREG {
        descriptor = unsafe open(path, O_WRONLY | O_CLOEXEC)
        temporaryPath = nil
        guard descriptor >= 0 else {
          throw WordtoolError(.cannotCreate, path: path, found: WordtoolError.systemMessage())
        }
        return
      }
    }
    let number = Self.nextNumber.wrappingAdd(1, ordering: .relaxed).newValue
    let temporary = "\(path).tmp-\(getpid())-\(number)"
    descriptor = unsafe open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
    temporaryPath = temporary
    guard descriptor >= 0 else {
      throw WordtoolError(.cannotCreate, path: path, found: WordtoolError.systemMessage())
    }
    TemporaryFiles.register(temporary)
  }

  deinit { discard() }

  /// Appends bytes.
  ///
  /// - Throws: ``WordtoolError`` of kind `inputOutput`, for instance when the disk is full.
  public func write(_ bytes: UnsafeRawBufferPointer) throws {
    if bytes.count >= Self.bufferCapacity {
      try flush()
      try unsafe writeThrough(bytes)
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
  /// - Throws: ``WordtoolError`` of kind `inputOutput`; the target is then untouched.
  public func commit() throws {
    precondition(descriptor >= 0, "commit() was called twice for \(path)")
    try flush()
    guard let temporaryPath else { return }
    guard fsync(descriptor) == 0 else { throw failure() }
    let closed = close(descriptor)
    descriptor = -1
    guard closed == 0, unsafe rename(temporaryPath, path) == 0 else {
      let error = failure()
      unsafe unlink(temporaryPath)
      TemporaryFiles.forget(temporaryPath)
      throw error
    }
    TemporaryFiles.forget(temporaryPath)
    syncFolder()
  }

  private func discard() {
    guard let temporaryPath, descriptor >= 0 else { return }
    close(descriptor)
    descriptor = -1
    unsafe unlink(temporaryPath)
    TemporaryFiles.forget(temporaryPath)
  }

  private func flush() throws {
    guard !buffer.isEmpty else { return }
    try unsafe buffer.withUnsafeBytes { try unsafe writeThrough($0) }
    buffer.removeAll(keepingCapacity: true)
  }

  private func writeThrough(_ bytes: UnsafeRawBufferPointer) throws {
    var done = 0
    while done < bytes.count {
      // SAFETY: the rebased slice lies inside `bytes`, which the caller keeps alive.
      let rest = unsafe UnsafeRawBufferPointer(rebasing: bytes[done...])
      let written = unsafe systemWrite(descriptor, rest.baseAddress, rest.count)
      if written < 0 && errno == EINTR { continue }
      guard written > 0 else { throw failure() }
      done += written
    }
  }

  private func failure() -> WordtoolError {
    let code = errno
    return WordtoolError(
      .inputOutput, path: path == "-" ? "standard output" : path,
      found: WordtoolError.systemMessage(code),
      remedy: code == ENOSPC ? "free some space; nothing was changed" : nil)
  }

  /// Makes the rename itself durable. A file system that cannot do so is no reason to fail.
  private func syncFolder() {
    let folder = path.lastIndex(of: "/").map { $0 == path.startIndex ? "/" : String(path[..<$0]) }
    let handle = unsafe open(folder ?? ".", O_RDONLY | O_CLOEXEC)
    guard handle >= 0 else { return }
    fsync(handle)
    close(handle)
  }
}

/// `write(2)`, under a name that ``OutputFile``'s own `write` does not hide.
private func systemWrite(_ descriptor: Int32, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
  unsafe write(descriptor, bytes, count)
}

/// The temporary files that exist right now, so that an abrupt end can remove them.
public enum TemporaryFiles {
  private static let paths = Locked<Set<String>>([])

  package static func register(_ path: String) { paths.withLock { _ = $0.insert(path) } }
  package static func forget(_ path: String) { paths.withLock { _ = $0.remove(path) } }

  /// Removes every unfinished output. For a process that is about to exit at once.
  public static func removeAll() {
    for path in paths.withLock({ Array($0) }) { unsafe unlink(path) }
  }
}
