/// What a segment of text is, as ICU's rule status tells it.
public enum TokenKind: String, Codable, Hashable, Sendable, CaseIterable {
  /// Spaces, punctuation, symbols, emoji.
  case other
  /// A number: `1914`, `3.14`.
  case number
  /// A word of letters, also in scripts whose words a dictionary finds (Thai, Khmer, Lao).
  case letter
  /// Kana.
  case kana
  /// Ideographs, and the Japanese and Chinese words a dictionary finds.
  case ideograph

  /// The kind that a rule status of ICU's word breaker stands for.
  ///
  /// - Parameter ruleStatus: hundreds tell the kind: 0 other, 1 numbers, 2 letters, 3 kana,
  ///   4 ideographs.
  public init(ruleStatus: Int32) {
    switch ruleStatus {
    case 100..<200: self = .number
    case 200..<300: self = .letter
    case 300..<400: self = .kana
    case 400..<500: self = .ideograph
    default: self = .other
    }
  }
}

/// A set of token kinds. It is coded as a list of names in a fixed order.
public struct TokenKinds: OptionSet, Hashable, Sendable {
  /// One bit a kind, in the order of `TokenKind.allCases`.
  public let rawValue: UInt8

  /// The set with these bits.
  public init(rawValue: UInt8) { self.rawValue = rawValue }

  /// The set that holds one kind.
  public init(_ kind: TokenKind) {
    self.init(rawValue: 1 << UInt8(TokenKind.allCases.firstIndex(of: kind) ?? 0))
  }

  /// Spaces, punctuation, symbols, emoji. White space alone never is a token even so.
  public static let others = TokenKinds(.other)
  /// Numbers.
  public static let numbers = TokenKinds(.number)
  /// Words of letters.
  public static let letters = TokenKinds(.letter)
  /// Kana.
  public static let kana = TokenKinds(.kana)
  /// Ideographs.
  public static let ideographs = TokenKinds(.ideograph)
  /// Letters, numbers, kana and ideographs: everything that is not spacing or punctuation.
  public static let words: TokenKinds = [.numbers, .letters, .kana, .ideographs]
  /// Every kind.
  public static let all: TokenKinds = [.words, .others]

  /// Whether the set holds the kind.
  public func contains(_ kind: TokenKind) -> Bool { contains(TokenKinds(kind)) }

  /// Whether segments with this rule status, 0 to 999, are kept.
  @inline(__always)
  func keeps(ruleStatus: Int32) -> Bool {
    // 41 / 4096 divides by 100 exactly in this range.
    let hundred = (ruleStatus &* 41) >> 12
    return rawValue &>> UInt8(truncatingIfNeeded: hundred < 5 ? hundred : 0) & 1 != 0
  }
}

extension TokenKinds: Codable {
  /// Reads a list of kind names.
  public init(from decoder: any Decoder) throws {
    let kinds = try decoder.singleValueContainer().decode([TokenKind].self)
    self = kinds.reduce(into: []) { $0.formUnion(TokenKinds($1)) }
  }

  /// Writes the kind names in the order of `TokenKind.allCases`.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(TokenKind.allCases.filter { contains($0) })
  }
}
