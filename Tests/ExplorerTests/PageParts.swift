import Testing
import WordtoolCore

/// What a page holds, taken apart as a browser would.
struct PageParts {
  let html: String
  /// The JSON of the facts.
  let facts: JSONText

  init(_ page: [UInt8]) throws {
    html = try #require(String(validating: page, as: UTF8.self))
    let start = try #require(html.firstRange(of: "id=\"facts\">")).upperBound
    let end = try #require(html[start...].firstRange(of: "</script>")).lowerBound
    facts = try JSONText.parse(Array(html[start..<end].utf8))
  }

  /// The texts of a list among the facts.
  func texts(_ key: String) -> [String] {
    guard case .array(let list)? = facts[key] else { return [] }
    return list.compactMap(\.text)
  }

  /// The bytes of a block, or nil.
  func block(_ name: String) -> [UInt8]? {
    guard let start = html.firstRange(of: "id=\"data-\(name)\">")?.upperBound,
      let end = html[start...].firstRange(of: "</script>")?.lowerBound
    else { return nil }
    return Self.bytes(of: html[start..<end].utf8)
  }

  /// 16-bit numbers of a block as shares of the largest.
  func places(_ name: String) -> [Double] {
    let bytes = block(name) ?? []
    return stride(from: 0, to: bytes.count, by: 2).map {
      Double(Int16(bitPattern: UInt16(bytes[$0]) | UInt16(bytes[$0 + 1]) << 8)) / 32767
    }
  }

  /// The content of an element without attributes.
  func element(_ name: String, last: Bool = false) throws -> String {
    let opening = "<\(name)>"
    let ranges = html.ranges(of: opening)
    let start = try #require(last ? ranges.last : ranges.first).upperBound
    let end = try #require(html[start...].firstRange(of: "</\(name)>")).lowerBound
    return String(html[start..<end])
  }

  /// What base64 stands for, six bits at a time.
  static func bytes(of text: some Sequence<UInt8>) -> [UInt8] {
    let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    var values = [UInt8](repeating: 0, count: 256)
    for (value, letter) in alphabet.enumerated() { values[Int(letter)] = UInt8(value) }
    var bytes: [UInt8] = []
    var (bits, count): (UInt32, UInt32) = (0, 0)
    for letter in text where letter != UInt8(ascii: "=") {
      bits = bits << 6 | UInt32(values[Int(letter)])
      count += 6
      guard count >= 8 else { continue }
      count -= 8
      bytes.append(UInt8(truncatingIfNeeded: bits >> count))
    }
    return bytes
  }
}
