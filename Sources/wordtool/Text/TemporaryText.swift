import Libc
import WordtoolCore

/// A text file that exists only while it is read.
enum TemporaryText {
  /// Fills a temporary file and calls `body` with its path; the file is gone afterwards.
  ///
  /// - Throws: ``WordtoolError`` of kind `cannotCreate` or `inputOutput`, and what the two closures
  ///   throw.
  static func with<Result>(
    in folder: String, fill: (OutputFile) throws -> Void, body: (String) throws -> Result
  ) throws -> Result {
    let path = "\(folder)/wordtool-\(getpid()).txt"
    let file = try OutputFile(path: path)
    try fill(file)
    TemporaryFiles.register(path)
    defer {
      unlink(path)
      TemporaryFiles.forget(path)
    }
    try file.commit()
    return try body(path)
  }
}
