import Networks
import Tokenize
import WordtoolCore

extension NeuralLanguageModel {
  /// Looks into a recurrent layer while the model reads a text, which begins after the end of a line.
  ///
  /// - Parameters:
  ///   - text: cut as the training text was; at most ``RecurrentActivations/maximumTokenCount`` tokens.
  ///   - layer: from 1; nil is the last.
  /// - Throws: `WordtoolError`: `usage` for a layer that is not there and a text that is too long or has
  ///   no token, `badData` for a model without recurrent layers, `unavailable` without memory.
  public func activations(reading text: String, layer: Int? = nil) throws -> [RecurrentActivations]
  {
    guard let context = network.encoder as? RecurrentContext<Float> else {
      throw WordtoolError(
        .badData, found: "a model without recurrent layers", expected: "a recurrent one")
    }
    let place = try RecurrentActivations.layer(layer, of: options.recurrent)
    let reader = try SentenceReader(unit: unit, rule: readingRule)
    let known = reader.tokens(in: text).map { id(of: $0) ?? unknownID }
    try RecurrentActivations.check(tokenCount: known.count)
    // Before a text a line has ended.
    let ids = [endID] + known
    _ = try context.forward(
      ids, layout: SequenceLayout(steps: ids.count, batch: 1),
      state: context.makeState(batch: 1, padding: endID), dropout: LanguageDropout(), draw: nil)
    return context.stack.activations(layer: place, tokens: ids.map { token($0) })
  }
}

extension TextClassifier {
  /// Looks into a recurrent layer while the model reads a text.
  ///
  /// - Parameters and errors: as ``NeuralLanguageModel/activations(reading:layer:)``. Of a text longer than
  ///   the model reads, its last words are read.
  public func activations(reading text: String, layer: Int? = nil) throws -> [RecurrentActivations]
  {
    guard let core = core as? RecurrentClassifier else {
      throw WordtoolError(
        .badData, found: "a model without recurrent layers", expected: "a recurrent one")
    }
    let network = try SequenceNetwork<Float>(
      core.options, parameters: core.parameters, embeddings: core.embeddings, threads: 1)
    return try network.activations(
      of: core.tokenizer.tokens(in: text).suffix(core.maximumLength), core.vocabulary, layer: layer)
  }
}

extension SequenceTagger {
  /// Looks into a recurrent layer while the model reads a sentence.
  ///
  /// - Parameters and errors: as ``NeuralLanguageModel/activations(reading:layer:)``.
  public func activations(reading text: String, layer: Int? = nil) throws -> [RecurrentActivations]
  {
    let network = try SequenceNetwork<Float>(
      options, parameters: parameters, embeddings: embeddings, threads: 1)
    return try network.activations(
      of: WordTokenizer(rule: rule).tokens(in: text), vocabulary, layer: layer)
  }
}

extension SequenceNetwork<Float> {
  /// Looks into a layer while it reads some words, in the form of the vocabulary.
  fileprivate func activations(
    of words: [String], _ vocabulary: SequenceVocabulary, layer: Int?
  ) throws -> [RecurrentActivations] {
    let place = try RecurrentActivations.layer(layer, of: options.recurrent)
    try RecurrentActivations.check(tokenCount: words.count)
    let ids = words.map { word in
      unsafe Array(word.utf8).withUnsafeBufferPointer { unsafe vocabulary.id(of: $0) }
    }
    try packWeights(forTraining: false)
    _ = try forward(ids, layout: SequenceLayout(steps: ids.count, batch: 1))
    return stack.activations(
      layer: place,
      tokens: zip(ids, words).map { $0 == 0 ? SequenceVocabulary.unknown : $1 })
  }
}
