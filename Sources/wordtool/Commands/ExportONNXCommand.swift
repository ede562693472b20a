import ArgumentParser
import Platform
import SeqModels

/// `wordtool export-onnx`: a neural language model as a graph for other programs.
struct ExportONNXCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export-onnx",
    abstract: "Write a neural language model as an ONNX graph.",
    discussion: """
      MODEL is a recurrent, fixed-window or bag-of-words model of train-lm. Of a recurrent one the \
      graph reads 'tokens' [steps, sequences] and the state 'h0' [layers, sequences, units], for an \
      LSTM 'c0' too; it gives 'logits' [steps, sequences, vocabulary], of which the softmax is the \
      distribution of the next token, and the state to go on with, 'hn' and 'cn'. The others read \
      'tokens' [sequences, window], the oldest first. A text begins with the token </s> and zeros \
      for its state; a window is filled up with </s>.

      Beside the graph stand the vocabulary, as a JSON array in the order of the tokens' numbers, \
      and how text is cut into tokens. The operators are those of ONNX's set 14.

      Example:
        wordtool export-onnx ptb.lm -o ptb.onnx
      """)

  @Argument(help: ArgumentHelp("The model.", valueName: "model"))
  var model: String

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp("Where the graph goes; '-' is standard output.", valueName: "file"))
  var output: String

  func run() throws {
    // Opened first: an output that cannot be written is told before a large model is read.
    let file = try OutputFile(path: output)
    guard let network = try LanguageModelFile.load(model) as? NeuralLanguageModel else {
      throw WordtoolError(
        .badData, path: model, found: "an n-gram model", expected: "a neural one",
        remedy: "ONNX has no operator for n-grams; other programs read the ARPA file itself")
    }
    try network.writeONNX(to: file)
  }
}
