public import WordtoolCore

/// Learns a byte-level byte-pair encoding from text (Sennrich et al. 2016).
///
/// Every byte is a token from the start. Then the pair of neighbouring tokens that occurs most
/// often within pieces becomes a token, again and again, until the vocabulary is full. Of equally
/// frequent pairs the one with the lower number on the left, then on the right, comes first: the
/// rule of the Hugging Face trainer, so both learn the same merges from the same text. The result
/// depends neither on the number of threads nor on the order of the texts.
public struct BytePairTrainer: Sendable {
  /// How many tokens there are to be, special ones and the 256 bytes among them.
  public var vocabularySize: Int
  /// How often a pair must occur at least.
  public var minimumFrequency: Int
  /// Tokens that stand apart; they get the first numbers.
  public var specialTokens: [SpecialToken]
  /// Whether a space is put before text that does not begin with one.
  public var addsPrefixSpace: Bool

  /// Describes what to learn.
  ///
  /// - Parameters:
  ///   - vocabularySize: at least 256 and the special tokens, below 2^31.
  ///   - minimumFrequency: at least 1.
  public init(
    vocabularySize: Int = 30_000, minimumFrequency: Int = 2,
    specialTokens: [SpecialToken] = [], addsPrefixSpace: Bool = false
  ) {
    self.vocabularySize = vocabularySize
    self.minimumFrequency = minimumFrequency
    self.specialTokens = specialTokens
    self.addsPrefixSpace = addsPrefixSpace
  }

  /// Learns from texts.
  ///
  /// - Throws: ``WordtoolError``: `usage` for a vocabulary too small or special tokens that are
  ///   empty or equal, `badData` when the texts hold nothing.
  public func train(
    on texts: [String], threads: Int = Workers.defaultCount
  ) throws -> BytePairEncoding {
    let counts = try countPieces(ofTexts: texts.count, threads: threads) { index, body in
      var text = texts[index]
      text.withUTF8 { body($0) }
    }
    return try learn(counts)
  }

  /// Learns from the lines of a block of bytes; each line holds its line end.
  ///
  /// - Throws: as ``train(on:threads:)``.
  public func train(
    onLinesOf bytes: [UInt8], threads: Int = Workers.defaultCount
  ) throws -> BytePairEncoding {
    var ranges: [Range<Int>] = []
    var start = 0
    for index in bytes.indices where bytes[index] == 0x0A {
      ranges.append(start..<index + 1)
      start = index + 1
    }
    if start < bytes.count { ranges.append(start..<bytes.count) }
    let lines = ranges
    let counts = try countPieces(ofTexts: lines.count, threads: threads) { index, body in
      bytes.withUnsafeBufferPointer { body(UnsafeBufferPointer(rebasing: $0[lines[index]])) }
    }
    return try learn(counts)
  }

  /// Distinct pieces and how often each occurs.
  private struct PieceCounts: Sendable {
    var pieces = ByteStringTable()
    var counts: [Int64] = []

    mutating func add(_ piece: UnsafeBufferPointer<UInt8>, _ count: Int64 = 1) {
      let (id, isNew) = pieces.add(piece)
      if isNew { counts.append(0) }
      counts[Int(id)] += count
    }
  }

  private func countPieces(
    ofTexts count: Int, threads: Int,
    _ withText: @escaping @Sendable (Int, (UnsafeBufferPointer<UInt8>) -> Void) -> Void
  ) throws -> PieceCounts {
    let workers = max(1, min(threads, count))
    let cutter = try encoding(tokens: startingTokens(), merges: [])
    let results = Locked([PieceCounts?](repeating: nil, count: workers))
    try Workers.run(count: workers) { worker in
      var counts = PieceCounts()
      for index in count * worker / workers..<count * (worker + 1) / workers {
        withText(index) { text in
          cutter.forEachPiece(text, special: { _ in }, piece: { counts.add($0) })
        }
      }
      let done = counts
      results.withLock { $0[worker] = done }
    }
    var parts = results.withLock { $0 }.compactMap { $0 }
    var all = parts.removeFirst()
    for part in parts {
      for index in 0..<part.pieces.count {
        part.pieces.withBytes(Int32(index)) { all.add($0, part.counts[index]) }
      }
    }
    return all
  }

  private func startingTokens() throws -> [[UInt8]?] {
    var tokens: [[UInt8]?] = specialTokens.map { Array($0.content.utf8) }
    guard Set(specialTokens.map { Array($0.content.utf8) }).count == tokens.count else {
      throw WordtoolError(.usage, found: "a special token twice", expected: "distinct tokens")
    }
    guard specialTokens.allSatisfy({ !$0.content.isEmpty }) else {
      throw WordtoolError(.usage, found: "an empty special token", expected: "some text")
    }
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
      specialTokens: specialTokens.enumerated().map { ($1, Int32($0)) },
      addsPrefixSpace: addsPrefixSpace)
  }

  private func learn(_ counts: PieceCounts) throws -> BytePairEncoding {
    var tokens = try startingTokens()
    guard vocabularySize >= tokens.count, vocabularySize < Int(Int32.max) else {
      throw WordtoolError(
        .usage, found: "a vocabulary of \(vocabularySize) tokens",
        expected: "at least \(tokens.count): the special tokens and 256 bytes")
    }
    guard minimumFrequency >= 1 else {
      throw WordtoolError(
        .usage, found: "a least frequency of \(minimumFrequency)", expected: "at least 1")
    }
    guard counts.pieces.count > 0 else {
      throw WordtoolError(.badData, found: "no text to learn from", expected: "at least a word")
    }
    var byteIDs = [Int32](repeating: 0, count: 256)
    for id in specialTokens.count..<tokens.count {
      if let byte = tokens[id]?.first { byteIDs[Int(byte)] = Int32(id) }
    }
    var pairs = PairCounts(
      pieces: (0..<counts.pieces.count).map { index in
        counts.pieces.bytes(Int32(index)).map { byteIDs[Int($0)] }
      }, counts: counts.counts)
    var numbers: [[UInt8]: Int32] = [:]
    for id in specialTokens.count..<tokens.count { numbers[tokens[id] ?? []] = Int32(id) }
    var merges: [BytePairEncoding.Merge] = []
    while tokens.count < vocabularySize, let best = pairs.popMostFrequent(),
      best.count >= minimumFrequency
    {
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
    return try encoding(tokens: tokens, merges: merges)
  }
}
