import WordtoolCore

extension WordVectors {
  /// The file formats that are read and written.
  public enum Format: String, CaseIterable, Sendable {
    /// The project's own: mapped, with counts, norms, a hash index and metadata.
    case safetensors
    /// The same with one byte a value and one factor a row: a quarter of the size.
    case safetensorsInt8 = "safetensors-int8"
    /// word2vec's binary format: a line with the size, then word, blank, floats.
    case word2vecBinary = "word2vec-binary"
    /// word2vec's text format: a line with the size, then a line a word.
    case word2vecText = "word2vec-text"
    /// fastText's `.vec`: word2vec's text format with a blank after the last value.
    case fastTextVec = "fasttext-vec"
    /// GloVe's text format: a line a word, and no line with the size.
    case glove
    /// fastText's models, `.bin` and `.ftz`, with their n-grams: read, not written.
    case fastTextModel = "fasttext-model"

    /// Whether vectors can be written so.
    public var isWritable: Bool { self != .fastTextModel }

    /// The formats that vectors can be written in.
    public static var writable: [Self] { allCases.filter(\.isWritable) }

    /// The formats that suffixes of names stand for.
    private static let suffixes: KeyValuePairs<String, Format> = [
      "safetensors": .safetensors, "bin": .word2vecBinary, "txt": .word2vecText,
      "vec": .fastTextVec, "glove": .glove,
    ]

    /// The format that a file name's suffix asks for, whether `.gz` follows it or not: `.bin` is
    /// word2vec binary, `.txt` word2vec text, `.vec` fastText's, `.glove` GloVe's; `.safetensors` and
    /// names without a suffix are safetensors.
    ///
    /// - Throws: ``WordtoolError`` of kind `usage` for any other suffix.
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
  /// Refuses a word that readers of the format would cut apart.
  ///
  /// - Parameters:
  ///   - bytes: the word in UTF-8.
  ///   - index: its row.
  /// - Throws: ``WordtoolError`` of kind `unavailable`.
  package func check(word bytes: some Collection<UInt8>, at index: Int) throws {
    if self == .safetensors || self == .safetensorsInt8 { return }
    let isCut = bytes.contains { byte in
      byte == 0x0A || byte == 0x0D || (byte == 0x20 || byte == 0x09) && self != .glove
    }
    guard isCut || bytes.isEmpty && self != .glove else { return }
    let word = String(decoding: bytes, as: UTF8.self)
    throw WordtoolError(
      .unavailable,
      found: bytes.isEmpty
        ? "the word of row \(index + 1) is empty"
        : "the word '\(word)' holds a blank or a line end",
      expected: "words that the format \(rawValue) can hold", remedy: "write safetensors")
  }
}
