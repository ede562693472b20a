/// Reads one tune line by line.
struct ABCTuneParser {
  /// What is known of a voice while it is read.
  struct VoiceState {
    var name: String
    var symbols: [ABCSymbol] = []
    var unit: ABCDuration
    var meter: ABCMeter?
    /// What is left of a tuplet: notes, and the factor of their lengths.
    var tuplet: (left: Int, times: Int, over: Int, position: ABCPosition)?
    /// The note, chord or rest that a broken rhythm would change.
    var lastTimed: Int?
    /// A broken rhythm that waits for its second note; the count is negative for `<`.
    var broken: (count: Int, position: ABCPosition)?
    /// Grace notes that wait for their note.
    var gracePosition: ABCPosition?
    var slurs: [ABCPosition] = []
  }

  var tune: ABCTune
  var voices: [VoiceState] = []
  var current = 0
  /// The letters that `U:` gave a meaning, beside those that have one.
  var userSymbols: [Unicode.Scalar: String] = ABCNames.shorthands
  private var unit: ABCDuration?
  private var tempoField: ABCField?
  /// What `V:` fields of the header say of each voice.
  private var transpositions: [String: Int] = [:]
  private(set) var isInBody = false

  // The line that is being read.
  var text: [Unicode.Scalar] = []
  var place = 0
  var line = 0

  init(at line: Int, fileFields: [ABCField]) {
    tune = ABCTune(position: ABCPosition(line: line, column: 1))
    for field in fileFields where "MLQ".contains(field.letter) { read(headerField: field) }
  }

  mutating func report(
    _ severity: ABCProblem.Severity, _ position: ABCPosition, _ message: String
  ) {
    tune.problems.append(
      ABCProblem(severity: severity, position: position, message: message))
  }

  /// The place that is being read.
  var here: ABCPosition { ABCPosition(line: line, column: place + 1) }

  /// Appends a symbol to the current voice.
  mutating func append(_ content: ABCSymbol.Content, at position: ABCPosition) {
    voices[current].symbols.append(ABCSymbol(content: content, position: position))
  }

  // MARK: Lines

  /// The field in a line that is one.
  static func field(of line: Substring, line number: Int) -> ABCField? {
    let scalars = line.unicodeScalars
    guard let letter = scalars.first, letter.properties.isAlphabetic, letter.isASCII,
      let colon = scalars.dropFirst().first, colon == ":"
    else { return nil }
    // A note before a repeat sign, not a field.
    if let next = scalars.dropFirst(2).first,
      ("a"..."g").contains(letter) || next == "|" || next == ":",
      ABCNote.step(of: Character(String(letter).lowercased())) != nil
    {
      return nil
    }
    if ("a"..."g").contains(letter) { return nil }
    return ABCField(
      letter: Character(letter), value: trimmed(withoutComment(String(line.dropFirst(2)))),
      position: ABCPosition(line: number, column: 1))
  }

  /// The text before a `%` that no backslash protects.
  static func withoutComment(_ text: String) -> String {
    var result = ""
    var isEscaped = false
    for letter in text {
      if letter == "%" && !isEscaped { break }
      isEscaped = letter == "\\" && !isEscaped
      result.append(letter)
    }
    return result
  }

  static func trimmed(_ text: String) -> String {
    let start = text.drop(while: \.isWhitespace)
    return String(start.reversed().drop(while: \.isWhitespace).reversed())
  }

  /// Reads the next line.
  mutating func parse(line text: Substring, number: Int) {
    line = number
    if text.hasPrefix("%") || text.hasPrefix("+:") { return }
    if let field = Self.field(of: text, line: number) {
      isInBody ? read(bodyField: field, isInline: false) : read(headerField: field)
      return
    }
    guard isInBody else {
      // In files of ABC 1.6 a history goes on up to the next field.
      if tune.fields.last?.letter == "H" {
        tune.fields[tune.fields.count - 1].value += "\n" + Self.trimmed(String(text))
        return
      }
      report(
        .error, ABCPosition(line: number, column: 1),
        "no field in the header, expected K: before the music")
      beginBody()
      return parse(line: text, number: number)
    }
    self.text = Array(text.unicodeScalars)
    place = 0
    parseMusicLine()
  }

  // MARK: Header

  private mutating func read(headerField field: ABCField) {
    tune.fields.append(field)
    switch field.letter {
    case "X":
      tune.number = Int(field.value)
      if tune.number == nil || (tune.number ?? 0) < 0 {
        report(.error, field.position, "X:\(field.value), expected a whole number")
      }
    case "M":
      if let meter = meter(of: field) { tune.meter = meter }
    case "L":
      if let length = unitLength(of: field) { unit = length }
    case "Q":
      tempoField = field
    case "U":
      define(field)
    case "V":
      let words = Self.words(of: field)
      transpositions[words.first ?? ""] = ABCKey.transposition(of: words.dropFirst())
    case "K":
      if let key = key(of: field) {
        tune.key = key
        tune.transposition = key.transposition ?? 0
      } else if let semitones = ABCKey.transposition(of: Self.words(of: field)) {
        tune.transposition = semitones
      } else if tune.problems.last?.position != field.position, !field.value.isEmpty {
        report(.error, field.position, "'\(field.value)', expected a key such as G or Amin")
      } else if field.value.isEmpty {
        report(.warning, field.position, "an empty key; C major is taken")
      }
      beginBody()
    default:
      if !"ABCDFGHILMNOPQRSTUVWXYZmr".contains(field.letter) {
        report(.warning, field.position, "'\(field.letter):' has no meaning in a header")
      }
    }
  }

  private mutating func beginBody() {
    isInBody = true
    if let tempoField {
      let unit = unit ?? tune.meter?.defaultUnit ?? ABCDuration(1, over: 8)
      if let tempo = ABCTempo.parse(tempoField.value, unit: unit) {
        tune.tempo = tempo
      } else {
        report(.error, tempoField.position, "the tempo '\(tempoField.value)', expected 1/4=120")
      }
    }
    selectVoice("")
  }

  // MARK: Fields of header and body

  /// A meter, or nil in a second optional for free meter; nil when it cannot be read.
  private mutating func meter(of field: ABCField) -> ABCMeter?? {
    switch ABCMeter.parse(field.value) {
    case .free: return .some(nil)
    case .meter(let meter): return meter
    case .meterAndMore(let meter):
      report(
        .warning, field.position, "text behind the meter '\(field.value)'; it is not played")
      return meter
    case nil:
      report(.error, field.position, "the meter '\(field.value)', expected 4/4, C, C| or none")
      return nil
    }
  }

  private mutating func unitLength(of field: ABCField) -> ABCDuration? {
    let parts = field.value.split(separator: "/", omittingEmptySubsequences: false).map { Int($0) }
    if field.value == "1" { return .wholeNote }
    guard parts.count == 2, let top = parts[0], let bottom = parts[1], top >= 1,
      (1...1024).contains(bottom), top <= bottom, bottom & (bottom - 1) == 0
    else {
      report(.error, field.position, "the unit length '\(field.value)', expected 1/8 or the like")
      return nil
    }
    return ABCDuration(top, over: bottom)
  }

  private mutating func key(of field: ABCField) -> ABCKey? {
    do {
      return try ABCKey.parse(field.value)
    } catch {
      report(.error, field.position, error.message)
      return nil
    }
  }

  /// `U: T = !trill!`
  private mutating func define(_ field: ABCField) {
    let sides = field.value.split(separator: "=", maxSplits: 1)
    guard sides.count == 2,
      let letter = Self.trimmed(String(sides[0])).unicodeScalars.first,
      ("H"..."Y").contains(letter) || ("h"..."w").contains(letter) || letter == "~"
    else {
      return report(
        .error, field.position, "the symbol '\(field.value)', expected T = !trill! or the like")
    }
    userSymbols[letter] = Self.trimmed(String(sides[1])).filter { $0 != "!" && $0 != "+" }
  }

  /// Reads a field inside the music, on a line of its own or in brackets.
  mutating func read(bodyField field: ABCField, isInline: Bool) {
    switch field.letter {
    case "K":
      if let key = key(of: field) {
        append(.key(key), at: field.position)
      } else if let semitones = ABCKey.transposition(of: Self.words(of: field)) {
        append(.transposition(semitones), at: field.position)
      }
    case "M":
      if let meter = meter(of: field) {
        voices[current].meter = meter
        append(.meter(meter), at: field.position)
      }
    case "L":
      if let length = unitLength(of: field) { voices[current].unit = length }
    case "Q":
      if let tempo = ABCTempo.parse(field.value, unit: voices[current].unit) {
        append(.tempo(tempo), at: field.position)
      } else {
        report(.error, field.position, "the tempo '\(field.value)', expected 1/4=120")
      }
    case "V":
      let words = Self.words(of: field)
      selectVoice(words.first ?? "")
      if let semitones = ABCKey.transposition(of: words.dropFirst()) {
        append(.transposition(semitones), at: field.position)
      }
    case "U":
      define(field)
    case "I", "N", "P", "R", "T", "W", "m", "r", "s", "w":
      break
    default:
      report(.error, field.position, "'\(field.letter):' is not allowed inside the music")
    }
  }

  private static func words(of field: ABCField) -> [String] {
    field.value.split { $0 == " " || $0 == "\t" }.map(String.init)
  }

  /// Makes `name` the voice that music belongs to. The first name takes over music without one.
  private mutating func selectVoice(_ name: String) {
    if let known = voices.firstIndex(where: { $0.name == name }) {
      current = known
    } else if voices.count == 1, voices[0].name.isEmpty, voices[0].symbols.isEmpty {
      voices[0].name = name
      beginVoice(name)
    } else if voices.count >= 64 {
      report(.error, here, "more than 64 voices")
    } else {
      let unit = unit ?? tune.meter?.defaultUnit ?? ABCDuration(1, over: 8)
      voices.append(VoiceState(name: name, unit: unit, meter: tune.meter))
      current = voices.count - 1
      beginVoice(name)
    }
  }

  private mutating func beginVoice(_ name: String) {
    if let semitones = transpositions[name] { append(.transposition(semitones), at: here) }
  }

  // MARK: The end

  /// The tune, with the problems that only show at its end.
  consuming func finished() -> ABCTune {
    func missing(_ letter: Character, _ what: String) {
      report(.error, tune.position, "the tune has no '\(letter):', expected \(what)")
    }
    if !tune.fields.contains(where: { $0.letter == "T" }) { missing("T", "a title") }
    if !tune.fields.contains(where: { $0.letter == "K" }) { missing("K", "a key") }
    for voice in voices {
      if let tuplet = voice.tuplet {
        report(
          .error, tuplet.position,
          "the tuplet ends \(tuplet.left) \(tuplet.left == 1 ? "note" : "notes") early")
      }
      if let broken = voice.broken {
        report(.error, broken.position, "no note behind the broken rhythm")
      }
      if let position = voice.gracePosition {
        report(.error, position, "no note behind the grace notes")
      }
      for slur in voice.slurs { report(.error, slur, "the slur does not end") }
    }
    tune.voices = voices.map { ABCVoice(name: $0.name, symbols: $0.symbols) }
    if tune.noteCount == 0 { report(.error, tune.position, "the tune has no notes") }
    for voice in tune.voices {
      var checker = ABCChecker(voice: voice, tune: tune)
      checker.check()
      tune.problems += checker.problems
    }
    tune.problems = tune.problems.enumerated().sorted {
      ($0.element.position, $0.offset) < ($1.element.position, $1.offset)
    }.map(\.element)
    return tune
  }
}
