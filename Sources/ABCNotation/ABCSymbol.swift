/// A note as it is written.
public struct ABCNote: Hashable, Sendable {
  /// The step of the scale, 0 (C) to 6 (B).
  public var step: Int
  /// Octaves above the one that begins at middle C.
  public var octave: Int
  /// The accidental before the note, in semitones; nil without one.
  public var accidental: Int?
  /// Whether a tie joins it to the next note of its pitch.
  public var isTied = false

  /// The step of a letter from `a` to `g`.
  static func step(of letter: Character) -> Int? {
    "cdefgab".firstIndex(of: letter).map {
      "cdefgab".distance(from: "cdefgab".startIndex, to: $0)
    }
  }

  /// The MIDI number of the note with `alteration` semitones of accidental; middle C is 60.
  func midiPitch(alteration: Int) -> Int {
    60 + 12 * octave + [0, 2, 4, 5, 7, 9, 11][step] + alteration
  }
}

/// A bar line.
public struct ABCBar: Hashable, Sendable {
  /// How often the music before it is played again; 0 when it is no end of a repeat.
  public var repeatsBefore = 0
  /// How often the music behind it will be played again; 0 when it begins no repeat.
  public var repeatsAfter = 0
  /// Whether it is doubled or heavy: the end of a section.
  public var isDouble = false

  /// Whether sections begin or end here.
  public var endsSection: Bool { repeatsBefore > 0 || repeatsAfter > 0 || isDouble }
}

/// One symbol of a tune's music.
public struct ABCSymbol: Hashable, Sendable {
  /// What a symbol can be.
  public enum Content: Hashable, Sendable {
    /// A note, or several at once.
    case sound([ABCNote], ABCDuration)
    /// Grace notes before the next note.
    case grace([ABCNote])
    /// Silence, printed or not.
    case rest(ABCDuration)
    /// Silence of whole bars.
    case barRests(Int)
    /// A bar line.
    case bar(ABCBar)
    /// The begin of an ending, with the numbers of the passes it is played in.
    case ending([Int])
    /// A change of key.
    case key(ABCKey)
    /// What follows sounds so many semitones higher than it is written.
    case transposition(Int)
    /// A change of meter; nil is free meter.
    case meter(ABCMeter?)
    /// A change of tempo.
    case tempo(ABCTempo)
    /// The bar so far is over, and other music begins with it.
    case overlay
    /// The name of a chord, for accompaniment.
    case chordSymbol(String)
    /// Words beside the staff.
    case annotation(String)
    /// An ornament, articulation or dynamic of what follows, by its full name.
    case decoration(String)
    /// The begin of a slur.
    case slurBegin
    /// The end of a slur.
    case slurEnd
  }

  /// What it is.
  public var content: Content
  /// Where it stands.
  public var position: ABCPosition
}

/// One voice of a tune: all its symbols in the order in which they are written.
public struct ABCVoice: Hashable, Sendable {
  /// Its name after `V:`; empty in a tune without voices.
  public var name: String
  /// Its symbols.
  public var symbols: [ABCSymbol]
}

/// A line of information, such as a title.
public struct ABCField: Hashable, Sendable {
  /// The letter before the colon.
  public var letter: Character
  /// What stands behind the colon, without a comment and white space around it.
  public var value: String
  /// Where it stands.
  public var position: ABCPosition
}

/// A tune.
public struct ABCTune: Sendable {
  /// Its number after `X:`, if there is one.
  public var number: Int?
  /// The fields of its header.
  public var fields: [ABCField] = []
  /// The meter at the begin; nil is free meter.
  public var meter: ABCMeter?
  /// The key at the begin.
  public var key = ABCKey.cMajor
  /// Semitones that it sounds higher than it is written, but for voices that say otherwise.
  public var transposition = 0
  /// The tempo at the begin.
  public var tempo = ABCTempo.usual
  /// Its voices in the order of their first appearance; one where no `V:` says otherwise.
  public var voices: [ABCVoice] = []
  /// What is wrong with it, by position.
  public var problems: [ABCProblem] = []
  /// Where it begins.
  public var position: ABCPosition

  /// Its title, if there is one.
  public var title: String? { fields.first { $0.letter == "T" }?.value }
  /// Whether nothing in it is an error.
  public var isGood: Bool { !problems.contains { $0.severity == .error } }
  /// Whether it can be played as it is: nothing in it is an error but the lack of a title.
  public var isPlayable: Bool {
    problems.count { $0.severity == .error } <= (title == nil ? 1 : 0)
  }
  /// The written notes, those of a chord each for itself, grace notes not counted.
  public var noteCount: Int {
    voices.reduce(0) { count, voice in
      voice.symbols.reduce(into: count) { count, symbol in
        if case .sound(let notes, _) = symbol.content { count += notes.count }
      }
    }
  }
}
