/// What a text can be cut into.
public enum TokenUnit: String, Codable, Hashable, Sendable, CaseIterable {
  /// What a reader takes for one character: a letter with its accents, a flag, a family.
  case grapheme
  /// Words, numbers and signs.
  case word
  /// Sentences with the white space behind them.
  case sentence
  /// What stands between line ends and U+2029, with the line end.
  case paragraph
}

/// All boundaries of a text, by the machine or by ICU alone: the call that comparisons use.
/// Belongs to one thread.
package final class BoundaryFinder {
  private let segmenter: any Segmenter
  /// Whether a copy of ICU's machine finds the boundaries.
  package let usesMachine: Bool

  /// - Throws: ``WordtoolError`` of kind `usage` for an unknown locale.
  package convenience init(unit: TokenUnit, locale: String, plainICU: Bool) throws {
    let icu = try unit.icuUnit.map { try ICUSegmenter(locale: locale, unit: $0) }
    self.init(icu, plainICU: plainICU)
  }

  /// Words by our own rule.
  ///
  /// - Throws: ``WordtoolError`` of kind `usage` for an unknown locale.
  package convenience init(ownRuleOf locale: String, plainICU: Bool) throws {
    self.init(try ICUSegmenter(ownRuleOf: locale), plainICU: plainICU)
  }

  private init(_ icu: ICUSegmenter?, plainICU: Bool) {
    guard let icu else {
      segmenter = ParagraphSegmenter()
      usesMachine = false
      return
    }
    if !plainICU, let machine = RuleMachine.machine(of: icu) {
      segmenter = RuleSegmenter(machine: machine, icu: icu, keepsOthers: true)
      usesMachine = true
    } else {
      segmenter = icu
      usesMachine = false
    }
  }

  /// The byte offset behind each segment and its rule status.
  ///
  /// - Parameter bytes: well-formed UTF-8.
  package func segments(in bytes: [UInt8]) -> (ends: [Int32], statuses: [Int32]) {
    unsafe bytes.withUnsafeBufferPointer { unsafe RuleProbe.segments(segmenter, in: $0) }
  }
}

extension TokenUnit {
  /// ICU's unit; nil for paragraphs, which need no rules.
  var icuUnit: ICUSegmenter.Unit? {
    switch self {
    case .grapheme: .grapheme
    case .word: .word
    case .sentence: .sentence
    case .paragraph: nil
    }
  }
}
