import WordtoolCore

/// Adds the words of all runs up and keeps those that occur often enough, in the order of their bytes.
///
/// Every run is read once from its begin to its end. To each the numbers are written that its words have
/// among those that are kept, -1 for the others.
struct WordMerge {
  /// The words that are kept, by number: word i is `bytes[offsets[i] ..< offsets[i + 1]]`.
  private(set) var bytes: [UInt8] = []
  private(set) var offsets = [0]
  private(set) var counts: [Int64] = []
  /// How many distinct words the runs have.
  private(set) var distinctCount = 0
  /// The largest count of a word.
  private(set) var largestCount: Int64 = 0

  private let byteLimit: Int
  private let least: Int

  /// What a kept word takes beside its text, while it is kept here and then made part of a vocabulary.
  static let bytesPerWord = 56

  /// Reads runs of one file with buffers of their own.
  private static let mostBufferBytes = 32 << 20
  private static let leastBufferSize = 1 << 12

  /// - Parameters:
  ///   - runs: at least one.
  ///   - least: how often a word must occur to be kept.
  ///   - byteLimit: what the words that are kept may take.
  ///   - stop: ends the work early.
  /// - Throws: ``WordtoolError``: `unavailable` for words that take more, `inputOutput`, `interrupted`.
  init(_ runs: WordRuns, least: Int, byteLimit: Int, stop: StopFlag) throws {
    self.byteLimit = byteLimit
    self.least = least
    guard let file = runs.file else { return }
    let all = runs.all
    let share = max(
      Self.leastBufferSize, min(WordRuns.bufferSize, Self.mostBufferBytes / max(1, all.count)))
    var readers = ReaderHeap()
    var numbers: [NumberWriter] = []
    for (place, run) in all.enumerated() {
      numbers.append(NumberWriter(at: run.newNumbers, in: file, capacity: share / 4))
      readers.add(
        try WordRunReader(run, in: file, bufferSize: share), numberedAs: place)
    }
    while let first = readers.first {
      if distinctCount & 0xFFFF == 0, stop.isRaised {
        throw WordtoolError(.interrupted, found: "stopped while counting words")
      }
      // The readers that stand at the word leave the heap, and come back behind it.
      var group = [readers.removeFirst()]
      var total = first.reader.count
      while let next = readers.first, next.reader.hasWord(of: first.reader) {
        total += next.reader.count
        group.append(readers.removeFirst())
      }
      let number = try keep(first.reader.word, total)
      for entry in group {
        try numbers[entry.number].append(number)
        try entry.reader.advance()
        readers.add(entry.reader, numberedAs: entry.number)
      }
    }
    for place in numbers.indices { try numbers[place].flush() }
  }

  private mutating func keep(_ word: ArraySlice<UInt8>, _ count: Int64) throws -> Int32 {
    distinctCount += 1
    largestCount = max(largestCount, count)
    guard count >= Int64(least) else { return -1 }
    // An array that grows is there twice for a while, and the words once more as a vocabulary.
    let size = 2 * bytes.count + counts.count * Self.bytesPerWord
    guard size <= byteLimit, counts.count < Int(Int32.max) - 1 else {
      throw WordtoolError(
        .unavailable,
        found: "more than \(counts.count, "word") that occur "
          + (least == 1 ? "once" : "\(least) times")
          + " or more",
        expected: "at most \(AlignedMemory.words(forByteCount: byteLimit)) for words",
        remedy: "use a larger `minimumCount`, or a larger `wordLimit`")
    }
    bytes += word
    offsets.append(bytes.count)
    counts.append(count)
    return Int32(truncatingIfNeeded: counts.count - 1)
  }

  /// The vocabulary of what is kept: the most frequent first, equal counts by their bytes.
  ///
  /// - Parameter most: how many words it has at most; nil for all.
  /// - Returns: the vocabulary, and the number that each word that is kept has in it, -2 for none.
  func vocabulary(most: Int?) -> (Vocabulary, numbers: [Int32]) {
    // Words are in the order of their bytes, so numbers decide between equal counts.
    var order = (0..<Int32(counts.count)).sorted { a, b in
      let (x, y) = (counts[Int(a)], counts[Int(b)])
      return x != y ? x > y : a < b
    }
    if let most, order.count > most { order.removeLast(order.count - most) }
    let table = WordTable(expectedCount: order.count)
    var numbers = [Int32](repeating: -2, count: counts.count)
    unsafe bytes.withUnsafeBufferPointer { bytes in
      for word in order {
        let range = offsets[Int(word)]..<offsets[Int(word) + 1]
        numbers[Int(word)] = unsafe table.add(
          UnsafeBufferPointer(rebasing: bytes[range]), count: counts[Int(word)])
      }
    }
    return (Vocabulary(table), numbers)
  }

  /// Numbers that are written one behind the other.
  private struct NumberWriter {
    private let file: TemporaryFile
    private let capacity: Int
    private var offset: Int
    private var numbers: [Int32] = []

    init(at offset: Int, in file: TemporaryFile, capacity: Int) {
      self.offset = offset
      self.file = file
      self.capacity = capacity
    }

    mutating func append(_ number: Int32) throws {
      numbers.append(number)
      if numbers.count >= capacity { try flush() }
    }

    mutating func flush() throws {
      try unsafe numbers.withUnsafeBytes { try unsafe file.write($0, at: offset) }
      offset += numbers.count * MemoryLayout<Int32>.stride
      numbers.removeAll(keepingCapacity: true)
    }
  }
}

/// Readers of runs, the one with the first word on top: a binary heap.
private struct ReaderHeap {
  struct Entry {
    var reader: WordRunReader
    /// What the reader is called outside.
    var number: Int
  }

  private var entries: [Entry] = []

  var first: Entry? { entries.first }

  /// Takes a reader in, unless it is at its end.
  mutating func add(_ reader: WordRunReader, numberedAs number: Int) {
    if reader.isAtEnd { return }
    entries.append(Entry(reader: reader, number: number))
    var place = entries.count - 1
    while place > 0 {
      let parent = (place - 1) / 2
      guard entries[place].reader.precedes(entries[parent].reader) else { return }
      entries.swapAt(place, parent)
      place = parent
    }
  }

  mutating func removeFirst() -> Entry {
    let first = entries[0]
    entries.swapAt(0, entries.count - 1)
    entries.removeLast()
    var place = 0
    while true {
      var least = place
      for child in [2 * place + 1, 2 * place + 2] where child < entries.count {
        if entries[child].reader.precedes(entries[least].reader) { least = child }
      }
      if least == place { return first }
      entries.swapAt(place, least)
      place = least
    }
  }
}
