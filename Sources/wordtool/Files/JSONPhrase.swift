import Tokenize
import WordtoolCore

/// Options that stand in a file as JSON, in words.
enum JSONPhrase {
  /// The members of an object as `name value`, those inside of others after them; the text itself
  /// where it is no object, and yes or no for a truth value.
  static func phrase(_ text: String) -> String {
    if text == "true" || text == "false" { return text == "true" ? "yes" : "no" }
    if let rule = try? StoredJSON.decode(TokenizerRule.self, from: text) { return phrase(rule) }
    guard let json = try? JSONText.parse(Array(text.utf8)) else { return text }
    switch json {
    case .object: return parts(json).joined(separator: ", ")
    case .array: return scalar(json)
    default: return text
    }
  }

  /// A key as words: `minimumLearningRateRatio`, `zca.rank` and `lowest_order` with blanks.
  static func name(_ key: String) -> String {
    var words = ""
    let characters = Array(key)
    for (place, character) in characters.enumerated() {
      let last = place > 0 ? characters[place - 1] : "_"
      let next = place + 1 < characters.count ? characters[place + 1] : "_"
      let isInitial = last.isUppercase || next.isUppercase
      if character == "_" || character == "." {
        words += " "
      } else if character.isUppercase {
        words += last.isLowercase ? " " : ""
        words += isInitial ? String(character) : character.lowercased()
      } else {
        words.append(character)
      }
    }
    for prefix in ["is ", "has ", "uses "] where words.hasPrefix(prefix) {
      words.removeFirst(prefix.count)
    }
    return words
  }

  /// Members whose own name says nothing beside those of what is inside.
  private static let plain: Set = ["recurrent", "skipGram", "preprocessing", "optimizer"]

  private static func parts(_ json: JSONText, of parent: String = "") -> [String] {
    guard case .object(let members) = json else { return [] }
    return members.flatMap { key, value -> [String] in
      switch value {
      case .object where value["segmentation"] != nil: return []
      case .object: return parts(value, of: plain.contains(key) ? "" : name(key) + " ")
      case .null: return []
      default:
        let text = scalar(value)
        return text.isEmpty ? [] : ["\(parent)\(name(key)) \(text)"]
      }
    }
  }

  private static func scalar(_ value: JSONText) -> String {
    switch value {
    case .string(let text): text
    case .integer(let number): String(number)
    case .number(let number): NumberFormat.general(number)
    case .bool(let flag): flag ? "yes" : "no"
    case .array(let items): items.map(scalar).filter { !$0.isEmpty }.joined(separator: " ")
    case .object, .null: ""
    }
  }

  /// How text became tokens.
  static func phrase(_ rule: TokenizerRule) -> String {
    var parts: [String] = []
    switch (rule.segmentation, rule.unit ?? .word) {
    case (.whitespace, _): parts.append("cut at white space")
    case (.words, .word):
      parts.append(
        rule.boundaries == .icu ? "words by ICU's boundaries" : "words by Unicode Annex 29")
      parts.append("language \(rule.locale)")
      let kinds = TokenKind.allCases.filter { rule.kinds.contains(TokenKinds($0)) }
      parts.append(
        rule.kinds == .all
          ? "all tokens" : "kinds " + kinds.map(\.rawValue).joined(separator: " "))
    case (.words, let unit): parts.append("\(unit.rawValue)s by ICU, language \(rule.locale)")
    }
    parts.append(rule.lowercase ? "lower case" : "case as it stands")
    if rule.normalization != .none { parts.append(rule.normalization.rawValue.uppercased()) }
    if let processing = rule.processing, let text = try? StoredJSON.text(processing),
      let json = try? JSONText.parse(Array(text.utf8))
    {
      let usual = (try? StoredJSON.text(TokenProcessing())).flatMap {
        try? JSONText.parse(Array($0.utf8))
      }
      let plain = Set(usual.map { self.parts($0) } ?? [])
      parts += self.parts(json).filter { !plain.contains($0) }
    }
    if rule.segmentation == .words {
      parts.append("made under ICU \(rule.icuVersion), Unicode \(rule.unicodeVersion)")
    }
    return parts.joined(separator: ", ")
  }
}
