import Libc
import TestSupport

/// The built `wordtool`, run in a world of its own: an own home, no terminal, no vectors but those
/// that ship and those the test names.
struct Tool {
  /// The binary: `$WORDTOOL_BINARY`, or the one that was built beside the tests.
  static let path: String = {
    if let named = getenv("WORDTOOL_BINARY") { return String(cString: named) }
    var buffer = [CChar](repeating: 0, count: 4096)
    let length = readlink("/proc/self/exe", &buffer, buffer.count - 1)
    let test = String(
      decoding: buffer[..<max(0, length)].map(UInt8.init(bitPattern:)), as: UTF8.self)
    return test[..<(test.lastIndex(of: "/") ?? test.startIndex)] + "/wordtool"
  }()

  /// A folder for everything the test makes.
  let folder: String
  /// Variables on top of the usual ones.
  var variables: [String: String] = [:]
  /// The binary to run.
  var executable = Tool.path

  init(folder: String, executable: String = Tool.path) {
    self.folder = folder
    self.executable = executable
  }

  private var environment: [String: String] {
    var environment = [
      "HOME": folder, "XDG_DATA_HOME": folder + "/data", "PATH": "/usr/bin:/bin", "TERM": "xterm",
      "COLUMNS": "80",
    ]
    for name in ["LD_LIBRARY_PATH", "WORDTOOL_CORPORA", "TMPDIR", "TSAN_OPTIONS"] {
      if let value = getenv(name) { environment[name] = String(cString: value) }
    }
    return environment.merging(variables) { $1 }
  }

  /// Starts the tool with pipes for its standard streams.
  func converse(_ arguments: String...) throws -> Conversation { try converse(arguments) }

  /// Starts the tool with pipes for its standard streams.
  func converse(_ arguments: [String]) throws -> Conversation {
    try Conversation(executable, arguments, environment: environment)
  }

  /// Runs the tool from a shell: `script` sees it as `"$@"`.
  func run(shell script: String, _ arguments: String...) throws -> Subprocess.Result {
    try start(arguments, shell: script).wait()
  }

  /// Starts the tool.
  ///
  /// - Parameter shell: a script to start it from, which sees it as `"$@"`.
  func start(
    _ arguments: [String], input: String = "", outputPath: String? = nil,
    workingFolder: String? = nil, shell: String? = nil
  ) throws -> Subprocess {
    try Subprocess(
      shell == nil ? executable : "/bin/sh",
      (shell.map { ["-c", $0, "sh", executable] } ?? []) + arguments, environment: environment,
      input: input, outputPath: outputPath, folder: folder, workingFolder: workingFolder)
  }

  /// Runs the tool with a terminal for its standard output.
  func run(
    onTerminal arguments: [String], columns: Int = 80, typed: String? = nil, hasErrors: Bool = false
  ) throws -> Subprocess.Result {
    try PseudoTerminal.run(
      executable, arguments, environment: environment, columns: columns, typed: typed,
      hasErrors: hasErrors, folder: folder)
  }

  /// Runs the tool to its end.
  func run(
    _ arguments: String..., input: String = "", outputPath: String? = nil,
    workingFolder: String? = nil
  ) throws -> Subprocess.Result {
    try start(
      arguments, input: input, outputPath: outputPath, workingFolder: workingFolder
    ).wait()
  }
}
