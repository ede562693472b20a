import WordtoolCore

/// Turns lines of token numbers back into text. Belongs to one thread.
@safe final class LineDecoder {
  /// What has been written.
  let output = GrowingBytes()
  private let tokens: TokenBytes

  init(_ tokens: TokenBytes) { self.tokens = tokens }

  /// Writes the text of a line of numbers, and a line feed.
  ///
  /// - Throws: ``WordtoolError`` of kind `badData` with the line, for what is no number of a token.
  func write(_ line: UnsafeBufferPointer<UInt8>, path: String, number: Int) throws {
    var at = 0
    while at < line.count {
      if unsafe Self.isBetween(line[at]) {
        at += 1
        continue
      }
      let start = at
      var (value, isPlain) = (0, true)
      while at < line.count, case let byte = unsafe line[at], !Self.isBetween(byte) {
        let digit = byte &- UInt8(ascii: "0")
        isPlain = isPlain && digit < 10 && value < 1 << 32
        if isPlain { value = 10 * value + Int(digit) }
        at += 1
      }
      if !isPlain || value > Int(Int32.max) {
        // Signs, and what is no number.
        let word = unsafe String(decoding: line[start..<at], as: UTF8.self)
        guard let number32 = Int32(word) else {
          throw WordtoolError(
            .badData, path: path, at: .line(number), found: "'\(word)'",
            expected: "the number of a token")
        }
        value = Int(number32)
      }
      guard tokens.append(value, to: output) else {
        throw WordtoolError(
          .badData, path: path, at: .line(number), found: "the token number \(value)",
          expected: "0 to \(tokens.count - 1)")
      }
    }
    output.append([UInt8(ascii: "\n")])
  }

  /// Whether a byte stands between numbers.
  @inline(__always)
  private static func isBetween(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: " "), UInt8(ascii: ","), UInt8(ascii: "["), UInt8(ascii: "]"),
      UInt8(ascii: "\t"), UInt8(ascii: "\r"):
      true
    default: false
    }
  }
}

/// The bytes of every token, one behind another.
struct TokenBytes: Sendable {
  private let bytes: [UInt8]
  /// Token i is `bytes[starts[i] ..< starts[i + 1]]`.
  private let starts: [Int]
  private let isUsed: [Bool]

  /// - Parameters:
  ///   - tokens: by number; nil where a number is not used.
  ///   - skipped: tokens that become nothing.
  init(_ tokens: [[UInt8]?], skipped: Set<Int32>) {
    var bytes: [UInt8] = []
    var starts = [0]
    starts.reserveCapacity(tokens.count + 1)
    for (id, token) in tokens.enumerated() {
      if let token, !skipped.contains(Int32(id)) { bytes += token }
      starts.append(bytes.count)
    }
    (self.bytes, self.starts, isUsed) = (bytes, starts, tokens.map { $0 != nil })
  }

  /// How many numbers there are.
  var count: Int { isUsed.count }

  /// Appends the bytes of a token; false for a number that is not used.
  func append(_ id: Int, to output: GrowingBytes) -> Bool {
    guard isUsed.indices.contains(id), isUsed[id] else { return false }
    let range = starts[id]..<starts[id + 1]
    unsafe bytes.withUnsafeBytes {
      unsafe output.append(UnsafeRawBufferPointer(rebasing: $0[range]))
    }
    return true
  }
}
