import ArgumentParser
import SeqModels
import WordtoolCore

/// `wordtool export-onnx`: a trained model as a graph for other programs.
struct ExportONNXCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export-onnx",
    abstract: "Write a language model, classifier or tagger as an ONNX graph.",
    discussion: """
      MODEL is a recurrent, fixed-window or bag-of-words model of train-lm, or what train-classifier \
      or train-tagger wrote. Beside the graph stand the vocabulary, as a JSON array in the order of \
      the numbers, and how text is cut into tokens. The operators are those of ONNX's set 14.

      Language models: of a recurrent one the graph reads 'tokens' [steps, sequences] and the state \
      'h0' [layers, sequences, units], for an LSTM 'c0' too; it gives 'logits' [steps, sequences, \
      vocabulary], of which the softmax is the distribution of the next token, and the state to go \
      on with, 'hn' and 'cn'. The others read 'tokens' [sequences, window], the oldest first. A text \
      begins with the token </s> and zeros for its state; a window is filled up with </s>.

      Recurrent classifiers and taggers read 'tokens' [words, texts], 0 for a word that is not in \
      the vocabulary, and 'lengths' [texts], and give 'probabilities' [texts, labels], a tagger \
      [words, texts, labels]. Linear classifiers read 'features' [texts, n], the places of a text's \
      words and n-grams in the list beside the graph, and 'counts' [texts, n], how often each occurs.

      Example:
        wordtool export-onnx ptb.lm -o ptb.onnx
      """)

  @Argument(help: ArgumentHelp("The model.", valueName: "model"), completion: .file())
  var model: String

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp("Where the graph goes; '-' is standard output.", valueName: "file"),
    completion: .file())
  var output: String

  func run() throws {
    // Opened first: an output that cannot be written is told before a large model is read.
    try OutputPaths.check([output], inputs: [model])
    let file = try OutputKind.onnx.open(output)
    let loaded = try FileKind.reading(
      model, as: .languageModel, .classifier, .tagger, .nGramModel, .mappedNGramModel
    ) {
      try SequenceModelFile.load(model)
    }
    // The graph says how text is cut, and whoever runs it cuts by his own Unicode version.
    StandardError.warn(of: loaded.rule, in: model)
    switch loaded {
    case .classifier(let classifier): try classifier.writeONNX(to: file)
    case .tagger(let tagger): try tagger.writeONNX(to: file)
    case .languageModel(let network as NeuralLanguageModel): try network.writeONNX(to: file)
    case .languageModel:
      throw WordtoolError(
        .badData, path: model, found: "an n-gram model", expected: "a neural one",
        remedy: "ONNX has no operator for n-grams; other programs read the ARPA file itself")
    }
    try file.commit()
  }
}
