/// Turns bytes of some encoding into UTF-8, a part at a time. Belongs to one thread.
package protocol TextDecoder: AnyObject {
  /// What messages call the encoding.
  var name: String { get }
  /// How many sequences became U+FFFD.
  var replacedCount: Int { get }

  /// Converts some of `input`, which is all that was read and not consumed.
  ///
  /// - Parameters:
  ///   - isLast: whether nothing comes behind the input.
  ///   - room: for 4 bytes at least.
  func step(
    _ input: UnsafeRawBufferPointer, isLast: Bool, into room: UnsafeMutableRawBufferPointer
  ) -> DecodingStep
}

/// What one step of a ``TextDecoder`` did.
package struct DecodingStep {
  /// Bytes of the input that are done with.
  package var consumed: Int
  /// Bytes of UTF-8 that were stored.
  package var written: Int
  /// What a strict decoder met behind the consumed bytes.
  package var failure: String?

  /// Describes a step.
  package init(consumed: Int, written: Int, failure: String? = nil) {
    self.consumed = consumed
    self.written = written
    self.failure = failure
  }
}

/// UTF-16 and UTF-32, which a byte order mark tells of.
@safe final class WideDecoder: TextDecoder {
  let name: String
  private(set) var replacedCount = 0
  private let unitSize: Int
  private let isBigEndian: Bool
  private let isStrict: Bool

  /// - Parameter unitSize: 2 or 4 bytes.
  init(unitSize: Int, isBigEndian: Bool, isStrict: Bool) {
    name = "UTF-\(8 * unitSize)\(isBigEndian ? "BE" : "LE")"
    self.unitSize = unitSize
    self.isBigEndian = isBigEndian
    self.isStrict = isStrict
  }

  func step(
    _ input: UnsafeRawBufferPointer, isLast: Bool, into room: UnsafeMutableRawBufferPointer
  ) -> DecodingStep {
    var step = DecodingStep(consumed: 0, written: 0)
    while step.written + 4 <= room.count {
      let left = input.count - step.consumed
      if left == 0 || (left < unitSize && !isLast) { break }
      var length = min(left, unitSize)
      var value = left < unitSize ? 0xD800 : unsafe unit(input, step.consumed)
      if unitSize == 2, value & 0xFC00 == 0xD800, left >= 2 {
        if left < 4 && !isLast { break }
        let low = left < 4 ? 0 : unsafe unit(input, step.consumed + 2)
        if low & 0xFC00 == 0xDC00 {
          value = 0x10000 + (value & 0x3FF) << 10 + low & 0x3FF
          length = 4
        }
      }
      let scalar = Unicode.Scalar(value)
      if scalar == nil {
        if isStrict {
          step.failure = "a lone surrogate or half a character"
          break
        }
        replacedCount += 1
      }
      step.consumed += length
      guard let bytes = UTF8.encode(scalar ?? "\u{FFFD}") else { continue }
      for byte in bytes {
        // SAFETY: no scalar takes more than the four bytes there is room for.
        unsafe room[step.written] = byte
        step.written += 1
      }
    }
    return step
  }

  /// The code unit at an offset, all of which is inside.
  private func unit(_ input: UnsafeRawBufferPointer, _ offset: Int) -> UInt32 {
    (0..<unitSize).reduce(0) { value, index in
      let byte = unsafe input[offset + (isBigEndian ? index : unitSize - 1 - index)]
      return value << 8 | UInt32(byte)
    }
  }
}
