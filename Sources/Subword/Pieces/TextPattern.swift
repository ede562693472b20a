import CICUShims
import WordtoolCore

/// What is looked for in a text: a string as it stands, or a regular expression.
enum TextPattern: Sendable {
  case literal([Unicode.Scalar])
  case regex(RegexPattern)

  /// Reads `{"String": …}` or `{"Regex": …}`.
  init(_ json: JSONText?, of name: String) throws {
    if let text = json?["String"]?.text, !text.isEmpty {
      self = .literal(Array(text.unicodeScalars))
    } else if let text = json?["Regex"]?.text, !text.isEmpty {
      self = .regex(try RegexPattern(text))
    } else {
      throw PieceTokenizer.refusal("\(name) without a pattern", "a String or a Regex")
    }
  }

  /// Where it is found, from left to right without overlaps.
  ///
  /// - Throws: `WordtoolError` of kind `unavailable` for an expression that takes too long.
  func matches(in text: [Unicode.Scalar]) throws -> [Range<Int>] {
    switch self {
    case .regex(let regex): return try regex.matches(in: text)
    case .literal(let word):
      var found: [Range<Int>] = []
      var at = 0
      while at + word.count <= text.count {
        if text[at] == word[0], text[at..<at + word.count].elementsEqual(word) {
          found.append(at..<at + word.count)
          at += word.count
        } else {
          at += 1
        }
      }
      return found
    }
  }
}

/// A regular expression in the notation of Oniguruma, as far as it means the same to ICU.
final class RegexPattern: Sendable {
  private let pattern: String
  private let handle: Locked<Handle>

  /// Sendable: reached with the lock held only.
  @safe private final class Handle: @unchecked Sendable {
    let regex: OpaquePointer
    init(_ regex: OpaquePointer) { unsafe self.regex = regex }
    deinit { unsafe wt_icu_close_regex(regex) }
  }

  /// - Throws: `WordtoolError` of kind `badData` for what ICU does not know or takes otherwise.
  init(_ pattern: String) throws {
    self.pattern = pattern
    let translated = try Self.translated(pattern)
    var opened: OpaquePointer?
    let code = unsafe wt_icu_open_regex(translated, &opened)
    guard code == 0, let opened = unsafe opened else {
      throw Self.refusal(pattern, unsafe String(cString: wt_icu_error_name(code)))
    }
    handle = Locked(unsafe Handle(opened))
  }

  private static func refusal(_ pattern: String, _ reason: String) -> WordtoolError {
    PieceTokenizer.refusal(
      "the pattern '\(pattern)' (\(reason))", "a regular expression that is the same in ICU")
  }

  /// Names of classes of POSIX, which have other members there than in ICU.
  private static let unequal: Set<String> = [
    "alpha", "punct", "word", "graph", "print", "space", "blank", "cntrl", "digit", "xdigit",
    "alnum", "upper", "lower", "ascii", "any", "assigned", "newline",
  ]

  /// What Oniguruma takes for characters of words: among the numbers, the six small ones of Latin-1.
  private static let word =
    "[\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}\\u00B2\\u00B3\\u00B9\\u00BC-\\u00BE]"

  /// The pattern with white space and words spelled as properties: ICU's `\s` lacks two characters.
  static func translated(_ pattern: String) throws -> String {
    for unequal in ["--", "&&"] where pattern.contains(unequal) {
      throw refusal(pattern, "'\(unequal)'")
    }
    var result = ""
    var rest = Substring(pattern).unicodeScalars
    while let scalar = rest.popFirst() {
      if scalar == "(",
        rest.starts(with: "?m".unicodeScalars)
          || rest.starts(with: "?~".unicodeScalars) || rest.starts(with: "?(".unicodeScalars)
      {
        throw refusal(pattern, "a group '(\(String(rest.prefix(2)))'")
      }
      // There a count that is repeated, here one that gives nothing back.
      if scalar == "}", rest.first == "+" { throw refusal(pattern, "'}+'") }
      if scalar == "[", rest.first == ":" { throw refusal(pattern, "a class of POSIX") }
      guard scalar == "\\" else {
        result.unicodeScalars.append(scalar)
        continue
      }
      guard let letter = rest.popFirst() else { throw refusal(pattern, "a '\\' at the end") }
      switch letter {
      case "s": result += "\\p{White_Space}"
      case "S": result += "\\P{White_Space}"
      case "w": result += Self.word
      case "p", "P":
        guard rest.first == "{", let end = rest.firstIndex(of: "}") else {
          throw refusal(pattern, "'\\\(letter)' without a name in braces")
        }
        let name = String(rest[rest.index(after: rest.startIndex)..<end])
        guard !unequal.contains(name.lowercased()), !name.hasPrefix("^") else {
          throw refusal(pattern, "the property '\(name)'")
        }
        result += "\\\(letter){\(name)}"
        rest = rest[rest.index(after: end)...]
      case "d", "D", "r", "n", "t", "f": result += "\\\(letter)"
      default:
        if letter.isASCII, letter.properties.isAlphabetic || letter.properties.numericType != nil {
          throw refusal(pattern, "'\\\(letter)'")
        }
        result += "\\\(letter)"
      }
    }
    return result
  }

  func matches(in text: [Unicode.Scalar]) throws -> [Range<Int>] {
    let units = UTF16Text.units(of: text)
    // Scalars by code unit: those beyond the first plane take two.
    var places = [Int](repeating: 0, count: units.count + 1)
    var unit = 0
    for (place, scalar) in text.enumerated() {
      for _ in 0..<(scalar.value > 0xFFFF ? 2 : 1) {
        places[unit] = place
        unit += 1
      }
    }
    places[units.count] = text.count
    var found: [Range<Int>] = []
    var status: Int32 = 0
    handle.withLock { handle in
      unsafe units.withUnsafeBufferPointer { units in
        status = unsafe wt_icu_regex_set(handle.regex, units.baseAddress, Int32(units.count))
        while status == 0 {
          var start: Int32 = -1
          var end: Int32 = -1
          status = unsafe wt_icu_regex_next(handle.regex, &start, &end)
          guard status == 0, start >= 0, Int(end) < places.count else { return }
          found.append(places[Int(start)]..<places[Int(end)])
        }
      }
    }
    guard status == 0 else {
      throw WordtoolError(
        .unavailable,
        found: "the pattern '\(pattern)' on a text of \(text.count) characters fails with "
          + (unsafe String(cString: wt_icu_error_name(status))),
        expected: "an expression that is quick", remedy: "cut the text into shorter ones")
    }
    return found
  }
}
