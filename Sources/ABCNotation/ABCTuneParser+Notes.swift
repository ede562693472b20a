extension ABCTuneParser {
  /// What a written length multiplies the unit length by.
  typealias Factor = (numerator: Int, denominator: Int)

  /// The length behind a note: `2`, `/2`, `/`, `//`, `3/2`, or nothing.
  mutating func length() -> Factor {
    let position = here
    var factor: Factor = (number() ?? 1, 1)
    while skip("/") {
      let divisor = number() ?? 2
      guard divisor >= 1, divisor & (divisor - 1) == 0, factor.denominator * divisor <= 1024 else {
        report(.error, position, "a length divided by \(divisor), expected a power of 2 to 1024")
        return (1, 1)
      }
      factor.denominator *= divisor
    }
    guard (1...1024).contains(factor.numerator) else {
      report(.error, position, "a length of \(factor.numerator), expected 1 to 1024")
      return (1, 1)
    }
    return factor
  }

  /// One note without its length; reports and returns nil when there is none.
  private mutating func pitch() -> ABCNote? {
    let position = here
    var accidental: Int?
    while let sign = peek(), sign == "^" || sign == "_" || sign == "=" {
      let change = sign == "^" ? 1 : sign == "_" ? -1 : 0
      guard accidental == nil || (accidental == change && change != 0) else {
        place += 1
        report(.error, position, "accidentals that contradict each other")
        return nil
      }
      accidental = (accidental ?? 0) + change
      place += 1
      if abs(accidental ?? 0) == 2 { break }
    }
    guard let letter = peek(), let step = ABCNote.step(of: Character(String(letter).lowercased()))
    else {
      if place == position.column - 1 { place += 1 }
      report(.error, position, "an accidental without a note")
      return nil
    }
    place += 1
    var octave = ("a"..."g").contains(letter) ? 1 : 0
    let octaves = here
    while let mark = peek(), mark == "'" || mark == "," {
      octave += mark == "'" ? 1 : -1
      place += 1
    }
    if !(-5...5).contains(octave) {
      report(.error, octaves, "a note \(octave) octaves away, expected at most 5")
      octave = octave < 0 ? -5 : 5
    }
    let marks = text[(octaves.column - 1)..<place]
    if marks.contains("'"), letter.value < 97 || marks.contains(",") {
      report(.warning, octaves, "an apostrophe behind a capital or a comma, expected c' or C,")
    } else if marks.contains(","), letter.value >= 97 {
      report(.warning, octaves, "a comma behind a small letter, expected C, or c'")
    }
    return ABCNote(step: step, octave: octave, accidental: accidental)
  }

  mutating func parseNote() {
    let position = here
    guard let note = pitch() else { return }
    let factor = length()
    sound([note], factor, at: position)
  }

  /// `[CEG]2`: notes at once.
  mutating func parseChord() {
    let position = here
    place += 1
    var notes: [ABCNote] = []
    var firstLength: Factor = (1, 1)
    reading: while true {
      guard let scalar = peek() else {
        return report(.error, position, "'[' without ']'")
      }
      switch scalar {
      case "]":
        place += 1
        break reading
      case "a"..."g", "A"..."G", "^", "_", "=":
        guard var note = pitch() else { continue }
        let factor = length()
        if notes.isEmpty { firstLength = factor }
        note.isTied = skip("-")
        notes.append(note)
      case "z", "x":
        place += 1
        _ = length()
      case " ", "\t", "(", ")", ".", "~": place += 1
      case "\"": skipQuoted()
      default:
        if userSymbols[scalar] != nil {
          place += 1
        } else {
          return report(.error, position, "'\(scalar)' in a chord, expected notes and ']'")
        }
      }
    }
    let outer = length()
    guard !notes.isEmpty else { return report(.error, position, "a chord without notes") }
    guard notes.count <= 32 else { return report(.error, position, "a chord of over 32 notes") }
    let factor: Factor = (
      firstLength.numerator * outer.numerator, firstLength.denominator * outer.denominator
    )
    guard factor.numerator <= 1024 else {
      return report(
        .error, position, "a chord of length \(factor.numerator), expected at most 1024")
    }
    sound(notes, factor, at: position)
  }

  private mutating func skipQuoted() {
    place += 1
    while let scalar = peek(), scalar != "\"", scalar != "]" { place += 1 }
    _ = skip("\"")
  }

  /// `{gfg}`: notes before the beat.
  mutating func parseGrace() {
    let position = here
    place += 1
    _ = skip("/")
    var notes: [ABCNote] = []
    while true {
      guard let scalar = peek() else { return report(.error, position, "'{' without '}'") }
      switch scalar {
      case "}":
        place += 1
        if notes.isEmpty { return report(.error, position, "no notes in '{}'") }
        voices[current].gracePosition = position
        return append(.grace(notes), at: position)
      case "a"..."g", "A"..."G", "^", "_", "=":
        if let note = pitch() {
          _ = length()
          notes.append(note)
        }
      case " ", "\t", "(", ")", "-", ".", "~", "[", "]", ">", "<": place += 1
      default:
        return report(.error, position, "'\(scalar)' in grace notes, expected notes and '}'")
      }
    }
  }

  mutating func parseRest(_ letter: Unicode.Scalar) {
    let position = here
    place += 1
    let factor = length()
    if letter == "Z" || letter == "X" {
      if factor.denominator != 1 {
        report(.error, position, "'\(letter)' counts bars, expected a whole number")
      }
      return append(.barRests(factor.numerator), at: position)
    }
    timed(factor, at: position) { .rest($0) }
  }

  private mutating func sound(_ notes: [ABCNote], _ factor: Factor, at position: ABCPosition) {
    voices[current].gracePosition = nil
    timed(factor, at: position) { .sound(notes, $0) }
  }

  /// Appends something that takes time: applies the tuplet and a broken rhythm.
  private mutating func timed(
    _ factor: Factor, at position: ABCPosition,
    _ content: (ABCDuration) -> ABCSymbol.Content
  ) {
    var length = voices[current].unit.scaled(by: factor.numerator, over: factor.denominator)
    if var tuplet = voices[current].tuplet {
      length = length.scaled(by: tuplet.times, over: tuplet.over)
      tuplet.left -= 1
      voices[current].tuplet = tuplet.left > 0 ? tuplet : nil
    }
    append(content(length), at: position)
    let index = voices[current].symbols.count - 1
    if let broken = voices[current].broken, let last = voices[current].lastTimed {
      voices[current].broken = nil
      apply(broken, to: last, index, length)
    }
    voices[current].lastTimed = index
  }

  /// Makes one of two equal notes longer by as much as the other gets shorter.
  private mutating func apply(
    _ broken: (count: Int, position: ABCPosition), to first: Int, _ second: Int,
    _ length: ABCDuration
  ) {
    guard voices[current].symbols[first].duration == length else {
      return report(
        .error, broken.position, "broken rhythm between notes of unequal length")
    }
    let parts = 1 << abs(broken.count)
    let long = length.scaled(by: 2 * parts - 1, over: parts)
    let short = length.scaled(by: 1, over: parts)
    voices[current].symbols[first].duration = broken.count > 0 ? long : short
    voices[current].symbols[second].duration = broken.count > 0 ? short : long
  }

  mutating func parseBroken(_ sign: Unicode.Scalar) {
    let position = here
    var count = 0
    while skip(sign) { count += 1 }
    if count > 3 {
      report(.error, position, "\(count) times '\(sign)', expected at most 3")
    } else if voices[current].lastTimed == nil || voices[current].broken != nil {
      report(.error, position, "no note before the broken rhythm")
    } else {
      voices[current].broken = (sign == ">" ? count : -count, position)
    }
  }

  /// Ties the note or chord just read to the next.
  mutating func tie(at position: ABCPosition) {
    let last = voices[current].symbols.count - 1
    guard last >= 0, case .sound(var notes, let length) = voices[current].symbols[last].content
    else {
      return report(.error, position, "no note before the tie")
    }
    for index in notes.indices { notes[index].isTied = true }
    voices[current].symbols[last].content = .sound(notes, length)
  }
}

extension ABCSymbol {
  /// How long a note, chord or rest lasts; nothing for other symbols.
  public internal(set) var duration: ABCDuration {
    get {
      switch content {
      case .sound(_, let length), .rest(let length): length
      default: .zero
      }
    }
    set {
      switch content {
      case .sound(let notes, _): content = .sound(notes, newValue)
      case .rest: content = .rest(newValue)
      default: break
      }
    }
  }
}
