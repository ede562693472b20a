import Corpora
import Libc
import Word2Vec
import WordtoolCore

/// Which vectors a command asks when it is not told, and the record of those that a training made the
/// default.
enum DefaultVectors {
  /// A file of vectors and why it is the one.
  struct Choice {
    enum Reason: String, Encodable {
      case option, environment, lastTrained, shipped
    }
    var path: String
    var reason: Reason

    /// The reason in words.
    var explanation: String {
      switch reason {
      case .option: "named on the command line"
      case .environment: "named by $WORDTOOL_VECTORS"
      case .lastTrained: "what train-embeddings last made the default"
      case .shipped: "the set that ships with wordtool"
      }
    }

    /// Reads the vectors. A path that came from elsewhere than the command line says so where it fails.
    func open(_ options: WordVectors.ReadOptions = .init()) throws -> WordVectors {
      do {
        return try FileKind.reading(path, as: .vectors) {
          try WordVectors(contentsOf: path, options: options)
        }
      } catch var error as WordtoolError where reason != .option {
        error.found += " (\(explanation))"
        throw error
      }
    }
  }

  /// The file that holds the path of the vectors that a training made the default; nil without a home
  /// folder.
  static var recordPath: String? { Environment.dataFolder.map { $0 + "/last-vectors" } }

  /// Decides: the option, the environment, the record, the set that ships.
  ///
  /// - Throws: ``WordtoolError`` of kind `noSuchInput` when there is none.
  static func choose(option: String?) throws -> Choice {
    if let option { return Choice(path: option, reason: .option) }
    if let path = Environment.value("WORDTOOL_VECTORS") {
      return Choice(path: path, reason: .environment)
    }
    if let path = recorded() {
      if Environment.exists(path) { return Choice(path: path, reason: .lastTrained) }
      StandardError.warn("\(path), which train-embeddings made the default, is gone")
    }
    if let path = try? ShippedFiles.path(of: ShippedFiles.vectors) {
      return Choice(path: path, reason: .shipped)
    }
    throw WordtoolError(
      .noSuchInput, found: "no vectors: none named, none trained, none beside the program",
      remedy: "name some with -v PATH or make some with 'wordtool train-embeddings'; "
        + "Scripts/install.sh puts the set that ships where the program finds it")
  }

  private static func recorded() -> String? {
    guard let recordPath, let file = try? MappedFile(path: recordPath) else { return nil }
    let text = withExtendedLifetime(file) { unsafe String(decoding: file.bytes, as: UTF8.self) }
    guard let line = text.split(separator: "\n").first, line.hasPrefix("/")
    else { return nil }
    return String(line)
  }

  /// Notes that the vectors in `path` are the default. Failing to do so is told but fails nothing.
  static func record(_ path: String) {
    guard let recordPath, let folder = Environment.dataFolder else { return }
    do {
      try Folder.make(folder)
      let file = try OutputFile(path: recordPath)
      try file.write(Environment.absolutePath(path) + "\n")
      try file.commit()
    } catch {
      StandardError.warn("the vectors could not be made the default: \(error)")
    }
  }

  /// Where vectors go that were given no name: `$XDG_DATA_HOME/wordtool/vectors/NAME.safetensors`.
  static func pathForNewVectors(named name: String) throws -> String {
    guard let folder = Environment.dataFolder else {
      throw WordtoolError(
        .cannotCreate, found: "no home folder to put the vectors in",
        remedy: "name the file with -o PATH")
    }
    try Folder.make(folder + "/vectors")
    let safe = name.map { $0.isLetter || $0.isNumber || "-_.".contains($0) ? $0 : "-" }
    let stem = String(safe).drop { $0 == "." || $0 == "-" }
    return "\(folder)/vectors/\(stem.isEmpty ? "vectors" : String(stem)).safetensors"
  }
}
