import Libc

/// Memory that goes back to the system the moment the object goes, unlike what `malloc` keeps:
/// either plain memory, or the pages of a temporary file that nobody else can see.
@safe package final class AnonymousMapping: @unchecked Sendable {
  // Sendable: the object only owns the region; those who share the bytes agree on who writes.

  /// The whole region, zero at first.
  package let bytes: UnsafeMutableRawBufferPointer
  /// Whether the region is a temporary file, which the system can write out to make room.
  package let isFile: Bool

  /// Takes memory.
  ///
  /// - Throws: ``WordtoolError`` of kind `unavailable` when the system has none left.
  package init(byteCount: Int) throws {
    isFile = false
    unsafe bytes = try Self.map(
      byteCount, MAP_PRIVATE | Self.anonymous, -1,
      failure: WordtoolError(
        .unavailable, found: "no memory for \(byteCount) bytes",
        remedy: "free memory or set a lower memory limit"))
  }

  /// Maps a new temporary file in `folder`.
  ///
  /// - Throws: ``WordtoolError`` of kind `cannotCreate` or `inputOutput`.
  package init(byteCount: Int, folder: String) throws {
    isFile = true
    let file = try TemporaryFile(folder: folder)
    try file.resize(to: byteCount)
    unsafe bytes = try Self.map(
      byteCount, MAP_SHARED, file.descriptor,
      failure: WordtoolError(
        .inputOutput, path: folder,
        found: "a temporary file cannot be mapped: "
          + WordtoolError.systemMessage()))
  }

  deinit {
    // SAFETY: exactly the region that init mapped, unmapped once.
    if let base = unsafe bytes.baseAddress { unsafe munmap(base, bytes.count) }
  }

  #if os(Linux)
  private static let anonymous = MAP_ANONYMOUS
  #else
  private static let anonymous = MAP_ANON
  #endif

  private static func map(
    _ byteCount: Int, _ flags: Int32, _ descriptor: Int32,
    failure: @autoclosure () -> WordtoolError
  ) throws -> UnsafeMutableRawBufferPointer {
    guard byteCount > 0 else { return unsafe UnsafeMutableRawBufferPointer(start: nil, count: 0) }
    let address = unsafe mmap(nil, byteCount, PROT_READ | PROT_WRITE, flags, descriptor, 0)
    guard let address = unsafe address, unsafe address != MAP_FAILED else { throw failure() }
    return unsafe UnsafeMutableRawBufferPointer(start: address, count: byteCount)
  }
}

/// A file without a name: it is gone when it is closed, however the process ends.
package final class TemporaryFile: Sendable {
  package let descriptor: Int32
  private let folder: String

  /// - Throws: ``WordtoolError`` of kind `cannotCreate`.
  package init(folder: String) throws {
    self.folder = folder
    var template = Array("\(folder)/wordtool-XXXXXX".utf8CString)
    // SAFETY: the template is zero-terminated and writable, as mkstemp asks for.
    descriptor = unsafe template.withUnsafeMutableBufferPointer {
      unsafe $0.baseAddress.map { unsafe mkstemp($0) } ?? -1
    }
    guard descriptor >= 0 else {
      throw WordtoolError(
        .cannotCreate, path: folder,
        found: "no temporary file can be made here: \(WordtoolError.systemMessage())",
        remedy: "set TMPDIR to a folder that can be written")
    }
    unsafe unlink(template)
  }

  deinit { close(descriptor) }

  /// Sets the length and takes the room on the disk, so that a full disk is an error here and not
  /// a signal at some later store.
  package func resize(to byteCount: Int) throws {
    guard byteCount > 0 else { return }
    guard ftruncate(descriptor, off_t(byteCount)) == 0 else { throw failure(errno) }
    #if os(Linux)
    let code = posix_fallocate(descriptor, 0, off_t(byteCount))
    guard code == 0 else { throw failure(code) }
    #endif
  }

  /// Writes all of `bytes` at an offset.
  package func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws {
    var done = 0
    while done < bytes.count {
      // SAFETY: the rest lies inside `bytes`.
      let rest = unsafe UnsafeRawBufferPointer(rebasing: bytes[done...])
      let count = unsafe pwrite(descriptor, rest.baseAddress, rest.count, off_t(offset + done))
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { throw failure(errno) }
      done += count
    }
  }

  /// Fills `bytes` from an offset; the file must be long enough.
  package func read(_ bytes: UnsafeMutableRawBufferPointer, at offset: Int) throws {
    var done = 0
    while done < bytes.count {
      // SAFETY: the rest lies inside `bytes`.
      let rest = unsafe UnsafeMutableRawBufferPointer(rebasing: bytes[done...])
      let count = unsafe pread(descriptor, rest.baseAddress, rest.count, off_t(offset + done))
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { throw failure(errno) }
      done += count
    }
  }

  private func failure(_ code: Int32) -> WordtoolError {
    WordtoolError(
      .inputOutput, path: folder,
      found: "a temporary file failed: \(WordtoolError.systemMessage(code))",
      remedy: code == ENOSPC ? "free some space, or set TMPDIR to a folder with more" : nil)
  }
}
