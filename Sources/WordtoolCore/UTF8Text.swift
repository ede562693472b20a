/// Finding and repairing bytes that are not well-formed UTF-8.
package enum UTF8Text {
  /// The offset of the first byte that is not part of a well-formed sequence, or nil.
  package static func firstProblem(
    in bytes: UnsafeBufferPointer<UInt8>, from start: Int = 0
  ) -> Int? {
    guard let base = bytes.baseAddress else { return nil }
    let end = bytes.count
    var at = start
    // SAFETY: every access lies below `end`.
    while at < end {
      while at + 8 <= end {
        let eight = unsafe UnsafeRawPointer(base + at).loadUnaligned(as: UInt64.self)
        if eight & 0x8080_8080_8080_8080 != 0 { break }
        at += 8
      }
      while at < end, unsafe base[at] < 0x80 { at += 1 }
      if at == end { return nil }
      // Three bytes: after E0 bit 5 of the second is set, after ED it is clear.
      while at + 4 <= end {
        let four = UInt32(
          littleEndian: unsafe UnsafeRawPointer(base + at).loadUnaligned(as: UInt32.self))
        if four & 0xC0C0F0 != 0x8080E0 { break }
        if four & 0x200F == 0 || four & 0x200F == 0x200D { break }
        at += 3
      }
      while at < end, unsafe base[at] >= 0x80 {
        let length = unsafe sequenceLength(base + at, available: end - at)
        if length < 0 { return at }
        at += length
      }
    }
    return nil
  }

  /// The length of the well-formed sequence at `byte`, or minus the length of the longest start
  /// of one: what one U+FFFD stands for, as the Unicode Standard recommends (section 3.9).
  @inline(__always)
  package static func sequenceLength(_ byte: UnsafePointer<UInt8>, available: Int) -> Int {
    let lead = unsafe byte[0]
    if lead < 0x80 { return 1 }
    var length = 2
    // What the second byte may be: narrower than 80...BF where longer forms, surrogates or code
    // points above U+10FFFF would begin.
    var low: UInt8 = 0x80
    var high: UInt8 = 0xBF
    switch lead {
    case 0xC2...0xDF: break
    case 0xE0: (length, low) = (3, 0xA0)
    case 0xED: (length, high) = (3, 0x9F)
    case 0xE1...0xEF: length = 3
    case 0xF0: (length, low) = (4, 0x90)
    case 0xF1...0xF3: length = 4
    case 0xF4: (length, high) = (4, 0x8F)
    default: return -1
    }
    // SAFETY: only bytes below `available` are read.
    guard available > 1, unsafe byte[1] >= low, unsafe byte[1] <= high else { return -1 }
    for index in 2..<4 where index < length {
      guard index < available, unsafe byte[index] & 0xC0 == 0x80 else { return -index }
    }
    return length
  }

  /// The bytes with U+FFFD for every sequence that is not well-formed, and how many those were.
  package static func repaired(_ bytes: UnsafeBufferPointer<UInt8>) -> (text: [UInt8], count: Int) {
    var text: [UInt8] = []
    text.reserveCapacity(bytes.count + bytes.count / 8 + 16)
    var count = 0
    var at = 0
    while let problem = unsafe firstProblem(in: bytes, from: at) {
      unsafe text.append(contentsOf: UnsafeBufferPointer(rebasing: bytes[at..<problem]))
      text.append(contentsOf: [0xEF, 0xBF, 0xBD])
      count += 1
      // SAFETY: `problem` is below the count, so the buffer has a base.
      let length = unsafe sequenceLength(
        bytes.baseAddress.unsafelyUnwrapped + problem, available: bytes.count - problem)
      at = problem - length
    }
    unsafe text.append(contentsOf: UnsafeBufferPointer(rebasing: bytes[at...]))
    return (text, count)
  }

  /// The scalar that starts at `at`, or nil when the bytes there are cut off or malformed.
  package static func scalar(in bytes: UnsafeBufferPointer<UInt8>, at: Int) -> UInt32? {
    guard at < bytes.count, let base = bytes.baseAddress else { return nil }
    let length = unsafe sequenceLength(base + at, available: bytes.count - at)
    if length < 1 { return nil }
    let lead = UInt32(unsafe base[at])
    if length == 1 { return lead }
    var value = lead & (0x7F >> UInt32(length))
    for index in 1..<length { value = value << 6 | UInt32(unsafe base[at + index] & 0x3F) }
    return value
  }

  /// The error for the byte at `offset` of `text`, which is no part of a well-formed sequence.
  package static func refusal(
    of text: UnsafeBufferPointer<UInt8>, at offset: Int, path: String,
    position: WordtoolError.Position, remedy: String
  ) -> WordtoolError {
    let digits = String(unsafe text[offset], radix: 16, uppercase: true)
    return WordtoolError(
      .badData, path: path, at: position, found: "byte \(digits) is not valid UTF-8 here",
      expected: "UTF-8 text", remedy: remedy)
  }
}
