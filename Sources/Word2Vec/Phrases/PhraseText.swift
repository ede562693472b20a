import Tokenize
import WordtoolCore

/// What a word can be of a phrase.
enum PhraseRole {
  /// Neither the first nor the last word of one.
  static let none: Int16 = -1
  /// The first or the last word.
  static let end: Int16 = 0
  // From 1 to 255: a connector, which may stand between the two.

  /// The most connectors that stand between two words of a phrase: as many bytes as a number has.
  static let mostBetween = 8
}

/// Two words and the connectors between them, as numbers.
struct PhraseKey: Hashable, Sendable {
  /// The first word in the upper half, the last in the lower.
  var ends: UInt64
  /// The connectors' roles, a byte each, the last one lowest; 0 for none.
  var between: UInt64

  @inline(__always)
  init(_ first: Int32, _ last: Int32, between: UInt64) {
    ends = UInt64(UInt32(bitPattern: first)) << 32 | UInt64(UInt32(bitPattern: last))
    self.between = between
  }

  var first: Int { Int(ends >> 32) }
  var last: Int { Int(ends & 0xFFFF_FFFF) }

  /// The roles of the connectors in their order.
  var roles: [Int16] {
    (0..<PhraseRole.mostBetween).reversed().map { Int16(between >> UInt64(8 * $0) & 0xFF) }
      .filter { $0 > 0 }
  }

  @inline(__always)
  var hash: UInt64 {
    var mixed = (ends ^ between &* 0xC2B2_AE3D_27D4_EB4F) &* SplitMix.increment
    mixed ^= mixed >> 32
    return mixed &* 0xD6E8_FEB8_6659_FD93
  }
}

/// A number for each of some keys.
///
/// Open addressing with linear probing; the keys come out in no order that means anything.
struct PhraseTable: Sendable {
  struct Entry: Sendable {
    /// All ones where the place is free: no word has such a number.
    var ends = UInt64.max
    var between: UInt64 = 0
    var value: Int64 = 0
  }

  private(set) var entries: [Entry]
  private(set) var count = 0

  init(expectedCount: Int = 0) {
    var size = 64
    while size < 2 * expectedCount { size *= 2 }
    entries = Array(repeating: Entry(), count: size)
  }

  /// The bytes that a table takes for so many keys at the most, while it grows too.
  static func byteCount(forCount count: Int) -> Int { 6 * MemoryLayout<Entry>.stride * count }

  @inline(__always)
  func find(_ key: PhraseKey) -> Int64? {
    let entry = entries[place(of: key)]
    return entry.ends == .max ? nil : entry.value
  }

  /// Adds to the value of a key, which is 0 at first.
  @inline(__always)
  mutating func add(_ key: PhraseKey, _ value: Int64) {
    let place = place(of: key)
    if entries[place].ends == .max {
      entries[place] = Entry(ends: key.ends, between: key.between, value: value)
      count += 1
      if 2 * count > entries.count { grow() }
    } else {
      entries[place].value += value
    }
  }

  @inline(__always)
  private func place(of key: PhraseKey) -> Int {
    let mask = entries.count &- 1
    var place = Int(truncatingIfNeeded: key.hash >> 20) & mask
    while true {
      let entry = entries[place]
      if entry.ends == .max || entry.ends == key.ends && entry.between == key.between {
        return place
      }
      place = (place &+ 1) & mask
    }
  }

  @inline(never)
  private mutating func grow() {
    let old = entries
    entries = Array(repeating: Entry(), count: 2 * old.count)
    for entry in old where entry.ends != .max {
      var key = PhraseKey(0, 0, between: entry.between)
      key.ends = entry.ends
      entries[place(of: key)] = entry
    }
  }
}

/// A text and the roles of its words.
///
/// Sendable: both are only read, by threads that are joined before their owners take them back.
@safe struct PhraseText: @unchecked Sendable {
  // SAFETY: lent for the time of a pass by the owners of both; every number but -1 has a role.
  let ids: UnsafeBufferPointer<Int32>
  let roles: UnsafeBufferPointer<Int16>

  /// Calls `body` with each pair of words that may be the ends of a phrase: the second one stands in
  /// `range`, and there is nothing but connectors between them.
  @inline(__always)
  func forEachPair(endingIn range: Range<Int>, _ body: (PhraseKey) -> Void) {
    let (ids, roles) = unsafe (ids, roles)
    // The first word of the first pair may stand before the range.
    var begin = range.lowerBound
    while unsafe begin > 0 && ids[begin - 1] >= 0 && roles[Int(ids[begin - 1])] > 0
      && range.lowerBound - begin < PhraseRole.mostBetween
    { begin -= 1 }
    begin = max(0, begin - 1)
    var first: Int32 = -1
    var between: UInt64 = 0
    for place in begin..<range.upperBound {
      let id = unsafe ids[place]
      guard id >= 0 else {
        first = -1
        continue
      }
      let role = unsafe roles[Int(truncatingIfNeeded: id)]
      if role == PhraseRole.end {
        if first >= 0 && place >= range.lowerBound {
          body(PhraseKey(first, id, between: between))
        }
        first = id
        between = 0
      } else if role > 0 {
        if between >> 56 != 0 { first = -1 }
        between = between << 8 | UInt64(role)
      } else {
        first = -1
      }
    }
  }

  /// Writes the text of a range with joined phrases.
  ///
  /// - Parameters:
  ///   - range: ends where no phrase goes on.
  ///   - phrases: the place in `joined` of each phrase.
  ///   - joined: the numbers of the phrases.
  ///   - target: has room for the range.
  ///   - found: called with the place of each phrase that is joined.
  /// - Returns: how many numbers were written.
  func join(
    _ range: Range<Int>, _ phrases: PhraseTable, _ joined: [Int32],
    to target: UnsafeMutablePointer<Int32>, found: (Int) -> Void
  ) -> Int {
    let (ids, roles) = unsafe (ids, roles)
    var count = 0
    var first: Int32 = -1
    var firstPlace = 0
    var between: UInt64 = 0
    for place in range {
      let id = unsafe ids[place]
      unsafe target[count] = id
      count += 1
      let role = unsafe id < 0 ? PhraseRole.none : roles[Int(truncatingIfNeeded: id)]
      if role == PhraseRole.end {
        if first >= 0, let phrase = phrases.find(PhraseKey(first, id, between: between)) {
          unsafe target[firstPlace] = joined[Int(phrase)]
          count = firstPlace + 1
          found(Int(phrase))
          first = -1
        } else {
          (first, firstPlace, between) = (id, count - 1, 0)
        }
      } else if role > 0 {
        if between >> 56 != 0 { first = -1 }
        between = between << 8 | UInt64(role)
      } else {
        first = -1
      }
    }
    return count
  }

  /// The first place from `place` on where no phrase goes on, whatever stands before: `ids.count` at the
  /// latest.
  func cut(from place: Int, _ phrases: PhraseTable) -> Int {
    var place = place
    let (ids, roles) = unsafe (ids, roles)
    while place > 0 && place < ids.count {
      let (before, id) = unsafe (ids[place - 1], ids[place])
      guard unsafe before >= 0 && roles[Int(before)] != PhraseRole.none else { return place }
      if unsafe id >= 0 && roles[Int(before)] == PhraseRole.end
        && roles[Int(id)] == PhraseRole.end,
        phrases.find(PhraseKey(before, id, between: 0)) == nil
      {
        return place
      }
      place += 1
    }
    return place
  }
}
