import WordtoolCore

/// All n-grams of a text up to some order, sorted, with their counts adjusted for Kneser-Ney.
///
/// The n-grams that start at a position are numbered order by order: an (n+1)-gram is the number
/// of the n-gram that begins it and one more token, one 64-bit key, so that sorting keys sorts
/// n-grams of any length.
struct NGramCounts {
  struct Level {
    /// The last token of each n-gram.
    var words: [Int32]
    /// Where the continuations of each n-gram begin in the next level; empty at the last.
    var firstChild: [Int32] = []
    /// The number of the n-gram without its first token, in the level before.
    var suffixes: [Int32] = []
    /// How often it occurs, at the last level and where it begins with `<s>`; elsewhere how many
    /// different tokens stand before it.
    var counts: [Int32]
  }

  var levels: [Level]

  /// Counts.
  ///
  /// - Parameters:
  ///   - text: sentences, each from `begin` to its end marker, without anything between.
  ///   - vocabularyCount: tokens are 0 ..< this.
  ///   - order: at least 1.
  init(
    _ text: [Int32], vocabularyCount: Int, begin: Int32, order: Int, stop: StopFlag
  ) throws {
    precondition(text.count < Int(Int32.max) && order >= 1)
    var unigrams = [Int32](repeating: 0, count: vocabularyCount)
    for token in text { unigrams[Int(token)] += 1 }
    levels = [Level(words: (0..<Int32(vocabularyCount)).map { $0 }, counts: unigrams)]
    // The number of the n-gram that starts at each position, -1 where the sentence is too short.
    var starting = text
    let wordBits = UInt64(64 - UInt64(vocabularyCount).leadingZeroBitCount)
    for length in 1..<max(1, order) {
      if stop.isRaised {
        throw WordtoolError(.interrupted, found: "stopped while counting")
      }
      var entries: [KeySort.Entry] = []
      entries.reserveCapacity(text.count)
      for position in 0..<max(0, text.count - length) where starting[position] >= 0 {
        let token = text[position + length]
        if token == begin { continue }
        entries.append(
          KeySort.Entry(
            key: UInt64(starting[position]) << wordBits | UInt64(token),
            position: UInt32(position)))
      }
      try KeySort.sort(&entries, stop: stop)
      var level = Level(words: [], counts: [])
      var firstChild = [Int32](repeating: 0, count: levels[length - 1].words.count + 1)
      var next = [Int32](repeating: -1, count: text.count)
      var last = UInt64.max
      for entry in entries {
        let position = Int(entry.position)
        if entry.key != last {
          last = entry.key
          level.words.append(text[position + length])
          level.suffixes.append(starting[position + 1])
          level.counts.append(0)
          firstChild[Int(starting[position]) + 1] += 1
        }
        level.counts[level.counts.count - 1] += 1
        next[position] = Int32(level.counts.count - 1)
      }
      for index in 1..<firstChild.count { firstChild[index] += firstChild[index - 1] }
      levels[length - 1].firstChild = firstChild
      levels.append(level)
      starting = next
    }
    adjust(begin: begin)
  }

  /// Replaces the counts below the highest order by numbers of different tokens before, but for
  /// n-grams that begin with `<s>`, before which nothing stands.
  private mutating func adjust(begin: Int32) {
    var range = begin..<begin + 1
    for index in 0..<levels.count - 1 {
      let raw = range.map { levels[index].counts[Int($0)] }
      var counts = [Int32](repeating: 0, count: levels[index].words.count)
      for suffix in levels[index + 1].suffixes { counts[Int(suffix)] += 1 }
      for (node, count) in zip(range, raw) { counts[Int(node)] = count }
      levels[index].counts = counts
      let starts = levels[index].firstChild
      range = starts[Int(range.lowerBound)]..<starts[Int(range.upperBound)]
    }
    // `<s>` is never predicted.
    levels[0].counts[Int(begin)] = 0
  }
}

/// A radix sort of 64-bit keys that keeps the order of equal ones.
enum KeySort {
  /// 12 bytes, for there are two for each token of a text: a key of 64 bits would make it 16.
  struct Entry {
    private var low: UInt32
    private var high: UInt32
    var position: UInt32

    init(key: UInt64, position: UInt32) {
      (low, high) = (UInt32(truncatingIfNeeded: key), UInt32(key >> 32))
      self.position = position
    }

    var key: UInt64 { UInt64(high) << 32 | UInt64(low) }
  }

  private static let digitBits: UInt64 = 11

  /// - Throws: `WordtoolError` of kind `interrupted`.
  static func sort(_ entries: inout [Entry], stop: StopFlag = StopFlag()) throws {
    guard let highest = entries.max(by: { $0.key < $1.key })?.key else { return }
    let bits = UInt64(64 - highest.leadingZeroBitCount)
    let mask: UInt64 = 1 << digitBits - 1
    var other = entries
    var shift: UInt64 = 0
    while shift < bits {
      if stop.isRaised { throw WordtoolError(.interrupted, found: "stopped while counting") }
      var places = [Int](repeating: 0, count: 1 << Int(digitBits))
      for entry in entries { places[Int(entry.key >> shift & mask)] += 1 }
      var sum = 0
      for digit in places.indices { (places[digit], sum) = (sum, sum + places[digit]) }
      unsafe entries.withUnsafeBufferPointer { from in
        unsafe other.withUnsafeMutableBufferPointer { to in
          unsafe places.withUnsafeMutableBufferPointer { places in
            for index in from.indices {
              let entry = unsafe from[index]
              let digit = Int(entry.key >> shift & mask)
              unsafe to[places[digit]] = entry
              unsafe places[digit] += 1
            }
          }
        }
      }
      swap(&entries, &other)
      shift += digitBits
    }
  }
}
