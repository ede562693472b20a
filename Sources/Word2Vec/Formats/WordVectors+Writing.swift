public import WordtoolCore

extension WordVectors {
  /// Writes the vectors to a file, which appears under its name only when it is complete.
  ///
  /// - Parameters:
  ///   - path: the file, or `-` for standard output.
  ///   - format: the format; nil lets the suffix of `path` decide.
  ///   - threads: how many threads make text; the bytes do not depend on it.
  /// - Throws: ``WordtoolError``: `cannotCreate`, `inputOutput`, or `unavailable` for a word that
  ///   the format cannot hold.
  public func write(
    to path: String, format: Format? = nil, threads: Int = Workers.defaultCount
  ) throws {
    let file = try OutputFile(path: path)
    try write(to: file, format: format ?? Format(forPath: path), threads: threads)
    try file.commit()
  }

  /// Writes the vectors to an open file and leaves the commit to the caller.
  ///
  /// - Throws: as ``write(to:format:threads:)``.
  package func write(
    to file: OutputFile, format: Format, threads: Int = Workers.defaultCount
  ) throws {
    switch format {
    case .safetensors, .safetensorsInt8:
      try writeSafetensors(to: file, quantized: format == .safetensorsInt8)
    case .word2vecBinary: try writeWord2VecBinary(to: file)
    case .word2vecText, .fastTextVec, .glove:
      try writeText(to: file, format: format, threads: threads)
    case .fastTextModel:
      throw WordtoolError(
        .usage, found: "the format \(format.rawValue)",
        expected: "one that is written: " + Format.writable.map(\.rawValue).joined(separator: ", "))
    }
  }
}
