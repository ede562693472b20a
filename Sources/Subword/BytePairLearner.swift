import WordtoolCore

/// One training.
struct BytePairLearner: Sendable {
  let options: BytePairTrainingOptions
  /// Where texts are cut.
  private let parts: TextParts

  /// - Throws: ``WordtoolError`` of kind `usage`.
  init(_ options: BytePairTrainingOptions) throws {
    try options.validate()
    self.options = options
    parts = TextParts(
      specialTokens: options.specialTokens.enumerated().map { ($1, Int32($0)) },
      addsPrefixSpace: options.addsPrefixSpace, splitsByPattern: true)
  }

  /// Counts the pieces of texts that are in memory.
  ///
  /// - Parameter withText: lends the text with a number, 0 ..< `count`.
  func countPieces(
    ofTexts count: Int, threads: Int, stop: StopFlag,
    _ withText: @escaping @Sendable (Int, (UnsafeBufferPointer<UInt8>) -> Void) -> Void
  ) throws -> PieceCounter {
    try OptionCheck.requireThreads(threads)
    let workers = max(1, min(threads, count))
    let results = Locked([TextCounter?](repeating: nil, count: workers))
    try Workers.run(count: workers) { worker in
      let counter = TextCounter(parts)
      for index in count * worker / workers..<count * (worker + 1) / workers {
        if stop.isRaised { throw Self.interruption }
        unsafe withText(index) { unsafe counter.add($0) }
      }
      results.withLock { $0[worker] = counter }
    }
    return Self.sum(results.withLock { $0 }.compactMap { $0 })
  }

  /// Counts the pieces of lines, each with a line feed behind it.
  func countPieces(_ blocks: LineBlocks, threads: Int, stop: StopFlag) throws -> PieceCounter {
    let results = Locked<[TextCounter]>([])
    let parts = parts
    try OrderedLines.forEach(
      blocks, threads: threads, stop: stop, makeWorker: { TextCounter(parts) },
      work: { try $1.addLines(of: $0) },
      done: { counter in results.withLock { $0.append(counter) } })
    return Self.sum(results.withLock { $0 })
  }

  private static func sum(_ counters: [TextCounter]) -> PieceCounter {
    // The largest takes the others in.
    let sorted = counters.map(\.pieces).sorted { $0.count > $1.count }
    guard let first = sorted.first else { return PieceCounter() }
    for other in sorted.dropFirst() { first.add(other) }
    return first
  }

  private static var interruption: WordtoolError {
    WordtoolError(.interrupted, found: "stopped while learning pairs")
  }

  private var startingTokens: [[UInt8]?] {
    var tokens: [[UInt8]?] = options.specialTokens.map { Array($0.content.utf8) }
    // In the order of the characters that stand for the bytes.
    tokens += (0..<256).sorted { ByteLevel.characters[$0] < ByteLevel.characters[$1] }
      .map { [UInt8($0)] }
    return tokens
  }

  private func encoding(
    tokens: [[UInt8]?], merges: [BytePairEncoding.Merge]
  ) throws -> BytePairEncoding {
    try BytePairEncoding(
      tokens: tokens, merges: merges,
      specialTokens: options.specialTokens.enumerated().map { ($1, Int32($0)) },
      addsPrefixSpace: options.addsPrefixSpace)
  }

  func learn(
    _ counts: PieceCounter, stop: StopFlag, progress: ((TrainingProgress) -> Void)?
  ) throws -> BytePairEncoding {
    var tokens = startingTokens
    let first = options.specialTokens.count
    let wanted = max(1, options.vocabularySize - tokens.count)
    func tell(_ merges: Int, fraction: Double) {
      progress?(TrainingProgress(fraction: fraction, epoch: 1, epochCount: 1, examples: merges))
    }
    guard counts.count > 0 else {
      throw WordtoolError(.badData, found: "no text to learn from", expected: "at least a word")
    }
    var byteIDs = [Int32](repeating: 0, count: 256)
    for id in first..<tokens.count {
      if let byte = tokens[id]?.first { byteIDs[Int(byte)] = Int32(id) }
    }
    var pairs = try PairCounts(
      counts, byteIDs: byteIDs, minimumCount: Int64(clamping: options.minimumFrequency))
    var numbers: [[UInt8]: Int32] = [:]
    for id in first..<tokens.count { numbers[tokens[id] ?? []] = Int32(id) }
    var merges: [BytePairEncoding.Merge] = []
    while tokens.count < options.vocabularySize, let best = pairs.popMostFrequent() {
      if stop.isRaised { throw Self.interruption }
      if merges.count % 256 == 0 {
        tell(merges.count, fraction: Double(tokens.count - first - 256) / Double(wanted))
      }
      let bytes = (tokens[Int(best.left)] ?? []) + (tokens[Int(best.right)] ?? [])
      // Two different pairs may spell one token.
      let id = numbers[bytes] ?? Int32(tokens.count)
      if Int(id) == tokens.count {
        tokens.append(bytes)
        numbers[bytes] = id
      }
      merges.append(.init(left: best.left, right: best.right, result: id))
      pairs.merge(best.left, best.right, into: id)
    }
    tell(merges.count, fraction: 1)
    return try encoding(tokens: tokens, merges: merges)
  }
}

/// Counts the pieces of texts. Belongs to one thread.
final class TextCounter: @unchecked Sendable {
  // Sendable: each thread has its own; their owner reads them when all threads are done.

  let pieces = PieceCounter()
  private let parts: TextParts
  private let kinds = CharacterKinds()
  private var copy: [UInt8] = []

  init(_ parts: TextParts) { self.parts = parts }

  /// Counts the pieces of a text.
  ///
  /// - Parameter slack: how many bytes behind the text may be read.
  func add(_ text: UnsafeBufferPointer<UInt8>, slack: Int = 0) {
    let pieces = pieces
    unsafe forEachPiece(of: text, slack: slack) { piece, count, slack in
      unsafe pieces.add(piece, count: count, slack: slack)
    }
  }

  /// Counts the pieces of lines, each with a line feed behind it.
  ///
  /// - Throws: ``WordtoolError`` of kind `badData` for a word that is too long to learn from.
  func addLines(of block: LineBlock) throws {
    let bytes = unsafe block.bytes
    let path = block.path
    try unsafe block.forEachLine { line, number in
      try unsafe checkWords(in: line, path: path, number: number)
      guard let start = line.baseAddress, let base = bytes.baseAddress else { return }
      let end = unsafe start - base + line.count
      if unsafe end < bytes.count && bytes[end] == UInt8(ascii: "\n") {
        // SAFETY: the byte behind the line is its end, and behind that is the block's slack.
        unsafe add(
          UnsafeBufferPointer(start: start, count: line.count + 1), slack: LineBlock.slack - 1)
      } else {
        copy.removeAll(keepingCapacity: true)
        unsafe copy.append(contentsOf: line)
        copy.append(UInt8(ascii: "\n"))
        unsafe copy.withUnsafeBufferPointer { unsafe add($0) }
      }
    }
  }

  private func checkWords(
    in line: UnsafeBufferPointer<UInt8>, path: String, number: Int
  ) throws {
    let limit = BytePairEncoding.longestLearntWord
    guard line.count > limit else { return }
    var longest = 0
    unsafe forEachPiece(of: line, slack: 0) { _, count, _ in longest = max(longest, count) }
    guard longest > limit else { return }
    throw WordtoolError(
      .badData, path: path, at: .line(number),
      found: "a word of \(longest) bytes", expected: "at most \(limit) to learn pairs from",
      remedy: "break it, for instance with: fold")
  }

  @inline(__always)
  private func forEachPiece(
    of text: UnsafeBufferPointer<UInt8>, slack: Int,
    _ body: (UnsafePointer<UInt8>, _ count: Int, _ slack: Int) -> Void
  ) {
    unsafe parts.forEachPart(text, slack: slack, special: { _ in }) { part, slack in
      unsafe parts.forEachPiece(of: part, slack: slack, kinds: kinds, body)
    }
  }
}
