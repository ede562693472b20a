/// JSON as it stands in a file: members keep their order, and equal keys stay apart or are refused.
///
/// General readers make dictionaries of strings. They keep one of two equal keys without a word, and
/// take canonically equivalent keys for one: the first is an error in the header of a tensor file,
/// the second loses tokens of a vocabulary. This one compares bytes.
package enum JSONText: Sendable {
  case object([(key: String, value: JSONText)])
  case array([JSONText])
  case string(String)
  case integer(Int)
  case number(Double)
  case bool(Bool)
  case null

  /// What is wrong, and at which byte.
  package struct Failure: Error {
    package var offset: Int
    package var found: String
  }

  /// Reads one value that fills the text but for white space around it.
  package static func parse(
    _ text: [UInt8], refusingRepeatedKeys: Bool = false
  ) throws(Failure) -> JSONText {
    var parser = Parser(text: text, refusesRepeatedKeys: refusingRepeatedKeys)
    let value = try parser.value(depth: 0)
    parser.skipSpace()
    guard parser.offset == text.count else { throw parser.failure("text after the end") }
    return value
  }

  /// The first member of an object with that key, or nil.
  package subscript(key: String) -> JSONText? {
    guard case .object(let members) = self else { return nil }
    return members.first { $0.key.utf8.elementsEqual(key.utf8) }?.value
  }

  /// The string, or nil.
  package var text: String? { if case .string(let text) = self { text } else { nil } }
  /// The truth value, or nil.
  package var boolean: Bool? { if case .bool(let value) = self { value } else { nil } }
  /// Whether it is `null`.
  package var isNull: Bool { if case .null = self { true } else { false } }

  /// The text of a string, with its quotation marks.
  package static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += "\\t"
      case "\0"..<" ":
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}

extension JSONText {
  private struct Parser {
    let text: [UInt8]
    let refusesRepeatedKeys: Bool
    var offset = 0
    /// Bounds the recursion.
    static let maximumDepth = 64

    func failure(_ found: String) -> Failure { Failure(offset: offset, found: found) }

    var next: UInt8? { offset < text.count ? text[offset] : nil }

    mutating func skipSpace() {
      while let byte = next, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 {
        offset += 1
      }
    }

    mutating func expect(_ word: String) throws(Failure) {
      for byte in word.utf8 {
        guard next == byte else {
          throw failure(next == nil ? "the text ends" : "no '\(word)'")
        }
        offset += 1
      }
    }

    mutating func value(depth: Int) throws(Failure) -> JSONText {
      guard depth < Self.maximumDepth else { throw failure("nesting too deep") }
      skipSpace()
      guard let byte = next else { throw failure("the text ends") }
      switch byte {
      case UInt8(ascii: "{"): return try object(depth: depth)
      case UInt8(ascii: "["): return try array(depth: depth)
      case UInt8(ascii: "\""): return .string(try string())
      case UInt8(ascii: "t"):
        try expect("true")
        return .bool(true)
      case UInt8(ascii: "f"):
        try expect("false")
        return .bool(false)
      case UInt8(ascii: "n"):
        try expect("null")
        return .null
      default: return try number()
      }
    }

    mutating func object(depth: Int) throws(Failure) -> JSONText {
      try expect("{")
      var members: [(key: String, value: JSONText)] = []
      var seen: Set<[UInt8]> = []
      skipSpace()
      if next == UInt8(ascii: "}") {
        offset += 1
        return .object([])
      }
      while true {
        skipSpace()
        let start = offset
        let key = try string()
        if refusesRepeatedKeys, !seen.insert(Array(key.utf8)).inserted {
          throw Failure(offset: start, found: "the key \(JSONText.quoted(key)) twice")
        }
        skipSpace()
        try expect(":")
        members.append((key, try value(depth: depth + 1)))
        skipSpace()
        if next == UInt8(ascii: ",") {
          offset += 1
          continue
        }
        try expect("}")
        return .object(members)
      }
    }

    mutating func array(depth: Int) throws(Failure) -> JSONText {
      try expect("[")
      var elements: [JSONText] = []
      skipSpace()
      if next == UInt8(ascii: "]") {
        offset += 1
        return .array([])
      }
      while true {
        elements.append(try value(depth: depth + 1))
        skipSpace()
        if next == UInt8(ascii: ",") {
          offset += 1
          continue
        }
        try expect("]")
        return .array(elements)
      }
    }

    mutating func number() throws(Failure) -> JSONText {
      let start = offset
      while let byte = next,
        byte >= 0x30 && byte <= 0x39 || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "+")
          || byte == UInt8(ascii: ".") || byte | 0x20 == UInt8(ascii: "e")
      {
        offset += 1
      }
      let digits = String(decoding: text[start..<offset], as: UTF8.self)
      if let value = Int(digits) { return .integer(value) }
      if let value = Double(digits), value.isFinite { return .number(value) }
      throw Failure(offset: start, found: "neither a value nor a number")
    }

    mutating func string() throws(Failure) -> String {
      try expect("\"")
      let start = offset
      var bytes: [UInt8] = []
      while true {
        guard let byte = next else { throw failure("the text ends inside a string") }
        offset += 1
        switch byte {
        case UInt8(ascii: "\""):
          guard let text = String(validating: bytes, as: UTF8.self) else {
            throw Failure(offset: start, found: "a string that is not UTF-8")
          }
          return text
        case UInt8(ascii: "\\"): try escape(into: &bytes)
        case 0..<0x20: throw failure("a control character inside a string")
        default: bytes.append(byte)
        }
      }
    }

    mutating func escape(into bytes: inout [UInt8]) throws(Failure) {
      guard let byte = next else { throw failure("the text ends inside a string") }
      offset += 1
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): bytes.append(byte)
      case UInt8(ascii: "n"): bytes.append(0x0A)
      case UInt8(ascii: "r"): bytes.append(0x0D)
      case UInt8(ascii: "t"): bytes.append(0x09)
      case UInt8(ascii: "b"): bytes.append(0x08)
      case UInt8(ascii: "f"): bytes.append(0x0C)
      case UInt8(ascii: "u"):
        var value = try fourDigits()
        if 0xD800..<0xDC00 ~= value {
          try expect("\\u")
          let low = try fourDigits()
          guard 0xDC00..<0xE000 ~= low else { throw failure("half a surrogate pair") }
          value = 0x10000 + (value - 0xD800) << 10 + (low - 0xDC00)
        }
        guard let scalar = Unicode.Scalar(value) else { throw failure("half a surrogate pair") }
        bytes.append(contentsOf: Array(String(scalar).utf8))
      default: throw failure("an unknown escape in a string")
      }
    }

    mutating func fourDigits() throws(Failure) -> UInt32 {
      guard offset + 4 <= text.count,
        text[offset..<offset + 4].allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }),
        let value = UInt32(String(decoding: text[offset..<offset + 4], as: UTF8.self), radix: 16)
      else { throw failure("an escape without four digits") }
      offset += 4
      return value
    }
  }
}
