import Libc
import WordtoolCore

/// Some lines with n-grams of one length, 2 or more, and what they say: the work of one thread.
@safe final class ARPAPart {
  // SAFETY: places in a line are compared with its count, those in arrays with theirs.

  /// The lines, with their ends.
  var text: [UInt8] = []
  /// The number of the first line in the file, and of the part among those of its length.
  var firstLine = 1
  var index = 0
  /// Why the n-grams end before the lines do, or why there are no more lines.
  var failure: (any Error)?
  /// Whether the n-grams end before the lines do.
  private(set) var isCutShort = false
  /// What the lines say.
  private(set) var found = NGrams()

  /// N-grams in the order of the file.
  struct NGrams: Sendable {
    /// Of each the place of the n-gram that it begins with in the upper half, its last word in the lower
    /// one.
    var keys: [UInt64] = []
    /// As in ``SortedNGrams``; without back-off weights where there are no longer n-grams.
    var logProbabilities: [Float] = []
    var backoffs: [Float] = []
    /// Of each the first word, of each the second and so on, where the n-grams that they are are still to
    /// be found.
    var contexts: [[Int32]] = []

    /// Forgets all of them and keeps the memory.
    mutating func removeAll() {
      keys.removeAll(keepingCapacity: true)
      logProbabilities.removeAll(keepingCapacity: true)
      backoffs.removeAll(keepingCapacity: true)
      for place in contexts.indices { contexts[place].removeAll(keepingCapacity: true) }
    }

    static func += (all: inout NGrams, more: NGrams) {
      all.keys += more.keys
      all.logProbabilities += more.logProbabilities
      all.backoffs += more.backoffs
    }
  }

  /// What the lines are read with.
  struct Rules: Sendable {
    let fields: ARPAFields
    let length: Int
    /// How many n-grams of that length the file says it has.
    let count: Int
    let hasBackoffs: Bool
    let table: ByteStringTable
    /// The number of `<unk>` where the file writes it as `<UNK>`.
    let capitalUnknown: Int32?
    let contexts: ARPAContexts
  }

  /// Calls `body` with each line without its end, and its number.
  private func forEachLine(_ body: (UnsafeBufferPointer<UInt8>, Int) throws -> Void) rethrows {
    try unsafe text.withUnsafeBufferPointer { text in
      guard let base = unsafe UnsafeRawPointer(text.baseAddress) else { return }
      var (start, number) = (0, firstLine)
      while start < text.count {
        // SAFETY: the search begins and ends inside of the text.
        let newline = unsafe memchr(base + start, 0x0A, text.count - start)
        var end = unsafe newline.map { unsafe UnsafeRawPointer($0) - base } ?? text.count
        let next = end + 1
        if unsafe end > start && text[end - 1] == 0x0D { end -= 1 }
        try unsafe body(UnsafeBufferPointer(rebasing: text[start..<end]), number)
        (start, number) = (next, number + 1)
      }
    }
  }

  /// The number of the line with the n-gram at a place of the part, 0 and so on.
  func lineNumber(ofNGram place: Int) -> Int {
    var (found, left) = (firstLine, place)
    unsafe forEachLine { line, number in
      guard unsafe line.contains(where: { !ARPAFields.isSpace($0) }) else { return }
      if left == 0 { found = number }
      left -= 1
    }
    return found
  }

  /// Reads the lines up to the first that is not as it should be.
  func read(_ rules: Rules) {
    isCutShort = false
    var (all, last) = (NGrams(), NGram(length: rules.length))
    swap(&all, &found)
    all.removeAll()
    if all.contexts.isEmpty { all.contexts = Array(repeating: [], count: rules.length - 1) }
    do {
      try unsafe forEachLine { line, number in
        try unsafe Self.read(line, number, rules, &last, into: &all)
      }
    } catch {
      failure = error
      isCutShort = true
    }
    swap(&all, &found)
    if rules.contexts.isScattered { findContexts(rules) }
  }

  /// Finds the n-grams that those of the part begin with, all at a time.
  private func findContexts(_ rules: Rules) {
    let parents = rules.contexts.places(of: found.contexts)
    let count = parents.firstIndex { $0 < 0 } ?? parents.count
    if count < parents.count {
      failure = Self.missingContext(
        found.contexts.map { $0[count] }[...], lineNumber(ofNGram: count), rules)
      isCutShort = true
      found.keys.removeLast(found.keys.count - count)
    }
    for place in 0..<count { found.keys[place] |= UInt64(parents[place]) << 32 }
  }

  /// An n-gram that was read: most share their first words with the one before.
  @safe private struct NGram {
    /// From the first word to the line's end; it lies in `text`.
    var bytes: UnsafeBufferPointer<UInt8>
    /// Where each word ends in them.
    var ends: [Int]
    var ids: [Int32]
    /// The places of the n-grams that its first word, its first two and so on are, without itself.
    var nodes: [Int32]

    init(length: Int) {
      unsafe bytes = UnsafeBufferPointer(start: nil, count: 0)
      ends = Array(repeating: 0, count: length)
      ids = Array(repeating: -1, count: length)
      nodes = Array(repeating: -1, count: length - 1)
    }
  }

  @inline(__always)
  private static func read(
    _ line: UnsafeBufferPointer<UInt8>, _ number: Int, _ rules: Rules, _ last: inout NGram,
    into all: inout NGrams
  ) throws {
    let fields = rules.fields
    var at = 0
    guard
      let probability = unsafe try fields.probability(
        line, &at, number: number,
        expected:
          "\(rules.count) \(rules.length)-grams, each with its probability, as the header says")
    else { return }
    while unsafe at < line.count && ARPAFields.isSpace(line[at]) { at += 1 }
    let bytes = unsafe UnsafeBufferPointer(rebasing: line[at...])
    let same = unsafe commonCount(bytes, last.bytes)
    // Words are the same when the white space behind them is.
    var shared = 0
    while shared < rules.length && last.ends[shared] < same { shared += 1 }
    at = shared > 0 ? last.ends[shared - 1] : 0
    var hint: Int32 = -1
    for place in shared..<rules.length {
      guard let word = unsafe ARPAFields.next(bytes, &at) else {
        throw fields.failure(
          number, "a line with \(place) words", expected: "\(rules.length, "word")")
      }
      guard let id = unsafe find(UnsafeBufferPointer(rebasing: bytes[word]), rules) else {
        throw fields.failure(
          number, unsafe "the word \(ARPAFields.quoted(bytes, word))",
          expected: "a word of the 1-grams")
      }
      // Behind the last n-gram in the same context.
      if place == shared && place > 0 && place < rules.length - 1 && id > last.ids[place] {
        hint = last.nodes[place]
      }
      last.ids[place] = id
      last.ends[place] = word.upperBound
    }
    unsafe last.bytes = unsafe bytes
    let backoff = unsafe try fields.backoff(bytes, &at, number: number)
    all.logProbabilities.append(probability)
    if rules.hasBackoffs { all.backoffs.append(backoff) }
    if rules.contexts.isScattered {
      for place in 0..<rules.length - 1 { all.contexts[place].append(last.ids[place]) }
      all.keys.append(UInt64(last.ids[rules.length - 1]))
      return
    }
    var length = shared
    while length < rules.length - 1 {
      let id = last.ids[length]
      let node =
        length == 0
        ? id
        : rules.contexts.child(
          of: last.nodes[length - 1], length: length, id, behind: length == shared ? hint : -1)
      if node < 0 { throw missingContext(last.ids.dropLast(), number, rules) }
      last.nodes[length] = node
      length += 1
    }
    let parent = last.nodes[rules.length - 2]
    all.keys.append(UInt64(parent) << 32 | UInt64(last.ids[rules.length - 1]))
  }

  /// How many bytes two texts have in common from their begin on.
  @inline(__always)
  private static func commonCount(
    _ a: UnsafeBufferPointer<UInt8>, _ b: UnsafeBufferPointer<UInt8>
  ) -> Int {
    guard let x = unsafe UnsafeRawPointer(a.baseAddress),
      let y = unsafe UnsafeRawPointer(b.baseAddress)
    else { return 0 }
    let count = min(a.count, b.count)
    var at = 0
    while at + 8 <= count {
      let difference =
        unsafe UInt64(littleEndian: x.loadUnaligned(fromByteOffset: at, as: UInt64.self))
        ^ UInt64(littleEndian: y.loadUnaligned(fromByteOffset: at, as: UInt64.self))
      if difference != 0 { return at + difference.trailingZeroBitCount / 8 }
      at += 8
    }
    while unsafe at < count && a[at] == b[at] { at += 1 }
    return at
  }

  @inline(__always)
  private static func find(_ word: UnsafeBufferPointer<UInt8>, _ rules: Rules) -> Int32? {
    if let unknown = rules.capitalUnknown, word.count == 5,
      unsafe word.elementsEqual("<UNK>".utf8)
    {
      return unknown
    }
    return unsafe rules.table.find(word)
  }

  @inline(never)
  private static func missingContext(
    _ ids: ArraySlice<Int32>, _ number: Int, _ rules: Rules
  ) -> WordtoolError {
    let text = ids.map { rules.table.text($0) }.joined(separator: " ")
    return rules.fields.failure(
      number, "an n-gram that begins with \(ARPAFields.quoted(text))",
      expected: "that among the \(ids.count)-grams")
  }
}
