/// Checks that words are UTF-8, fast where they are ASCII.
enum UTF8Check {
  /// Whether the bytes are valid UTF-8.
  static func isValid(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
    unsafe isASCII(bytes) || String(validating: bytes, as: UTF8.self) != nil
  }

  /// Whether no byte is above 127.
  static func isASCII(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
    let raw = UnsafeRawBufferPointer(bytes)
    var offset = 0
    var seen: UInt64 = 0
    while offset + 8 <= raw.count {
      unsafe seen |= raw.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
      offset += 8
    }
    while offset < raw.count {
      unsafe seen |= UInt64(raw[offset])
      offset += 1
    }
    return seen & 0x8080_8080_8080_8080 == 0
  }

  /// The first word that is not UTF-8 by itself, or nil.
  static func firstInvalidWord(
    _ bytes: UnsafeBufferPointer<UInt8>, offsets: UnsafeBufferPointer<UInt64>
  ) -> Int? {
    // Blocks of words, so that ASCII stretches of a mixed vocabulary stay cheap.
    let block = 64
    var first = 0
    while first < offsets.count - 1 {
      let last = min(first + block, offsets.count - 1)
      let range = unsafe Int(offsets[first])..<Int(offsets[last])
      if unsafe !isASCII(UnsafeBufferPointer(rebasing: bytes[range])) {
        for word in first..<last {
          let range = unsafe Int(offsets[word])..<Int(offsets[word + 1])
          if unsafe !isValid(UnsafeBufferPointer(rebasing: bytes[range])) { return word }
        }
      }
      first = last
    }
    return nil
  }
}
