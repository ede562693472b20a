import Tokenize
import Word2Vec
import WordtoolCore

extension EmbeddingTraining {
  /// Where a training that is not resumed starts: random vectors, or those of a file.
  func begin(
    _ trainer: WordVectorTrainer, _ corpus: TokenizedCorpus, _ known: WordVectors?
  ) throws {
    let beginning = command.beginning
    if let known, let path = beginning.path {
      let count = try trainer.initialize(from: known, vocabulary: corpus.vocabulary, path: path)
      StandardError.note(
        "\(NumberFormat.grouped(count)) of \(NumberFormat.grouped(trainer.vocabularySize)) words "
          + "begin with the vectors of \(path)")
      if let path = beginning.updateContext {
        let context = try FileKind.reading(path, as: .vectors) {
          try WordVectors(contentsOf: path)
        }
        try trainer.initializeContext(from: context, vocabulary: corpus.vocabulary, path: path)
      }
      if beginning.freeze != nil { try freeze(trainer, corpus, known) }
    }
  }

  private func freeze(
    _ trainer: WordVectorTrainer, _ corpus: TokenizedCorpus, _ known: WordVectors
  ) throws {
    let words = try command.beginning.frozenWords()
    let count = try trainer.freeze(vocabulary: corpus.vocabulary, allNGrams: words == nil) {
      word in
      known.vector(for: word) != nil && words?.contains(word) ?? true
    }
    if let words, count < words.count {
      StandardError.note(
        "no vector there, or no place in the text, for \(words.count - count, "word") of --freeze")
    }
    StandardError.note(
      "\(NumberFormat.grouped(count)) of \(NumberFormat.grouped(trainer.vocabularySize)) words stay "
        + "as they are")
  }

  /// The vectors that training begins with.
  func readBeginning() throws -> WordVectors? {
    try command.beginning.path.map { path in
      let known = try FileKind.reading(path, as: .vectors) { try WordVectors(contentsOf: path) }
      guard command.beginning.update != nil else { return known }
      if known.hasNGrams, command.model.subwords == nil {
        throw WordtoolError(
          .badData, path: path, found: "vectors with n-grams to go on with",
          expected: "--subwords of the same lengths",
          remedy: "'wordtool info' tells them; or begin with the words alone: --init")
      }
      if known.isOfFloretTable, command.model.hashCount == nil {
        throw WordtoolError(
          .badData, path: path, found: "vectors of floret's table to go on with",
          expected: "--hash-count of the same number",
          remedy: "'wordtool info' tells it; or begin with the words alone: --init")
      }
      if let rule = known.tokenizerRule, try !rule.givesTokens(of: command.text.rule()) {
        throw WordtoolError(
          .badData, path: path, found: "words that were cut by another rule",
          expected: "the rule of this run",
          remedy: "give the options for text that the vectors were trained with: 'wordtool info' "
            + "tells them")
      }
      return known
    }
  }
}
