import BLASCore
public import Tokenize
import WordtoolCore

extension WordtoolError {
  /// Weights that are finite can be too large for their products.
  static let unsoundModel = WordtoolError(
    .badData, found: "a model whose probabilities are not numbers", expected: "a sound model",
    remedy: "train it again, with a lower learning rate, or get the file again")
}

/// A trained model of whatever kind.
public enum SequenceModelFile {
  /// A language model: n-grams or a network.
  case languageModel(any LanguageModel)
  /// A classifier of texts.
  case classifier(TextClassifier)
  /// A tagger of words.
  case tagger(SequenceTagger)

  /// Reads a model that train-lm, train-classifier or train-tagger wrote; the content of the file
  /// decides, not its name.
  ///
  /// - Throws: `WordtoolError`: `noSuchInput`, `inputOutput`, and `badData` for everything that is
  ///   not such a model.
  public static func load(_ path: String) throws -> SequenceModelFile {
    switch try classifierName(path: path) {
    case nil: .languageModel(try LanguageModelFile.load(path))
    case SequenceTagger.modelName: .tagger(try SequenceTagger(contentsOf: path))
    default: .classifier(try TextClassifier(contentsOf: path))
    }
  }

  /// How text is cut for the model; nil where it is cut into characters.
  public var rule: TokenizerRule? {
    switch self {
    case .languageModel(let model): model.unit == .word ? model.readingRule : nil
    case .classifier(let classifier): classifier.rule
    case .tagger(let tagger): tagger.rule
    }
  }

  /// What kind of classifier or tagger a file says it is; nil for a file of another format.
  private static func classifierName(path: String) throws -> String? {
    guard path != "-" else { return nil }
    let file = try MappedFile(path: path)
    if unsafe FastTextModel.matches(file.bytes) { return FastTextModel.modelName }
    guard unsafe TensorFile.matches(file.bytes),
      let tensors = try? unsafe TensorFile(bytes: file.bytes, path: path, owner: file),
      ModelFile.isKind(of: ModelFile.classifierFormat, tensors)
    else { return nil }
    return tensors.metadata["model"] ?? ""
  }
}
