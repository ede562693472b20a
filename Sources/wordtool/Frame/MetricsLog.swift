import Libc
import Synchronization
import WordtoolCore

/// One line of the metrics of a training.
protocol MetricsLine: Codable {
  /// How far the training is, in whatever it counts; grows from line to line.
  var position: Int { get }
}

/// The course of a training in a file, one JSON object a line.
///
/// Each line is in the file as soon as it is known: `tail -f` follows it, and it stays whatever
/// becomes of the run. A resumed run goes on behind the lines of the run before; those that the
/// earlier run wrote after its last checkpoint are measured again and replaced. An older file is
/// emptied with the first line and not before.
///
/// Metrics that cannot be written do not undo a training; they are told of once. Any thread may
/// call.
final class MetricsLog: Sendable {
  private struct State {
    var hasBegun = false
    var hasFailed = false
    var lastStep = -1
  }

  private let path: String
  private let descriptor: Int32
  private let isNew: Bool
  private let continues: Bool
  private let state = Mutex<State>(State())

  /// Opens the file.
  ///
  /// - Parameters:
  ///   - path: its name; `-` is standard output.
  ///   - continues: whether the lines that are there are kept.
  /// - Throws: ``WordtoolError`` of kind `cannotCreate`.
  init(path: String, continues: Bool) throws {
    self.path = path
    self.continues = continues
    isNew = path != "-" && !Environment.exists(path)
    descriptor =
      path == "-" ? STDOUT_FILENO : open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else {
      throw WordtoolError(.cannotCreate, path: path, found: WordtoolError.systemMessage())
    }
  }

  deinit {
    guard path != "-" else { return }
    close(descriptor)
    if isNew && !state.withLock({ $0.hasBegun }) { unlink(path) }
  }

  /// Adds a line, unless one of the same `step` was added before.
  func add(_ line: some MetricsLine, step: Int? = nil) {
    state.withLock { state in
      guard !state.hasFailed, step == nil || step != state.lastStep else { return }
      state.lastStep = step ?? state.lastStep
      do {
        if !state.hasBegun { try begin(before: line) }
        state.hasBegun = true
        try write(JSONOutput.line(line) + "\n")
      } catch {
        state.hasFailed = true
        StandardError.warn("the metrics could not be written: \(error)")
      }
    }
  }

  /// Drops what is not before `line`.
  private func begin<Line: MetricsLine>(before line: Line) throws {
    var status = stat()
    guard path != "-", fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG
    else { return }
    var kept = 0
    if continues {
      for text in try InputBytes.read(path).split(
        separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false
      ).dropLast() {
        let earlier = try? StoredJSON.decode(Line.self, from: text)
        guard let earlier, earlier.position < line.position else { break }
        kept += text.count + 1
      }
    }
    guard ftruncate(descriptor, off_t(kept)) == 0, lseek(descriptor, 0, SEEK_END) >= 0 else {
      throw WordtoolError(.inputOutput, path: path, found: WordtoolError.systemMessage())
    }
  }

  private func write(_ text: String) throws {
    var bytes = Array(text.utf8)[...]
    while !bytes.isEmpty {
      let count = bytes.withUnsafeBytes { Libc.write(descriptor, $0.baseAddress, $0.count) }
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else {
        throw WordtoolError(.inputOutput, path: path, found: WordtoolError.systemMessage())
      }
      bytes.removeFirst(count)
    }
  }
}
