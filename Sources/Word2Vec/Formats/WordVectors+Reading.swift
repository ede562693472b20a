public import WordtoolCore

extension WordVectors {
  /// How files are read.
  public struct ReadOptions: Hashable, Sendable {
    /// Whether words that are not UTF-8 are kept with U+FFFD in place of what is wrong, instead of
    /// being an error. word2vec.c cuts long words in the middle of a character.
    public var lossy: Bool
    /// How many threads read; the result does not depend on it.
    public var threads: Int
    /// The list of words of a file that has none itself, such as a NumPy array: text with a word a line
    /// or columns parted by tabs, JSON, `tokenizer.json`, or a NumPy array of text. Nil looks beside the
    /// file. Of vectors that are made of n-grams alone, as floret's are, these words get a row each.
    public var wordList: String?
    /// A folder where the places of words and rows of large files are kept, so that these files open
    /// faster the next time; it is made when it is missing. Nil keeps nothing. What is kept is used
    /// only while the file has not changed, and may be removed at any time. See docs/vectors-format.md.
    public var notesFolder: String?
    /// The size from which on something is kept of a file, in bytes.
    package var leastNotedByteCount = 1 << 25

    /// Words must be UTF-8; all cores; lists of words are looked for beside their vectors; nothing is
    /// kept.
    public init(
      lossy: Bool = false, threads: Int = Workers.defaultCount, wordList: String? = nil,
      notesFolder: String? = nil
    ) {
      self.lossy = lossy
      self.threads = threads
      self.wordList = wordList
      self.notesFolder = notesFolder
    }

    /// Refuses a list of words for vectors that have their own.
    func refuseWordList(for format: Format, path: String) throws {
      guard let wordList else { return }
      throw WordtoolError(
        .usage, path: path,
        found: "the list of words \(wordList) for \(format.rawValue), which has words",
        expected: "no `wordList`")
    }
  }

  /// Reads a file of any of the formats in ``Format``, recognised by its content.
  ///
  /// A folder is read when it is the `vocab` folder of a spaCy model, or has one, and when it is one of
  /// model2vec or of sentence-transformers with a StaticEmbedding.
  ///
  /// Files are mapped. What is packed with gzip is unpacked into memory, and so is what comes from
  /// standard input, which is the path `-`.
  ///
  /// - Throws: `WordtoolError`: `noSuchInput`; `badData` for a file that is none of these or
  ///   breaks its format's rules, with the place, what was expected and a remedy.
  public init(contentsOf path: String, options: ReadOptions = ReadOptions()) throws {
    if let folder = SpacyReader.folder(at: path) {
      self = try SpacyReader.read(folder, options: options)
      return
    }
    if let reader = StaticModelReader(at: path) {
      self = try reader.read(options)
      return
    }
    try self.init(contents: FileContents(path: path), options: options)
  }

  /// Reads a file that is in memory: `Data`, an array of bytes.
  ///
  /// - Parameters:
  ///   - bytes: what the file holds.
  ///   - name: what messages call it.
  ///   - options: how.
  /// - Throws: `WordtoolError` of kind `badData`, as for a file.
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
    let format = try unsafe FormatSniffer.format(of: file.bytes, path: path)
    switch format {
    case .safetensors, .safetensorsInt8, .safetensorsFloat16, .safetensorsPQ, .safetensorsTable:
      self = try SafetensorsVectors.read(file, options: options)
      return
    case .numpy:
      self = try NumPyReader.readArray(file, options: options)
      return
    case .numpyArchive:
      self = try NumPyReader.readArchive(file, options: options)
      return
    case .projector:
      self = try ProjectorReader.read(file, options: options)
      return
    case .finalfusion:
      self = try FinalfusionReader.read(file, options: options)
      return
    case .floret:
      self = try FloretReader.read(file, options: options)
      return
    default: break
    }
    try options.refuseWordList(for: format, path: path)
    switch format {
    case .word2vecBinary: self = try Word2VecBinaryReader.read(file, options: options)
    case .fastTextModel: self = try FastTextModelReader.read(file, options: options)
    default: self = try unsafe TextVectorReader.read(file.bytes, path: path, options: options)
    }
  }
}
