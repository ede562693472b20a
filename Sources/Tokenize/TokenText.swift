import WordtoolCore

/// How tokens are written as text.
package enum TokenLayout: Sendable {
  /// A token a line.
  case lines
  /// A line for each line of the text, with blanks between its tokens.
  case spaces
  /// A JSON object a line, its keys in order: `end`, `kind` unless it is left out, `line` (from 1),
  /// `start`, `status`, `text`. Places are as in ``Token/byteRange``.
  case json(withKinds: Bool)
}

/// The text that the tokens of a piece become. Belongs to one thread.
@safe final class TokenText: @unchecked Sendable {
  // Sendable: made for the one thread that uses it.

  private let layout: TokenLayout
  private let kindFields: [[UInt8]]
  private var room = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 16)
  private var count = 0
  /// The line and the byte of the text that the piece begins with.
  private var line = 1
  private var offset = 0
  /// Whether the piece's text begins with a token, so that a blank parts it from what is before.
  private(set) var beginsWithToken = false
  /// Whether there was a line end, and whether there were tokens behind the last one.
  private(set) var hasLineEnd = false
  private(set) var isInsideLine = false

  init(_ layout: TokenLayout) {
    self.layout = layout
    kindFields =
      if case .json(withKinds: true) = layout {
        TokenKind.allCases.map { Array(",\"kind\":\"\($0.rawValue)\",\"line\":".utf8) }
      } else {
        TokenKind.allCases.map { _ in Array(",\"line\":".utf8) }
      }
  }

  deinit { unsafe room.deallocate() }

  /// The text so far. Valid until more is appended.
  var bytes: UnsafeRawBufferPointer {
    unsafe UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(room)[..<count])
  }

  /// Starts the text of another piece, which begins at a place of the whole text.
  func begin(line: Int, offset: Int) {
    (self.line, self.offset, count) = (line, offset, 0)
    (beginsWithToken, hasLineEnd, isInsideLine) = (false, false, false)
  }

  /// Appends a token. A sentence or a paragraph may be as long as the text.
  ///
  /// - Throws: `WordtoolError` of kind `unavailable` without memory for it.
  func append(_ token: UnsafeBufferPointer<UInt8>, at range: Range<Int>, status: Int32) throws {
    let need =
      switch layout {
      case .lines, .spaces: token.count + 1
      // Six bytes for a byte, names, and four numbers of at most 20 digits.
      case .json: 6 * token.count + 192
      }
    try MemoryRoom.require(byteCount: need, for: "a token of \(token.count, "byte")")
    reserve(need)
    switch layout {
    case .lines:
      unsafe put(UnsafeRawBufferPointer(token))
      put(0x0A)
    case .spaces:
      if isInsideLine { put(0x20) } else if !hasLineEnd { beginsWithToken = true }
      isInsideLine = true
      unsafe put(UnsafeRawBufferPointer(token))
    case .json:
      put("{\"end\":")
      put(decimal: offset + range.upperBound)
      unsafe kindFields[Self.place(of: status)].withUnsafeBytes { unsafe put($0) }
      put(decimal: line)
      put(",\"start\":")
      put(decimal: offset + range.lowerBound)
      put(",\"status\":")
      put(decimal: Int(status))
      put(",\"text\":\"")
      unsafe putEscaped(token)
      put("\"}\n")
    }
  }

  /// The line has ended.
  func endLine() {
    line += 1
    guard case .spaces = layout else { return }
    reserve(1)
    put(0x0A)
    (hasLineEnd, isInsideLine) = (true, false)
  }

  /// The place of a status' kind among all kinds; statuses are 0 to 499.
  @inline(__always)
  private static func place(of status: Int32) -> Int {
    let hundred = Int(status) / 100
    return hundred < TokenKind.allCases.count ? hundred : 0
  }

  @inline(__always)
  private func reserve(_ more: Int) {
    if unsafe room.count - count < more { grow(more) }
  }

  private func grow(_ more: Int) {
    let larger = unsafe UnsafeMutableRawBufferPointer.allocate(
      byteCount: max(2 * room.count, count + more), alignment: 16)
    unsafe larger.copyMemory(from: bytes)
    unsafe room.deallocate()
    unsafe room = larger
  }

  // SAFETY: what is put was reserved.

  @inline(__always)
  private func put(_ byte: UInt8) {
    unsafe room[count] = byte
    count += 1
  }

  @inline(__always)
  private func put(_ bytes: UnsafeRawBufferPointer) {
    unsafe UnsafeMutableRawBufferPointer(rebasing: room[count...]).copyMemory(from: bytes)
    count += bytes.count
  }

  @inline(__always)
  private func put(_ text: StaticString) {
    unsafe put(UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
  }

  @inline(__always)
  private func put(decimal number: Int) {
    var rest = UInt(number)
    var digits = 1
    var bound: UInt = 10
    while digits < 19 && rest >= bound {
      digits += 1
      bound &*= 10
    }
    var at = count + digits
    count = at
    repeat {
      at -= 1
      let next = rest / 10
      unsafe room[at] = UInt8(truncatingIfNeeded: 0x30 + rest - 10 * next)
      rest = next
    } while rest > 0
  }

  /// The token inside of a JSON string, escaped as `JSONEncoder` does.
  @inline(__always)
  private func putEscaped(_ token: UnsafeBufferPointer<UInt8>) {
    for index in token.indices {
      let byte = unsafe token[index]
      if byte >= 0x20 && byte != 0x22 && byte != 0x5C { put(byte) } else { putEscape(of: byte) }
    }
  }

  private func putEscape(of byte: UInt8) {
    put(0x5C)
    switch byte {
    case 0x22, 0x5C: put(byte)
    case 0x08: put(UInt8(ascii: "b"))
    case 0x09: put(UInt8(ascii: "t"))
    case 0x0A: put(UInt8(ascii: "n"))
    case 0x0C: put(UInt8(ascii: "f"))
    case 0x0D: put(UInt8(ascii: "r"))
    default:
      put("u00")
      for digit in [byte >> 4, byte & 15] { put(digit < 10 ? 0x30 + digit : 0x57 + digit) }
    }
  }
}
