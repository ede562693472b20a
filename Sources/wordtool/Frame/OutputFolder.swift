import Libc
import WordtoolCore

/// Folders that hold several outputs.
enum OutputFolder {
  /// Makes a folder unless it is there. The folder that it is to stand in must be there, as for files:
  /// a slip of the pen in a path makes no tree.
  ///
  /// - Throws: ``WordtoolError`` of kind `cannotCreate`.
  static func make(_ path: String) throws {
    if unsafe Environment.isFolder(path) || mkdir(path, 0o777) == 0 { return }
    let code = errno
    guard code == ENOENT else {
      throw WordtoolError(.cannotCreate, path: path, found: WordtoolError.systemMessage(code))
    }
    throw WordtoolError(
      .cannotCreate, path: path, found: "no folder to make it in", remedy: "make it with mkdir -p")
  }
}
