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
  private let state: State

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
    state = State(status)
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
    let mapping = Mapping(end: start + UInt(size), path: path, state: state)
    Self.mapped.withLock { $0[start] = mapping }
  }

  /// What a change of a file's bytes changes with them.
  private struct State {
    private let file: [UInt64]
    private let size: Int
    /// When the bytes were changed: whoever copies times, or `touch -d`, sets it back.
    private let written: [Int]
    /// When anything was changed, which nobody sets; the mode, the owner and the names among it.
    private let touched: [Int]
    private let ownership: [UInt64]

    init(_ status: stat) {
      file = [UInt64(truncatingIfNeeded: status.st_dev), UInt64(truncatingIfNeeded: status.st_ino)]
      size = Int(status.st_size)
      #if canImport(Darwin)
      let (bytes, anything) = (status.st_mtimespec, status.st_ctimespec)
      #else
      let (bytes, anything) = (status.st_mtim, status.st_ctim)
      #endif
      written = [Int(bytes.tv_sec), Int(bytes.tv_nsec)]
      touched = [Int(anything.tv_sec), Int(anything.tv_nsec)]
      ownership = [
        UInt64(status.st_mode), UInt64(status.st_uid), UInt64(status.st_gid),
        UInt64(truncatingIfNeeded: status.st_nlink),
      ]
    }

    /// All but who owns it, in numbers.
    var text: String {
      (file.map(String.init) + ([size] + written + touched).map(String.init)).joined(separator: " ")
    }

    /// Whether it is the same file, in whatever state.
    func isSameFile(as other: State) -> Bool { file == other.file }

    /// Whether the bytes may have changed. A new mode, owner or name is no reason to think so.
    func mayHoldOthers(than earlier: State) -> Bool {
      size != earlier.size || written != earlier.written
        || (touched != earlier.touched && ownership == earlier.ownership)
    }
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
  /// Size, both times to the nanosecond and what else the system keeps of a file tell. Not seen are a
  /// change of as many bytes within one tick of the file system's clock (some milliseconds on Linux, up
  /// to two seconds on FAT) after the change before; one through a mapping of another process that is
  /// not yet written back; one by another machine on a network's file system; and one whose time was set
  /// back while the mode, the owner or the number of names changed as well.
  ///
  /// - Throws: ``WordtoolError`` of kind `inputOutput` with the path.
  package static func requireUnchanged() throws {
    let mappings = mapped.withLock { Array($0.values) }
    for mapping in mappings {
      var status = stat()
      guard unsafe stat(mapping.path, &status) == 0 else { continue }
      let state = State(status)
      guard state.isSameFile(as: mapping.state), state.mayHoldOthers(than: mapping.state) else {
        continue
      }
      throw WordtoolError(
        .inputOutput, path: mapping.path, found: "the file was changed while it was in use",
        remedy: "replace files by renaming finished ones into their place, and run this again")
    }
  }

  /// The file's number, size and times when it was mapped: another text, another state. It is for
  /// comparing with the text of another run.
  package var stateText: String { state.text }

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
