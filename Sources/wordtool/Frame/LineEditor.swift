import Libc
import WordtoolCore

/// Lines typed at a terminal, with the keys that people expect: arrows, Home and End, history, completion
/// by Tab.
///
/// The terminal is in raw mode only while a line is being typed. Ctrl-C drops the line, Ctrl-D at its
/// beginning ends the input.
struct LineEditor {
  /// What came of a line.
  enum Input: Equatable {
    case line(String)
    case dropped
    case end
  }

  /// The words that may stand where a line ends, for the line up to the cursor; each takes the place of the
  /// last `replaced` scalars of it.
  typealias Completer = (_ line: String) -> (replaced: Int, words: [String])

  private let prompt: String
  private let complete: Completer
  private var history: [String] = []

  private static let historyLimit = 1000
  private static let shownCompletions = 50

  init(prompt: String, complete: @escaping Completer) {
    self.prompt = prompt
    self.complete = complete
  }

  /// Whether both ends are a terminal.
  static var isPossible: Bool { isatty(STDIN_FILENO) == 1 && StandardOutput.isTerminal }

  /// The line that is being typed.
  private struct Line {
    var scalars: [Unicode.Scalar] = []
    var cursor = 0

    var text: String {
      var text = String.UnicodeScalarView()
      text.append(contentsOf: scalars)
      return String(text)
    }

    var beforeCursor: String {
      var text = String.UnicodeScalarView()
      text.append(contentsOf: scalars[..<cursor])
      return String(text)
    }

    mutating func insert(_ text: String) {
      let new = Array(text.unicodeScalars)
      scalars.insert(contentsOf: new, at: cursor)
      cursor += new.count
    }

    mutating func set(_ text: String) {
      scalars = Array(text.unicodeScalars)
      cursor = scalars.count
    }
  }

  /// Reads one line.
  mutating func next() throws -> Input {
    var saved = termios()
    guard unsafe tcgetattr(STDIN_FILENO, &saved) == 0 else { return .end }
    var raw = saved
    raw.c_lflag &= ~tcflag_t(ICANON | ECHO | ISIG | IEXTEN)
    raw.c_iflag &= ~tcflag_t(IXON | ICRNL | INLCR)
    unsafe tcsetattr(STDIN_FILENO, TCSADRAIN, &raw)
    defer { unsafe tcsetattr(STDIN_FILENO, TCSADRAIN, &saved) }
    var line = Line()
    var place = history.count
    var unfinished = ""
    try draw(line)
    while true {
      guard let byte = Self.byte() else {
        try StandardOutput.shared.writeStyled("\n")
        return .end
      }
      switch byte {
      case 0x0D, 0x0A:
        line.cursor = line.scalars.count
        try draw(line)
        try finish()
        return .line(accept(line.text))
      case 0x03:
        try finish()
        return .dropped
      case 0x04 where line.scalars.isEmpty:
        try finish()
        return .end
      case 0x09: try completeWord(&line)
      case 0x1B:
        if let key = Self.escapeSequence() {
          move(key, &line, &place, &unfinished)
        }
      default: try edit(byte, &line)
      }
      try draw(line)
    }
  }

  private mutating func accept(_ text: String) -> String {
    if !text.allSatisfy(\.isWhitespace), history.last != text { history.append(text) }
    if history.count > Self.historyLimit { history.removeFirst() }
    return text
  }

  private func finish() throws {
    try StandardOutput.shared.writeStyled("\n")
    try StandardOutput.shared.flush()
  }

  /// The control keys of readline, and letters.
  private func edit(_ byte: UInt8, _ line: inout Line) throws {
    switch byte {
    case 0x01: line.cursor = 0
    case 0x02: line.cursor = max(0, line.cursor - 1)
    case 0x04: if line.cursor < line.scalars.count { line.scalars.remove(at: line.cursor) }
    case 0x05: line.cursor = line.scalars.count
    case 0x06: line.cursor = min(line.scalars.count, line.cursor + 1)
    case 0x08, 0x7F:
      if line.cursor > 0 {
        line.cursor -= 1
        line.scalars.remove(at: line.cursor)
      }
    case 0x0B: line.scalars.removeSubrange(line.cursor...)
    case 0x15:
      line.scalars.removeSubrange(..<line.cursor)
      line.cursor = 0
    case 0x17:
      var start = line.cursor
      while start > 0, line.scalars[start - 1] == " " { start -= 1 }
      while start > 0, line.scalars[start - 1] != " " { start -= 1 }
      line.scalars.removeSubrange(start..<line.cursor)
      line.cursor = start
    case 0..<0x20: break
    default: line.insert(Self.scalar(beginningWith: byte))
    }
  }

  private enum Key {
    case up, down, left, right, home, end, delete
  }

  private func move(
    _ key: Key, _ line: inout Line, _ place: inout Int, _ unfinished: inout String
  ) {
    switch key {
    case .left: line.cursor = max(0, line.cursor - 1)
    case .right: line.cursor = min(line.scalars.count, line.cursor + 1)
    case .home: line.cursor = 0
    case .end: line.cursor = line.scalars.count
    case .delete: if line.cursor < line.scalars.count { line.scalars.remove(at: line.cursor) }
    case .up:
      guard place > 0 else { return }
      if place == history.count { unfinished = line.text }
      place -= 1
      line.set(history[place])
    case .down:
      guard place < history.count else { return }
      place += 1
      line.set(place == history.count ? unfinished : history[place])
    }
  }

  /// Completes as far as all words agree; where they part at once they are listed.
  private func completeWord(_ line: inout Line) throws {
    let (replaced, words) = complete(line.beforeCursor)
    guard let first = words.first else { return }
    let start = line.cursor - replaced
    let typed = Array(line.scalars[start..<line.cursor])
    var common = Array(first.unicodeScalars)
    for word in words.dropFirst() {
      common = zip(common, word.unicodeScalars).prefix { $0 == $1 }.map { $0.0 }
    }
    if words.count == 1 || common.count > typed.count {
      line.scalars.removeSubrange(start..<line.cursor)
      line.cursor = start
      line.scalars.insert(contentsOf: common, at: start)
      line.cursor += common.count
      if words.count == 1 { line.insert(" ") }
    } else {
      let shown = words.prefix(Self.shownCompletions).map { TerminalText.escaped($0) }
      try StandardOutput.shared.writeStyled("\n")
      try StandardOutput.shared.writeProse(shown.joined(separator: "  "))
    }
  }

  /// Draws the part of the line that fits, with the cursor in it.
  private func draw(_ line: Line) throws {
    let room = max(8, (StandardOutput.columns ?? 80) - TerminalText.cells(in: prompt) - 1)
    var first = 0
    func cells(_ range: Range<Int>) -> Int {
      var text = String.UnicodeScalarView()
      text.append(contentsOf: line.scalars[range])
      return TerminalText.cells(in: String(text))
    }
    while cells(first..<line.cursor) > room { first += 1 }
    var last = line.scalars.count
    while cells(first..<last) > room { last -= 1 }
    var shown = String.UnicodeScalarView()
    shown.append(contentsOf: line.scalars[first..<last])
    let column = TerminalText.cells(in: prompt) + cells(first..<line.cursor)
    try StandardOutput.shared.writeStyled(
      "\r" + prompt + String(shown) + "\u{1B}[K\r" + (column > 0 ? "\u{1B}[\(column)C" : ""))
    try StandardOutput.shared.flush()
  }

  private static func byte() -> UInt8? {
    var byte: UInt8 = 0
    while true {
      let count = unsafe read(STDIN_FILENO, &byte, 1)
      if count == 1 { return byte }
      if count < 0, errno == EINTR { continue }
      return nil
    }
  }

  /// The rest of a letter of UTF-8; U+FFFD for what is none.
  private static func scalar(beginningWith first: UInt8) -> String {
    let length = first < 0x80 ? 1 : first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : first >= 0xC0 ? 2 : 1
    var bytes = [first]
    while bytes.count < length, let next = byte() { bytes.append(next) }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// The key behind an escape; nil for one without a meaning here.
  private static func escapeSequence() -> Key? {
    guard let start = byte(), start == UInt8(ascii: "[") || start == UInt8(ascii: "O") else {
      return nil
    }
    var number = ""
    while let next = byte() {
      if (0x30...0x3B).contains(next) {
        number.unicodeScalars.append(Unicode.Scalar(next))
        continue
      }
      switch next {
      case UInt8(ascii: "A"): return .up
      case UInt8(ascii: "B"): return .down
      case UInt8(ascii: "C"): return .right
      case UInt8(ascii: "D"): return .left
      case UInt8(ascii: "H"): return .home
      case UInt8(ascii: "F"): return .end
      case UInt8(ascii: "~"):
        return ["1": Key.home, "7": .home, "4": .end, "8": .end, "3": .delete][number]
      default: return nil
      }
    }
    return nil
  }
}
