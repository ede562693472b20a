import Libc
import WordtoolCore

/// The hidden file beside its target that a download fills, and that an interrupted one leaves to be gone
/// on with: `.NAME.part`.
///
/// A lock keeps two downloads of one file apart.
@safe final class PartialFile {
  /// Where it is.
  let path: String
  /// Where it goes when it is complete.
  let target: String
  private let descriptor: Int32
  /// How many bytes are in it.
  private(set) var byteCount: Int

  /// Opens what an earlier download left, or an empty file.
  ///
  /// - Throws: `WordtoolError` of kind `cannotCreate`, also while another download fills it.
  init(folder: String, name: String) throws {
    let path = folder + "/." + name + ".part"
    let target = folder + "/" + name
    let descriptor = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o666)
    guard descriptor >= 0 else {
      throw WordtoolError(.cannotCreate, path: target, found: WordtoolError.systemMessage())
    }
    var status = stat()
    let isLocked = flock(descriptor, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK
    guard isLocked, unsafe fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG
    else {
      close(descriptor)
      throw WordtoolError(
        .cannotCreate, path: target,
        found: isLocked ? "a \(path) that is no regular file" : "another run that downloads it",
        expected: isLocked ? nil : "one at a time")
    }
    (self.path, self.target, self.descriptor) = (path, target, descriptor)
    byteCount = Int(status.st_size)
  }

  deinit { close(descriptor) }

  /// Throws away all but the first bytes.
  func truncate(to count: Int) throws {
    guard ftruncate(descriptor, off_t(count)) == 0 else { throw failure() }
    byteCount = count
  }

  /// Adds bytes at the end.
  func append(_ bytes: UnsafeRawBufferPointer) throws {
    var done = 0
    while done < bytes.count {
      // SAFETY: the rebased slice lies inside `bytes`, which the caller keeps alive.
      let rest = unsafe UnsafeRawBufferPointer(rebasing: bytes[done...])
      let count = unsafe pwrite(descriptor, rest.baseAddress, rest.count, off_t(byteCount))
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { throw failure() }
      done += count
      byteCount += count
    }
  }

  /// Throws when the disk has not room for `count` more bytes.
  func requireRoom(for count: Int) throws {
    var status = statvfs()
    // Some file systems over a network count nothing.
    guard unsafe fstatvfs(descriptor, &status) == 0, status.f_blocks > 0 else { return }
    let (free, overflow) = UInt64(status.f_bavail)
      .multipliedReportingOverflow(by: UInt64(status.f_frsize))
    guard !overflow, free < UInt64(count) else { return }
    throw WordtoolError(
      .inputOutput, path: target,
      found: "\(AlignedMemory.words(forByteCount: count)) to download, and "
        + "\(AlignedMemory.words(forByteCount: Int(clamping: free))) left on the disk",
      remedy: "free some space, or choose another folder")
  }

  /// The SHA-256 of what is in it, as it stands on the disk.
  func digest() throws -> String {
    guard fsync(descriptor) == 0 else { throw failure() }
    var digest = SHA256()
    try digest.update(contentsOf: path)
    return digest.hexadecimal
  }

  /// Gives the file its name.
  ///
  /// - Parameter replacing: whether a file that has it goes. Without, one that has appeared in the
  ///   meantime stays, and this throws.
  /// - Throws: `WordtoolError` of kind `cannotCreate`.
  func finish(replacing: Bool) throws {
    if !replacing {
      // A link fails where the name is taken, however late it was.
      if unsafe link(path, target) == 0 {
        unsafe unlink(path)
        return
      }
      // Some file systems have no links.
      if unsafe errno == EEXIST || access(target, F_OK) == 0 {
        throw WordtoolError(
          .cannotCreate, path: target, found: "a file that appeared during the download",
          expected: "none", remedy: "move it away")
      }
    }
    guard unsafe rename(path, target) == 0 else { throw failure() }
  }

  /// Removes the file.
  func discard() { unsafe unlink(path) }

  private func failure() -> WordtoolError {
    let code = errno
    return WordtoolError(
      .inputOutput, path: target, found: WordtoolError.systemMessage(code),
      remedy: code == ENOSPC ? "free some space, and run the same again" : nil)
  }
}
