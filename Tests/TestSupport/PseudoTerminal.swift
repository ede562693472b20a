import Libc
import WordtoolCore

/// A program whose standard output is a terminal.
public enum PseudoTerminal {
  /// Runs the program to its end.
  ///
  /// - Parameters:
  ///   - executable: its path.
  ///   - arguments: what follows the name of the program.
  ///   - environment: all its variables.
  ///   - columns: the width of the terminal.
  ///   - typed: what a person types, with Ctrl-D behind it; nil for a standard input that is no
  ///     terminal and empty.
  ///   - hasErrors: whether standard error is the terminal too.
  ///   - folder: a folder for the file of standard error.
  /// - Returns: what the terminal got, with plain line ends; what is typed is part of it.
  public static func run(
    _ executable: String, _ arguments: [String], environment: [String: String], columns: Int = 80,
    typed: String? = nil, hasErrors: Bool = false, folder: String
  ) throws -> Subprocess.Result {
    let errorPath = "\(folder)/terminal-\(UInt64.random(in: 0 ... .max)).err"
    let (outer, name) = try open()
    defer { close(outer) }
    let inner = Libc.open(name, O_RDWR | O_NOCTTY | O_CLOEXEC)
    guard inner >= 0 else {
      throw WordtoolError(.unavailable, found: "no terminal: \(WordtoolError.systemMessage())")
    }
    var size = winsize(ws_row: 24, ws_col: UInt16(columns), ws_xpixel: 0, ws_ypixel: 0)
    _ = ioctl(inner, UInt(TIOCSWINSZ), &size)
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    if typed == nil {
      posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    } else {
      posix_spawn_file_actions_adddup2(&actions, inner, 0)
    }
    posix_spawn_file_actions_adddup2(&actions, inner, 1)
    if hasErrors {
      posix_spawn_file_actions_adddup2(&actions, inner, 2)
    } else {
      posix_spawn_file_actions_addopen(
        &actions, 2, errorPath, O_WRONLY | O_CREAT | O_TRUNC, 0o666)
    }
    let process = try Subprocess.spawn(
      executable, arguments, environment: environment, actions: &actions)
    close(inner)
    if let typed {
      let bytes = Array(typed.utf8) + [4]
      _ = bytes.withUnsafeBytes { write(outer, $0.baseAddress, $0.count) }
    }
    var output: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 1 << 14)
    // The last end that closes makes reading fail.
    while case let count = read(outer, &piece, piece.count), count > 0 { output += piece[..<count] }
    return Subprocess.Result(
      exitCode: Subprocess.exitCode(of: process),
      output: String(decoding: output, as: UTF8.self).replacing("\r\n", with: "\n"),
      errors: TestFiles.read(errorPath) ?? "")
  }

  /// The end that plays the person, and the name of the other.
  private static func open() throws -> (descriptor: Int32, name: String) {
    let failure = {
      WordtoolError(.unavailable, found: "no terminal: \(WordtoolError.systemMessage())")
    }
    #if os(Linux)
    let outer = Libc.open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)
    guard outer >= 0 else { throw failure() }
    // TIOCSPTLCK and TIOCGPTN, which the overlay of the C library leaves out.
    var (lock, number): (Int32, UInt32) = (0, 0)
    guard ioctl(outer, 0x4004_5431, &lock) == 0, ioctl(outer, 0x8004_5430, &number) == 0 else {
      throw failure()
    }
    return (outer, "/dev/pts/\(number)")
    #else
    let outer = posix_openpt(O_RDWR | O_NOCTTY)
    guard outer >= 0, grantpt(outer) == 0, unlockpt(outer) == 0, let name = ptsname(outer) else {
      throw failure()
    }
    return (outer, String(cString: name))
    #endif
  }
}
