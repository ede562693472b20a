import WordtoolCore

/// A sum of words with factors, read from text such as `king - man + 0.5*(woman + girl)`.
///
/// The grammar:
/// ```
/// sum    := ["+" | "-"] term { ("+" | "-") term }
/// term   := factor { "*" factor }        at most one of them is not a number
/// factor := number | word | '"' word '"' | "(" sum ")"
/// ```
/// A stretch without blanks that is itself a known word (`mother-in-law`) is that word; otherwise
/// it is cut at the operators. A number that is not multiplied with anything is a word (`1990`).
struct VectorExpression {
  /// The words in the order of their first mention, each once.
  private(set) var terms: [(factor: Double, word: String)] = []

  /// Reads an expression.
  ///
  /// - Parameter isWord: whether a stretch of text is a known word.
  /// - Throws: `WordtoolError` of kind `usage`.
  init(_ text: String, isWord: (String) -> Bool) throws {
    guard text.utf8.count <= Self.maximumByteCount else {
      throw WordtoolError(
        .usage, found: "an expression of \(text.utf8.count, "byte")",
        expected: "at most \(Self.maximumByteCount)")
    }
    var parser = Parser(text: text, tokens: try Self.tokens(of: text, isWord: isWord))
    let sum = try parser.sum(depth: 0)
    guard parser.position == parser.tokens.count else { throw parser.failure() }
    var positions: [String: Int] = [:]
    for (factor, word) in sum {
      if let position = positions[word] {
        terms[position].factor += factor
      } else {
        positions[word] = terms.count
        terms.append((factor, word))
      }
    }
  }

  /// Longer than anything a person types; it bounds the search for known words.
  private static let maximumByteCount = 4096

  private enum Token: Equatable {
    case word(String)
    case symbol(Character)
  }

  private static let symbols: Set<Character> = ["+", "-", "*", "(", ")"]

  private static func tokens(of text: String, isWord: (String) -> Bool) throws -> [Token] {
    var tokens: [Token] = []
    var rest = text[...]
    while let first = rest.first {
      if first.isWhitespace {
        rest.removeFirst()
      } else if first == "\"" {
        rest.removeFirst()
        guard let end = rest.firstIndex(of: "\"") else {
          throw WordtoolError(
            .usage, found: "a quotation mark without its partner in the expression '\(text)'")
        }
        tokens.append(.word(String(rest[..<end])))
        rest = rest[rest.index(after: end)...]
      } else {
        let end = rest.firstIndex { $0.isWhitespace || $0 == "\"" } ?? rest.endIndex
        tokens += pieces(of: rest[..<end], isWord: isWord)
        rest = rest[end...]
      }
    }
    return tokens
  }

  /// Cuts a stretch without blanks; at each place the longest known word wins.
  private static func pieces(of stretch: Substring, isWord: (String) -> Bool) -> [Token] {
    var tokens: [Token] = []
    var rest = stretch
    while let first = rest.first {
      if rest.count > 1, isWord(String(rest)) {
        tokens.append(.word(String(rest)))
        break
      }
      if symbols.contains(first) {
        tokens.append(.symbol(first))
        rest.removeFirst()
        continue
      }
      var ends = rest.indices.filter { symbols.contains(rest[$0]) }
      // The exponent of a number is no operator: 1e-3*word.
      ends.removeAll { end in
        rest[..<end].last.map { "eE".contains($0) } == true
          && Double(rest[..<end].dropLast()) != nil
      }
      let shortest = ends.first ?? rest.endIndex
      let end = ends.last { isWord(String(rest[..<$0])) } ?? shortest
      tokens.append(.word(String(rest[..<end])))
      rest = rest[end...]
    }
    return tokens
  }

  private struct Parser {
    let text: String
    let tokens: [Token]
    var position = 0
    /// Bounds the recursion.
    static let maximumDepth = 64

    typealias Terms = [(Double, String)]
    enum Factor {
      case number(Double, String)
      case terms(Terms)
    }

    var next: Token? { position < tokens.count ? tokens[position] : nil }

    func failure() -> WordtoolError {
      let found =
        switch next {
        case .word(let word): "'\(word)'"
        case .symbol(let symbol): "'\(symbol)'"
        case nil: "the end"
        }
      return WordtoolError(
        .usage, found: "\(found) in the expression '\(text)'",
        expected: "words joined by + and -, with factors such as 0.5*word")
    }

    mutating func sum(depth: Int) throws -> Terms {
      guard depth < Self.maximumDepth else { throw failure() }
      var result: Terms = []
      var sign = 1.0
      if next == .symbol("-") || next == .symbol("+") {
        sign = next == .symbol("-") ? -1 : 1
        position += 1
      }
      while true {
        result += try term(depth: depth).map { (sign * $0.0, $0.1) }
        guard next == .symbol("+") || next == .symbol("-") else { return result }
        sign = next == .symbol("-") ? -1 : 1
        position += 1
      }
    }

    mutating func term(depth: Int) throws -> Terms {
      var factors = [try factor(depth: depth)]
      while next == .symbol("*") {
        position += 1
        factors.append(try factor(depth: depth))
      }
      if factors.count == 1, case .number(_, let word) = factors[0] { return [(1, word)] }
      var scale = 1.0
      var terms: Terms?
      for factor in factors {
        switch factor {
        case .number(let value, _): scale *= value
        case .terms(let inner):
          guard terms == nil else {
            throw WordtoolError(
              .usage, found: "a product of two words in the expression '\(text)'",
              expected: "a number times a word")
          }
          terms = inner
        }
      }
      guard let terms else {
        throw WordtoolError(
          .usage, found: "a product without a word in the expression '\(text)'",
          expected: "a number times a word")
      }
      return terms.map { (scale * $0.0, $0.1) }
    }

    mutating func factor(depth: Int) throws -> Factor {
      switch next {
      case .word(let word):
        position += 1
        if let value = Double(word), value.isFinite { return .number(value, word) }
        return .terms([(1, word)])
      case .symbol("("):
        position += 1
        let inner = try sum(depth: depth + 1)
        guard next == .symbol(")") else { throw failure() }
        position += 1
        return .terms(inner)
      case .symbol("-"):
        // A sign after an operator: 2*-king, king + -man.
        guard depth + 1 < Self.maximumDepth, position > 0 else { throw failure() }
        position += 1
        switch try factor(depth: depth + 1) {
        case .number(let value, let word): return .number(-value, "-" + word)
        case .terms(let terms): return .terms(terms.map { (-$0.0, $0.1) })
        }
      default: throw failure()
      }
    }
  }
}
