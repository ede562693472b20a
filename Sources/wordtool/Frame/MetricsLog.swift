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
  /// Whether they are in a file of their own, which earlier lines are cut from.
  private let isFile: Bool
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
    let (flags, mode) = (O_WRONLY | O_CLOEXEC, 0o666 as mode_t)
    switch try OutputTarget(path) {
    case .descriptor(let number):
      (isFile, isNew) = (false, false)
      descriptor = fcntl(number, F_DUPFD_CLOEXEC, 0)
    case .device(let device):
      (isFile, isNew) = (false, false)
      descriptor = unsafe open(device, flags)
    case .file(let target):
      (isFile, isNew) = (true, !Environment.exists(target))
      descriptor = unsafe open(target, flags | O_CREAT, mode)
    }
    guard descriptor >= 0 else {
      throw WordtoolError(.cannotCreate, path: path, found: WordtoolError.systemMessage())
    }
  }

  deinit {
    close(descriptor)
    if isNew && !state.withLock({ $0.hasBegun }) { unsafe unlink(path) }
  }

  /// Adds a line, unless one of the same `step` was added before.
  func add(_ line: some MetricsLine, step: Int? = nil) {
    state.withLock { state in
      guard !state.hasFailed, step == nil || step != state.lastStep else { return }
      state.lastStep = step ?? state.lastStep
      do {
        if !state.hasBegun { try begin(before: line) }
        state.hasBegun = true
        try write(Array((JSONOutput.line(line) + "\n").utf8))
      } catch {
        state.hasFailed = true
        StandardError.warn("the metrics could not be written: \(error)")
      }
    }
  }

  /// Drops what is not before `line`.
  private func begin<Line: MetricsLine>(before line: Line) throws {
    guard isFile else { return }
    var kept: [UInt8] = []
    if continues {
      for text in try earlierBytes().split(
        separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false
      ).dropLast() {
        let earlier = try? StoredJSON.decode(Line.self, from: text)
        guard let earlier, earlier.position < line.position else { break }
        kept += text + [UInt8(ascii: "\n")]
      }
    }
    // What is packed has no places in the file where lines begin, so it is written anew.
    let end = isPacked ? 0 : kept.count
    guard ftruncate(descriptor, off_t(end)) == 0, lseek(descriptor, 0, SEEK_END) >= 0 else {
      throw WordtoolError(.inputOutput, path: path, found: WordtoolError.systemMessage())
    }
    if isPacked && !kept.isEmpty { try write(kept) }
  }

  private var isPacked: Bool { FileSuffix(of: path).isCompressed }

  /// What the file holds; of one that a killed run left with a packed line cut short, what is whole.
  private func earlierBytes() throws -> [UInt8] {
    let source = try ByteSource(path: path)
    var bytes: [UInt8] = []
    var room = [UInt8](repeating: 0, count: 1 << 16)
    do {
      while case let count = try unsafe room.withUnsafeMutableBytes({
        try unsafe source.read(into: $0)
      }),
        count > 0
      {
        bytes += room[..<count]
      }
    } catch let error as WordtoolError where error.kind == .badData {}
    return bytes
  }

  /// Appends bytes; each time a member of its own of a packed file, so that every line is there at once.
  private func write(_ text: [UInt8]) throws {
    let bytes = isPacked ? try Deflater.member(text, path: path) : text
    let code = unsafe bytes.withUnsafeBytes { unsafe writeAll($0, to: descriptor) }
    guard code == 0 else {
      throw WordtoolError(.inputOutput, path: path, found: WordtoolError.systemMessage(code))
    }
  }
}
