import Libc

/// A file mapped read-only into memory. Pages are read when they are first touched.
///
/// The mapping is private and lasts as long as the object. Commands that go on answering look for
/// changes of the file, see ``requireUnchanged()``. A file that another process cuts short
/// while it is mapped makes the system send SIGBUS, which ends the process (the command line tool
/// says by which file); writers that rename a finished file into place, as ``OutputFile`` does,
/// never cause that.
@safe package final class MappedFile: @unchecked Sendable {
  // Sendable: the bytes are immutable for the object's whole life.

  /// The path the file was opened by.
  package let path: String
  /// The whole file. Valid only while this object lives.
  package let bytes: UnsafeRawBufferPointer

  /// Maps the file at `path`.
  ///
  /// - Throws: ``WordtoolError``: `noSuchInput` when it cannot be opened or is a folder,
  ///   `inputOutput` when it cannot be mapped.
  package init(path: String) throws {
    self.path = path
    guard path != "-" else {
      throw WordtoolError(
        .noSuchInput, path: path, found: "no file",
        expected: "a file on a disk, which can be mapped into memory")
    }
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw WordtoolError(.noSuchInput, path: path, found: WordtoolError.systemMessage())
    }
    defer { close(descriptor) }
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0 else {
      throw WordtoolError(.inputOutput, path: path, found: WordtoolError.systemMessage())
    }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw WordtoolError(
        .noSuchInput, path: path, found: "not a regular file",
        expected: "a file on a disk, which can be mapped into memory")
    }
    let size = Int(status.st_size)
    guard size > 0 else {
      unsafe bytes = UnsafeRawBufferPointer(start: nil, count: 0)
      return
    }
    let address = unsafe mmap(nil, size, PROT_READ, MAP_PRIVATE, descriptor, 0)
    guard let address = unsafe address, unsafe address != MAP_FAILED else {
      throw WordtoolError(.inputOutput, path: path, found: WordtoolError.systemMessage())
    }
    unsafe bytes = UnsafeRawBufferPointer(start: address, count: size)
    let start = UInt(bitPattern: address)
    let mapping = Mapping(end: start + UInt(size), path: path, state: State(status))
    Self.mapped.withLock { $0[start] = mapping }
  }

  /// What a change of a file's bytes changes with them.
  private struct State: Equatable {
    let device: UInt64
    let inode: UInt64
    let size: Int
    let seconds: Int
    let nanoseconds: Int

    init(_ status: stat) {
      device = UInt64(truncatingIfNeeded: status.st_dev)
      inode = UInt64(truncatingIfNeeded: status.st_ino)
      size = Int(status.st_size)
      #if canImport(Darwin)
      let changed = status.st_mtimespec
      #else
      let changed = status.st_mtim
      #endif
      (seconds, nanoseconds) = (Int(changed.tv_sec), Int(changed.tv_nsec))
    }

    /// Whether it is the same file, in whatever state.
    func isSameFile(as other: State) -> Bool { device == other.device && inode == other.inode }
  }

  private struct Mapping {
    let end: UInt
    let path: String
    let state: State
  }

  private static let mapped = Locked<[UInt: Mapping]>([:])

  /// Fails if another process has written into a file that is mapped now: the bytes that were
  /// checked when it was opened are gone. For commands that go on answering; a file that was renamed
  /// into the place of another, or removed, leaves the mapping as it is.
  ///
  /// - Throws: ``WordtoolError`` of kind `inputOutput` with the path.
  package static func requireUnchanged() throws {
    let mappings = mapped.withLock { Array($0.values) }
    for mapping in mappings {
      var status = stat()
      guard unsafe stat(mapping.path, &status) == 0 else { continue }
      let state = State(status)
      if state == mapping.state || !state.isSameFile(as: mapping.state) { continue }
      throw WordtoolError(
        .inputOutput, path: mapping.path, found: "the file was changed while it was in use",
        remedy: "replace files by renaming finished ones into their place, and run this again")
    }
  }

  /// The path of the file that is mapped where `address` points to, if one is.
  package static func path(at address: UInt) -> String? {
    mapped.withLock { files in
      // The last page goes on behind the file's end.
      files.first { $0.key <= address && address < $0.value.end + UInt(getpagesize()) }?.value.path
    }
  }

  deinit {
    if let address = unsafe bytes.baseAddress {
      Self.mapped.withLock { $0[UInt(bitPattern: address)] = nil }
      // SAFETY: exactly the region that init mapped, unmapped once.
      unsafe munmap(UnsafeMutableRawPointer(mutating: address), bytes.count)
    }
  }

  /// Tells the system how the bytes in `range` will be read, so that it reads ahead or does not.
  package func willNeed(_ range: Range<Int>) {
    guard let base = unsafe bytes.baseAddress, !range.isEmpty else { return }
    let page = Int(getpagesize())
    let start = range.lowerBound / page * page
    // SAFETY: page-aligned and inside the mapping; the call only gives advice.
    _ = unsafe madvise(
      UnsafeMutableRawPointer(mutating: base + start), range.upperBound - start, MADV_WILLNEED)
  }

  /// Gives the memory of the bytes in `range` back to the system; a later look reads them again.
  package func release(_ range: Range<Int>) {
    guard let base = unsafe bytes.baseAddress else { return }
    let page = Int(getpagesize())
    // Pages that are only partly in the range stay.
    let start = (range.lowerBound + page - 1) / page * page
    let end = range.upperBound / page * page
    guard start < end else { return }
    // SAFETY: whole pages inside a read-only mapping; what they hold is in the file.
    _ = unsafe madvise(
      UnsafeMutableRawPointer(mutating: base + start), end - start, MADV_DONTNEED)
  }
}
