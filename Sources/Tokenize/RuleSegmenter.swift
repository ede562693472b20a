/// Boundaries by ICU's state machine, run here, and by ICU itself where a dictionary is needed.
///
/// Each segment starts afresh at the end of the one before. A segment without characters of
/// dictionary scripts ends where the machine last accepted. From a segment with such characters
/// up to a place behind the last of them, the text goes to ICU's iterator: it starts and ends
/// with boundaries of the rules, so ICU cuts it as it would inside the whole text.
@safe final class RuleSegmenter: Segmenter {
  /// Nil: ICU does everything.
  private var machine: RuleMachine?
  private var isResolved: Bool
  private let icu: ICUSegmenter
  private let keepsOthers: Bool
  private var text = unsafe UnsafeBufferPointer<UInt8>(start: nil, count: 0)
  private var position = 0
  /// The stretch that ICU is cutting: empty if none.
  private var stretch = 0..<0
  /// Whether ICU has the stretch in UTF-16. Its dictionary of Chinese and Japanese is faster so;
  /// but in the scripts of South East Asia it looks for words in runs of at least four units of
  /// the text, be they two bytes of UTF-8 or four letters, and so must have the text as it is.
  private var isUTF16 = false
  /// The stretch in UTF-16.
  private var units = UnsafeMutableBufferPointer<UInt16>.allocate(capacity: 0)
  /// How far the stretch has been handed out, in code units and as a place in the text.
  private var unit = 0
  private var byte = 0

  /// How many bytes without characters of dictionary scripts end a stretch for ICU, and about how
  /// long a stretch may get: starting ICU on a text costs as much as some dozen segments.
  private static let plainBytes = 64
  private static let longestStretch = 1 << 16
  /// How much of a text in a script of South East Asia goes to ICU unseen, up to a line end.
  private static let skippedBytes = 1 << 12

  /// The machine is looked for when the first text comes: making it costs milliseconds, which
  /// programs that only fold words need not wait for.
  ///
  /// - Parameter keepsOthers: see ``openSegmenter(unit:locale:keepsOthers:)``.
  init(icu: ICUSegmenter, keepsOthers: Bool) {
    machine = nil
    isResolved = false
    self.icu = icu
    self.keepsOthers = keepsOthers
  }

  /// A segmenter for a machine that is already there.
  init(machine: RuleMachine, icu: ICUSegmenter, keepsOthers: Bool) {
    self.machine = machine
    isResolved = true
    self.icu = icu
    self.keepsOthers = keepsOthers
  }

  deinit { unsafe units.deallocate() }

  func begin(_ text: UnsafeBufferPointer<UInt8>) {
    precondition(text.count < Int(Int32.max), "a text of \(text.count) bytes is too long")
    if !isResolved {
      machine = RuleMachine.machine(of: icu)
      isResolved = true
    }
    unsafe self.text = text
    position = 0
    stretch = 0..<0
    if machine == nil { unsafe icu.begin(text) }
  }

  func next(_ batch: SegmentBatch) -> Int {
    guard let machine else { return icu.next(batch) }
    if !stretch.isEmpty {
      let count = icu.next(batch)
      if !isUTF16 {
        let offset = Int32(truncatingIfNeeded: stretch.lowerBound)
        for index in 0..<count {
          unsafe batch.starts[index] &+= offset
          unsafe batch.ends[index] &+= offset
        }
      } else if let base = unsafe text.baseAddress {
        for index in 0..<count {
          // SAFETY: ICU's boundaries lie between characters, so the walk ends at each of them.
          let end = Int(unsafe batch.ends[index])
          unsafe batch.starts[index] = Int32(truncatingIfNeeded: byte)
          while unit < end {
            let lead = unsafe base[byte]
            byte += lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4
            unit += lead < 0xF0 ? 1 : 2
          }
          unsafe batch.ends[index] = Int32(truncatingIfNeeded: byte)
        }
      }
      if count > 0 { return count }
      position = stretch.upperBound
      stretch = 0..<0
    }
    guard let base = unsafe text.baseAddress else { return 0 }
    let count = unsafe run(machine, base, batch)
    if count > 0 || stretch.isEmpty { return count }
    return next(batch)
  }

  /// Stores segments until the batch is full, the text ends, or a dictionary is needed: then what
  /// ICU is to cut becomes the stretch, if nothing was stored.
  private func run(
    _ machine: RuleMachine, _ base: UnsafePointer<UInt8>, _ batch: SegmentBatch
  ) -> Int {
    let ascii = unsafe machine.ascii
    let startRow = machine.startState << 7
    let letterState = machine.letterState
    let accepting = unsafe machine.accepting
    let statuses = unsafe machine.status
    let starts = unsafe batch.starts
    let ends = unsafe batch.ends
    let marks = unsafe batch.statuses
    let capacity = batch.capacity
    let least: Int32 = keepsOthers ? 0 : 100
    let textEnd = unsafe text.count
    // Below this offset, eight bytes can be read at once and two bytes follow them.
    let wideEnd = textEnd - 10
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
          let second = Int(unsafe ascii[state << 7 | Int(following)])
          var isEnd = second == 0
          if unsafe second != 0 && accepting[second] == 0 {
            // A full stop or an apostrophe: the segment goes on only if a letter or digit follows.
            let after = unsafe base[end + 1]
            isEnd = unsafe after < 0x80 && ascii[second << 7 | Int(after)] == 0
          }
          if unsafe isEnd && accepting[state] != 0 {
            let status = unsafe statuses[state]
            if unsafe status >= least || base[end - 1] == UInt8(ascii: "\n") {
              unsafe starts[count] = Int32(truncatingIfNeeded: at)
              unsafe ends[count] = Int32(truncatingIfNeeded: end)
              unsafe marks[count] = status
              count += 1
            }
            at = end
            continue
          }
        }
      }
      let segment = unsafe Self.segment(machine, base, from: at, textEnd: textEnd)
      if segment.needsDictionary {
        if count == 0 { unsafe beginStretch(machine, base, from: at, first: segment) }
        break
      }
      if unsafe segment.status & ~SegmentBatch.notASCII >= least
        || base[segment.end - 1] == UInt8(ascii: "\n")
      {
        unsafe starts[count] = Int32(truncatingIfNeeded: at)
        unsafe ends[count] = Int32(truncatingIfNeeded: segment.end)
        unsafe marks[count] = segment.status
        count += 1
      }
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

  /// Hands ICU the text from a segment that needs a dictionary to a boundary behind which there
  /// are none for a while.
  private func beginStretch(
    _ machine: RuleMachine, _ base: UnsafePointer<UInt8>, from start: Int, first: Segment
  ) {
    let textEnd = unsafe text.count
    var end = first.end
    var lastDictionary = first.end
    var isComplex = first.isComplex
    while end < textEnd && end - lastDictionary < Self.plainBytes
      && end - start < Self.longestStretch
    {
      let segment = unsafe Self.segment(machine, base, from: end, textEnd: textEnd)
      end = segment.end
      if segment.needsDictionary { lastDictionary = end }
      isComplex = isComplex || segment.isComplex
      if isComplex && segment.needsDictionary && machine.endsAtLineFeed {
        // A text in such a script: some lines go to ICU without being looked at.
        let limit = min(end + Self.skippedBytes, textEnd)
        var at = limit
        while at > end, unsafe base[at - 1] != UInt8(ascii: "\n") { at -= 1 }
        end = at
        lastDictionary = at
      }
    }
    stretch = start..<lastDictionary
    isUTF16 = !isComplex
    if isComplex {
      unsafe icu.begin(UnsafeBufferPointer(rebasing: text[stretch]))
      return
    }
    unit = 0
    byte = start
    if unsafe units.count < lastDictionary - start {
      unsafe units.deallocate()
      unsafe units = .allocate(capacity: 2 * (lastDictionary - start))
    }
    let out = unsafe units.baseAddress.unsafelyUnwrapped
    var count = 0
    var at = start
    // SAFETY: a stretch is whole characters of well-formed text, which never have more code units
    // than bytes.
    while at < lastDictionary {
      let lead = UInt32(unsafe base[at])
      if lead < 0x80 {
        let isReplaced = icu.cutsAtSign && lead == ICUSegmenter.atSign
        unsafe out[count] = isReplaced ? UInt16(ICUSegmenter.otherSign) : UInt16(lead)
        count += 1
        at += 1
        continue
      }
      let second = UInt32(unsafe base[at + 1]) & 0x3F
      if lead < 0xE0 {
        unsafe out[count] = UInt16(truncatingIfNeeded: (lead & 0x1F) << 6 | second)
        count += 1
        at += 2
        continue
      }
      let third = UInt32(unsafe base[at + 2]) & 0x3F
      if lead < 0xF0 {
        unsafe out[count] = UInt16(truncatingIfNeeded: (lead & 0x0F) << 12 | second << 6 | third)
        count += 1
        at += 3
        continue
      }
      let fourth = UInt32(unsafe base[at + 3]) & 0x3F
      let scalar = (lead & 0x07) << 18 | second << 12 | third << 6 | fourth
      unsafe out[count] = UInt16(truncatingIfNeeded: 0xD7C0 + scalar >> 10)
      count += 1
      unsafe out[count] = UInt16(truncatingIfNeeded: 0xDC00 | scalar & 0x3FF)
      count += 1
      at += 4
    }
    // Nothing changes the units until ICU has handed out the last segment of the stretch.
    unsafe icu.begin(utf16: UnsafeBufferPointer(start: out, count: count))
  }
}
