import WordtoolCore

/// What stands between white space on the lines of an ARPA file.
struct ARPAFields: Sendable {
  /// The file, in messages.
  let path: String
  private let numbers = FloatParser()
  /// The longest number that is taken for one.
  private static let longestNumber = 40

  init(path: String) { self.path = path }

  // MARK: Cutting

  /// Whether KenLM cuts a line at a byte.
  @inline(__always)
  static func isSpace(_ byte: UInt8) -> Bool {
    byte <= 0x20 && (byte == 0x20 || (byte >= 9 && byte <= 13) || byte == 0)
  }

  /// The next field of a line from `at` on, which moves behind it; nil when there is none.
  @inline(__always)
  static func next(_ line: UnsafeBufferPointer<UInt8>, _ at: inout Int) -> Range<Int>? {
    while unsafe at < line.count && isSpace(line[at]) { at += 1 }
    let start = at
    while unsafe at < line.count && !isSpace(line[at]) { at += 1 }
    return start < at ? start..<at : nil
  }

  /// Reads a field as a number in decimal digits and moves `at`, where it begins, behind it.
  ///
  /// - Returns: the nearest float, never NaN; nil when the field is no number.
  @inline(__always)
  func number(_ line: UnsafeBufferPointer<UInt8>, _ at: inout Int) -> Float? {
    let start = at
    // SAFETY: the parser looks at nothing from the line's end on.
    if let base = line.baseAddress, unsafe Self.beginsWithDigit(line, start),
      let value = unsafe numbers.parse(base, &at, limit: line.count)
    {
      return at - start <= Self.longestNumber ? value : nil
    }
    at = start
    return unsafe Self.other(line, &at)
  }

  @inline(__always)
  private static func beginsWithDigit(_ line: UnsafeBufferPointer<UInt8>, _ start: Int) -> Bool {
    let sign = unsafe line[start] == UInt8(ascii: "-") ? 1 : 0
    return unsafe start + sign < line.count && line[start + sign] &- UInt8(ascii: "0") <= 9
  }

  /// Infinity, and every other spelling that the standard library knows.
  @inline(never)
  private static func other(_ line: UnsafeBufferPointer<UInt8>, _ at: inout Int) -> Float? {
    guard let field = unsafe next(line, &at), field.count <= longestNumber,
      let value = unsafe Float(String(decoding: line[field], as: UTF8.self)), !value.isNaN
    else { return nil }
    return value
  }

  // MARK: Lines

  /// The probability a line begins with; nil of a blank one.
  ///
  /// - Parameters:
  ///   - number: of the line, for messages; so below.
  ///   - expected: what should stand there.
  @inline(__always)
  func probability(
    _ line: UnsafeBufferPointer<UInt8>, _ at: inout Int, number: Int,
    expected: @autoclosure () -> String
  ) throws -> Float? {
    while unsafe at < line.count && Self.isSpace(line[at]) { at += 1 }
    if at == line.count { return nil }
    guard let value = unsafe self.number(line, &at) else {
      throw failure(
        number, unsafe "the line \(Self.quoted(line, line.indices))", expected: expected())
    }
    guard value <= 0 else {
      throw failure(number, "the log10 probability \(value)", expected: "at most 0")
    }
    return max(-100, value)
  }

  /// The back-off weight a line ends with; 0 when it has none.
  @inline(__always)
  func backoff(
    _ line: UnsafeBufferPointer<UInt8>, _ at: inout Int, number: Int
  ) throws -> Float {
    while unsafe at < line.count && Self.isSpace(line[at]) { at += 1 }
    if at == line.count { return 0 }
    var start = at
    guard let value = unsafe self.number(line, &at), value.isFinite || value < 0 else {
      let field = unsafe Self.next(line, &start) ?? start..<start
      throw failure(
        number, unsafe "\(Self.quoted(line, field)) after the words", expected: "a back-off weight")
    }
    guard unsafe Self.next(line, &at) == nil else {
      throw failure(number, "more than a back-off weight after the words")
    }
    // Some programs write a weight of -inf or -99 for a context without mass to give.
    return max(-99, value)
  }

  // MARK: Messages

  /// The error for a line.
  func failure(
    _ line: Int, _ found: String, expected: String? = nil, remedy: String? = nil
  ) -> WordtoolError {
    WordtoolError(
      .badData, path: path, at: .line(max(1, line)), found: found, expected: expected,
      remedy: remedy)
  }

  /// The error for a line where the n-grams of one length should have ended.
  ///
  /// - Parameter count: how many there should be.
  func missingTitle(_ line: Int, after length: Int, count: Int, isLast: Bool) -> WordtoolError {
    isLast
      ? failure(line, "no \\end\\", expected: "it after the n-grams; the file may be cut off")
      : failure(
        line, "no \\\(length + 1)-grams:", expected: "it after \(count) \(length)-grams")
  }

  /// Text of a file in a message: short, and nothing a terminal would obey.
  static func quoted(_ text: String) -> String {
    let start = text.unicodeScalars.prefix(40).map {
      $0.value < 0x20 || (0x7F..<0xA0).contains($0.value) || $0 == "\u{FFFD}" ? "?" : String($0)
    }
    return "'\(start.joined())\(text.unicodeScalars.count > 40 ? "..." : "")'"
  }

  /// A part of a line in a message.
  static func quoted(_ line: UnsafeBufferPointer<UInt8>, _ range: Range<Int>) -> String {
    quoted(unsafe String(decoding: line[range], as: UTF8.self))
  }
}
