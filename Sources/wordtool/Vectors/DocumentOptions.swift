import ArgumentParser
import SeqModels
import Tokenize
import Word2Vec
import WordtoolCore

/// What a document is.
struct DocumentOptions: ParsableArguments {
  /// The parts of what is read that are documents.
  enum Unit: String, CaseIterable, ExpressibleByArgument {
    case lines, files, rows
  }

  @Option(
    name: .customLong("documents"),
    help: ArgumentHelp(
      "What a document is: lines of texts, called by their numbers, files, called by their paths, or "
        + "rows of labelled text, called by their numbers. (default: rows of a file of CSV, TSV, JSON "
        + "or __label__ lines, files where a folder is given, else lines)", valueName: "unit"))
  var given: Unit?

  @Option(
    help: ArgumentHelp(
      "The column of the text: a number from 1, or its name in the header row or JSON object. "
        + "(default: a usual name such as text; without a header the longest)", valueName: "column")
  )
  var textColumn: LabelledTextLayout.Column?

  @Option(
    help: ArgumentHelp(
      "The column of the label, which is kept with the document. (default: a usual name such as label; "
        + "without a header the first that is not the text)", valueName: "column"))
  var labelColumn: LabelledTextLayout.Column?

  @Flag(
    help:
      "Train vectors of words as well, by skip-gram inside of documents, as gensim's dbow_words.")
  var dbowWords = false

  /// The parts of some paths that are documents.
  func unit(of paths: [String]) -> Unit {
    if let given { return given }
    if textColumn != nil || labelColumn != nil { return .rows }
    if paths.contains(where: Environment.isFolder) { return .files }
    return paths.contains(where: Self.holdsRows) ? .rows : .lines
  }

  /// Whether a file is one of labelled text, by its name or its content.
  private static func holdsRows(_ path: String) -> Bool {
    ["csv", "tsv", "json", "jsonl"].contains(FileSuffix(of: path).name)
      || path != "-" && FileRecognizer.kind(of: path) == .labelledText
  }

  /// Which of these options, and of those about text, do something.
  func rules(texts: [String], isOfDocuments: Bool) -> [OptionRule] {
    let documents = OptionRule(
      ["--documents", "--text-column", "--label-column", "--dbow-words"],
      need: "--model pv-dbow or pv-dm", isMet: isOfDocuments)
    guard isOfDocuments else { return [documents] }
    let unit = unit(of: texts)
    return [
      documents,
      OptionRule(
        ["--text-column", "--label-column"], need: "--documents rows", isMet: unit == .rows),
      OptionRule(
        ["--strict", "--html", "--include", "--exclude"], need: "--documents lines or files",
        isMet: unit != .rows),
    ]
  }
}

extension DocumentCorpus {
  /// Reads the documents of a training.
  ///
  /// - Throws: ``WordtoolError``: as the readers of text do.
  init(_ command: TrainEmbeddingsCommand, _ session: TrainingSession) throws {
    let rule = try command.text.rule()
    let limits = VocabularyLimits(
      minimumCount: command.vocabulary.minCount, maximumSize: command.vocabulary.maxVocab)
    let vocabulary = try command.vocabulary.vocab.map { try EmbeddingTraining.readVocabulary($0) }
    let threads = command.common.threads.count
    let options = command.documents
    switch options.unit(of: command.texts) {
    case .lines:
      let reader = CorpusReader(
        rule: rule, limits: limits, isStrict: command.text.strict, threads: threads,
        memoryLimit: command.memory?.text, encoding: command.text.encoding,
        wordLimit: command.memory?.words)
      try self.init(
        linesOf: command.text.input.files(command.texts), reader: reader, vocabulary: vocabulary,
        stop: session.stop, progress: session.progress.ofReading)
      session.progress.finish()
      StandardError.warnOfReplacements(text.statistics.invalidSequenceCount)
    case .files:
      let paths = try command.text.input.files(command.texts)
      let texts = try paths.map { try Self.text(of: $0, command.text) }
      try self.init(
        texts: texts, names: paths, rule: rule, limits: limits, vocabulary: vocabulary,
        threads: threads, stop: session.stop)
    case .rows:
      let layout = LabelledTextLayout(
        textColumn: options.textColumn, labelColumn: options.labelColumn,
        encoding: command.text.encoding)
      var rows = LabelledText()
      for path in command.texts {
        try rows.append(contentsOf: path, layout: layout, requiresLabels: false)
      }
      StandardError.warnOfReplacements(rows.replacedCount, isTold: false)
      for warning in rows.warnings { StandardError.warn(warning) }
      try self.init(
        texts: (0..<rows.count).map { rows.text(at: $0) },
        labels: (0..<rows.count).map { row in rows.labelIDs(of: row).map { rows.labels[Int($0)] } },
        rule: rule, limits: limits, vocabulary: vocabulary, threads: threads, stop: session.stop)
    }
    if emptyCount > 0 {
      let verb = emptyCount == 1 ? "has" : "have"
      StandardError.note(
        "\(NumberFormat.counted(emptyCount, "document")) \(verb) no word of the vocabulary and no vector"
      )
    }
  }

  /// All of a file's text.
  private static func text(of path: String, _ options: TextOptions) throws -> String {
    let lines = LineReader(
      try TextSource(path: path, encoding: options.encoding),
      invalid: options.strict ? .refused : .replaced)
    var text: [String] = []
    while let line = try lines.nextLine() { text.append(line) }
    StandardError.warnOfReplacements(lines.replacedCount, isTold: false)
    return text.joined(separator: "\n")
  }
}
