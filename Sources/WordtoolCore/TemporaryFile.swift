import Libc

/// A file without a name: it is gone when it is closed, however the process ends.
package final class TemporaryFile: Sendable {
  package let descriptor: Int32
  /// Where it was made.
  package let folder: String

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
      // Somebody who found the file shortened it.
      guard count > 0 else { throw failure(count == 0 ? EIO : errno) }
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
