import BLASCore
public import WordtoolCore

/// Reads language models of every kind; the content of a file decides, not its name.
public enum LanguageModelFile {
  /// Reads a model.
  ///
  /// - Parameters:
  ///   - path: an n-gram model in ARPA format, plain or gzip, or as safetensors, or a network in a
  ///     safetensors file. `-` is standard input and an ARPA file.
  ///   - threads: how many threads a network works with, and an n-gram model is read and measures texts
  ///     with; what they say does not depend on it.
  /// - Throws: `WordtoolError`: `noSuchInput`, `inputOutput`, and `badData` for everything that is
  ///   not such a model.
  public static func load(_ path: String, threads: Int = Workers.defaultCount) throws
    -> any LanguageModel
  {
    guard InputFiles.isRegular(path), try isTensorFile(path),
      !NGramFile.matches(try TensorFile(path: path))
    else {
      return try NGramModel(contentsOf: path, threads: max(1, threads))
    }
    return try NeuralLanguageModel(contentsOf: path, threads: threads)
  }

  /// Whether a file, gzip unpacked, begins as safetensors do.
  static func isTensorFile(_ path: String) throws -> Bool {
    let source = try ByteSource(path: path)
    // Length and first brace of the header.
    return try unsafe withUnsafeTemporaryAllocation(byteCount: 9, alignment: 8) { bytes in
      var count = 0
      while count < bytes.count {
        let read = try unsafe source.read(
          into: UnsafeMutableRawBufferPointer(rebasing: bytes[count...]))
        if read == 0 { return false }
        count += read
      }
      return unsafe TensorFile.matches(UnsafeRawBufferPointer(bytes))
    }
  }
}
