import ArgumentParser
import Tokenize
import Word2Vec
import WordtoolCore

/// A model of documents, and how vectors of other texts are made by it.
struct InferenceOptions: ParsableArguments {
  @Argument(
    help: ArgumentHelp(
      "The model of train-embeddings --model pv-dbow or pv-dm.", valueName: "model"),
    completion: .file())
  var model: String

  @Option(
    help: ArgumentHelp(
      "Passes over the words of a text. (default: those of the training)", valueName: "n"))
  var epochs: Int?

  @Option(
    help: ArgumentHelp(
      "The learning rate at the start. (default: that of the training)", valueName: "x"))
  var lr: Float?

  @OptionGroup var threads: ThreadsOptions

  func validate() throws {
    try OptionCheck.whole([("--epochs", epochs, OptionCheck.epochs)])
    try OptionCheck.positive([("--lr", lr.map(Double.init))])
  }

  /// Reads the model.
  func open() throws -> DocumentVectors {
    var vectors = try FileKind.reading(model, as: .documentModel) {
      try DocumentVectors(contentsOf: model)
    }
    let file = model.split(separator: "/").last.map(String.init) ?? model
    vectors.name =
      "\(file) (\(NumberFormat.counted(vectors.vocabulary.count, "word")), "
      + "\(NumberFormat.counted(vectors.count, "document")))"
    StandardError.warn(of: vectors.rule, in: model)
    return vectors
  }
}
