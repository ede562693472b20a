import ABCNotation
import Testing
import TestSupport

@Suite struct ABCPerformanceTests {
  private func notes(_ music: String, key: String = "C") -> [ABCPerformance.Note] {
    ABCPerformance(ABCTests.tune(music, key: key)).voices[0]
  }

  private func pitches(_ music: String, key: String = "C") -> [Int] {
    notes(music, key: key).map(\.pitch)
  }

  /// The letters of the notes that are played.
  private func played(_ music: String) -> String {
    let names = [0: "C", 2: "D", 4: "E", 5: "F", 7: "G", 9: "A", 11: "B"]
    return pitches(music).map { names[$0 % 12] ?? "?" }.joined()
  }

  @Test func pitchesFollowKeyAccidentalsAndOctaves() {
    #expect(pitches("C c c' C,") == [60, 72, 84, 48])
    #expect(pitches("FCG", key: "D") == [66, 61, 67])
    #expect(pitches("BEA", key: "Bb") == [70, 63, 69])
    #expect(pitches("^F F f | F") == [66, 66, 78, 65])
    #expect(pitches("=F F | F", key: "G") == [65, 65, 66])
    #expect(pitches("^^C __D") == [62, 60])
    #expect(pitches("F [K:D] F") == [65, 66])
    #expect(pitches("C", key: "C octave=-1") == [48])
  }

  @Test func tiesJoinNotesAndCarryTheAccidental() {
    let tied = notes("^F4-|F4 F4|")
    #expect(tied.map(\.pitch) == [66, 65])
    #expect(tied.map(\.length.fraction) == ["1/1", "1/2"])
    let chord = notes("[C-E]2 [CG]2")
    #expect(chord.map(\.pitch) == [60, 64, 67])
    #expect(chord.map(\.length.fraction) == ["1/2", "1/4", "1/4"])
  }

  @Test(arguments: [
    ("C8:|D8", "CCD"), ("|:C8:|D8:|", "CCDD"), ("|:C8::D8:|E8", "CCDDE"), ("C8||D8:|", "CDD"),
    ("|:C8|[1 D8:|[2 E8|]F8", "CDCEF"), ("C8|1 D8:|2 E8:|", "CDCE"),
    ("|:C8|[1,3 D8:|[2,4 E8:|F8", "CDCECDCEF"), ("|:C4D4|1 E8:|2 F8:|3 G8|]", "CDECDFCDG"),
    ("|::C8::|D8", "CCCD"), ("|:C8|1-2 D8:|3 E8|]", "CDCDCE"),
    ("|:C8|1 D8:|2 E8||F8:|G8", "CDCEFFG"), ("C8|D8|]", "CD"), ("|:C8||D8:|", "CDCD"),
  ])
  func repeatsAndEndingsArePlayedOut(_ music: String, _ expected: String) {
    #expect(played(music) == expected)
  }

  @Test func graceNotesTakeTimeFromTheirNote() {
    let graced = notes("{GA}c4 d4")
    #expect(graced.map(\.pitch) == [67, 69, 72, 74])
    #expect(graced.map(\.start.fraction) == ["0/1", "1/32", "1/16", "1/2"])
  }

  @Test func voicesAndOverlaysSoundTogether() {
    let tune = ABCTests.tune("V:1\nC4 D4|\nV:2\nE8|")
    let performance = ABCPerformance(tune)
    #expect(performance.voices.map(\.count) == [2, 1])
    #expect(performance.length.fraction == "1/1")
    let overlay = notes("C4 D4 & E8 | F8")
    #expect(overlay.map(\.start.fraction) == ["0/1", "1/2", "0/1", "1/1"])
  }

  @Test func aMIDIFileHasTheBytesOfTheStandard() {
    let tune = ABCTests.tune("[Q:1/4=60]C2-C2|", meter: "2/4", key: "G")
    let midi = MIDIFile(ABCPerformance(tune), title: "Hi", program: 73)
    #expect(
      midi.bytes == [
        // Header: format 1, two tracks, 480 ticks a quarter note.
        0x4D, 0x54, 0x68, 0x64, 0, 0, 0, 6, 0, 1, 0, 2, 0x01, 0xE0,
        0x4D, 0x54, 0x72, 0x6B, 0, 0, 0, 39,
        // Title, one sharp in major, 2/4, 120 and then 60 beats a minute, the end after 960 ticks.
        0, 0xFF, 3, 2, 0x48, 0x69, 0, 0xFF, 0x59, 2, 1, 0, 0, 0xFF, 0x58, 4, 2, 2, 24, 8,
        0, 0xFF, 0x51, 3, 0x07, 0xA1, 0x20, 0, 0xFF, 0x51, 3, 0x0F, 0x42, 0x40,
        0x87, 0x40, 0xFF, 0x2F, 0,
        0x4D, 0x54, 0x72, 0x6B, 0, 0, 0, 16,
        0, 0xC0, 73, 0, 0x90, 60, 96, 0x87, 0x40, 0x80, 60, 0, 0, 0xFF, 0x2F, 0,
      ])
  }

  @Test func anotherTempoReplacesThatOfTheTune() {
    let performance = ABCPerformance(ABCTests.tune("C8|"))
    #expect(performance.seconds == 2)
    let midi = MIDIFile(performance, quartersPerMinute: 240).bytes
    #expect(midi.indices.contains { midi[$0...].starts(with: [0xFF, 0x51, 3, 0x03, 0xD0, 0x90]) })
  }
}

/// What moves notes without standing among them.
@Suite struct ABCOctaveTests {
  private func pitches(_ header: String, _ body: String) -> [Int] {
    let book = ABCBook(text: "X:1\nT:t\nM:4/4\nL:1/4\n\(header)\n\(body)\n")
    #expect(book.isGood, "\(book.allProblems)")
    return ABCPerformance(book.tunes[0]).voices.flatMap { $0.map(\.pitch) }
  }

  @Test(arguments: [
    ("K:C clef=treble-8", "CDEF"), ("K:C treble-8", "CDEF"), ("K:C", "V:1 clef=treble-8\nCDEF"),
    ("V:1 clef=treble-8\nK:C", "V:1\nCDEF"), ("K:C", "V:1 octave=-1\nCDEF"),
    ("K:C", "[V:1 octave=-1] CDEF"), ("V:1 octave=-1\nK:C", "V:1\nCDEF"),
    ("K:C clef=treble-8", "V:1 clef=treble-8\nCDEF"), ("K:C", "V:1 transpose=-12\nCDEF"),
    ("K:C", "[K:clef=treble-8] CDEF"),
  ])
  func anOctaveLowerIsHeardSo(_ header: String, _ body: String) {
    #expect(pitches(header, body) == [48, 50, 52, 53])
  }

  @Test func aChangeOfKeyKeepsTheOctaveAndVoicesDiffer() {
    #expect(pitches("K:C clef=treble-8", "C [K:G] F") == [48, 54])
    #expect(pitches("K:C clef=bass", "C") == [60])
    #expect(pitches("V:1 octave=1\nV:2\nK:C", "V:1\nC\nV:2\nC") == [72, 60])
  }

  @Test(arguments: [
    "X:1\nT:t\nM:4/4\nL:1/4\nK:C\nCDEF\n%%begintext\nplain words here\n\nabc\n%%endtext\n",
    "X:1\nT:t\nM:4/4\nL:1/4\n%%begintext\nplain words here\n%%endtext\nK:C\nCDEF\n",
    "X:1\nT:t\nM:4/4\nL:1/4\nH:one line\nsecond line\nK:C\nCDEF\n",
    "X:1\nT:t\nM:4/4\nL:1/4\nQ:C=100\nK:C\nCDEF\n",
    "X:1\nT:t\nM:4/4\nL:1/8\nQ:C2=100\nK:C\nC2D2E2F2\n",
  ])
  func textBlocksHistoriesAndOldTempiAreNoMusic(_ text: String) {
    let book = ABCBook(text: text)
    #expect(book.allProblems.isEmpty, "\(book.allProblems)")
    let performance = ABCPerformance(book.tunes[0])
    #expect(performance.voices[0].map(\.pitch) == [60, 62, 64, 65])
    if text.contains("Q:") { #expect(performance.seconds == 2.4) }
  }

  @Test func aTuneWithoutATitleIsPlayed() {
    let tune = ABCBook(text: "X:1\nK:C\nCDEF|\n").tunes[0]
    #expect(!tune.isGood && tune.isPlayable)
    #expect(!ABCBook(text: "X:1\nK:C\n[CDEF|\n").tunes[0].isPlayable)
  }
}
