import ABCNotation
import ArgumentParser
import SeqModels
import WordtoolCore

/// `wordtool abc midi`: a tune as a MIDI file.
struct ABCMIDICommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "midi",
    abstract: "Turn a tune in ABC notation into a standard MIDI file.",
    discussion: """
      Repeats and endings are played out, accidentals last to the end of the bar, tied notes are \
      one, every voice has a track. Chord symbols and ornaments have no sound. A tune with errors is \
      refused unless --force plays it as far as it can be read.

      Example:
        wordtool abc midi tunes.abc --tune 7 -o tune.mid
        wordtool abc midi tunes.abc -o reel.mid --tempo 200 --program 73
      """)

  @Argument(
    help: ArgumentHelp(
      "A file of tunes, plain or .gz; '-' is standard input.", valueName: "file"),
    completion: .file())
  var file: String

  @Option(
    name: [.customShort("o"), .customLong("output")],
    help: ArgumentHelp("The MIDI file to write; '-' is standard output.", valueName: "path"),
    completion: .file())
  var output: String

  @Option(
    help: ArgumentHelp("The tune with this number after X:. (default: the first)", valueName: "x"))
  var tune: Int?

  @Option(
    help: ArgumentHelp(
      "Quarter notes a minute. (default: the tune's Q:, or 120)", valueName: "n"))
  var tempo: Double?

  @Option(
    help: ArgumentHelp("The instrument of General MIDI, 0 to 127; 0 is a piano.", valueName: "n"))
  var program = 0

  @Flag(help: "Play a tune that has errors as far as it can be read.")
  var force = false

  @OptionGroup var encoding: EncodingOption
  @OptionGroup var json: JSONOptions

  struct Answer: Encodable {
    var tune: Int?
    var title: String?
    var notes: Int
    var quarterNotes: Double
    var seconds: Double
    var bytes: Int
    var output: String
  }

  func validate() throws {
    if let tempo, !(tempo >= 4 && tempo <= 10_000) {
      throw ValidationError("--tempo is \(tempo), expected 4 to 10000")
    }
    try OptionCheck.whole([("--program", program, 0...127)])
    if json.json && output == "-" {
      throw ValidationError("--json and -o - would share standard output")
    }
  }

  func run() throws {
    try OutputPaths.check([output], inputs: [file], printing: json.json ? "the summary" : nil)
    let target = try OutputKind.midi.open(output)
    let book = try ABCInput.read(file, encoding)
    guard
      let chosen = tune.map({ number in book.tunes.first { $0.number == number } })
        ?? book.tunes.first
    else {
      throw WordtoolError(
        .badData, path: file, found: tune.map { "no tune X:\($0)" } ?? "no tune",
        expected: "a tune that begins with X:", remedy: "'wordtool abc list' shows what is there")
    }
    if !force, !chosen.isPlayable,
      let problem = chosen.problems.first(where: { $0.severity == .error })
    {
      throw WordtoolError(
        .badData, path: file, at: .line(problem.position.line),
        found: "column \(problem.position.column): \(problem.message)",
        remedy: "--force plays the rest")
    }
    let performance = ABCPerformance(chosen)
    let midi = MIDIFile(
      performance, title: chosen.title, quartersPerMinute: tempo, program: program)
    try midi.write(to: target)
    try target.commit()
    if json.json {
      let seconds = tempo.map { performance.length.wholeNotes * 240 / $0 } ?? performance.seconds
      try JSONOutput.write(
        Answer(
          tune: chosen.number, title: chosen.title,
          notes: performance.voices.reduce(0) { $0 + $1.count },
          quarterNotes: performance.length.wholeNotes * 4, seconds: seconds,
          bytes: midi.bytes.count, output: output))
    }
  }
}
