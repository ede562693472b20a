import BLASCore
import Tokenize
import WordtoolCore

/// A text on its way through the passes. Belongs to one thread, which starts others.
final class PhraseRun {
  /// Bytes for counts.
  static let usualMemoryLimit = 1 << 30

  private let corpus: TokenizedCorpus
  private let options: PhraseOptions
  private let threads: Int
  private let stop: StopFlag
  private let memoryLimit: Int
  private var ids: TokenIDs
  /// How often each word occurs in the text as it is now: first the vocabulary's, then phrases.
  private var counts: [Int64]
  /// The phrases that are no words of the vocabulary, behind them.
  private var added = ByteStringTable()
  /// The connectors that the text has, by their role less one.
  private var connectors: [Int32] = []

  init(
    _ corpus: TokenizedCorpus, options: PhraseOptions, threads: Int, stop: StopFlag,
    memoryLimit: Int = usualMemoryLimit
  ) throws {
    try options.validate()
    try OptionCheck.requireThreads(threads)
    self.corpus = corpus
    self.options = options
    self.threads = threads
    self.stop = stop
    self.memoryLimit = memoryLimit
    ids = corpus.ids
    // Of a vocabulary that was given the counts are another text's.
    counts = [Int64](repeating: 0, count: corpus.vocabulary.count)
    unsafe ids.withUnsafeBuffer { ids in
      for place in ids.indices where unsafe ids[place] >= 0 { unsafe counts[Int(ids[place])] += 1 }
    }
    for word in options.connectors {
      if let id = corpus.vocabulary.id(for: word), !connectors.contains(id) {
        connectors.append(id)
      }
    }
  }

  /// Finds the phrases of all passes.
  ///
  /// - Parameter joinsLast: whether those of the last pass are joined as well.
  func train(joinsLast: Bool) throws -> PhraseModel {
    var passes: [PhraseModel.Pass] = []
    for number in 1...options.passes {
      let found = try find()
      passes.append(
        PhraseModel.Pass(
          wordCount: ids.tokenCount,
          phrases: found.map { pair in
            PhraseModel.Phrase(
              words: words(of: pair.key).map { String(decoding: bytes($0), as: UTF8.self) },
              count: pair.count, score: pair.score)
          }))
      if number < options.passes || joinsLast { try join(found.map { words(of: $0.key) }) }
    }
    return PhraseModel(options: options, passes: passes, rule: corpus.rule)
  }

  /// Joins the phrases of a pass of a model.
  func join(_ pass: PhraseModel.Pass) throws {
    var phrases: [[Int32]] = []
    for phrase in pass.phrases {
      let words = phrase.words.compactMap { id(of: $0) }
      if words.count == phrase.words.count { phrases.append(words) }
    }
    try join(phrases)
  }

  // MARK: Finding

  private struct Found {
    var key: PhraseKey
    var count: Int
    var score: Double
  }

  /// The pairs whose score is above the threshold, the best first.
  private func find() throws -> [Found] {
    let roles = roles { counts[Int($0)] >= Int64(options.minimumCount) }
    let total = Double(ids.tokenCount)
    let threshold = options.effectiveThreshold
    var found: [Found] = []
    try withText(roles) { text in
      let counter = PhraseCounter(
        text: text, least: options.minimumCount, threads: threads, memoryLimit: memoryLimit,
        stop: stop)
      try counter.forEachPair { key, count in
        let score = score(count, counts[key.first], counts[key.last], total)
        if score > threshold { found.append(Found(key: key, count: count, score: score)) }
      }
    }
    found.sort { a, b in
      if a.score != b.score { return a.score > b.score }
      if a.count != b.count { return a.count > b.count }
      return (a.key.ends, a.key.between) < (b.key.ends, b.key.between)
    }
    return found
  }

  private func score(_ pair: Int, _ first: Int64, _ last: Int64, _ total: Double) -> Double {
    let (pair, first, last) = (Double(pair), Double(first), Double(last))
    switch options.score {
    case .word2phrase:
      return (pair - Double(options.minimumCount)) / (first * last) * total
    case .npmi:
      let share = pair / total
      return PortableMath.log(share / (first / total * (last / total)))
        / -PortableMath.log(share)
    }
  }

  /// The role of each word.
  private func roles(isEnd: (Int32) -> Bool) -> [Int16] {
    var roles = (0..<Int32(counts.count)).map { isEnd($0) ? PhraseRole.end : PhraseRole.none }
    for (place, id) in connectors.enumerated() { roles[Int(id)] = Int16(place + 1) }
    return roles
  }

  private func words(of key: PhraseKey) -> [Int32] {
    [Int32(key.first)] + key.roles.map { connectors[Int($0) - 1] } + [Int32(key.last)]
  }

  private func withText<Result>(
    _ roles: [Int16], _ body: (PhraseText) throws -> Result
  ) rethrows -> Result {
    try unsafe ids.withUnsafeBuffer { ids in
      try unsafe roles.withUnsafeBufferPointer { roles in
        try unsafe body(PhraseText(ids: ids, roles: roles))
      }
    }
  }

  // MARK: Words

  private func bytes(_ id: Int32) -> [UInt8] {
    let own = corpus.vocabulary.count
    if Int(id) >= own { return Array(added.bytes(id - Int32(own))) }
    return unsafe corpus.vocabulary.withUTF8(at: Int(id)) { unsafe Array($0) }
  }

  private func id(of word: String) -> Int32? {
    corpus.vocabulary.id(for: word)
      ?? added.find(word).map { $0 + Int32(corpus.vocabulary.count) }
  }

  /// The number of a phrase as a word, which is made where there is none.
  private func id(ofPhrase words: [Int32]) throws -> Int32 {
    var text = bytes(words[0])
    for word in words.dropFirst() { text += Array(PhraseModel.delimiter.utf8) + bytes(word) }
    if let id = id(of: String(decoding: text, as: UTF8.self)) { return id }
    guard counts.count < Int(Int32.max) - 1 else {
      throw WordtoolError(
        .unavailable, found: "more than 2^31 words and phrases", remedy: "raise `threshold`")
    }
    let (id, _) = added.add(text)
    counts.append(0)
    return id + Int32(corpus.vocabulary.count)
  }

  // MARK: Joining

  private func join(_ phrases: [[Int32]]) throws {
    guard !phrases.isEmpty else { return }
    var ends = [Bool](repeating: false, count: counts.count)
    var codes: [Int32: UInt64] = [:]
    for (place, id) in connectors.enumerated() { codes[id] = UInt64(place + 1) }
    var table = PhraseTable(expectedCount: phrases.count)
    var joined: [Int32] = []
    var kept: [[Int32]] = []
    for words in phrases {
      guard let first = words.first, let last = words.last else { continue }
      var between: UInt64 = 0
      for word in words.dropFirst().dropLast() { between = between << 8 | (codes[word] ?? 0xFF) }
      let key = PhraseKey(first, last, between: between)
      if table.find(key) != nil { continue }
      table.add(key, Int64(joined.count))
      joined.append(try id(ofPhrase: words))
      kept.append(words)
      ends[Int(first)] = true
      ends[Int(last)] = true
    }
    let isEnd = ends
    let roles = roles { Int($0) < isEnd.count && isEnd[Int($0)] }
    let memory = try AlignedMemory(byteCount: ids.count * MemoryLayout<Int32>.stride)
    let (count, found) = try withText(roles) { text in
      try unsafe Self.join(
        text, table, joined, to: memory.buffer(of: Int32.self, count: ids.count),
        threads: threads)
    }
    if stop.isRaised {
      throw WordtoolError(.interrupted, found: "stopped while joining phrases")
    }
    for (phrase, times) in found.enumerated() where times > 0 {
      for word in kept[phrase] { counts[Int(word)] -= times }
      counts[Int(joined[phrase])] += times
    }
    ids = TokenIDs(mapping: memory, count: count, lineCount: ids.lineCount)
  }

  /// Writes the joined text, each thread its part, and moves the parts together.
  ///
  /// - Returns: how many numbers there are, and how often each phrase was joined.
  private static func join(
    _ text: PhraseText, _ table: PhraseTable, _ joined: [Int32],
    to target: UnsafeMutableBufferPointer<Int32>, threads: Int
  ) throws -> (Int, [Int64]) {
    guard let base = target.baseAddress else { return (0, []) }
    let length = unsafe text.ids.count
    let cuts =
      [0] + (1..<threads).map { text.cut(from: length / threads * $0, table) } + [length]
    let counts = Locked([Int](repeating: 0, count: threads))
    let found = Locked([Int64](repeating: 0, count: joined.count))
    nonisolated(unsafe) let target = unsafe base
    try Workers.run(count: threads) { worker in
      let range = cuts[worker]..<max(cuts[worker], cuts[worker + 1])
      var own = [Int64](repeating: 0, count: joined.count)
      let count = unsafe text.join(range, table, joined, to: target + range.lowerBound) {
        own[$0] += 1
      }
      counts.withLock { $0[worker] = count }
      found.withLock { [own] in for place in own.indices { $0[place] += own[place] } }
    }
    var total = 0
    for (worker, count) in counts.withLock({ $0 }).enumerated() {
      unsafe (target + total).update(from: target + cuts[worker], count: count)
      total += count
    }
    return (total, found.withLock { $0 })
  }

  // MARK: The result

  /// The text as it is now, with the words and phrases that are within the limits.
  func corpus(limits: VocabularyLimits) throws -> TokenizedCorpus {
    let builder = VocabularyBuilder()
    for id in counts.indices where counts[id] > 0 {
      unsafe bytes(Int32(id)).withUnsafeBufferPointer {
        unsafe builder.addUTF8($0, count: Int(counts[id]))
      }
    }
    let vocabulary = try builder.build(limits)
    var numbers = [Int32](repeating: -2, count: counts.count)
    for id in counts.indices where counts[id] > 0 {
      numbers[id] =
        unsafe bytes(Int32(id)).withUnsafeBufferPointer {
          unsafe vocabulary.id(forUTF8: $0)
        } ?? -2
    }
    let memory = try AlignedMemory(byteCount: ids.count * MemoryLayout<Int32>.stride)
    let target = unsafe memory.buffer(of: Int32.self, count: ids.count)
    // Lines that lose all their words go with them; those that had none before stay.
    var (count, lines, hadWords) = (0, 0, false)
    unsafe ids.withUnsafeBuffer { ids in
      for place in ids.indices {
        let id = unsafe ids[place]
        if id >= 0 {
          hadWords = true
          if numbers[Int(id)] < 0 { continue }
          unsafe target[count] = numbers[Int(id)]
        } else {
          let isEmpty = unsafe count == 0 || target[count - 1] == TokenIDs.lineEnd
          defer { hadWords = false }
          if isEmpty && hadWords { continue }
          unsafe target[count] = id
          lines += 1
        }
        count += 1
      }
    }
    var statistics = corpus.statistics
    statistics.tokensKept = count - lines
    statistics.distinctWordCount = builder.distinctCount
    return TokenizedCorpus(
      vocabulary: vocabulary, ids: TokenIDs(mapping: memory, count: count, lineCount: lines),
      statistics: statistics, rule: corpus.rule)
  }
}
