import Libc
import WordtoolCore

/// The files of one training.
struct TrainingFiles {
  /// Where a training keeps what it needs to be continued.
  struct Checkpoint {
    /// The file.
    var path: String
    /// What `--resume` is given to continue from it.
    var name: String
  }

  /// Where the model goes.
  var output: String
  /// Texts and other inputs that are read once, and must not be overwritten.
  var inputs: [String] = []
  /// Other files that are read.
  var references: [String] = []
  /// Where metrics go.
  var metrics: String?
  /// Other outputs.
  var extras: [String] = []
  /// What is written while the training goes on.
  var checkpoint: Checkpoint?
  /// The checkpoint that the training goes on from.
  var resume: String?

  /// Looks for all inputs without opening one.
  ///
  /// - Throws: ``WordtoolError`` of kind `noSuchInput`.
  func checkInputs() throws {
    for path in inputs + references { try InputFiles.check(path) }
    if let resume { try InputFiles.check(resume, isFile: true) }
  }

  /// Refuses outputs that would replace one another or an input.
  ///
  /// - Parameter usesStandardOutput: whether something else goes there.
  /// - Throws: ``WordtoolError`` of kind `usage`.
  func checkOutputs(usesStandardOutput: Bool) throws {
    var taken: [String: String] = [:]
    for path in inputs where path != "-" { taken[Self.identity(of: path)] = "an input" }
    if usesStandardOutput { taken["-"] = "the summary" }
    for path in [output, metrics, checkpoint?.path].compactMap(\.self) + extras {
      guard path != "/dev/null" else { continue }
      if path.isEmpty {
        throw WordtoolError(.usage, found: "an empty name for an output", expected: "a path")
      }
      if let other = taken.updateValue("another output", forKey: Self.identity(of: path)) {
        throw WordtoolError(
          .usage, path: path == "-" ? "standard output" : path,
          found: "an output where \(other) is", expected: "a path of its own")
      }
    }
  }

  /// Tries whether the outputs besides the model and the metrics can be made.
  ///
  /// - Throws: ``WordtoolError`` of kind `cannotCreate`.
  func tryOutputs() throws {
    for path in [checkpoint?.path].compactMap(\.self) + extras {
      var status = stat()
      let isSpecial = stat(path, &status) == 0 && status.st_mode & S_IFMT != S_IFREG
      // A pipe that is opened and closed again has ended for its reader.
      if isSpecial && status.st_mode & S_IFMT != S_IFDIR && access(path, W_OK) == 0 { continue }
      _ = try OutputFile(path: path)
    }
  }

  /// One name for all spellings of a path.
  private static func identity(of path: String) -> String {
    if path == "-" || Environment.exists(path) {
      return path == "-" ? path : Environment.absolutePath(path)
    }
    guard let slash = path.lastIndex(of: "/") else {
      return Environment.absolutePath(".") + "/" + path
    }
    return Environment.absolutePath(String(path[...slash])) + "/"
      + path[path.index(after: slash)...]
  }
}
