/// Boundaries by ICU's state machine, run here, and by ICU itself where a dictionary is needed.
///
/// Each segment starts afresh at the end of the one before. A segment without characters of
/// dictionary scripts ends where the machine last accepted. From a segment with such characters
/// up to a place behind the last of them, the text goes to ICU's iterator: it starts and ends
/// with boundaries of the rules, so ICU cuts it as it would inside the whole text.
@safe final class RuleSegmenter: Segmenter {
  private let machine: RuleMachine
  private let icu: ICUSegmenter
  private var text = unsafe UnsafeBufferPointer<UInt8>(start: nil, count: 0)
  private var position = 0
  /// The stretch that ICU is cutting: empty if none.
  private var stretch = 0..<0

  /// How many bytes without characters of dictionary scripts end a stretch for ICU, and about how
  /// long a stretch may get: starting ICU on a text costs as much as some dozen segments.
  private static let plainBytes = 48
  private static let longestStretch = 1 << 16

  init(machine: RuleMachine, icu: ICUSegmenter) {
    self.machine = machine
    self.icu = icu
  }

  func begin(_ text: UnsafeBufferPointer<UInt8>) {
    precondition(text.count < Int(Int32.max), "a text of \(text.count) bytes is too long")
    unsafe self.text = text
    position = 0
    stretch = 0..<0
  }

  func next(_ batch: SegmentBatch) -> Int {
    if !stretch.isEmpty {
      let count = icu.next(batch)
      let offset = Int32(truncatingIfNeeded: stretch.lowerBound)
      for index in 0..<count { unsafe batch.ends[index] += offset }
      if count > 0 { return count }
      position = stretch.upperBound
      stretch = 0..<0
    }
    guard let base = unsafe text.baseAddress else { return 0 }
    let count = unsafe run(base, batch)
    if count > 0 || stretch.isEmpty { return count }
    return next(batch)
  }

  /// Stores segments until the batch is full, the text ends, or a dictionary is needed: then what
  /// ICU is to cut becomes the stretch, if nothing was stored.
  private func run(_ base: UnsafePointer<UInt8>, _ batch: SegmentBatch) -> Int {
    let machine = self.machine
    let ascii = unsafe machine.ascii
    let startRow = machine.startState << 7
    let letterState = machine.letterState
    let accepting = unsafe machine.accepting
    let statuses = unsafe machine.status
    let ends = unsafe batch.ends
    let marks = unsafe batch.statuses
    let capacity = batch.capacity
    let textEnd = unsafe text.count
    // Below this offset, eight bytes can be read at once and a byte follows them.
    let wideEnd = textEnd - 9
    var at = position
    var count = 0
    // SAFETY: `at` and everything read stays below `textEnd`; states and categories are inside
    // their tables (checked when the machine was made); `count` stays below the capacity.
    while at < textEnd && count < capacity {
      let byte = unsafe base[at]
      var state = 0
      var end = at + 1
      if byte < 0x80 && at < wideEnd {
        if letterState != 0 && (byte | 0x20) &- UInt8(ascii: "a") < 26 {
          state = letterState
          end = unsafe Self.endOfLetters(base, from: end, wideEnd: wideEnd)
        } else {
          state = Int(unsafe ascii[startRow | Int(byte)])
        }
        let following = unsafe base[end]
        if following < 0x80 {
          if unsafe ascii[state << 7 | Int(following)] == 0 && accepting[state] != 0 {
            unsafe ends[count] = Int32(truncatingIfNeeded: end)
            unsafe marks[count] = statuses[state]
            count += 1
            at = end
            continue
          }
        }
      }
      let segment = unsafe self.segment(base, from: at)
      if segment.needsDictionary {
        if count == 0 { unsafe beginStretch(base, from: at, firstEnd: segment.end) }
        break
      }
      unsafe ends[count] = Int32(truncatingIfNeeded: segment.end)
      unsafe marks[count] = segment.status
      count += 1
      at = segment.end
    }
    position = at
    return count
  }

  /// The end of a run of ASCII letters, or some place inside it near the end of the text.
  @inline(__always)
  private static func endOfLetters(
    _ base: UnsafePointer<UInt8>, from start: Int, wideEnd: Int
  ) -> Int {
    var at = start
    // SAFETY: eight bytes are read below `wideEnd` only.
    while at < wideEnd {
      let bytes = UInt64(
        littleEndian: unsafe UnsafeRawPointer(base + at).loadUnaligned(as: UInt64.self))
      // Per byte: bit 7 of `letters` is set for A...Z and a...z. No sum carries into the next
      // byte, because bit 7 is cleared before.
      let low = (bytes | 0x2020_2020_2020_2020) & 0x7F7F_7F7F_7F7F_7F7F
      let fromA = low &+ 0x1F1F_1F1F_1F1F_1F1F
      let behindZ = low &+ 0x0505_0505_0505_0505
      let others = (~fromA | behindZ | bytes) & 0x8080_8080_8080_8080
      if others != 0 { return at + others.trailingZeroBitCount >> 3 }
      at += 8
    }
    return at
  }

  private struct Segment {
    var end: Int
    /// The rule status, with ``SegmentBatch/notASCII`` if the segment has other characters.
    var status: Int32
    var needsDictionary: Bool
  }

  /// Runs the machine over one segment, whatever is in it.
  private func segment(_ base: UnsafePointer<UInt8>, from start: Int) -> Segment {
    let machine = self.machine
    let ascii = unsafe machine.ascii
    let next = unsafe machine.next
    let category = unsafe machine.category
    let accepting = unsafe machine.accepting
    let columns = machine.categoryCount
    let dictionary = machine.firstDictionaryCategory
    let textEnd = unsafe text.count
    var state = machine.startState
    var at = start
    var end = start
    var endState = 0
    var firstOther = Int.max
    var firstDictionary = Int.max
    // SAFETY: as in `run`; the text is well-formed UTF-8, so a lead byte's sequence is whole.
    while at < textEnd {
      let byte = unsafe base[at]
      if byte < 0x80 {
        state = Int(unsafe ascii[state << 7 | Int(byte)])
        at += 1
      } else {
        let scalar: Int
        let length: Int
        let second = Int(unsafe base[at + 1]) & 0x3F
        if byte < 0xE0 {
          scalar = Int(byte & 0x1F) << 6 | second
          length = 2
        } else {
          let third = Int(unsafe base[at + 2]) & 0x3F
          if byte < 0xF0 {
            scalar = (Int(byte & 0x0F) << 6 | second) << 6 | third
            length = 3
          } else {
            let fourth = Int(unsafe base[at + 3]) & 0x3F
            scalar = ((Int(byte & 0x07) << 6 | second) << 6 | third) << 6 | fourth
            length = 4
          }
        }
        let kind = unsafe category[scalar]
        firstOther = min(firstOther, at)
        if kind >= dictionary { firstDictionary = min(firstDictionary, at) }
        state = Int(unsafe next[state * columns + Int(kind)])
        at += length
      }
      if unsafe accepting[state] != 0 {
        end = at
        endState = state
      }
      if state == 0 { break }
    }
    if state != 0 {
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
      needsDictionary: firstDictionary < end)
  }

  /// Hands ICU the text from a segment that needs a dictionary to a boundary behind which there
  /// are none for a while.
  private func beginStretch(_ base: UnsafePointer<UInt8>, from start: Int, firstEnd: Int) {
    var end = firstEnd
    var lastDictionary = firstEnd
    while unsafe end < text.count && end - lastDictionary < Self.plainBytes
      && end - start < Self.longestStretch
    {
      let segment = unsafe self.segment(base, from: end)
      end = segment.end
      if segment.needsDictionary { lastDictionary = end }
    }
    stretch = start..<lastDictionary
    unsafe icu.begin(UnsafeBufferPointer(rebasing: text[stretch]))
  }
}
