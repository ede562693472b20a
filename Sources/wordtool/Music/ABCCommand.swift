import ABCNotation
import ArgumentParser
import SeqModels
import Tokenize
import WordtoolCore

/// `wordtool abc`: tunes in ABC notation.
struct ABCCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "abc",
    abstract: "Check tunes in ABC notation and turn them into MIDI files.",
    discussion: """
      Example:
        wordtool abc check tunes.abc
        wordtool abc midi tunes.abc --tune 7 -o tune.mid
      """,
    subcommands: [ABCCheckCommand.self, ABCMIDICommand.self, ABCListCommand.self])
}

/// Reading tunes from files.
enum ABCInput {
  /// The tunes of a file, or of standard input for `-`.
  static func read(_ path: String, _ encoding: EncodingOption) throws -> ABCBook {
    let book = try ABCBook(TextSource(path: path, encoding: encoding.encoding))
    if book.replacedCount > 0 {
      StandardError.warn(
        "\(StandardError.replacements(book.replacedCount)); old tunes are "
          + "often in --encoding latin-1")
    }
    return book
  }

  /// How a file is called in messages.
  static func name(of path: String) -> String { path == "-" ? "standard input" : path }
}

/// `wordtool abc list`: the tunes of a file.
struct ABCListCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list",
    abstract: "List the tunes of a file.",
    discussion: """
      A line for each tune: its number, title, meter, key, notes, and how long it takes to play.

      Example:
        wordtool abc list tunes.abc
      """)

  @Argument(
    help: ArgumentHelp(
      "A file of tunes, plain or .gz; '-' is standard input.", valueName: "file"),
    completion: .file())
  var file: String

  @OptionGroup var encoding: EncodingOption
  @OptionGroup var json: JSONOptions

  struct Answer: Encodable {
    var tune: Int?
    var title: String?
    var meter: String
    var key: String
    var notes: Int
    var quarterNotes: Double
    var seconds: Double
    var line: Int
    var isGood: Bool
  }

  func run() throws {
    let book = try ABCInput.read(file, encoding)
    let answers = book.tunes.map { tune in
      let performance = ABCPerformance(tune)
      func field(_ letter: Character) -> String {
        tune.fields.last { $0.letter == letter }?.value ?? ""
      }
      return Answer(
        tune: tune.number, title: tune.title, meter: field("M"), key: field("K"),
        notes: tune.noteCount, quarterNotes: performance.length.wholeNotes * 4,
        seconds: performance.seconds, line: tune.position.line, isGood: tune.isGood)
    }
    if json.json { return try JSONOutput.write(answers) }
    let rows = answers.map { answer in
      [
        answer.title ?? "", answer.tune.map { "X:\($0)" } ?? "", answer.meter, answer.key,
        NumberFormat.counted(answer.notes, "note"), NumberFormat.duration(answer.seconds),
        answer.isGood ? "" : "errors",
      ]
    }
    try StandardOutput.shared.write(TextTable.aligned(rows))
  }
}
