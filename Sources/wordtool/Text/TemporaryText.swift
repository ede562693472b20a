import WordtoolCore

/// A text that exists only while it is read, and is gone however the process ends.
enum TemporaryText {
  /// Fills a file without a name and calls `body` with a path to it.
  ///
  /// - Throws: ``WordtoolError`` of kind `cannotCreate` or `inputOutput`, and what the two closures
  ///   throw.
  static func with<Result>(
    in folder: String, fill: (_ write: ([UInt8]) throws -> Void) throws -> Void,
    body: (String) throws -> Result
  ) throws -> Result {
    let file = try TemporaryFile(folder: folder)
    var count = 0
    try fill { bytes in
      try unsafe bytes.withUnsafeBytes { try unsafe file.write($0, at: count) }
      count += bytes.count
    }
    return try withExtendedLifetime(file) { try body("/dev/fd/\(file.descriptor)") }
  }
}
