public import WordtoolCore

extension WordVectors {
  /// How files are read.
  public struct ReadOptions: Hashable, Sendable {
    /// Whether words that are not UTF-8 are kept with U+FFFD in place of what is wrong, instead of
    /// being an error. word2vec.c cuts long words in the middle of a character.
    public var lossy: Bool
    /// How many threads read; the result does not depend on it.
    public var threads: Int

    /// Words must be UTF-8; all cores.
    public init(lossy: Bool = false, threads: Int = Workers.defaultCount) {
      self.lossy = lossy
      self.threads = threads
    }
  }

  /// Reads a file of any of the formats in ``Format``, recognised by its content.
  ///
  /// Files are mapped. What is packed with gzip is unpacked into memory, and so is what comes from
  /// standard input, which is the path `-`.
  ///
  /// - Throws: ``WordtoolError``: `noSuchInput`; `badData` for a file that is none of these or
  ///   breaks its format's rules, with the place, what was expected and a remedy.
  public init(contentsOf path: String, options: ReadOptions = ReadOptions()) throws {
    try self.init(contents: FileContents(path: path), options: options)
  }

  /// Reads a file that is in memory: `Data`, an array of bytes.
  ///
  /// - Parameter name: what messages call it.
  /// - Throws: ``WordtoolError`` of kind `badData`, as for a file.
  public init(
    bytes: some Collection<UInt8>, name: String = "data", options: ReadOptions = ReadOptions()
  ) throws {
    try self.init(bytes: Array(bytes), path: name, options: options)
  }

  /// Reads a file that is in memory.
  package init(bytes: [UInt8], path: String, options: ReadOptions = ReadOptions()) throws {
    try self.init(contents: FileContents(bytes: bytes, path: path), options: options)
  }

  private init(contents file: FileContents, options: ReadOptions) throws {
    let path = file.path
    // The mapping must outlast the readers, which know only its bytes.
    defer { withExtendedLifetime(file) {} }
    switch try FormatSniffer.format(of: file.bytes, path: path) {
    case .safetensors, .safetensorsInt8:
      self = try SafetensorsVectors.read(file, threads: options.threads)
    case .word2vecBinary:
      self = try Word2VecBinaryReader.read(file.bytes, path: path, options: options)
    case .fastTextModel:
      self = try FastTextModelReader.read(file, options: options)
    case .word2vecText, .fastTextVec, .glove:
      self = try TextVectorReader.read(file.bytes, path: path, options: options)
    }
  }
}
