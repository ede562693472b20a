import ArgumentParser
import Word2Vec

/// What `train-embeddings` trains.
enum EmbeddingModel: String, CaseIterable, ExpressibleByArgument {
  case skipGram = "skipgram"
  case cbow
  case glove

  /// What options of the models that predict words belong to.
  static let predictingNeed = "--model skipgram or cbow"
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
