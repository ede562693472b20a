import BLASCore
import ConvNets
import Subword
import Word2Vec
import WordtoolCore

/// Tells what kind of file something is by its content; its name is looked at for CIFAR-10 alone,
/// whose files have no mark.
enum FileRecognizer {
  /// Bytes that are looked at.
  private static let sampleSize = 64 << 10
  /// Lines that must all look alike.
  private static let lineLimit = 200

  /// The kind of a regular file; nil of text without a form, and of what is not known.
  static func kind(of path: String) -> FileKind? {
    guard let start = try? FileStart.bytes(of: path, count: sampleSize), !start.isEmpty else {
      return nil
    }
    if unsafe start.withUnsafeBytes({ unsafe TensorFile.matches($0) }) {
      return tensorKind(of: path)
    }
    if isFastTextClassifier(start) { return .fastTextClassifier }
    if let kind = markedKind(start) { return kind }
    let size = InputFiles.totalByteCount([path]) ?? 0
    if isCIFAR(start, size: size, path: path) { return .cifar }
    let text = text(start)
    if let text, let kind = textKind(of: text, path: path, isWhole: start.count < sampleSize) {
      return kind == .bytePairEncoding && isOtherTokenizer(path) ? .tokenizer : kind
    }
    switch unsafe start.withUnsafeBytes({ unsafe WordVectors.Format(sniffing: $0) }) {
    case nil: return nil
    // A line of prose may end in a number.
    case .glove?: return text.map(beginsWithVector) == false ? nil : .vectors
    default: return .vectors
    }
  }

  /// The kind of a file or folder as `info` tells it, and what describes it: for a folder maybe a file in it.
  ///
  /// - Returns: nil for vectors in a folder, and for what is not known.
  static func described(_ path: String) -> (kind: FileKind, path: String)? {
    if Environment.isFolder(path) { return FolderRecognizer.kind(of: path) }
    switch kind(of: path) {
    case .numpyArchive: return (ArchiveFacts.isSparse(path) ? .sparseArchive : .numpyArchive, path)
    case let kind?: return (kind, path)
    case nil: return isText(path) ? (ListRecognizer.kind(of: path) ?? .text, path) : nil
    }
  }

  /// Whether the first line is a word, which may hold blanks, and at least two numbers.
  private static func beginsWithVector(_ text: String) -> Bool {
    let fields = text.prefix { !$0.isNewline }.split { $0 == " " || $0 == "\t" }
    return fields.count >= 3 && fields.suffix(2).allSatisfy { Float($0) != nil }
  }

  /// Whether a regular file is text of any form.
  static func isText(_ path: String) -> Bool {
    guard let start = try? FileStart.bytes(of: path, count: sampleSize) else { return false }
    return !start.isEmpty && text(start) != nil
  }

  /// Whether a `tokenizer.json` is one that `bpe` does not take. Its model stands last: it is read whole.
  private static func isOtherTokenizer(_ path: String) -> Bool {
    (try? BytePairEncoding(contentsOf: path)) == nil
      && (try? PieceTokenizer(contentsOf: path)) != nil
  }

  // MARK: Safetensors

  private static func tensorKind(of path: String) -> FileKind? {
    guard let file = try? TensorFile(path: path) else { return nil }
    let facts = file.metadata
    switch facts["format"].map({ String(ModelFile.kind(of: $0)) }) {
    case "wordtool-index": return .vectorIndex
    case "wordtool-document-model": return .documentModel
    case "wordtool-ngram-model": return .mappedNGramModel
    case "wordtool-language-model": return .languageModel
    case "wordtool-language-model-checkpoint": return .languageModelCheckpoint
    case "wordtool-classifier": return facts["model"] == "recurrent-tagger" ? .tagger : .classifier
    case "wordtool-image-model": return .imageModel
    case "wordtool-image-checkpoint": return .imageCheckpoint
    default: break
    }
    switch facts["encoder"] {
    case "bag-of-words": return .bagOfWords
    case "one-hot": return .oneHot
    case "tf-idf": return .tfIdf
    default: break
    }
    if facts["zca.format"] != nil { return .whitening }
    if facts.keys.contains(where: { $0.hasPrefix("wordtool_") && $0.hasSuffix("_state") }) {
      return .vectorCheckpoint
    }
    if file.entry(named: "vectors") != nil, file.entry(named: "vocabulary.offsets") != nil {
      return .vectors
    }
    let hasWeights = file.entries.contains { $0.name.hasSuffix(".weight") && $0.shape.count >= 2 }
    return hasWeights ? .imageWeights : .tensors
  }

  // MARK: Marks

  private static func markedKind(_ start: [UInt8]) -> FileKind? {
    if ImageFormat(sniffing: start) != nil { return .image }
    if start.starts(with: [0x93] + Array("NUMPY".utf8)) { return .numpyArray }
    if start.starts(with: Array("MThd".utf8)) { return .midi }
    if start.starts(with: Array("%%MatrixMarket".utf8)) { return .matrixMarket }
    // The name of the first member stands behind 30 bytes.
    if start.starts(with: Array("PK\u{3}\u{4}".utf8)), start.count > 30 {
      let length = Int(start[26]) | Int(start[27]) << 8
      let name = start[30...].prefix(length)
      return name.suffix(4).elementsEqual(".npy".utf8) ? .numpyArchive : nil
    }
    // The version of the format, and the name of the writer behind it.
    if start.count > 3, start[0] == 8, start[1] < 0x40, start[2] == 0x12 { return .onnx }
    if start.count >= 8, start[0] == 0, start[1] == 0, (8...14).contains(start[2]) {
      switch start[3] {
      case 1: return .idxLabels
      case 3, 4: return .idxImages
      default: break
      }
    }
    return nil
  }

  /// Whether a file is a supervised model of fastText's.
  private static func isFastTextClassifier(_ start: [UInt8]) -> Bool {
    // The kind of model is the eighth number behind the mark and the version.
    start.starts(with: [0xBA, 0x16, 0x4F, 0x2F]) && start.count >= 40 && start[36] == 3
  }

  private static func isCIFAR(_ start: [UInt8], size: Int, path: String) -> Bool {
    let record = 3073
    guard size >= record, size % record == 0, path.hasSuffix(".bin") else { return false }
    return stride(from: 0, to: start.count, by: record).allSatisfy { start[$0] < 10 }
  }

  // MARK: Text

  /// The bytes as text, but for a character that is cut at their end; nil when they are none.
  private static func text(_ bytes: [UInt8]) -> String? {
    guard !bytes.contains(0) else { return nil }
    for cut in 0..<min(4, bytes.count) {
      if let text = String(validating: bytes.dropLast(cut), as: UTF8.self) { return text }
    }
    return nil
  }

  private static func textKind(of text: String, path: String, isWhole: Bool) -> FileKind? {
    let bytes = Array(text.utf8.drop { $0 == 0xEF || $0 == 0xBB || $0 == 0xBF })
    if let kind = TextKind.of(bytes[...], isWhole: isWhole, isGuess: true) {
      // A size, and a first word longer than what is looked at, are vectors of word2vec's.
      let isCut = !isWhole && bytes.count { $0 == 0x0A } < 2
      if !(isCut && kind == .vocabulary) { return FileKind(kind) }
    }
    var lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
    // The last line of a part may be cut.
    if !isWhole, lines.count > 1 { lines.removeLast() }
    let first = lines.first { !$0.allSatisfy(\.isWhitespace) } ?? ""
    if first.hasPrefix("__label__") || namesLabels(first) { return .labelledText }
    if lines.contains(where: isTuneNumber), lines.contains(where: { $0.hasPrefix("K:") }) {
      return .tunes
    }
    let isAll = isWhole && lines.count <= lineLimit
    return TableRecognizer(lines.prefix(lineLimit), of: path, isWhole: isAll).kind
  }

  /// Whether a line names the columns of a table of texts and their labels.
  private static func namesLabels(_ line: Substring) -> Bool {
    let names = Set(
      line.lowercased().split { $0 == "\t" || $0 == "," }.map { $0.filter { $0 != "\"" } })
    return !names.isDisjoint(with: ["label", "class", "category"])
      && !names.isDisjoint(with: ["text", "sentence", "review"])
  }

  private static func isTuneNumber(_ line: Substring) -> Bool {
    line.hasPrefix("X:") && line.dropFirst(2).first { $0 != " " }?.isNumber == true
  }
}

extension FileKind {
  /// The kind of what no text is read from.
  fileprivate init(_ kind: TextKind) {
    self =
      switch kind {
      case .matrix: .matrixMarket
      case .nGramModel: .nGramModel
      case .picture: .picture
      case .page: .page
      case .image: .image
      case .images: .optdigits
      case .bytePairEncoding: .bytePairEncoding
      case .metrics: .metrics
      case .answer: .answer
      case .phrases: .phrases
      case .vectors: .vectors
      case .vocabulary: .vocabulary
      }
  }
}
