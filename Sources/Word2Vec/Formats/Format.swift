import WordtoolCore

extension WordVectors {
  /// The file formats that are read and written.
  public enum Format: String, CaseIterable, Sendable {
    /// The project's own: mapped, with counts, norms, a hash index and metadata.
    case safetensors
    /// The same with one byte a value and one factor a row: a quarter of the size.
    case safetensorsInt8 = "safetensors-int8"
    /// The same with two bytes a value: half of the size.
    case safetensorsFloat16 = "safetensors-float16"
    /// The same with the codes of a product quantizer, as ``WordVectors/compressed(_:threads:stop:)``
    /// makes them; other vectors cannot be written so.
    case safetensorsPQ = "safetensors-pq"
    /// Any other safetensors file with one table, and a list of words in its metadata or beside it:
    /// read, not written.
    case safetensorsTable = "safetensors-table"
    /// word2vec's binary format: a line with the size, then word, blank, floats.
    case word2vecBinary = "word2vec-binary"
    /// word2vec's text format: a line with the size, then a line a word.
    case word2vecText = "word2vec-text"
    /// fastText's `.vec`: word2vec's text format with a blank after the last value.
    case fastTextVec = "fasttext-vec"
    /// GloVe's text format: a line a word, and no line with the size.
    case glove
    /// fastText's models with their n-grams: `.bin` and `.ftz` are read, `.bin` is written.
    case fastTextModel = "fasttext-model"
    /// A NumPy array, `.npy`, and a list of words beside it.
    case numpy = "npy"
    /// NumPy arrays of vectors and of words in one archive, `.npz`.
    case numpyArchive = "npz"
    /// The files of TensorBoard's Embedding Projector: tab-separated vectors, and metadata with words.
    case projector
    /// finalfusion's `.fifu`: words alone are written, with rows of floats or the codes of a product
    /// quantizer; n-grams are read as well.
    case finalfusion
    /// floret's `.floret`, a table of hashed n-grams without words, as ``SubwordOptions/hashCount`` trains
    /// it; other vectors cannot be written so.
    case floret
    /// floret's models, `.bin`, with their words; vectors of floret's table alone can be written so.
    case floretModel = "floret-model"
    /// The `vocab` folder of a spaCy model: read, not written.
    case spacy
    /// A folder of model2vec, with a tokenizer that makes vectors of texts: read, not written.
    case model2vec
    /// A folder of sentence-transformers with a StaticEmbedding: read, not written.
    case staticEmbedding = "static-embedding"

    /// Whether any vectors can be written so.
    public var isWritable: Bool {
      switch self {
      case .safetensorsPQ, .safetensorsTable, .floret, .floretModel, .spacy, .model2vec,
        .staticEmbedding:
        false
      default: true
      }
    }

    /// Whether it is one of the project's own, which hold everything that is known of vectors.
    public var isOwn: Bool {
      switch self {
      case .safetensors, .safetensorsInt8, .safetensorsFloat16, .safetensorsPQ: true
      default: false
      }
    }

    /// The formats that vectors can be written in.
    public static var writable: [Self] { allCases.filter(\.isWritable) }

    /// The formats that suffixes of names stand for.
    private static let suffixes: KeyValuePairs<String, Format> = [
      "safetensors": .safetensors, "bin": .word2vecBinary, "txt": .word2vecText,
      "vec": .fastTextVec, "glove": .glove, "npy": .numpy, "npz": .numpyArchive, "tsv": .projector,
      "fifu": .finalfusion, "floret": .floret,
    ]

    /// The format that a file name's suffix asks for, whether `.gz` follows it or not: `.bin` is
    /// word2vec binary, `.txt` word2vec text, `.vec` fastText's, `.glove` GloVe's, `.npy` and `.npz`
    /// NumPy's, `.tsv` the Embedding Projector's, `.fifu` finalfusion's, `.floret` floret's table;
    /// `.safetensors` and names without a suffix are safetensors.
    ///
    /// - Throws: `WordtoolError` of kind `usage` for any other suffix.
    public init(forPath path: String) throws {
      let suffix = FileSuffix(of: path)
      guard let known = Self.suffixes.first(where: { $0.key == suffix.name }) else {
        guard suffix.name.isEmpty else {
          throw WordtoolError(
            suffix: suffix, of: path, for: "vectors", known: Self.suffixes.map(\.key),
            remedy: "or say it with `format`")
        }
        self = .safetensors
        return
      }
      self = known.value
    }
  }
}

extension WordVectors.Format {
  /// The file with the words that belongs to a file of vectors, in a format of two files: `NAME.words`
  /// beside `NAME.npy`; beside `vectors.tsv` `metadata.tsv`, and beside `NAME_tensor.tsv`,
  /// `NAME_vectors.tsv` and `NAME.tsv` `NAME_metadata.tsv`. Nil for a format of one file.
  package func wordListPath(forPath path: String) -> String? {
    guard self == .numpy || self == .projector else { return nil }
    let file = OutputTarget.split(path).name
    let folder = path.dropLast(file.count)
    let name = file.hasSuffix(".gz") ? file.dropLast(3) : file[...]
    let stem = name.lastIndex(of: ".").map { name[..<$0] } ?? name
    if self == .numpy { return folder + stem + ".words" }
    if stem == "vectors" || stem == "tensor" || stem == "tensors" { return folder + "metadata.tsv" }
    for ending in ["_tensor", "_tensors", "_vectors"] where stem.hasSuffix(ending) {
      return folder + stem.dropLast(ending.count) + "_metadata.tsv"
    }
    return folder + stem + "_metadata.tsv"
  }

  /// Whether a word with this byte can be written: blanks and ends of lines part words elsewhere.
  func holds(_ byte: UInt8) -> Bool {
    switch self {
    case .safetensors, .safetensorsInt8, .safetensorsFloat16, .safetensorsPQ, .safetensorsTable,
      .finalfusion, .floret, .spacy, .model2vec, .staticEmbedding:
      true
    // Fixed widths are filled with zeros.
    case .numpyArchive, .fastTextModel, .floretModel: byte != 0
    case .numpy, .glove: byte != 0x0A && byte != 0x0D
    case .projector: byte != 0x0A && byte != 0x0D && byte != 0x09
    case .word2vecBinary, .word2vecText, .fastTextVec:
      byte != 0x0A && byte != 0x0D && byte != 0x20 && byte != 0x09
    }
  }

  /// Whether a word of no letters can be written.
  private var holdsEmptyWord: Bool {
    switch self {
    case .word2vecBinary, .word2vecText, .fastTextVec: false
    default: true
    }
  }

  /// Refuses a word that readers of the format would cut apart.
  ///
  /// - Parameters:
  ///   - bytes: the word in UTF-8.
  ///   - index: its row.
  /// - Throws: ``WordtoolError`` of kind `unavailable`.
  package func check(word bytes: some Collection<UInt8>, at index: Int) throws {
    let isCut = !bytes.allSatisfy(holds)
    guard isCut || bytes.isEmpty && !holdsEmptyWord else { return }
    let word = String(decoding: bytes, as: UTF8.self)
    throw WordtoolError(
      .unavailable,
      found: bytes.isEmpty
        ? "the word of row \(index + 1) is empty"
        : self == .numpyArchive
          ? "the word of row \(index + 1) holds a zero byte"
          : "the word '\(word)' holds a blank or a line end",
      expected: "words that the format \(rawValue) can hold",
      remedy: bytes.isEmpty || self == .numpyArchive
        ? "write safetensors"
        : "write safetensors, or put something in its place with `replacingBlanks`")
  }
}
