import ABCNotation
import ArgumentParser
import SeqModels
import WordtoolCore

/// `wordtool abc check`: what is wrong with tunes.
struct ABCCheckCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Report what is wrong with tunes in ABC notation.",
    discussion: """
      Each problem is a line PATH:LINE:COLUMN: KIND: WHAT. Errors are what programs fail on or read \
      differently: a tune without X:, T:, K: or notes, symbols that are no music, and chords, \
      tuplets, ties, slurs, repeats and endings that do not begin or end. Warnings are what is \
      likely not meant, such as a bar that is not as long as the meter says; pickups are allowed. \
      The last line counts the tunes without errors. The exit code is 65 if there is any error.

      Example:
        wordtool abc check tunes.abc
        wordtool generate tunes.safetensors --prompt 'X:' | wordtool abc check - \\
            --json
      """)

  @Argument(
    help: ArgumentHelp(
      "Files of tunes in ABC notation, plain or .gz; '-' is standard input.", valueName: "file"),
    completion: .file())
  var files: [String]

  @Flag(help: "Report errors only.")
  var errorsOnly = false

  @OptionGroup var encoding: EncodingOption
  @OptionGroup var json: JSONOptions

  struct Problem: Encodable {
    var severity: ABCProblem.Severity
    var line: Int
    var column: Int
    var message: String
  }

  struct Tune: Encodable {
    var tune: Int?
    var title: String?
    var line: Int
    var notes: Int
    var isGood: Bool
    var problems: [Problem]
  }

  struct File: Encodable {
    var path: String
    var tunes: [Tune]
    var problems: [Problem]
  }

  struct Answer: Encodable {
    var files: [File]
    var tunes: Int
    var good: Int
    var errors: Int
    var warnings: Int
  }

  func run() throws {
    var answer = Answer(files: [], tunes: 0, good: 0, errors: 0, warnings: 0)
    for path in files {
      let book = try ABCInput.read(path, encoding)
      for problem in book.allProblems {
        switch problem.severity {
        case .error: answer.errors += 1
        case .warning: answer.warnings += 1
        }
        if !json.json, isShown(problem) {
          try StandardOutput.shared.writeLine(
            TerminalText.escaped("\(ABCInput.name(of: path)):\(problem)"))
        }
      }
      answer.tunes += book.tunes.count
      answer.good += book.tunes.count { $0.isGood }
      answer.files.append(
        File(
          path: path, tunes: book.tunes.map(describe), problems: book.problems.map(describe)))
    }
    if json.json {
      try JSONOutput.write(answer)
    } else {
      try StandardOutput.shared.writeLine(
        "\(answer.good) of \(answer.tunes) \(answer.tunes == 1 ? "tune" : "tunes") good, "
          + "\(answer.errors) \(answer.errors == 1 ? "error" : "errors"), "
          + "\(answer.warnings) \(answer.warnings == 1 ? "warning" : "warnings")")
    }
    if answer.errors > 0 { throw ExitCode(WordtoolError.Kind.badData.exitCode) }
  }

  private func isShown(_ problem: ABCProblem) -> Bool {
    !errorsOnly || problem.severity == .error
  }

  private func describe(_ problem: ABCProblem) -> Problem {
    Problem(
      severity: problem.severity, line: problem.position.line, column: problem.position.column,
      message: problem.message)
  }

  private func describe(_ tune: ABCTune) -> Tune {
    Tune(
      tune: tune.number, title: tune.title, line: tune.position.line, notes: tune.noteCount,
      isGood: tune.isGood, problems: tune.problems.filter(isShown).map(describe))
  }
}
