import ArgumentParser
import Word2Vec

/// What `train-embeddings` trains.
enum EmbeddingModel: String, CaseIterable, ExpressibleByArgument {
  case skipGram = "skipgram"
  case structuredSkipGram = "structured-skipgram"
  case cbow
  case glove
  case documentBagOfWords = "pv-dbow"
  case documentMemory = "pv-dm"

  /// What options of the models that predict words belong to.
  static let predictingNeed = "--model skipgram, structured-skipgram, cbow, pv-dbow or pv-dm"
  /// What options of the models that predict words from words alone belong to.
  static let wordNeed = "--model skipgram, cbow or structured-skipgram"
  /// What options of the models that have one output for each word belong to.
  static let oneOutputNeed = "--model skipgram or cbow"

  /// Whether words are predicted from words alone.
  var predictsFromWords: Bool { predicting != nil }
  /// Whether that is by one output for each word.
  var hasOneOutput: Bool { self == .skipGram || self == .cbow }

  /// What predicts words from words alone; nil for other models.
  var predicting: WordVectorOptions.Model? {
    switch self {
    case .skipGram: .skipGram
    case .structuredSkipGram: .structuredSkipGram
    case .cbow: .cbow
    case .glove, .documentBagOfWords, .documentMemory: nil
    }
  }

  /// The model of documents; nil where vectors of words are trained.
  var ofDocuments: DocumentVectorOptions.Model? {
    switch self {
    case .skipGram, .structuredSkipGram, .cbow, .glove: nil
    case .documentBagOfWords: .bagOfWords
    case .documentMemory: .memory
    }
  }

  /// Whether documents have vectors.
  var isOfDocuments: Bool { ofDocuments != nil }
}

/// The options of a model, whichever it is.
enum EmbeddingOptions {
  case predicting(WordVectorOptions)
  case gloVe(GloVeOptions)

  var dimension: Int {
    switch self {
    case .predicting(let options): options.dimension
    case .gloVe(let options): options.dimension
    }
  }

  var epochs: Int {
    switch self {
    case .predicting(let options): options.epochs
    case .gloVe(let options): options.epochs
    }
  }

  var seed: UInt64 {
    switch self {
    case .predicting(let options): options.seed
    case .gloVe(let options): options.seed
    }
  }

  /// The same with passes that suit a text of so many words; GloVe's do not depend on it.
  ///
  /// - Returns: nil where they are no others than for a long text.
  func withEpochs(forWords count: Int) -> EmbeddingOptions? {
    guard case .predicting(var options) = self else { return nil }
    options.epochs = WordVectorOptions.epochs(forWords: count)
    return options.epochs > WordVectorOptions().epochs ? .predicting(options) : nil
  }
}
