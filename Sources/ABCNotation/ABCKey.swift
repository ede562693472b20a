/// The key of a tune: what `K:` says.
public struct ABCKey: Hashable, Sendable {
  /// Sharps of the key signature; flats are negative. -7 ... 7.
  public var sharps: Int
  /// Whether the third of the key is minor, as a MIDI file wants to know.
  public var isMinor: Bool
  /// The accidental of each step of the scale from C to B, in semitones: -2 ... 2.
  public var accidentals: [Int]
  /// Semitones that the notes sound higher than they are written, by `clef=treble-8`, `octave=` and
  /// `transpose=`; nil where the field says nothing of it, and it stays as it was.
  public var transposition: Int?

  /// The key without accidentals.
  public static let cMajor = ABCKey(sharps: 0, isMinor: false)

  /// A key by its signature.
  ///
  /// - Precondition: `sharps` is from -7 to 7.
  public init(sharps: Int, isMinor: Bool) {
    precondition((-7...7).contains(sharps), "\(sharps) sharps")
    self.sharps = sharps
    self.isMinor = isMinor
    accidentals = [Int](repeating: 0, count: 7)
    // F C G D A E B, as steps from C.
    let order = [3, 0, 4, 1, 5, 2, 6]
    for place in 0..<abs(sharps) {
      accidentals[sharps > 0 ? order[place] : order[6 - place]] += sharps > 0 ? 1 : -1
    }
  }

  /// Why a `K:` field could not be read.
  package struct Failure: Error { package var message: String }

  /// The modes by their first three letters: fifths from the major key on the same note, and
  /// whether the third is minor.
  private static let modes: [String: (fifths: Int, isMinor: Bool)] = [
    "": (0, false), "maj": (0, false), "ion": (0, false), "m": (-3, true), "min": (-3, true),
    "aeo": (-3, true), "mix": (-1, false), "dor": (-2, true), "phr": (-4, true),
    "lyd": (1, false), "loc": (-5, true),
  ]

  /// Semitones that words of a `K:` or `V:` field move the notes by; nil when none is about that.
  static func transposition(of words: some Sequence<String>) -> Int? {
    var result: Int?
    for word in words {
      var clef = word.hasPrefix("clef=") ? word.dropFirst(5) : Substring(word)
      if let octaves = number(in: word, behind: "octave=", -9...9) {
        result = (result ?? 0) + 12 * octaves
      } else if let semitones = number(in: word, behind: "transpose=", -60...60) {
        result = (result ?? 0) + semitones
      } else if isClef(clef), let sign = clef.last(where: { "+-".contains($0) }) {
        // `treble-8` sounds an octave lower, `treble-15` two.
        clef = clef[(clef.lastIndex(of: sign) ?? clef.startIndex)...].dropFirst()
        let octaves = clef == "8" ? 12 : clef == "15" ? 24 : 0
        result = (result ?? 0) + (sign == "-" ? -octaves : octaves)
      }
    }
    return result
  }

  private static func number(
    in word: String, behind name: String, _ range: ClosedRange<Int>
  ) -> Int? {
    guard word.hasPrefix(name), let value = Int(word.dropFirst(name.count)) else { return nil }
    return range.contains(value) ? value : nil
  }

  /// Reads the value of a `K:` field: a note, a mode, further accidentals, and what concerns the
  /// staff, most of which has no sound. Nil when the field says nothing about the key.
  package static func parse(_ value: String) throws(Failure) -> ABCKey? {
    var words = value.split { $0 == " " || $0 == "\t" }.map(String.init)[...]
    guard let first = words.first else { return nil }
    var key = ABCKey.cMajor
    var namesKey = true
    if first == "HP" {
      words.removeFirst()
    } else if first == "Hp" {
      key = ABCKey(sharps: 2, isMinor: false)
      words.removeFirst()
    } else if first.lowercased() == "none" {
      words.removeFirst()
    } else if let fifths = Self.fifths(of: first) {
      words.removeFirst()
      var rest = String(first.dropFirst())
      var sharps = fifths
      if rest.hasPrefix("#") || rest.hasPrefix("b") {
        sharps += rest.hasPrefix("#") ? 7 : -7
        rest.removeFirst()
      }
      if rest.isEmpty, let next = words.first, Self.mode(next) != nil || next == "exp" {
        rest = words.removeFirst()
      }
      if rest == "exp" {
        // Only the accidentals that follow count.
      } else if let mode = Self.mode(rest) {
        guard (-7...7).contains(sharps + mode.fifths) else {
          throw Failure(
            message: "the key '\(value)' would need \(abs(sharps + mode.fifths)) "
              + "\(sharps > 0 ? "sharps" : "flats"), expected at most 7")
        }
        key = ABCKey(sharps: sharps + mode.fifths, isMinor: mode.isMinor)
      } else {
        throw Failure(
          message: "the mode '\(rest)' in the key, expected major, minor, dorian, phrygian, "
            + "lydian, mixolydian, aeolian, ionian or locrian")
      }
    } else {
      namesKey = false
    }
    for word in words {
      if let (step, accidental) = explicitAccidental(word) {
        key.accidentals[step] = accidental
        namesKey = true
      } else if !word.contains("=") && !isClef(word[...]) {
        throw Failure(message: "'\(word)' in the key '\(value)', expected a key such as G or Amin")
      }
    }
    key.transposition = transposition(of: words)
    return namesKey ? key : nil
  }

  /// Fifths of the major key on a note above C.
  private static func fifths(of word: String) -> Int? {
    guard let letter = word.first, let place = "FCGDAEB".firstIndex(of: letter) else { return nil }
    return "FCGDAEB".distance(from: "FCGDAEB".startIndex, to: place) - 1
  }

  private static func mode(_ name: String) -> (fifths: Int, isMinor: Bool)? {
    let lowercase = name.lowercased()
    // A capital M alone is not minor anywhere.
    if name == "M" { return nil }
    if let mode = modes[lowercase] { return mode }
    return lowercase.count > 3 && lowercase.allSatisfy(\.isLetter)
      ? modes[String(lowercase.prefix(3))] : nil
  }

  private static func explicitAccidental(_ word: String) -> (step: Int, accidental: Int)? {
    let signs: [(String, Int)] = [("^^", 2), ("__", -2), ("^", 1), ("_", -1), ("=", 0)]
    for (sign, value) in signs where word.hasPrefix(sign) {
      let note = word.dropFirst(sign.count)
      guard note.count == 1, let letter = note.lowercased().first else { return nil }
      return ABCNote.step(of: letter).map { ($0, value) }
    }
    return nil
  }

  private static func isClef(_ word: Substring) -> Bool {
    let clefs = ["treble", "bass", "alto", "tenor", "perc", "none"]
    return clefs.contains { clef in
      word.hasPrefix(clef)
        && word.dropFirst(clef.count).allSatisfy { "0123456789+-".contains($0) }
    }
  }
}
