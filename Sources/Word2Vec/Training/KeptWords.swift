import BLASCore

/// The words of a chunk that subsampling keeps, and the bounds of each one's window among them.
@safe final class KeptWords {
  // SAFETY: taken by `init`, given back by `deinit`; a scan checks that the text has room.
  /// The words' IDs, line after line.
  let words: UnsafeMutablePointer<Int32>
  /// The first place of each word's window.
  let firsts: UnsafeMutablePointer<Int32>
  /// The last place of each word's window.
  let lasts: UnsafeMutablePointer<Int32>
  /// The number of the line that each word stands in, from 0 in each text.
  let lines: UnsafeMutablePointer<Int32>
  private(set) var count = 0
  private let capacity: Int

  /// - Parameter capacity: the most words a text has.
  init(capacity: Int) {
    self.capacity = capacity
    unsafe words = .allocate(capacity: capacity)
    unsafe firsts = .allocate(capacity: capacity)
    unsafe lasts = .allocate(capacity: capacity)
    unsafe lines = .allocate(capacity: capacity)
  }

  deinit {
    unsafe words.deallocate()
    unsafe firsts.deallocate()
    unsafe lasts.deallocate()
    unsafe lines.deallocate()
  }

  /// The end of the windows from `begin` on that are trained as one: at most `windows`, and no word is the
  /// centre of more than `repeats` of them.
  @inline(__always)
  func unitEnd(from begin: Int, windows: Int, repeats: Int) -> Int {
    let limit = min(count, begin &+ windows)
    if repeats >= windows { return limit }
    var end = begin &+ 1
    while end < limit {
      var known = 0
      for centre in begin..<end { unsafe known &+= words[centre] == words[end] ? 1 : 0 }
      if known >= repeats { break }
      end &+= 1
    }
    return end
  }

  /// Subsampling, then each kept word's window: its radius is drawn from 1 ... windowRadius, unless
  /// windows are fixed, and cut at the ends of the line.
  func scan(
    _ text: UnsafeBufferPointer<Int32>, _ sampling: WindowGroups.Sampling,
    random: inout RandomSource
  ) {
    precondition(text.count <= capacity, "\(text.count) words in a chunk of \(capacity)")
    let (words, firsts, lasts, lines) = unsafe (words, firsts, lasts, lines)
    let radius = UInt64(sampling.windowRadius)
    let least = sampling.isWindowFixed ? sampling.windowRadius : 1
    count = unsafe sampling.keepThresholds.withUnsafeBufferPointer { thresholds in
      var count = 0
      var lineStart = 0
      var line: Int32 = 0
      for position in 0...text.count {
        let word = unsafe position < text.count ? text[position] : -1
        if word >= 0 {
          // Written in any case, counted if kept: no branch to mispredict.
          unsafe words[count] = word
          let bits = UInt32(truncatingIfNeeded: random.next() >> 32)
          unsafe count &+= bits <= thresholds[Int(truncatingIfNeeded: word)] ? 1 : 0
          continue
        }
        for index in lineStart..<count {
          let drawn = Int(truncatingIfNeeded: ((random.next() >> 32) &* radius) >> 32) &+ 1
          let reach = max(least, drawn)
          unsafe firsts[index] = Int32(truncatingIfNeeded: max(lineStart, index &- reach))
          unsafe lasts[index] = Int32(truncatingIfNeeded: min(count &- 1, index &+ reach))
          unsafe lines[index] = line
        }
        lineStart = count
        line &+= 1
      }
      return count
    }
  }
}
