import WordtoolCore

/// Walks over messages of protocol buffers: fields of a number and a value, whose meaning the reader knows.
///
/// - SeeAlso: https://protobuf.dev/programming-guides/encoding
struct ProtobufMessage {
  /// Where the bytes are from, for errors.
  var path: String

  /// A field's value: a number, or where its bytes are.
  enum Value {
    case number(UInt64)
    case bytes(Range<Int>)
  }

  /// Texts are cut to so many bytes.
  private static let longestText = 200

  /// Calls `body` for each field.
  ///
  /// - Parameters:
  ///   - bytes: those of the file.
  ///   - range: where the message is in them.
  ///   - body: takes the field's number and value; 32- and 64-bit fields are passed over.
  /// - Throws: ``WordtoolError`` of kind `badData` for a field that does not end in the range; what `body`
  ///   throws.
  func forEachField(
    of bytes: Span<UInt8>, in range: Range<Int>,
    _ body: (_ number: Int, _ value: Value) throws -> Void
  ) throws {
    var place = range.lowerBound
    while place < range.upperBound {
      let start = place
      let key = try number(bytes, &place, range.upperBound)
      let field = Int(clamping: key >> 3)
      switch key & 7 {
      case 0: try body(field, .number(try number(bytes, &place, range.upperBound)))
      case 1: place += 8
      case 2:
        let count = try number(bytes, &place, range.upperBound)
        guard count <= UInt64(range.upperBound - place) else { throw damage(start) }
        let end = place + Int(count)
        try body(field, .bytes(place..<end))
        place = end
      case 5: place += 4
      default: throw damage(start)
      }
      guard place <= range.upperBound else { throw damage(start) }
    }
  }

  /// The bytes of the first field of a number; nil without one.
  func first(_ number: Int, of bytes: Span<UInt8>, in range: Range<Int>) throws -> Range<Int>? {
    var found: Range<Int>?
    try forEachField(of: bytes, in: range) { field, value in
      if field == number, found == nil, case .bytes(let place) = value { found = place }
    }
    return found
  }

  /// The start of some bytes as text.
  func text(_ bytes: Span<UInt8>, _ range: Range<Int>) -> String {
    String(decoding: range.prefix(Self.longestText).map { bytes[$0] }, as: UTF8.self)
  }

  /// Seven bits a byte, the lowest first; the eighth says that more follow.
  private func number(_ bytes: Span<UInt8>, _ place: inout Int, _ end: Int) throws -> UInt64 {
    let start = place
    var value: UInt64 = 0
    for shift in stride(from: UInt64(0), to: 64, by: 7) where place < end {
      let byte = bytes[place]
      place += 1
      value |= UInt64(byte & 0x7F) << shift
      if byte < 0x80 { return value }
    }
    throw damage(start)
  }

  private func damage(_ offset: Int) -> WordtoolError {
    WordtoolError(
      .badData, path: path, at: .byte(offset), found: "a field that does not end in the file",
      expected: "an ONNX graph")
  }
}
