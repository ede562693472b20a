extension RuleSegmenter {
  /// One segment and what is in it.
  struct Segment {
    var end: Int
    /// The rule status, with ``SegmentBatch/notASCII`` if the segment has other characters.
    var status: Int32
    var needsDictionary: Bool
    var isComplex: Bool
    /// Whether the machine was still running at the end of the text, so that more text could move
    /// the end of the segment.
    var isOpen: Bool
  }

  /// The last boundary in a text that more text behind it cannot move; nil if there is none.
  static func lastCertainEnd(
    _ machine: RuleMachine, in text: UnsafeBufferPointer<UInt8>
  ) -> Int? {
    guard let base = text.baseAddress else { return nil }
    // A character may be cut off at the end: the machine must not see a part of it.
    var textEnd = text.count
    while textEnd > 0, text.count - textEnd < 3, unsafe base[textEnd - 1] & 0xC0 == 0x80 {
      textEnd -= 1
    }
    if textEnd > 0, unsafe base[textEnd - 1] >= 0xC0 { textEnd -= 1 }
    var end = 0
    while end < textEnd {
      let segment = unsafe Self.segment(machine, base, from: end, textEnd: textEnd)
      if segment.isOpen { break }
      end = segment.end
    }
    return end > 0 ? end : nil
  }

  /// Runs the machine over one segment, whatever is in it.
  static func segment(
    _ machine: RuleMachine, _ base: UnsafePointer<UInt8>, from start: Int, textEnd: Int
  ) -> Segment {
    let ascii = unsafe machine.ascii
    let next = unsafe machine.next
    let category = unsafe machine.category
    let accepting = unsafe machine.accepting
    let columns = machine.categoryCount
    let dictionary = machine.firstDictionaryCategory
    var state = machine.startState
    var at = start
    var end = start
    var endState = 0
    var firstOther = Int.max
    var firstDictionary = Int.max
    var complex: UInt8 = 0
    // SAFETY: as in `run`; the text is well-formed UTF-8, so a lead byte's sequence is whole.
    while at < textEnd {
      let byte = unsafe base[at]
      if byte < 0x80 {
        state = Int(unsafe ascii[state << 7 | Int(byte)])
        at += 1
      } else {
        // Two bytes of the sequence are there in any case; most have three.
        let second = Int(unsafe base[at + 1]) & 0x3F
        var scalar = Int(byte & 0x1F) << 6 | second
        var length = 2
        if byte >= 0xE0 {
          scalar = (scalar & 0x3FF) << 6 | Int(unsafe base[at + 2]) & 0x3F
          length = 3
          if byte >= 0xF0 {
            scalar = (scalar & 0x7FFF) << 6 | Int(unsafe base[at + 3]) & 0x3F
            length = 4
          }
        }
        let kind = unsafe category[scalar]
        if firstOther == Int.max { firstOther = at }
        if kind >= dictionary {
          if firstDictionary == Int.max { firstDictionary = at }
          complex |= unsafe machine.isComplex[Int(kind)]
        }
        state = Int(unsafe next[state * columns + Int(kind)])
        at += length
      }
      if unsafe accepting[state] != 0 {
        end = at
        endState = state
      }
      if state == 0 { break }
    }
    let isOpen = state != 0
    if isOpen {
      state = Int(unsafe next[state * columns + machine.endCategory])
      if unsafe accepting[state] != 0 {
        end = at
        endState = state
      }
    }
    var status = unsafe machine.status[endState]
    if end == start {
      // Nothing was accepted: ICU then takes one character, with status 0.
      end = start + 1
      while end < textEnd, unsafe base[end] & 0xC0 == 0x80 { end += 1 }
      status = 0
    }
    return Segment(
      end: end, status: status | (firstOther < end ? SegmentBatch.notASCII : 0),
      needsDictionary: firstDictionary < end, isComplex: complex != 0, isOpen: isOpen)
  }
}
