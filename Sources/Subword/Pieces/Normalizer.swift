import WordtoolCore

/// What is done to text before it is cut: the `normalizer` of a `tokenizer.json`.
indirect enum Normalizer: Sendable {
  case sequence([Normalizer])
  case bert(cleansText: Bool, spacesIdeographs: Bool, stripsAccents: Bool, lowercases: Bool)
  case lowercase
  case form(UnicodeForm)
  case stripAccents
  case strip(left: Bool, right: Bool)
  case prepend([Unicode.Scalar])
  case replace(TextPattern, with: [Unicode.Scalar])
  case nmt
  case precompiled(CharacterMap)
  case byteLevel

  /// Reads a normalizer; nil for none.
  ///
  /// - Throws: `WordtoolError` of kind `badData` for one that is not known.
  init?(_ json: JSONText?) throws {
    guard let json, !json.isNull else { return nil }
    let type = json["type"]?.text ?? "?"
    func flag(_ name: String, _ value: Bool) throws -> Bool {
      try json.flag(name, value, of: type)
    }
    switch type {
    case "Sequence":
      guard case .array(let list)? = json["normalizers"] else {
        throw PieceTokenizer.refusal("a Sequence without normalizers", "a list")
      }
      self = .sequence(try list.compactMap { try Normalizer($0) })
    case "BertNormalizer":
      let lowercases = try flag("lowercase", true)
      self = .bert(
        cleansText: try flag("clean_text", true),
        spacesIdeographs: try flag("handle_chinese_chars", true),
        stripsAccents: try flag("strip_accents", lowercases), lowercases: lowercases)
    case "Lowercase": self = .lowercase
    case "NFC", "NFD", "NFKC", "NFKD":
      guard let form = UnicodeForm(rawValue: type) else { return nil }
      self = .form(form)
    case "StripAccents": self = .stripAccents
    case "Strip":
      self = .strip(left: try flag("strip_left", true), right: try flag("strip_right", true))
    case "Prepend":
      guard let text = json["prepend"]?.text else {
        throw PieceTokenizer.refusal("Prepend without a text", "one")
      }
      self = .prepend(Array(text.unicodeScalars))
    case "Replace":
      guard let content = json["content"]?.text else {
        throw PieceTokenizer.refusal("Replace without content", "some text, or an empty one")
      }
      self = .replace(
        try TextPattern(json["pattern"], of: "Replace"), with: Array(content.unicodeScalars))
    case "Nmt": self = .nmt
    case "ByteLevel": self = .byteLevel
    case "Precompiled":
      guard let text = json["precompiled_charsmap"]?.text else {
        throw PieceTokenizer.refusal("Precompiled without its map of characters", "one")
      }
      self = .precompiled(try CharacterMap(base64: text))
    default:
      throw PieceTokenizer.refusal(
        "the normalizer \(type)",
        "BertNormalizer, Lowercase, NFC, NFD, NFKC, NFKD, StripAccents, Strip, Prepend, Replace, Nmt, "
          + "Precompiled, ByteLevel or a Sequence of them")
    }
  }

  /// Changes a text.
  ///
  /// - Throws: `WordtoolError` of kind `unavailable` for a pattern that takes too long.
  func apply(_ text: inout PieceText) throws {
    switch self {
    case .sequence(let steps): for step in steps { try step.apply(&text) }
    case .bert(let cleansText, let spacesIdeographs, let stripsAccents, let lowercases):
      if cleansText { text.map(Self.cleaned) }
      if spacesIdeographs {
        text.map { ScalarClasses.isIdeograph($0) ? [" ", $0, " "] : [$0] }
      }
      if stripsAccents {
        text.scalars = UnicodeForm.nfd.apply(text.scalars)
        text.map { ScalarClasses.isNonspacingMark($0) ? [] : [$0] }
      }
      if lowercases { Self.lower(&text) }
    case .lowercase: Self.lower(&text)
    case .form(let form): text.scalars = form.apply(text.scalars)
    case .stripAccents: text.map { ScalarClasses.isMark($0) ? [] : [$0] }
    case .strip(let left, let right):
      if right {
        while let last = text.scalars.last, ScalarClasses.isSpace(last) {
          text.scalars.removeLast()
        }
      }
      let blanks = left ? text.scalars.prefix { ScalarClasses.isSpace($0) }.count : 0
      text = text.part(blanks..<text.scalars.count)
    case .prepend(let start): if !text.scalars.isEmpty { text.scalars = start + text.scalars }
    case .replace(let pattern, let content): try Self.replace(pattern, content, in: &text)
    case .nmt: text.map(Self.machineTranslation)
    case .precompiled(let map): map.apply(&text)
    case .byteLevel:
      text.scalars = text.bytes.map { ByteLevel.characters[Int($0)] }
    }
  }

  private static func cleaned(_ scalar: Unicode.Scalar) -> [Unicode.Scalar] {
    if ScalarClasses.isControl(scalar) { return [] }
    return ScalarClasses.isSpace(scalar) ? [" "] : [scalar]
  }

  /// Each character by itself: no sigma is a final one.
  private static func lower(_ text: inout PieceText) {
    text.map { scalar in
      if scalar.isASCII {
        return [
          0x41...0x5A ~= scalar.value ? Unicode.Scalar(UInt8(scalar.value + 0x20)) : scalar
        ]
      }
      return Array(scalar.properties.lowercaseMapping.unicodeScalars)
    }
  }

  /// What SentencePiece's rules for machine translation do before they normalize.
  private static func machineTranslation(_ scalar: Unicode.Scalar) -> [Unicode.Scalar] {
    switch scalar.value {
    case 0x01...0x08, 0x0B, 0x0E...0x1F, 0x7F, 0x8F, 0x9F: []
    case 0x09, 0x0A, 0x0C, 0x0D, 0x1680, 0x200B...0x200F, 0x2028, 0x2029, 0x2581, 0xFEFF, 0xFFFD:
      [" "]
    default: [scalar]
    }
  }

  private static func replace(
    _ pattern: TextPattern, _ content: [Unicode.Scalar], in text: inout PieceText
  ) throws {
    if text.scalars.isEmpty { return }
    let matches = try pattern.matches(in: text.scalars)
    if matches.isEmpty { return }
    var result: [Unicode.Scalar] = []
    var done = 0
    for match in matches {
      result += text.scalars[done..<match.lowerBound]
      result += content
      done = match.upperBound
    }
    result += text.scalars[done...]
    if content.isEmpty, let first = matches.first, first.lowerBound == 0, !first.isEmpty {
      text.startsText = false
    }
    text.scalars = result
  }
}

extension PieceText {
  /// Puts others in the place of characters. A text whose first character goes no longer starts.
  mutating func map(_ body: (Unicode.Scalar) -> [Unicode.Scalar]) {
    var result: [Unicode.Scalar] = []
    result.reserveCapacity(scalars.count)
    for (place, scalar) in scalars.enumerated() {
      let others = body(scalar)
      if place == 0, others.isEmpty { startsText = false }
      result += others
    }
    scalars = result
  }
}
