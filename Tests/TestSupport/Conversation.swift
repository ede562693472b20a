import Libc
import WordtoolCore

/// A program whose standard streams are pipes: it is written to and read from while it runs.
///
/// Nothing here waits for a time to pass. Only a program that says nothing for
/// ``PipeReader/patience`` seconds where it should is taken for stuck, so that a test fails and ends.
public final class Conversation {
  private let process: pid_t
  private var input: Int32
  /// Standard output.
  public let output: PipeReader
  /// Standard error.
  public let errors: PipeReader

  /// Starts the program.
  public init(
    _ executable: String, _ arguments: [String], environment: [String: String] = [:]
  ) throws {
    // A program that ends early must not end the tests.
    _ = Libc.signal(SIGPIPE, SIG_IGN)
    let (inner, outer) = (try Self.pipe(), [try Self.pipe(), try Self.pipe()])
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, inner.output, 0)
    posix_spawn_file_actions_adddup2(&actions, outer[0].input, 1)
    posix_spawn_file_actions_adddup2(&actions, outer[1].input, 2)
    process = try Subprocess.spawn(
      executable, arguments, environment: environment, actions: &actions)
    close(inner.output)
    for pipe in outer { close(pipe.input) }
    input = inner.input
    output = PipeReader(descriptor: outer[0].output)
    errors = PipeReader(descriptor: outer[1].output)
  }

  deinit { closeInput() }

  private static func pipe() throws -> (output: Int32, input: Int32) {
    var ends: [Int32] = [-1, -1]
    // Programs that other tests start at the same time must not inherit an end.
    let status = Subprocess.spawning.withLock { _ in
      let status = Libc.pipe(&ends)
      for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
      return status
    }
    guard status == 0 else {
      throw WordtoolError(.unavailable, found: "no pipe: \(WordtoolError.systemMessage())")
    }
    return (ends[0], ends[1])
  }

  /// Writes to its standard input.
  public func send(_ text: String) {
    var bytes = Array(text.utf8)[...]
    while !bytes.isEmpty {
      let count = bytes.withUnsafeBytes { write(input, $0.baseAddress, $0.count) }
      guard count > 0 else { return }
      bytes.removeFirst(count)
    }
  }

  /// Ends its standard input.
  public func closeInput() {
    if input >= 0 { close(input) }
    input = -1
  }

  /// Sends a signal.
  public func signal(_ number: Int32) { kill(process, number) }

  /// Waits for the end, reading what is left.
  public func wait() -> Subprocess.Result {
    let (said, told) = (output.rest(), errors.rest())
    if output.isStuck || errors.isStuck { kill(process, SIGKILL) }
    return Subprocess.Result(
      exitCode: Subprocess.exitCode(of: process), output: said, errors: told)
  }
}

/// Lines that come through a pipe.
public final class PipeReader {
  /// Seconds of silence after which the other end is taken for stuck.
  public static let patience: Int32 = 120

  private var descriptor: Int32
  private var buffer: [UInt8] = []
  /// Whether the other end was silent for too long.
  public private(set) var isStuck = false

  init(descriptor: Int32) { self.descriptor = descriptor }

  /// Opens a named pipe.
  public init(path: String) { descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK) }

  deinit { closeNow() }

  /// Reads no more.
  public func closeNow() {
    if descriptor >= 0 { close(descriptor) }
    descriptor = -1
  }

  /// The next line without its end; nil when there is none any more.
  public func line() -> String? {
    while true {
      if let end = buffer.firstIndex(of: UInt8(ascii: "\n")) {
        defer { buffer.removeFirst(end + 1) }
        return String(decoding: buffer[..<end], as: UTF8.self)
      }
      guard fill() else { return nil }
    }
  }

  /// Everything up to the end.
  public func rest() -> String {
    while fill() {}
    defer { buffer = [] }
    return String(decoding: buffer, as: UTF8.self)
  }

  private func fill() -> Bool {
    guard descriptor >= 0, !isStuck else { return false }
    var waiting = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    let ready = poll(&waiting, 1, Self.patience * 1000)
    if ready < 0 && errno == EINTR { return true }
    isStuck = ready == 0
    guard ready > 0 else { return false }
    var piece = [UInt8](repeating: 0, count: 1 << 16)
    let count = read(descriptor, &piece, piece.count)
    guard count > 0 else { return false }
    buffer += piece[..<count]
    return true
  }
}
