/// The JSON of a tensor file's header, and no more than that: objects, arrays, strings, integers.
///
/// A general JSON reader keeps one of two equal keys without a word; here a repeated key is an
/// error, as the format demands, so the header has a reader of its own.
package enum HeaderJSON: Equatable, Sendable {
  /// An object, in the order of the text.
  case object([(key: String, value: HeaderJSON)])
  /// An array.
  case array([HeaderJSON])
  /// A string.
  case string(String)
  /// An integer that fits 64 bits.
  case integer(Int)

  /// What is wrong with the text, and at which byte.
  package struct Failure: Error {
    package var offset: Int
    package var found: String
  }

  package static func == (left: HeaderJSON, right: HeaderJSON) -> Bool {
    switch (left, right) {
    case (.object(let a), .object(let b)):
      a.count == b.count && zip(a, b).allSatisfy { $0.key == $1.key && $0.value == $1.value }
    case (.array(let a), .array(let b)): a == b
    case (.string(let a), .string(let b)): a == b
    case (.integer(let a), .integer(let b)): a == b
    default: false
    }
  }

  /// Reads one value that fills the whole text but for white space around it.
  package static func parse(_ text: [UInt8]) throws(Failure) -> HeaderJSON {
    var parser = Parser(text: text)
    let value = try parser.value(depth: 0)
    parser.skipSpace()
    guard parser.offset == text.count else { throw parser.failure("text after the end") }
    return value
  }

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

extension HeaderJSON {
  private struct Parser {
    let text: [UInt8]
    var offset = 0
    /// Deeper nesting than any header has; it bounds the recursion.
    static let maximumDepth = 8

    func failure(_ found: String) -> Failure { Failure(offset: offset, found: found) }

    var next: UInt8? { offset < text.count ? text[offset] : nil }

    mutating func skipSpace() {
      while let byte = next, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 {
        offset += 1
      }
    }

    mutating func expect(_ character: Unicode.Scalar) throws(Failure) {
      guard next == UInt8(ascii: character) else {
        throw failure(next == nil ? "the text ends" : "no '\(character)'")
      }
      offset += 1
    }

    mutating func value(depth: Int) throws(Failure) -> HeaderJSON {
      guard depth < Self.maximumDepth else { throw failure("nesting too deep") }
      skipSpace()
      guard let byte = next else { throw failure("the text ends") }
      switch byte {
      case UInt8(ascii: "{"): return try object(depth: depth)
      case UInt8(ascii: "["): return try array(depth: depth)
      case UInt8(ascii: "\""): return .string(try string())
      case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return .integer(try integer())
      default: throw failure("neither an object, an array, a string nor an integer")
      }
    }

    mutating func object(depth: Int) throws(Failure) -> HeaderJSON {
      try expect("{")
      var members: [(key: String, value: HeaderJSON)] = []
      // Keys are compared by their bytes: canonically equivalent spellings are different keys.
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
        guard seen.insert(Array(key.utf8)).inserted else {
          throw Failure(offset: start, found: "the key \(HeaderJSON.quoted(key)) twice")
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

    mutating func array(depth: Int) throws(Failure) -> HeaderJSON {
      try expect("[")
      var elements: [HeaderJSON] = []
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

    mutating func integer() throws(Failure) -> Int {
      let start = offset
      if next == UInt8(ascii: "-") { offset += 1 }
      while let byte = next, byte >= 0x30, byte <= 0x39 { offset += 1 }
      let digits = String(decoding: text[start..<offset], as: UTF8.self)
      if let byte = next, byte == UInt8(ascii: ".") || byte | 0x20 == UInt8(ascii: "e") {
        throw failure("a number that is no integer")
      }
      guard let value = Int(digits) else {
        throw Failure(offset: start, found: "a number that does not fit 64 bits")
      }
      return value
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
          try expect("\\")
          try expect("u")
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
