extension ABCTuneParser {
  /// The scalar `offset` places ahead, or nil at the end of the line.
  func peek(_ offset: Int = 0) -> Unicode.Scalar? {
    place + offset < text.count && place + offset >= 0 ? text[place + offset] : nil
  }

  /// Skips `scalar` if it comes next.
  mutating func skip(_ scalar: Unicode.Scalar) -> Bool {
    guard peek() == scalar else { return false }
    place += 1
    return true
  }

  /// A number that comes next, up to 4 digits.
  mutating func number() -> Int? {
    var value: Int?
    while let digit = peek(), ("0"..."9").contains(digit) {
      place += 1
      if (value ?? 0) < 10_000 { value = (value ?? 0) * 10 + Int(digit.value - 48) }
    }
    return value
  }

  /// Whether nothing but white space and a comment is left of the line.
  private var isAtEnd: Bool {
    var offset = 0
    while let scalar = peek(offset), scalar == " " || scalar == "\t" { offset += 1 }
    return peek(offset) == nil || peek(offset) == "%"
  }

  /// Reads a line of music.
  mutating func parseMusicLine() {
    while let scalar = peek() {
      let before = place
      if scalar == "%" { break }
      parseSymbol(scalar)
      precondition(place > before, "no way on at column \(place + 1)")
    }
  }

  private mutating func parseSymbol(_ scalar: Unicode.Scalar) {
    let position = here
    switch scalar {
    case " ", "\t", "`", "\r": place += 1
    case "a"..."g", "A"..."G", "^", "_", "=": parseNote()
    case "z", "x", "Z", "X": parseRest(scalar)
    case "y":
      place += 1
      _ = length()
    case "|", ":": parseBar()
    case "[": parseBracket()
    case "(": parseParenthesis()
    case ")":
      place += 1
      if voices[current].slurs.popLast() == nil {
        report(.error, position, "')' ends no slur")
      }
      append(.slurEnd, at: position)
    case "{": parseGrace()
    case "-":
      place += 1
      tie(at: position)
    case ">", "<": parseBroken(scalar)
    case "\"": parseQuoted()
    case "!", "+": parseExclamation(scalar)
    case "&":
      place += 1
      append(.overlay, at: position)
    case "\\":
      place += 1
      if !isAtEnd { report(.error, position, "'\\' inside a line, expected at its end") }
    case "$", "*":
      place += 1
      if !isAtEnd { report(.warning, position, "'\(scalar)' inside a line") }
    case ".", "~", "h"..."w", "H"..."W", "Y": parseShorthand(scalar)
    case "]": unexpected("']' without '['")
    case "}": unexpected("'}' without '{'")
    default: unexpected("'\(scalar)' is no music")
    }
  }

  private mutating func unexpected(_ message: String) {
    report(.error, here, message)
    place += 1
  }

  // MARK: Bars and endings

  /// Reads a bar line in any of the many ways to write one.
  private mutating func parseBar() {
    let position = here
    var signs: [Unicode.Scalar] = []
    while let scalar = peek() {
      let last = signs.last
      if scalar == "|" || scalar == ":" || (scalar == "[" && peek(1) == "|")
        || (scalar == "]" && last == "|")
      {
        signs.append(scalar)
        place += 1
      } else {
        break
      }
    }
    // In `[K:` and the like the colon is not ours, but there it does not follow a bar.
    guard signs.contains("|") || signs.count > 1 else {
      return report(.error, position, "':' alone, expected ':|' or '|:'")
    }
    var bar = ABCBar()
    if signs.contains("|") {
      bar.repeatsBefore = signs.prefix { $0 == ":" }.count
      bar.repeatsAfter = signs.reversed().prefix { $0 == ":" }.count
      // `:||:` and `:|:` end and begin; a colon between two strokes counts for neither.
      bar.isDouble =
        signs.contains("[") || signs.contains("]")
        || zip(signs, signs.dropFirst()).contains { $0 == "|" && $1 == "|" }
    } else {
      bar.repeatsBefore = signs.count / 2
      bar.repeatsAfter = signs.count - bar.repeatsBefore
    }
    append(.bar(bar), at: position)
    if signs.last == "|", let digit = peek(), ("0"..."9").contains(digit) {
      parseEnding(at: here)
    }
  }

  /// `1`, `2,3` or `1-3` behind a bar or `[`.
  private mutating func parseEnding(at position: ABCPosition) {
    var passes: [Int] = []
    while let first = number() {
      var last = first
      if peek() == "-", let next = peek(1), ("0"..."9").contains(next) {
        place += 1
        last = number() ?? first
      }
      guard (1...64).contains(first), (first...64).contains(last) else {
        return report(.error, position, "an ending for passes \(first) to \(last)")
      }
      passes += first...last
      guard peek() == ",", let next = peek(1), ("0"..."9").contains(next) else { break }
      place += 1
    }
    append(.ending(passes), at: position)
  }

  // MARK: Brackets

  private mutating func parseBracket() {
    guard let next = peek(1) else { return unexpected("'[' at the end of the line") }
    if next == "|" { return parseBar() }
    if ("0"..."9").contains(next) {
      let position = here
      place += 1
      return parseEnding(at: position)
    }
    if peek(2) == ":", next.isASCII, next.properties.isAlphabetic { return parseInlineField(next) }
    parseChord()
  }

  private mutating func parseInlineField(_ letter: Unicode.Scalar) {
    let position = here
    guard let end = text[place...].firstIndex(of: "]") else {
      report(.error, position, "'[\(letter):' without ']'")
      place = text.count
      return
    }
    var value = String.UnicodeScalarView()
    value.append(contentsOf: text[(place + 3)..<end])
    place = end + 1
    read(
      bodyField: ABCField(
        letter: Character(letter), value: Self.trimmed(String(value)), position: position),
      isInline: true)
  }

  // MARK: Parentheses

  /// A slur, or a tuplet: `(3`, `(3:2`, `(3:2:4`.
  private mutating func parseParenthesis() {
    let position = here
    place += 1
    guard let count = number() else {
      voices[current].slurs.append(position)
      return append(.slurBegin, at: position)
    }
    var numbers: [Int?] = []
    while numbers.count < 2, skip(":") { numbers.append(number()) }
    let isKnown = (2...9).contains(count)
    let isCompound = voices[current].meter.map { $0.numerator % 3 == 0 } ?? false
    let usual = [2: 3, 3: 2, 4: 3, 6: 2, 8: 3][count] ?? (isCompound ? 3 : 2)
    let inTimeOf = (numbers.first ?? nil) ?? usual
    let notes = (numbers.count > 1 ? numbers[1] : nil) ?? count
    if let open = voices[current].tuplet {
      report(.error, position, "a tuplet inside that of column \(open.position.column)")
    }
    guard isKnown, (1...64).contains(inTimeOf), (1...64).contains(notes) else {
      voices[current].tuplet = nil
      return report(.error, position, "a tuplet of \(count), expected 2 to 9")
    }
    voices[current].tuplet = (notes, inTimeOf, count, position)
  }

  // MARK: Text and ornaments

  private mutating func parseQuoted() {
    let position = here
    place += 1
    guard let end = text[place...].firstIndex(of: "\"") else {
      report(.error, position, "the quotation does not end")
      place = text.count
      return
    }
    var scalars = String.UnicodeScalarView()
    scalars.append(contentsOf: text[place..<end])
    place = end + 1
    let quoted = String(scalars)
    guard let first = scalars.first else {
      return report(.warning, position, "an empty chord symbol")
    }
    if "^_<>@".unicodeScalars.contains(first) {
      return append(.annotation(String(quoted.dropFirst())), at: position)
    }
    append(.chordSymbol(quoted), at: position)
    checkChordSymbol(quoted, at: position)
  }

  private mutating func checkChordSymbol(_ symbol: String, at position: ABCPosition) {
    var rest = Substring(symbol)
    if rest.hasPrefix("(") { rest.removeFirst() }
    if rest.first.map({ "012345".contains($0) }) == true { return }
    guard let root = rest.popFirst(), "ABCDEFGabcdefg".contains(root) else {
      return report(
        .error, position,
        "the chord \"\(symbol)\", expected a note from A to G first; words begin with ^ or _")
    }
    if rest.first.map({ "#b=".contains($0) }) == true { rest.removeFirst() }
    let kind = String(rest.prefix { !" ()/".contains($0) })
    rest = rest.dropFirst(kind.count)
    if ABCNames.rareChords.contains(kind) {
      report(.warning, position, "the chord \"\(symbol)\" is not known to all programs")
    } else if !ABCNames.chords.contains(kind) {
      report(
        .error, position,
        "'\(kind)' in the chord \"\(symbol)\", expected m, 7, maj7 or the like")
    }
    if rest.hasPrefix("/"), rest.dropFirst().first.map({ "ABCDEFGabcdefg".contains($0) }) != true {
      report(.error, position, "the chord \"\(symbol)\", expected a note behind '/'")
    }
  }

  /// `!trill!`, `+trill+`, or the line break `!` of older files.
  private mutating func parseExclamation(_ mark: Unicode.Scalar) {
    let position = here
    place += 1
    if let end = text[place...].firstIndex(of: mark), end > place {
      var scalars = String.UnicodeScalarView()
      scalars.append(contentsOf: text[place..<end])
      let name = String(scalars)
      let isName = !scalars.contains { $0 == " " || $0 == "|" || $0 == "\t" }
      if isName || ABCNames.decorations.contains(name) {
        place = end + 1
        if !ABCNames.decorations.contains(name) {
          report(.warning, position, "the decoration '\(name)' is not known")
        }
        return append(.decoration(name), at: position)
      }
    }
    if !isAtEnd {
      report(.error, position, "'\(mark)' inside a line, expected a decoration such as !trill!")
    }
  }

  private mutating func parseShorthand(_ letter: Unicode.Scalar) {
    let position = here
    place += 1
    let next = peek()
    if letter == ".", next == "(" || next == "-" || next == "|" { return }
    guard let name = userSymbols[letter] else {
      return report(.warning, position, "'\(letter)' has no meaning")
    }
    append(.decoration(name), at: position)
    let isBeforeMusic =
      next.map {
        "abcdefgABCDEFG^_=zxZ[{(\"!.~".unicodeScalars.contains($0) || userSymbols[$0] != nil
      } ?? false
    // Signs of the way through the music stand at bar lines too.
    let isBeforeBar = "SOH".unicodeScalars.contains(letter) && (next == "|" || next == ":")
    if !isBeforeMusic && !isBeforeBar {
      report(.error, position, "no note behind '\(letter)'")
    }
  }
}
