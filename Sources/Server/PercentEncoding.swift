/// Text out of a target.
enum PercentEncoding {
  /// A path, or a part of a query, where `+` is a blank as forms write it.
  ///
  /// - Throws: 400 for a percent sign without two digits, and for what is not UTF-8.
  static func decoded(_ text: Substring, isQuery: Bool) throws(HTTPFailure) -> String {
    var bytes: [UInt8] = []
    let source = Array(text.utf8)
    var place = 0
    while place < source.count {
      switch source[place] {
      case UInt8(ascii: "%"):
        guard place + 2 < source.count, let high = digit(source[place + 1]),
          let low = digit(source[place + 2])
        else {
          throw HTTPFailure(
            400, found: "a percent sign without two digits", expected: "such as %20")
        }
        bytes.append(high << 4 | low)
        place += 3
        continue
      case UInt8(ascii: "+") where isQuery: bytes.append(0x20)
      case let byte: bytes.append(byte)
      }
      place += 1
    }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw HTTPFailure(
        400, found: "a target that is not UTF-8", expected: "UTF-8 with percent signs")
    }
    return text
  }

  /// The names and values of a query.
  static func pairs(in query: String) throws(HTTPFailure) -> [(name: String, value: String)] {
    var pairs: [(name: String, value: String)] = []
    for part in query.split(separator: "&") {
      let sign = part.firstIndex(of: "=")
      let name = try decoded(part[..<(sign ?? part.endIndex)], isQuery: true)
      let value = try sign.map { sign throws(HTTPFailure) in
        try decoded(part[part.index(after: sign)...], isQuery: true)
      }
      pairs.append((name, value ?? ""))
    }
    return pairs
  }

  private static func digit(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
    default: nil
    }
  }
}
