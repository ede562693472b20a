/// A tune as it is played: repeats and endings written out, every note with its pitch, ties joined.
public struct ABCPerformance: Sendable {
  /// One note that sounds.
  public struct Note: Hashable, Sendable {
    /// When it begins, from the start of the tune.
    public var start: ABCDuration
    /// How long it sounds.
    public var length: ABCDuration
    /// Its MIDI number, 0 ... 127; middle C is 60.
    public var pitch: Int
  }

  /// Something that changes while the tune is played.
  public enum Change: Hashable, Sendable {
    /// Another key signature.
    case key(ABCKey)
    /// Another meter.
    case meter(ABCMeter)
    /// Another tempo.
    case tempo(ABCTempo)
  }

  /// The notes of each voice, by the time they begin.
  public private(set) var voices: [[Note]] = []
  /// The names of the voices.
  public private(set) var names: [String] = []
  /// Changes of key, meter and tempo with their times; of the first voice that has them.
  public private(set) var changes: [(time: ABCDuration, change: Change)] = []
  /// How long it takes: the end of the voice that ends last, rests included.
  public private(set) var length = ABCDuration.zero

  /// How many seconds it takes at its tempi.
  public var seconds: Double {
    var total = 0.0
    var rate = ABCTempo.usual.quartersPerMinute
    var last = ABCDuration.zero
    for (time, change) in changes {
      guard case .tempo(let tempo) = change else { continue }
      total += (time - last).wholeNotes * 240 / rate
      (last, rate) = (time, tempo.quartersPerMinute)
    }
    return total + (length - last).wholeNotes * 240 / rate
  }

  /// Plays a tune. A tune with errors is played as far as it goes.
  public init(_ tune: ABCTune) {
    changes = [(.zero, .key(tune.key)), (.zero, .tempo(tune.tempo))]
    if let meter = tune.meter { changes.append((.zero, .meter(meter))) }
    for (index, voice) in tune.voices.enumerated() {
      var player = ABCPlayer(voice: voice, tune: tune)
      player.play()
      voices.append(player.notes)
      names.append(voice.name)
      length = max(length, player.end)
      // Meter and key are written in every voice; the first one speaks for all.
      if index == 0 { changes += player.changes.map { ($0.time, $0.change) } }
    }
  }
}

/// Plays one voice.
struct ABCPlayer {
  let voice: ABCVoice
  private var meter: ABCMeter?
  /// The MIDI numbers of the notes of each symbol, by its index.
  private var pitches: [[Int]] = []
  private(set) var notes: [ABCPerformance.Note] = []
  private(set) var changes: [(time: ABCDuration, change: ABCPerformance.Change)] = []
  /// The time up to which all is played.
  private(set) var end = ABCDuration.zero
  private var time = ABCDuration.zero
  private var barStart = ABCDuration.zero
  /// Notes that a tie holds, as places in `notes`, by pitch.
  private var held: [Int: Int] = [:]
  private var grace: [Int] = []

  init(voice: ABCVoice, tune: ABCTune) {
    self.voice = voice
    meter = tune.meter
    pitches = Self.pitches(of: voice, in: tune)
  }

  /// The order in which symbols are played is `ABCRepeats`' affair; here each is played.
  mutating func play() {
    for index in ABCRepeats(voice.symbols).order() { play(index) }
    end = max(end, time)
  }

  private mutating func play(_ index: Int) {
    let symbol = voice.symbols[index]
    switch symbol.content {
    case .sound(let written, let length): sound(written, pitches[index], length)
    case .grace: grace = pitches[index]
    case .rest(let length):
      held = [:]
      time = time + length
    case .barRests(let count):
      held = [:]
      let bar = meter?.bar ?? .wholeNote
      time = time + bar.scaled(by: count, over: 1)
    case .bar:
      end = max(end, time)
      time = max(time, end)
      barStart = time
    case .overlay:
      end = max(end, time)
      time = barStart
      held = [:]
    case .key(let key): changes.append((time, .key(key)))
    case .tempo(let tempo): changes.append((time, .tempo(tempo)))
    case .meter(let new):
      meter = new
      if let new { changes.append((time, .meter(new))) }
    default: break
    }
  }

  private mutating func sound(_ written: [ABCNote], _ pitches: [Int], _ length: ABCDuration) {
    var (start, length) = (time, length)
    time = time + length
    if !grace.isEmpty {
      // Grace notes take a thirty-second each from the note they adorn, half of it at the most.
      let share = min(
        ABCDuration(1, over: 32), length.scaled(by: 1, over: 2 * grace.count))
      for pitch in grace {
        notes.append(ABCPerformance.Note(start: start, length: share, pitch: pitch))
        start = start + share
        length = length - share
      }
      grace = []
    }
    var nowHeld: [Int: Int] = [:]
    for (note, pitch) in zip(written, pitches) {
      var place = notes.count
      if let first = held[pitch] {
        place = first
        notes[place].length = time - notes[place].start
      } else {
        notes.append(ABCPerformance.Note(start: start, length: length, pitch: pitch))
      }
      if note.isTied { nowHeld[pitch] = place }
    }
    held = nowHeld
  }

  // MARK: Pitches

  /// The MIDI numbers of all notes as they are written: the key, and accidentals that last until the
  /// bar is over, in every octave, and through a tie into the next bar.
  private static func pitches(of voice: ABCVoice, in tune: ABCTune) -> [[Int]] {
    var key = tune.key
    var transposition = tune.transposition
    var inBar: [Int: Int] = [:]
    var tied: [ABCNote: Int] = [:]
    func resolve(_ note: ABCNote) -> Int {
      var alteration = inBar[note.step] ?? key.accidentals[note.step]
      if let accidental = note.accidental {
        alteration = accidental
        inBar[note.step] = accidental
      } else if let through = tied[Self.place(of: note)] {
        alteration = through
      }
      return alteration
    }
    func midi(_ note: ABCNote, _ alteration: Int) -> Int {
      min(127, max(0, note.midiPitch(alteration: alteration) + transposition))
    }
    return voice.symbols.map { symbol in
      switch symbol.content {
      case .sound(let notes, _):
        let alterations = notes.map(resolve)
        tied = [:]
        for (note, alteration) in zip(notes, alterations) where note.isTied {
          tied[Self.place(of: note)] = alteration
        }
        return zip(notes, alterations).map(midi)
      case .grace(let notes):
        return notes.map { midi($0, resolve($0)) }
      case .bar: inBar = [:]
      case .key(let new):
        key = new
        transposition = new.transposition ?? transposition
        inBar = [:]
      case .transposition(let semitones): transposition = semitones
      case .rest, .barRests: tied = [:]
      default: break
      }
      return []
    }
  }

  /// The note without what does not belong to its place on the staff.
  private static func place(of note: ABCNote) -> ABCNote {
    ABCNote(step: note.step, octave: note.octave)
  }
}
