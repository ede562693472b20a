import Libc
import SeqModels
import Word2Vec
import WordtoolCore

/// What an output holds, and which names suit it.
struct OutputKind {
  /// What becomes of a name with another suffix.
  enum Others {
    case refused
    /// Taken, unless the suffix is that of another format of the tool.
    case taken
    /// Taken: the format was said by other means.
    case free
  }

  /// What is in it: "a drawing".
  var content: String
  /// The suffixes that stand for it.
  var suffixes: [String] = []
  var others = Others.refused
  /// Whether it may be gzip: the tool reads it again, and so do others.
  var isText = false

  /// Models of n-grams: ARPA is text, our own format is mapped by those who read it.
  static func nGrams(_ format: NGramModel.Format) -> OutputKind {
    OutputKind(
      content: "an n-gram model", suffixes: ["arpa", "lm", "safetensors"], isText: format == .arpa)
  }
  /// A map of words: a picture, or a table of its numbers.
  static let wordMap = OutputKind(
    content: "a map", suffixes: ["svg", "png", "tsv", "npy", "npz"], isText: true)
  /// A chart: a picture, or a table of its numbers.
  static let chart = OutputKind(content: "a chart", suffixes: ["svg", "png", "tsv"], isText: true)
  /// A confusion matrix: a picture, or a table of its counts.
  static let confusion = OutputKind(
    content: "a confusion matrix", suffixes: ["svg", "png", "tsv"], isText: true)
  static let page = OutputKind(content: "a page", suffixes: ["html", "htm"])
  static let drawing = OutputKind(content: "a drawing", suffixes: ["svg", "png"], isText: true)
  static let encoding = OutputKind(content: "an encoding", suffixes: ["json"], isText: true)
  static let midi = OutputKind(content: "a MIDI file", suffixes: ["mid", "midi"])
  static let onnx = OutputKind(content: "an ONNX graph", suffixes: ["onnx"])
  /// Models, encoders and transforms, which are safetensors under any name.
  static let model = OutputKind(
    content: "safetensors", suffixes: ["safetensors"], others: .taken)
  /// Vectors in fewer bytes: safetensors under any name but finalfusion's.
  static let compressed = OutputKind(
    content: "smaller vectors", suffixes: ["safetensors", "fifu"], others: .taken)
  /// Models of fastText's.
  static func fastText(_ suffixes: [String]) -> OutputKind {
    OutputKind(content: "a fastText model", suffixes: suffixes)
  }
  static let index = OutputKind(content: "an index", suffixes: ["index"], others: .taken)
  static let checkpoint = OutputKind(content: "a checkpoint", others: .taken)
  static let metrics = OutputKind(
    content: "JSON lines", suffixes: ["json", "jsonl", "txt"], others: .taken, isText: true)
  /// Plain text, such as words and counts.
  static let text = OutputKind(
    content: "text", suffixes: ["txt", "tsv", "csv", "vocab"], others: .taken, isText: true)

  /// The words beside vectors.
  static let list = OutputKind(content: "words", others: .free, isText: true)

  /// Vectors of a format that was decided before.
  static func vectors(_ format: WordVectors.Format) -> OutputKind {
    let content: String? =
      switch format {
      case _ where format.isOwn: "safetensors"
      case .numpy: "a NumPy array"
      case .numpyArchive: "an archive"
      case .finalfusion: "a finalfusion file"
      default: nil
      }
    return OutputKind(content: content ?? "vectors", others: .free, isText: content == nil)
  }

  /// The names of columns, one a line or as JSON.
  static let names = OutputKind(
    content: "a list", suffixes: ["txt", "tsv", "csv", "json"], others: .taken, isText: true)

  /// Suffixes that promise a format.
  private static let telling: Set<String> = [
    "arpa", "csv", "htm", "html", "jpeg", "jpg", "json", "jsonl", "mid", "midi", "mtx", "npy",
    "npz",
    "onnx", "pdf", "pgm", "png", "pnm", "ppm", "pt", "pth", "safetensors", "svg", "tsv", "txt",
    "vec",
  ]

  /// Fails when the name promises something else.
  ///
  /// - Throws: ``WordtoolError`` of kind `usage`.
  func check(_ path: String) throws {
    let suffix = FileSuffix(of: path)
    if others == .free || suffix.name.isEmpty || suffixes.contains(suffix.name) { return }
    if others == .taken && !Self.telling.contains(suffix.name) { return }
    throw WordtoolError(suffix: suffix, of: path, for: content, known: suffixes)
  }

  /// Opens an output.
  ///
  /// - Throws: ``WordtoolError``: `usage` for a name that promises something else, `cannotCreate`.
  func open(_ path: String) throws -> OutputFile {
    try check(path)
    let file = try OutputFile(path: path)
    if !isText { try file.requirePlain(content) }
    return file
  }

  /// Tries whether an output can be opened later on.
  ///
  /// - Throws: as ``open(_:)``.
  func attempt(_ path: String) throws {
    // A pipe that is opened and closed again has ended for its reader.
    guard case .device(let device) = try OutputTarget(path) else {
      _ = try open(path)
      return
    }
    try check(path)
    guard unsafe access(device, W_OK) == 0 else {
      throw WordtoolError(.cannotCreate, path: path, found: WordtoolError.systemMessage())
    }
  }
}

/// The paths that one run writes to, beside those that it reads.
enum OutputPaths {
  /// Refuses outputs that would replace one another or an input, through links of either kind too.
  ///
  /// - Parameters:
  ///   - outputs: those that are given.
  ///   - texts: files and folders of text that are read.
  ///   - inputs: other files that are read.
  ///   - printing: what else goes to standard output.
  /// - Throws: ``WordtoolError``: `usage`; `cannotCreate` for an output that cannot be made.
  static func check(
    _ outputs: [String?], texts: [String] = [], inputs: [String?] = [], printing: String? = nil
  ) throws {
    var taken: [OutputTarget.Identity: String] = [:]
    for path in texts + inputs.compactMap(\.self) where path != "-" {
      // A terminal may be both.
      guard let input = OutputTarget.Identity(of: path), input.isFile else { continue }
      taken[input] = "an input"
    }
    if let printing, let output = OutputTarget.descriptor(STDOUT_FILENO).identity {
      taken[output] = printing
    }
    let folders = texts.filter(Environment.isFolder).map { Environment.absolutePath($0) + "/" }
    for path in outputs.compactMap(\.self) {
      let target = try OutputTarget(path)
      guard let output = target.identity else { continue }
      if let other = taken.updateValue("another output", forKey: output) {
        throw WordtoolError(
          .usage, path: path == "-" ? "standard output" : path,
          found: "an output where \(other) is", expected: "a path of its own")
      }
      guard case .file(let place) = target, Environment.exists(place) else { continue }
      if let folder = folders.first(where: { isRead(place, in: $0) }) {
        throw WordtoolError(
          .usage, path: path, found: "an output of before among the texts of \(folder)",
          expected: "a path outside of them")
      }
    }
  }

  /// Whether a file in a folder is read with it: hidden ones are not.
  private static func isRead(_ path: String, in folder: String) -> Bool {
    path.hasPrefix(folder)
      && !path.dropFirst(folder.count).split(separator: "/").contains { $0.hasPrefix(".") }
  }
}
