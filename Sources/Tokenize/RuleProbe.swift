/// The comparison of a machine with ICU's iterator that decides whether the machine is used.
enum RuleProbe {
  /// How many characters are compared: enough for each pair of categories in each of the common
  /// states, in a few milliseconds.
  private static let characterCount = 24_000

  /// Whether machine and iterator give the same boundaries and rule statuses for texts that mix
  /// characters of all categories but those of dictionary scripts: the machine leaves these to
  /// ICU, and ICU needs long for the first of them.
  static func agrees(_ machine: RuleMachine, _ icu: ICUSegmenter) -> Bool {
    let text = probe(machine)
    return unsafe text.withUnsafeBufferPointer {
      unsafe sameSegments(
        RuleSegmenter(machine: machine, icu: icu, keepsOthers: true), icu, in: $0)
    }
  }

  /// Whether two segmenters cut a text alike.
  static func sameSegments(
    _ first: any Segmenter, _ second: any Segmenter, in text: UnsafeBufferPointer<UInt8>
  ) -> Bool {
    let one = unsafe segments(first, in: text)
    let other = unsafe segments(second, in: text)
    return one.ends == other.ends && one.statuses == other.statuses
  }

  /// All ends and rule statuses.
  static func segments(
    _ segmenter: any Segmenter, in text: UnsafeBufferPointer<UInt8>
  ) -> (ends: [Int32], statuses: [Int32]) {
    let batch = SegmentBatch()
    var ends: [Int32] = []
    var statuses: [Int32] = []
    unsafe segmenter.begin(text)
    while true {
      let count = segmenter.next(batch)
      if count == 0 { return (ends, statuses) }
      for index in 0..<count {
        // SAFETY: the segmenter stored `count` values, at most the capacity.
        unsafe ends.append(batch.ends[index])
        unsafe statuses.append(batch.statuses[index] & ~SegmentBatch.notASCII)
      }
    }
  }

  /// A text of characters drawn from every category alike, with short runs of one character.
  private static func probe(_ machine: RuleMachine) -> [UInt8] {
    // Up to four characters of each category: the first of ASCII, of the basic plane, and above.
    var members = [[UInt32]](repeating: [], count: machine.categoryCount)
    for start in [UInt32(0), 0x60, 0x80, 0x3000, 0x1_0000] {
      var isFilled = [Bool](repeating: false, count: machine.categoryCount)
      for scalar in start..<min(start + 0x3000, 0x11_0000) where Unicode.Scalar(scalar) != nil {
        // SAFETY: the table has a category, below the count, for every code point.
        let kind = Int(unsafe machine.category[Int(scalar)])
        if !isFilled[kind] {
          isFilled[kind] = true
          if kind < machine.firstDictionaryCategory { members[kind].append(scalar) }
        }
      }
    }
    members.removeAll { $0.isEmpty }
    var text: [UInt8] = []
    var state: UInt64 = 0x1234_5678_9ABC_DEF1
    func draw(_ count: Int) -> Int {
      // Xorshift: any fixed sequence does.
      state ^= state << 13
      state ^= state >> 7
      state ^= state << 17
      return Int((state >> 33) % UInt64(count))
    }
    for _ in 0..<characterCount {
      let kind = members[draw(members.count)]
      let scalar = kind[draw(kind.count)]
      for _ in 0...(draw(8) == 0 ? 2 : 0) {
        if let character = Unicode.Scalar(scalar) {
          text.append(contentsOf: String(character).utf8)
        }
      }
    }
    return text
  }
}
