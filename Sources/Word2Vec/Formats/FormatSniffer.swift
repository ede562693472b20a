import BLASCore
import FastTextFiles
import NumPyFiles
import WordtoolCore

/// Tells a file's format from its first bytes.
enum FormatSniffer {
  /// The format of vectors, or an error that names what the file is and what to do with it.
  ///
  /// Text with a line that gives the size is reported as ``WordVectors/Format/word2vecText``,
  /// whichever tool wrote it.
  static func format(of bytes: UnsafeRawBufferPointer, path: String) throws -> WordVectors.Format {
    func refuse(_ found: String, _ remedy: String?) -> WordtoolError {
      WordtoolError(
        .badData, path: path, found: found,
        expected: "vectors as safetensors, word2vec binary or text, fastText .vec, .bin or .ftz, "
          + "GloVe text, NumPy .npy or .npz, finalfusion, floret, spaCy's vocab folder, or the "
          + "Embedding Projector's",
        remedy: remedy)
    }
    guard unsafe !bytes.isEmpty else { throw refuse("an empty file", nil) }
    for (prefix, found, remedy) in foreign where unsafe bytes.starts(with: prefix) {
      throw refuse(found, remedy)
    }
    if bytes.count >= 2, unsafe bytes[0] == 0x80, unsafe (2...5).contains(bytes[1]) {
      throw unsafe ForeignVectors.refusal(ofPickle: bytes, path: path)
    }
    if unsafe bytes.starts(with: NumpyHeader.signature) { return .numpy }
    if unsafe bytes.starts(with: ForeignVectors.archiveSignature) {
      if let error = try unsafe ForeignVectors.refusal(ofArchive: bytes, path: path) { throw error }
      return .numpyArchive
    }
    if unsafe bytes.starts(with: FastTextHeader.signature) { return .fastTextModel }
    if unsafe TensorFile.matches(bytes) { return .safetensors }
    if unsafe bytes.starts(with: FinalfusionReader.signature) { return .finalfusion }
    let text = unsafe TextLines(bytes)
    if let header = SizeLine(text) {
      // Two whole numbers that a tab parts may be a row, where metadata stand beside it.
      if unsafe text.bytes[text.line(from: text.start).range].contains(0x09),
        ProjectorReader.matches(text, path: path)
      {
        return .projector
      }
      return isText(text, header) ? .word2vecText : .word2vecBinary
    }
    let first = text.fields(of: text.line(from: text.start).range)
    if FloretReader.matches(text) { return .floret }
    if ProjectorReader.matches(text, path: path) { return .projector }
    guard first.count >= 2, let last = first.last, text.looksLikeNumber(last) else {
      throw refuse("neither a known signature nor a line of a word and numbers", nil)
    }
    return .glove
  }

  private static let foreign: [(prefix: [UInt8], found: String, remedy: String?)] = [
    (
      Array("\\data\\".utf8), "an n-gram model in ARPA format", "it is a language model"
    ),
    (
      Array("# wordtool".utf8), "an n-gram model in ARPA format", "it is a language model"
    ),
    ([0x1F, 0x8B], "gzip data inside gzip data", "unpack it with gunzip first"),
    (Array("BZh".utf8), "bzip2 data", "unpack it with bunzip2 first"),
    ([0x28, 0xB5, 0x2F, 0xFD], "Zstandard data", "unpack it with unzstd first"),
    ([0xFD, 0x37, 0x7A, 0x58, 0x5A, 0], "xz data", "unpack it with unxz first"),
    (
      Array("SQLite format 3".utf8), "an SQLite database (Magnitude)",
      "export it with pymagnitude as word2vec text"
    ),
  ]

  /// Whether rows after the line with the size are text. They are when the first row is a word and
  /// the right number of numbers; when it is not, control bytes speak for binary and their absence
  /// for damaged text, which then gets an error with a line number.
  private static func isText(_ text: TextLines, _ header: SizeLine) -> Bool {
    let rest = unsafe text.bytes.count - header.end
    guard header.count > 0, rest > 0 else { return true }
    let line = text.line(from: header.end).range
    // The longest row that text could need; a value takes some 25 bytes at most.
    if line.count <= 65_536 + 64 * min(header.dimension, 1 << 20) {
      let fields = text.fields(of: line)
      if fields.count > header.dimension, header.dimension > 0,
        fields.suffix(header.dimension).allSatisfy(text.looksLikeNumber)
      {
        return true
      }
    }
    // Of a very long word what follows it.
    let blank = unsafe text.bytes[header.end...].prefix(1 << 24).firstIndex(of: 0x20) ?? header.end
    let start = blank - header.end > 4096 ? blank : header.end
    let sample = unsafe text.bytes[start..<min(text.bytes.count, start + 4096)]
    if unsafe sample.contains(where: { $0 < 0x20 && $0 != 0x09 && $0 != 0x0A && $0 != 0x0D }) {
      return false
    }
    return unsafe String(validating: sample.dropLast(min(3, sample.count - 1)), as: UTF8.self)
      != nil
  }
}

extension WordVectors.Format {
  /// The format of vectors that the first bytes of a file tell of; nil for anything else.
  package init?(sniffing bytes: UnsafeRawBufferPointer) {
    guard let format = try? unsafe FormatSniffer.format(of: bytes, path: "") else { return nil }
    self = format
  }
}
