import ArgumentParser
import SeqModels

/// `wordtool tag`: a tag for every word of a text.
struct TagCommand: ParsableCommand, ConditionalOptions {
  static let configuration = CommandConfiguration(
    commandName: "tag",
    abstract: "Give every word of a text a tag.",
    discussion: """
      MODEL is what train-tagger wrote. TEXT is files and folders, plain or .gz, or '-', one sentence a \
      line, its words between spaces; without any, standard input. A line 'WORD<TAB>TAG' is printed for each \
      word, and a blank line after each sentence: what train-tagger reads. With --json the tags have \
      their probabilities.

      Example:
        wordtool tag pos.model --text 'the food was good'
      """)

  @OptionGroup var questions: TextQuestions

  var optionRules: [OptionRule] { questions.optionRules }

  struct Answer: Encodable {
    /// Where texts of several files are answered.
    var file: String?
    var words: [String]
    var tags: [String]
    var probabilities: [Double]
  }

  func run() throws {
    let tagger = try FileKind.reading(questions.model, as: .tagger) {
      try SequenceTagger(contentsOf: questions.model)
    }
    StandardError.warn(of: tagger.rule, in: questions.model)
    try questions.answerAll(longestLine: Self.longestSentence) {
      try answer($0, tagger, file: $1)
    }
  }

  /// Bytes of a sentence, which goes through the network as a whole: some 14 kB a word.
  private static let longestSentence = 1 << 16

  /// Prints the tags of some sentences and returns how many have words.
  private func answer(_ batch: LabelledText, _ tagger: SequenceTagger, file: String?) throws -> Int
  {
    let sentences = (0..<batch.count).map { tagger.words(in: batch.text(at: $0)) }
      .filter { !$0.isEmpty }
    let out = StandardOutput.shared
    let tagged = try tagger.answers(for: sentences, threads: questions.threads.count)
    for (words, answers) in zip(sentences, tagged) {
      if questions.json {
        try JSONOutput.write(
          Answer(
            file: file, words: words, tags: answers.map(\.label),
            probabilities: answers.map(\.probability)))
        continue
      }
      for (word, answer) in zip(words, answers) {
        try out.writeLine(
          TerminalText.escaped(word) + "\t" + TerminalText.escaped(answer.label))
      }
      try out.writeLine("")
    }
    return sentences.count
  }
}
