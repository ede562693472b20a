import ArgumentParser
import Word2Vec
import WordtoolCore

/// Tells about questions that could not be answered, and keeps count of them.
///
/// An unknown word is reported on standard error with near spellings and the command goes on; if
/// nothing at all could be answered it ends with exit code 1, under `--strict` at once. A question
/// that cannot be read ends a single question with a usage error; in a batch it is one line, the
/// run goes on and ends with exit code 1.
struct Lookup {
  private let strict: Bool
  private var asked = 0
  private var answered = 0
  private var unread = 0

  init(_ options: LookupOptions) { strict = options.strict }

  /// Tells about a question's problems and notes.
  ///
  /// - Parameter line: the line of standard input it came on; nil for a question of its own.
  /// - Returns: the answer.
  mutating func tell<Answer>(_ result: Answered<Answer>, line: Int? = nil) throws -> Answer? {
    asked += 1
    for var problem in result.problems {
      if problem.kind == .usage, let line {
        problem.path = "-"
        problem.position = .line(line)
        StandardError.printLine("wordtool: error: \(problem)")
        unread += 1
        continue
      }
      if strict || problem.kind == .usage { throw problem }
      StandardError.note(problem.description)
    }
    for note in result.notes { StandardError.note(note) }
    if result.answer != nil { answered += 1 }
    return result.answer
  }

  /// Tells how to ask for each line of a file whose name was given where a word is expected.
  static func hint(at words: [String], of command: String) {
    guard words.count == 1, Environment.exists(words[0]) else { return }
    StandardError.note(
      "\(words[0]) is a file; '-' asks for each of its lines: wordtool \(command) - < \(words[0])")
  }

  /// Ends with exit code 1 when a question could not be read, or none of them was answered.
  func finish() throws {
    if unread > 0 || (answered == 0 && asked > 0) { throw ExitCode(1) }
  }
}
