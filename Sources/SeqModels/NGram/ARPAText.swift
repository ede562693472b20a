import Libc
import WordtoolCore

/// The lines of n-grams of one length in an ARPA file.
@safe struct ARPAText {
  // SAFETY: what is written behind `count` bytes lies inside of `memory`, see ``reserve(_:)``, and inside
  // of `prefix` likewise.

  private let store: NGramStore
  private let length: Int
  /// The tokens before the last of the n-gram that is passed now, a space behind each.
  private var prefix: [UInt8] = []
  /// For each length the continuations that are still to be passed: the token's number in the upper
  /// half, the place in the lower.
  private var pending: [[UInt64]]
  /// The lines that ``make(_:)`` made are the first `count` bytes.
  private var memory: [UInt8] = []
  private var count = 0
  /// How many n-grams of each length up to this one it passed.
  private(set) var counts: [Int] = []

  /// More bytes than a float's digits take.
  private static let numberLength = 24
  /// Fewer are sorted by insertion.
  private static let fewestToSort = 16

  init(_ store: NGramStore, length: Int) {
    self.store = store
    self.length = length
    pending = Array(repeating: [], count: length)
  }

  /// Parts of a sound file continue each other exactly once.
  static var damage: WordtoolError {
    WordtoolError(
      .badData, found: "n-grams that do not continue each other",
      expected: "each in one place", remedy: "the file of the model is damaged")
  }

  /// Lends the lines that were made.
  func withBytes(_ body: (UnsafeRawBufferPointer) throws -> Void) rethrows {
    try unsafe memory.withUnsafeBytes {
      try unsafe body(UnsafeRawBufferPointer(rebasing: $0[..<count]))
    }
  }

  /// Makes the lines of the n-grams that begin with some tokens.
  ///
  /// - Throws: `WordtoolError` of kind `badData` for a damaged file.
  mutating func make(_ first: Range<Int>) throws {
    count = 0
    counts = [Int](repeating: 0, count: length)
    prefix.removeAll(keepingCapacity: true)
    for token in first {
      try pass(1, of: store.levels[0])
      if length == 1 {
        unsafe writeLine(token, store.levels[0], store.words.bytes(at: token))
      } else {
        try withPrefix(token) { try $0.visit(token, 1) }
      }
    }
  }

  /// Counts n-grams that were passed.
  private mutating func pass(_ depth: Int, _ more: Int = 1, of level: NGramLevel) throws {
    counts[depth - 1] += more
    guard counts[depth - 1] <= level.count else { throw Self.damage }
  }

  /// Calls `body` with a token more before the last.
  @inline(__always)
  private mutating func withPrefix(
    _ token: Int, _ body: (inout ARPAText) throws -> Void
  ) rethrows {
    let end = prefix.count
    unsafe prefix.append(contentsOf: store.words.bytes(at: token))
    prefix.append(UInt8(ascii: " "))
    try body(&self)
    prefix.removeLast(prefix.count - end)
  }

  /// Writes the n-grams that begin with the one at `place`, of `depth` tokens, fewer than the lines'.
  private mutating func visit(_ place: Int, _ depth: Int) throws {
    let next = store.levels[depth]
    let continuations = store.levels[depth - 1].continuations(of: place, in: next)
    if continuations.isEmpty { return }
    try pass(depth + 1, continuations.count, of: next)
    if continuations.count == 1 {
      return try follow(continuations.lowerBound, try token(continuations.lowerBound, next), depth)
    }
    pending[depth].removeAll(keepingCapacity: true)
    for continuation in continuations {
      pending[depth].append(UInt64(try token(continuation, next)) << 32 | UInt64(continuation))
    }
    Self.sort(&pending[depth])
    for index in 0..<continuations.count {
      let entry = pending[depth][index]
      try follow(Int(entry & 0xFFFF_FFFF), Int(entry >> 32), depth)
    }
  }

  /// Goes on to an n-gram one longer than `depth`, which ends with `token`.
  @inline(__always)
  private mutating func follow(_ place: Int, _ token: Int, _ depth: Int) throws {
    if depth + 1 == length {
      unsafe writeLine(place, store.levels[depth], store.words.bytes(at: token))
    } else {
      try withPrefix(token) { try $0.visit(place, depth + 1) }
    }
  }

  @inline(__always)
  private func token(_ place: Int, _ level: NGramLevel) throws -> Int {
    let word = Int(level.word(at: place))
    guard word >= 0, word < store.words.count else { throw Self.damage }
    return word
  }

  private static func sort(_ entries: inout [UInt64]) {
    guard entries.count < fewestToSort else { return entries.sort() }
    for place in 1..<entries.count {
      let entry = entries[place]
      var hole = place
      while hole > 0 && entries[hole - 1] > entry {
        entries[hole] = entries[hole - 1]
        hole -= 1
      }
      entries[hole] = entry
    }
  }

  // MARK: Lines

  private mutating func writeLine(
    _ place: Int, _ level: NGramLevel, _ word: UnsafeBufferPointer<UInt8>
  ) {
    reserve(prefix.count + word.count + 2 * Self.numberLength)
    var end = count
    unsafe memory.withUnsafeMutableBytes { memory in
      unsafe Self.put(level.logProbability(at: place), memory, &end)
      unsafe memory[end] = UInt8(ascii: "\t")
      end += 1
      unsafe prefix.withUnsafeBytes { unsafe Self.put($0, memory, &end) }
      unsafe Self.put(UnsafeRawBufferPointer(word), memory, &end)
      if level.isContinued {
        unsafe memory[end] = UInt8(ascii: "\t")
        end += 1
        unsafe Self.put(level.backoff(at: place), memory, &end)
      }
      unsafe memory[end] = UInt8(ascii: "\n")
      end += 1
    }
    count = end
  }

  /// Makes room for so many bytes behind the lines.
  private mutating func reserve(_ room: Int) {
    if memory.count - count >= room { return }
    memory += [UInt8](repeating: 0, count: max(room, memory.count, 1 << 16))
  }

  /// Writes a number that is a float.
  @inline(__always)
  private static func put(
    _ value: Double, _ memory: UnsafeMutableRawBufferPointer, _ end: inout Int
  ) {
    var text = Float(value).description
    text.withUTF8 { unsafe put(UnsafeRawBufferPointer($0), memory, &end) }
  }

  @inline(__always)
  private static func put(
    _ bytes: UnsafeRawBufferPointer, _ memory: UnsafeMutableRawBufferPointer, _ end: inout Int
  ) {
    guard let source = bytes.baseAddress, let base = memory.baseAddress else { return }
    unsafe memcpy(base + end, source, bytes.count)
    end += bytes.count
  }
}
