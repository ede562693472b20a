import Corpora
import Tokenize
import Word2Vec
import WordtoolCore

extension EmbeddingTraining {
  /// What is stored with the vectors.
  func metadata(_ trainer: Trainer) throws -> [String: String] {
    let (options, corpus) = (trainer.options, trainer.corpus)
    typealias Key = WordVectors.MetadataKey
    let licence = command.licence ?? (command.texts.isEmpty ? Atlas.licence : nil)
    var metadata = [
      Key.tokenizerRule: try JSONOutput.line(corpus.rule),
      Key.trainingOptions: try JSONOutput.line(StoredOptions(options, command, corpus)),
      Key.corpusName: Self.corpusName(of: command), Key.seed: String(options.seed),
      Key.wordtoolVersion: WordTool.version,
    ]
    if let licence { metadata[Key.corpusLicence] = licence }
    return metadata
  }

  /// The options that decide the bytes of the result; the number of threads does not.
  private struct StoredOptions: Encodable {
    var model: String
    var loss: String?
    var skipGram: WordVectorOptions?
    var glove: GloVeOptions?
    var minCount: Int
    var maxVocab: Int?
    var phrases: PhraseOptions?
    var tokens: Int

    init(
      _ options: EmbeddingOptions, _ command: TrainEmbeddingsCommand, _ corpus: TokenizedCorpus
    ) {
      model = command.model.model.rawValue
      switch options {
      case .predicting(let options):
        loss = command.model.loss.rawValue
        skipGram = options
      case .gloVe(let options): glove = options
      }
      minCount = command.vocabulary.minCount
      maxVocab = command.vocabulary.maxVocab
      phrases = try? command.phrases.options(rule: corpus.rule)
      tokens = corpus.ids.tokenCount
    }
  }
}
