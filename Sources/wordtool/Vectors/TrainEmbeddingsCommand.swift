import ArgumentParser
import Tokenize
import Word2Vec
import WordtoolCore

/// `wordtool train-embeddings`: text in, vectors out.
struct TrainEmbeddingsCommand: ParsableCommand, ConditionalOptions {
  static let configuration = CommandConfiguration(
    commandName: "train-embeddings",
    abstract: "Make vectors of words, or of documents, from text.",
    discussion: """
      TEXT is files and folders, plain or .gz, or '-'; without any the corpus that ships with \
      wordtool. The same text, seed and options give the same bytes, whatever the number of \
      threads and the processor.

      Without -o the vectors are the default from then on: nearest and the other commands ask them \
      where none are named, until others take their place. With -o they are so only under --default. \
      An interrupted run leaves an older output as it was; with --checkpoint \
      it can be continued, and ends with the bytes of an unbroken run.

      --model pv-dbow and pv-dm make vectors of documents (Le and Mikolov 2014), which \
      nearest-documents and document-vector ask: a document is a line of a text, a row of labelled \
      text (CSV, TSV, JSON, fastText's), or a file of a folder. -o names the model.

      Example:
        wordtool train-embeddings wiki-*.txt.gz -o wiki.safetensors
        wordtool train-embeddings wiki.txt --subwords 3-6 -o wiki.bin
        wordtool train-embeddings wiki.txt --subwords 4-5 --hash-count 2 \\
            -o wiki.floret
        wordtool train-embeddings wiki.txt --model glove -o wiki.safetensors
        wordtool train-embeddings wiki.txt -o best.safetensors \\
            --autotune questions-words.txt
        zcat big.gz | wordtool train-embeddings - --dim 300 --epochs 3 -o big.bin \\
            --json
        wordtool train-embeddings reviews.tsv --model pv-dbow -o reviews.docs
      """,
    aliases: ["skipgram"])

  @Argument(
    help: ArgumentHelp(
      "Text files and folders, plain or .gz; '-' is standard input. (default: the atlas corpus)",
      valueName: "text"), completion: .file())
  var texts: [String] = []

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp(
      "Where the vectors go. (default: $XDG_DATA_HOME/wordtool/vectors/NAME.safetensors)",
      valueName: "vectors"), completion: .file())
  var output: String?

  @Flag(
    name: .customLong("default"), inversion: .prefixedNo,
    help: "Ask these vectors from now on where none are named. (default: without -o)")
  var isDefault: Bool?

  @Option(
    help: ArgumentHelp(
      "The format: \(WordVectors.Format.writable.map(\.rawValue).joined(separator: ", ")); with "
        + "--hash-count floret and floret-model as well. (default: \(WordVectors.Format.suffixHelp))",
      valueName: "name"))
  var format: WordVectors.Format?

  @OptionGroup(title: "Model") var model: ModelOptions
  @OptionGroup(title: "Documents") var documents: DocumentOptions
  @OptionGroup(title: "Vocabulary") var vocabulary: VocabularyOptions
  @OptionGroup(title: "Text") var text: TextOptions
  @OptionGroup(title: "Phrases") var phrases: PhraseTrainingOptions

  @Option(
    help: ArgumentHelp(
      "Also write the context vectors (the output side of the network).", valueName: "file"),
    completion: .file())
  var saveContext: String?

  @OptionGroup(title: "Checkpoints") var checkpoints: CheckpointOptions

  @OptionGroup(title: "Going on") var beginning: BeginningOptions

  @OptionGroup(title: "Search for options") var search: EmbeddingSearchOptions

  @Option(
    help: ArgumentHelp(
      "Hold no more than this in memory: 512M, 4G, 50%. The text, and what is counted, go to temporary "
        + "files in $TMPDIR above a share of it; what does not fit is refused before the training. "
        + "(default: half the machine's for the text, and with glove 1G for counts)",
      valueName: "limit"))
  var memory: MemorySize?

  @Option(
    help: ArgumentHelp(
      "What the text is called, to be stored with the vectors. (default: the names of the files)",
      valueName: "name"))
  var corpusName: String?

  @Option(
    help: ArgumentHelp(
      "The licence of the text, to be stored with the vectors.", valueName: "text"))
  var licence: String?

  @OptionGroup var common: TrainingRunOptions

  var optionRules: [OptionRule] {
    // A name that stands for no format is refused elsewhere.
    let format =
      model.model.isOfDocuments
      ? .safetensors : (try? self.format(of: output ?? "")) ?? .safetensors
    let isOfRows = OptionRule(
      ["--init", "--update", "--update-context", "--freeze"], need: EmbeddingModel.wordNeed,
      isMet: model.model.predictsFromWords)
    let hasOneOutput = OptionRule(
      ["--save-context", "--update-context"],
      need: "one context vector for each word, not --model structured-skipgram",
      isMet: model.model != .structuredSkipGram)
    return text.optionRules + model.optionRules + [isOfRows, hasOneOutput] + searchRules
      + phrases.optionRules
      + beginning.optionRules + documentRules + [
        OptionRule(
          ["--memory"], need: "words that are counted once, not to --phrases or --update",
          isMet: phrases.phrases == nil && beginning.update == nil),
        OptionRule(
          ["--checkpoint-every"], need: "--checkpoint or --resume", isMet: checkpoints.folder != nil
        ),
        OptionRule(
          ["--min-count", "--max-vocab"], need: "words that are counted, not to --vocab",
          isMet: vocabulary.vocab == nil),
        OptionRule(
          ["--phrases"], need: "words that are counted, not to --vocab",
          isMet: vocabulary.vocab == nil),
        OptionRule(
          ["--init"], need: "a training from its start, not to --resume without --freeze",
          isMet: checkpoints.resume == nil || beginning.freeze != nil),
        OptionRule(
          ["--update"], need: "words that are counted, not to --vocab",
          isMet: vocabulary.vocab == nil),
        OptionRule(
          ["--update-context"], need: "--loss ns or hs+ns", isMet: model.loss.hasNoise),
        OptionRule(
          ["--corpus-name", "--licence"], need: "--format safetensors or safetensors-int8",
          isMet: format == .safetensors || format == .safetensorsInt8),
        OptionRule(["--save-context"], need: "--loss ns or hs+ns", isMet: model.loss.hasNoise),
      ]
  }

  /// The format of a file of vectors: with n-grams, `.bin` is fastText's or floret's, which holds them.
  ///
  /// - Throws: ``WordtoolError`` of kind `usage` for a format of floret's without its table.
  func format(of path: String) throws -> WordVectors.Format {
    let named = try format ?? WordVectors.Format(forPath: path)
    let isTable = model.hashCount != nil
    guard isTable || (named != .floret && named != .floretModel) else {
      throw WordtoolError(
        .usage, path: path, found: "the format \(named.rawValue)",
        expected: "vectors of floret's table", remedy: "give --hash-count 2 with --subwords")
    }
    guard format == nil, model.subwords != nil, named == .word2vecBinary else { return named }
    return isTable ? .floretModel : .fastTextModel
  }

  /// The format of a file of context vectors, which are rows of words.
  ///
  /// - Throws: ``WordtoolError`` of kind `usage` for a format of floret's, which holds no others.
  func contextFormat(of path: String) throws -> WordVectors.Format {
    let named = try format ?? WordVectors.Format(forPath: path)
    guard named != .floret, named != .floretModel else {
      throw WordtoolError(
        .usage, path: path, found: "context vectors in the format \(named.rawValue)",
        expected: "a format for rows of words",
        remedy: "name the format of both files by their suffixes")
    }
    return named
  }

  /// What a search needs: trainings from their start to their end.
  private var searchRules: [OptionRule] {
    [
      OptionRule(
        ["--autotune"], need: EmbeddingModel.wordNeed, isMet: model.model.predictsFromWords),
      OptionRule(["--autotune-work"], need: "--autotune", isMet: search.autotune != nil),
      OptionRule(
        // A limit would hold for the first trial alone: others have more dimensions and n-grams.
        ["--checkpoint", "--resume", "--init", "--update", "--memory"],
        need: "one training, not the many of --autotune", isMet: search.autotune == nil),
    ]
  }

  /// What vectors of documents have no use for, and those of words.
  private var documentRules: [OptionRule] {
    let isOfDocuments = model.model.isOfDocuments
    let words = "--model skipgram, structured-skipgram, cbow or glove"
    return documents.rules(texts: texts, isOfDocuments: isOfDocuments) + [
      OptionRule(allOf: PhraseTrainingOptions.self, need: words, isMet: !isOfDocuments),
      OptionRule(
        ["--format", "--default", "--no-default", "--save-context"], need: words,
        isMet: !isOfDocuments),
      OptionRule(
        ["--memory"], need: "words of texts, or --documents lines",
        isMet: !isOfDocuments || documents.unit(of: texts) == .lines),
      OptionRule(
        ["--dbow-words"], need: "--model pv-dbow", isMet: model.model == .documentBagOfWords),
      OptionRule(
        ["--window", "--fixed-window"], need: "words that have vectors: --dbow-words",
        isMet: model.model != .documentBagOfWords || documents.dbowWords),
    ]
  }

  func validate() throws {
    if model.model.isOfDocuments {
      guard output != nil else {
        throw ValidationError("no -o, expected the file for vectors of documents")
      }
      guard !texts.isEmpty else {
        throw ValidationError("no text was given, expected documents to train on")
      }
    }
    if isDefault == true, output == "-" {
      throw ValidationError("--default and --output - exclude each other")
    }
  }

  func run() throws {
    let ranks = try Ranks.join()
    try Ranks.require(
      model.model.predictsFromWords, found: "--model \(model.model.rawValue)",
      need: "--model skipgram or cbow with --replicas")
    try Ranks.require(
      search.autotune == nil, found: "--autotune", need: "one training: a search has one process")
    try requireFreeOptions()
    try Ranks.require(
      !texts.contains("-"), found: "standard input", need: "texts that every rank can read")
    guard let kind = model.model.ofDocuments else {
      return try TrainingSession.run(EmbeddingTraining(self, ranks))
    }
    try TrainingSession.run(DocumentTraining(self, kind))
  }
}

/// Which words get a vector.
struct VocabularyOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Leave out words that occur less often.", valueName: "n"))
  var minCount = 5
  @Option(help: ArgumentHelp("Keep the n most frequent words. (default: all)", valueName: "n"))
  var maxVocab: Int?
  @Option(
    help: ArgumentHelp(
      "Take the words and counts from a file of 'word count' lines instead of the text.",
      valueName: "file"), completion: .file())
  var vocab: String?
  @Option(
    help: ArgumentHelp("Write the words and their counts.", valueName: "file"), completion: .file())
  var saveVocab: String?

  func validate() throws {
    try OptionCheck.whole([
      ("--min-count", minCount, 1 ... .max), ("--max-vocab", maxVocab, 1 ... .max),
    ])
  }
}
