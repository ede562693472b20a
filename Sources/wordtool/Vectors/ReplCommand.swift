import ArgumentParser
import Word2Vec
import WordtoolCore

/// `wordtool repl`: a prompt for questions to vectors.
struct ReplCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "repl",
    abstract: "Ask vectors question after question at a prompt.",
    discussion: """
      The vectors are opened once. A line is what nearest takes, words or an expression such as \
      king - man + woman; man:king::woman asks what is to woman as king is to man. Other questions are what \
      the command of that name answers:

      \(ReplQuestion.overview)

      At a terminal the arrows go through the line and the lines before, and Tab completes words. \
      Elsewhere each line of standard input is a question, answered when it comes.

      Example:
        wordtool repl
        echo 'king - man + woman' | wordtool repl -k 1
        printf '%s\\n' ':axes man:woman king' ':closer sweden finland' | wordtool repl
      """,
    aliases: ["console"])

  @OptionGroup var vectors: VectorsOptions
  @OptionGroup var count: CountOptions
  @OptionGroup var restrict: RestrictOptions
  @OptionGroup var style: StyleOptions
  @OptionGroup var threads: ThreadsOptions

  func run() throws {
    let style = try style.resolved(among: [.table, .tsv, .json], for: "repl")
    let set = try VectorSet(vectors, threads: threads.count).vectors
    var repl = Repl(
      vectors: set,
      search: SearchOptions(
        count: count.count, limit: restrict.restrict, threads: threads.count), style: style)
    guard LineEditor.isPossible else { return try runLines(&repl) }
    try StandardOutput.shared.writeLine(
      "\(set.name ?? "vectors"); :help tells what can be asked, :quit ends")
    var editor = LineEditor(prompt: "> ") { repl.completions(of: $0) }
    while true {
      switch try editor.next() {
      case .end: return
      case .dropped: continue
      case .line(let line): if !(try repl.answer(line)) { return }
      }
    }
  }

  private func runLines(_ repl: inout Repl) throws {
    struct Ended: Error {}
    do {
      try QuestionLines.forEach {
        $0
      } show: { line, _, _ in
        if !(try repl.answer(line)) { throw Ended() }
        try StandardOutput.shared.flush()
      }
    } catch is Ended {}
    // As with the other commands: nothing that was asked had an answer.
    if repl.askedCount > 0 && repl.answeredCount == 0 { throw ExitCode(1) }
  }
}
