import Libc
import WordtoolCore

/// Runs a program and collects what it prints. Its standard streams are files, so no amount of
/// output can block it; ``Conversation`` has pipes.
public struct Subprocess: ~Copyable {
  /// What came out of a finished run.
  public struct Result: Sendable {
    /// The exit code, or 128 plus the signal's number.
    public var exitCode: Int32
    /// Everything on standard output.
    public var output: String
    /// Everything on standard error.
    public var errors: String
  }

  private let process: pid_t
  private let outputPath: String
  private let errorPath: String

  /// Starts the program.
  ///
  /// - Parameters:
  ///   - executable: its path.
  ///   - arguments: what follows the name of the program.
  ///   - environment: all its variables.
  ///   - input: what it finds on standard input.
  ///   - outputPath: a file or device for standard output instead of the one that is collected.
  ///   - folder: a folder for the files of the streams.
  ///   - workingFolder: the folder to run in; the present one without.
  public init(
    _ executable: String, _ arguments: [String], environment: [String: String] = [:],
    input: String = "", outputPath: String? = nil, folder: String, workingFolder: String? = nil
  ) throws {
    let stem = "\(folder)/run-\(UInt64.random(in: 0 ... .max))"
    try TestFiles.write(input, to: stem + ".in")
    let outputPath = outputPath ?? stem + ".out"
    let errorPath = stem + ".err"

    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    let create = O_WRONLY | O_CREAT | O_TRUNC
    posix_spawn_file_actions_addopen(&actions, 0, stem + ".in", O_RDONLY, 0)
    posix_spawn_file_actions_addopen(&actions, 1, outputPath, create, 0o666)
    posix_spawn_file_actions_addopen(&actions, 2, errorPath, create, 0o666)
    process = try Self.spawn(
      executable, arguments, environment: environment, workingFolder: workingFolder,
      actions: &actions)
    self.outputPath = outputPath
    self.errorPath = errorPath
  }

  /// Held while a program starts, and while descriptors exist that it must not inherit.
  static let spawning = Locked<Void>(())

  /// Starts a program whose streams `actions` prepare.
  static func spawn(
    _ executable: String, _ arguments: [String], environment: [String: String],
    workingFolder: String? = nil, actions: inout posix_spawn_file_actions_t
  ) throws -> pid_t {
    // A test run in the background of a script ignores SIGINT, and the threads that run tests block
    // it; the program must meet its signals as it would in a terminal.
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var signals = sigset_t()
    sigemptyset(&signals)
    for number in [SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE] { sigaddset(&signals, number) }
    posix_spawnattr_setsigdefault(&attributes, &signals)
    var mask = sigset_t()
    sigemptyset(&mask)
    posix_spawnattr_setsigmask(&attributes, &mask)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK))

    // Not every system can change the folder in posix_spawn; every shell can.
    let shell = ["/bin/sh", "-c", "cd \"$0\" && exec \"$@\""]
    let command = (workingFolder.map { shell + [$0] } ?? []) + [executable] + arguments
    var argv: [UnsafeMutablePointer<CChar>?] = command.map { strdup($0) }
    var variables: [UnsafeMutablePointer<CChar>?] = environment.map { strdup("\($0)=\($1)") }
    argv.append(nil)
    variables.append(nil)
    defer { for pointer in argv + variables { free(pointer) } }
    var process = pid_t()
    let status = spawning.withLock { _ in
      posix_spawn(&process, command[0], &actions, &attributes, argv, variables)
    }
    guard status == 0 else {
      throw WordtoolError(
        .unavailable, path: executable, found: WordtoolError.systemMessage(status))
    }
    return process
  }

  /// Sends a signal.
  public borrowing func signal(_ number: Int32) { kill(process, number) }

  /// What has been printed on standard error so far.
  public borrowing func errorsSoFar() -> String { TestFiles.read(errorPath) ?? "" }

  /// Whether it still runs. A process that has ended is kept for ``wait()``.
  public borrowing func isRunning() -> Bool {
    var info = siginfo_t()
    let found = waitid(P_PID, id_t(process), &info, WEXITED | WNOHANG | WNOWAIT)
    return found == 0 && info.si_signo == 0
  }

  /// Waits for the end.
  public consuming func wait() -> Result {
    Result(
      exitCode: Self.exitCode(of: process),
      output: outputPath.hasPrefix("/dev/") ? "" : TestFiles.read(outputPath) ?? "",
      errors: TestFiles.read(errorPath) ?? "")
  }

  /// Waits for the end of a process: its exit code, or 128 plus the signal's number.
  static func exitCode(of process: pid_t) -> Int32 {
    var status: Int32 = 0
    while waitpid(process, &status, 0) < 0 && errno == EINTR {}
    let signal = status & 0x7f
    return signal == 0 ? (status >> 8) & 0xff : 128 + signal
  }
}
