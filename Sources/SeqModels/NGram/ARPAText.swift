import WordtoolCore

/// The lines of n-grams of one length in an ARPA file.
struct ARPAText {
  private let store: NGramStore
  private let length: Int
  /// The tokens of the n-gram that is passed now.
  private var tokens: [UInt8] = []
  /// For each length the continuations that are still to be passed: the token's number in the upper
  /// half, the place in the lower.
  private var pending: [[UInt64]]
  /// The lines that ``make(_:)`` made.
  private(set) var bytes: [UInt8] = []
  /// How many n-grams of each length up to this one it passed.
  private(set) var counts: [Int] = []

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

  /// Makes the lines of the n-grams that begin with some tokens.
  ///
  /// - Throws: `WordtoolError` of kind `badData` for a damaged file.
  mutating func make(_ first: Range<Int>) throws {
    bytes.removeAll(keepingCapacity: true)
    counts = [Int](repeating: 0, count: length)
    for token in first {
      tokens.removeAll(keepingCapacity: true)
      unsafe tokens.append(contentsOf: store.words.bytes(at: token))
      try visit(token, 1)
    }
  }

  /// Writes the n-grams that begin with the one at `place`, of `depth` tokens.
  private mutating func visit(_ place: Int, _ depth: Int) throws {
    let level = store.levels[depth - 1]
    counts[depth - 1] += 1
    guard counts[depth - 1] <= level.count else { throw Self.damage }
    if depth == length { return writeLine(place, level) }
    let next = store.levels[depth]
    let continuations = level.continuations(of: place, in: next)
    if continuations.isEmpty { return }
    pending[depth].removeAll(keepingCapacity: true)
    for continuation in continuations {
      let word = next.word(at: continuation)
      guard word >= 0, word < store.words.count else { throw Self.damage }
      pending[depth].append(UInt64(word) << 32 | UInt64(continuation))
    }
    if continuations.count > 1 { pending[depth].sort() }
    let end = tokens.count
    for index in 0..<continuations.count {
      let entry = pending[depth][index]
      tokens.append(UInt8(ascii: " "))
      unsafe tokens.append(contentsOf: store.words.bytes(at: Int(entry >> 32)))
      try visit(Int(entry & 0xFFFF_FFFF), depth + 1)
      tokens.removeLast(tokens.count - end)
    }
  }

  private mutating func writeLine(_ place: Int, _ level: NGramLevel) {
    append(level.logProbability(at: place))
    bytes.append(UInt8(ascii: "\t"))
    bytes.append(contentsOf: tokens)
    if level.isContinued {
      bytes.append(UInt8(ascii: "\t"))
      append(level.backoff(at: place))
    }
    bytes.append(UInt8(ascii: "\n"))
  }

  /// Writes a number that is a float.
  private mutating func append(_ value: Double) {
    var text = Float(value).description
    text.withUTF8 { unsafe bytes.append(contentsOf: $0) }
  }
}
