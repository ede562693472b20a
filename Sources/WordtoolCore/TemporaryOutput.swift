import Libc

/// A file beside its target that takes the target's place when it is finished.
///
/// A lock on the file tells other runs that its writer lives. One without a lock is what a run that was
/// killed left behind: the next output to the same target removes it. Numbers of processes would not
/// do, since they repeat in containers and after a restart.
struct TemporaryOutput {
  let descriptor: Int32
  private let path: String
  private let target: String

  /// Follows the name of the target: hidden, so that whoever reads the folder passes it over.
  private static let mark = ".wordtool-"

  /// Whether a name is that of an output that is not complete.
  static func isOne(_ name: String) -> Bool { name.hasPrefix(".") && name.contains(mark) }
  private static let letters = Array("abcdefghijklmnopqrstuvwxyz0123456789".utf8)
  private static let letterCount = 10
  private static let attempts = 100

  /// Opens the file, with the mode and, where the system allows it, the owner of an older target.
  ///
  /// - Parameters:
  ///   - target: a path without symbolic links.
  ///   - name: what messages call it.
  /// - Throws: ``WordtoolError`` of kind `cannotCreate`.
  init(target: String, named name: String) throws {
    var old: stat?
    var status = stat()
    if unsafe stat(target, &status) == 0 {
      guard unsafe access(target, W_OK) == 0 else {
        throw WordtoolError(.cannotCreate, path: name, found: WordtoolError.systemMessage())
      }
      old = status
    }
    let (folder, last) = OutputTarget.split(target)
    let stem = Self.stem(for: last, in: folder)
    Self.removeLeftovers(stem, in: folder)
    let mode = old.map { $0.st_mode & 0o777 } ?? 0o666
    for _ in 0..<Self.attempts {
      let random = (0..<Self.letterCount).compactMap { _ in Self.letters.randomElement() }
      let path = folder + "/" + stem + String(decoding: random, as: UTF8.self)
      let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)
      guard descriptor >= 0 else {
        if errno == EEXIST || errno == EINTR { continue }
        break
      }
      // Between the two calls another run may have taken the file for a leftover.
      let isLocked = flock(descriptor, LOCK_EX | LOCK_NB) == 0
      guard isLocked || errno != EWOULDBLOCK, unsafe fstat(descriptor, &status) == 0,
        status.st_nlink > 0
      else {
        close(descriptor)
        continue
      }
      if let old { Self.restore(old, to: descriptor) }
      TemporaryFiles.register(path)
      (self.descriptor, self.path, self.target) = (descriptor, path, target)
      return
    }
    throw WordtoolError(
      .cannotCreate, path: name,
      found: "no file can be made beside it: \(WordtoolError.systemMessage())")
  }

  /// Makes the file the target; closes it.
  ///
  /// - Returns: whether that succeeded; if not, `errno` tells why and the target is as it was.
  func commit() -> Bool {
    guard fsync(descriptor) == 0, unsafe rename(path, target) == 0 else {
      let code = errno
      discard()
      errno = code
      return false
    }
    TemporaryFiles.forget(path)
    // Closed behind the rename: as long as it has its own name, its lock must hold.
    let isClosed = close(descriptor) == 0
    Self.syncFolder(of: target)
    return isClosed
  }

  /// Removes the file.
  func discard() {
    unsafe unlink(path)
    close(descriptor)
    TemporaryFiles.forget(path)
  }

  /// The free bytes of the file's disk for this user, if the system tells.
  var freeByteCount: Int? {
    var status = statvfs()
    // Some file systems over a network count nothing.
    guard unsafe fstatvfs(descriptor, &status) == 0, status.f_blocks > 0 else { return nil }
    let blocks = geteuid() == 0 ? status.f_bfree : status.f_bavail
    let (bytes, overflow) = UInt64(blocks).multipliedReportingOverflow(by: UInt64(status.f_frsize))
    return overflow ? Int.max : Int(clamping: bytes)
  }

  /// How the names of a target's temporary files begin. Long names are cut: names of files have at
  /// most 255 bytes.
  private static func stem(for name: String, in folder: String) -> String {
    let longest = unsafe pathconf(folder, Int32(_PC_NAME_MAX))
    var room = (longest > 0 ? longest : 255) - 1 - mark.utf8.count - letterCount
    var kept = ""
    for character in name.unicodeScalars {
      room -= UTF8.width(character)
      guard room >= 0 else { break }
      kept.unicodeScalars.append(character)
    }
    return "." + kept + mark
  }

  private static func removeLeftovers(_ stem: String, in folder: String) {
    for name in (try? Folder.names(in: folder)) ?? [] {
      guard name.hasPrefix(stem), name.utf8.count == stem.utf8.count + letterCount,
        name.utf8.suffix(letterCount).allSatisfy(letters.contains)
      else { continue }
      let path = folder + "/" + name
      let descriptor = unsafe open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
      guard descriptor >= 0 else { continue }
      if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { unsafe unlink(path) }
      close(descriptor)
    }
  }

  /// Gives the new file what the old one has; an owner that may not be given away is no failure.
  private static func restore(_ old: stat, to descriptor: Int32) {
    let isOwned =
      fchown(descriptor, old.st_uid, old.st_gid) == 0
      || fchown(descriptor, uid_t.max, old.st_gid) == 0
    // Without the group it was meant for, what the group may do would go to another.
    fchmod(descriptor, old.st_mode & (isOwned ? 0o777 : 0o707))
  }

  /// Makes the rename itself durable. A file system that cannot do so is no reason to fail.
  private static func syncFolder(of path: String) {
    let handle = unsafe open(OutputTarget.split(path).folder, O_RDONLY | O_CLOEXEC)
    guard handle >= 0 else { return }
    fsync(handle)
    close(handle)
  }
}

/// The temporary files that exist right now, so that an abrupt end can remove them.
public enum TemporaryFiles {
  private static let paths = Locked<Set<String>>([])

  static func register(_ path: String) { paths.withLock { _ = $0.insert(path) } }
  static func forget(_ path: String) { paths.withLock { _ = $0.remove(path) } }

  /// Removes every unfinished output. For a process that is about to exit at once.
  public static func removeAll() {
    for path in paths.withLock({ Array($0) }) { unsafe unlink(path) }
  }
}
