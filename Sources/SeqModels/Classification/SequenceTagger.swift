import BLASCore
import Networks
public import Tokenize
public import WordtoolCore

/// A model that gives every word of a sentence a tag: recurrent layers and softmax at each step.
public final class SequenceTagger: Sendable {
  static let modelName = "recurrent-tagger"
  /// The tags it can give, in the order of their UTF-8 bytes.
  public let tags: [String]
  /// How text is cut in words, and words brought into the form of the vocabulary.
  public let rule: TokenizerRule
  let vocabulary: SequenceVocabulary
  private let tokenizer: WordTokenizer
  let parameters: Parameters<Float>
  let embeddings: Parameters<Float>
  let options: SequenceNetworkOptions

  private init(
    tags: [String], rule: TokenizerRule, vocabulary: SequenceVocabulary,
    network: SequenceNetwork<Float>
  ) throws {
    self.tags = tags
    self.rule = rule
    self.vocabulary = vocabulary
    tokenizer = try WordTokenizer(rule: rule)
    parameters = network.parameters
    embeddings = network.embeddings
    options = network.options
  }

  /// The numbers that were trained, embeddings included.
  public var parameterCount: Int { parameters.count + embeddings.count }

  /// What a training gives besides the model.
  public struct Training: Sendable {
    /// The model.
    public var tagger: SequenceTagger
    /// Passes over the sentences.
    public var epochs: Int
    /// The best accuracy on the held-out text, where there is one.
    public var validAccuracy: Double?
  }

  /// Trains a tagger. The same text, options and seed give the same model, whatever the number of
  /// threads.
  ///
  /// - Parameters:
  ///   - text: at least two different tags.
  ///   - options: pooling is not looked at; neither is the maximum length.
  ///   - valid: held-out text, measured after each pass: the weights of the best pass are kept.
  /// - Throws: `WordtoolError`: `badData` for fewer than two tags, `usage` for weights of tags that
  ///   are not there, `diverged`, `interrupted`.
  public static func train(
    on text: TaggedText, options: SequenceTrainingOptions, valid: TaggedText? = nil,
    threads: Int = 1, stop: StopFlag? = nil,
    progress: (ClassifierProgress) -> Void = { _ in }
  ) throws -> Training {
    try options.validate()
    let tags = text.tags
    guard tags.count >= 2 else {
      throw WordtoolError(
        .badData, found: tags.isEmpty ? "no tags" : "only one tag, '\(tags[0])'",
        expected: "words of at least two tags")
    }
    let places = Dictionary(uniqueKeysWithValues: tags.enumerated().map { ($1, Int32($0)) })
    let targets = text.sentences.map { $0.tags.map { places[$0] ?? -1 } }
    var counts = [Int](repeating: 0, count: tags.count)
    for target in targets { for tag in target { counts[Int(tag)] += 1 } }
    let tokenizer = try WordTokenizer(rule: options.rule)
    let words = DocumentWords(sentences: text.sentences.map(\.words), tokenizer: tokenizer)
    let vocabulary = SequenceVocabulary(
      words, minimumCount: options.minimumCount, pretrained: options.pretrained)
    let trainer = SequenceTrainer(
      options: options, vocabulary: vocabulary, sequences: vocabulary.sequences(of: words),
      targets: .words(targets), labelCount: tags.count,
      labelWeights: try options.classWeights.weights(
        for: tags, counts: counts, exampleCount: text.wordCount), threads: threads)
    let held = valid.map { valid in
      let words = DocumentWords(sentences: valid.sentences.map(\.words), tokenizer: tokenizer)
      return (
        sequences: vocabulary.sequences(of: words)
          .map { $0.map { Int($0) < vocabulary.trainedCount ? $0 : 0 } },
        targets: valid.sentences.map { $0.tags.map { places[$0] ?? -1 } }
      )
    }
    let result = try trainer.run(
      stop: stop,
      measure: held.map { held in
        { network in
          try network.packWeights(forTraining: false)
          let answers = try Self.answer(held.sequences, network)
          let right = zip(answers, held.targets).reduce(0) { sum, pair in
            sum + zip(pair.0, pair.1).count { $0 == $1 }
          }
          return Double(right) / Double(max(1, held.targets.reduce(0) { $0 + $1.count }))
        }
      }, progress: progress)
    return Training(
      tagger: try SequenceTagger(
        tags: tags, rule: options.rule, vocabulary: vocabulary,
        network: trainer.forAnswers(result.network)),
      epochs: result.epochs, validAccuracy: result.validAccuracy)
  }

  /// The likeliest label of each word.
  ///
  /// - Parameter certainty: called with the sequence, the step and the label's probability.
  private static func answer(
    _ sequences: [[Int32]], _ network: SequenceNetwork<Float>,
    certainty: ((Int, Int, Float) -> Void)? = nil
  ) throws -> [[Int32]] {
    var answers = sequences.map { [Int32](repeating: 0, count: $0.count) }
    for places in SequenceBatch.forAnswers(sequences, batch: 64) {
      let batch = SequenceBatch(sequences, places)
      let logits = try network.forward(batch.ids, layout: batch.layout)
      for (sequence, place) in batch.members.enumerated() {
        for step in answers[place].indices {
          let row = logits.row(batch.layout.row(step: step, sequence: sequence))
          var best = 0
          for label in 1..<network.options.labels where row[label] > row[best] { best = label }
          answers[place][step] = Int32(best)
          if let certainty {
            network.normalize(row)
            certainty(place, step, row[best])
          }
        }
      }
    }
    return answers
  }

  /// The tag of each word of some sentences.
  ///
  /// - Throws: `WordtoolError` of kind `unavailable` when the system has no memory left.
  public func tags(for sentences: [[String]], threads: Int = 1) throws -> [[String]] {
    try answers(for: sentences, threads: threads).map { $0.map(\.label) }
  }

  /// The tag of each word of some sentences, and how sure the model is of it.
  ///
  /// - Throws: `WordtoolError` of kind `unavailable` when the system has no memory left.
  public func answers(
    for sentences: [[String]], threads: Int = 1
  ) throws -> [[TextClassifier.Prediction]] {
    let filled = sentences.indices.filter { !sentences[$0].isEmpty }
    let words = DocumentWords(sentences: filled.map { sentences[$0] }, tokenizer: tokenizer)
    let network = try SequenceNetwork<Float>(
      options, parameters: parameters, embeddings: embeddings, threads: threads)
    try network.packWeights(forTraining: false)
    let sequences = vocabulary.sequences(of: words)
    var probabilities = sequences.map { [Double](repeating: 0, count: $0.count) }
    let answers = try Self.answer(sequences, network) { probabilities[$0][$1] = Double($2) }
    var result = [[TextClassifier.Prediction]](repeating: [], count: sentences.count)
    for (number, place) in filled.enumerated() {
      result[place] = zip(answers[number], probabilities[number]).map {
        TextClassifier.Prediction(label: tags[Int($0)], probability: $1)
      }
    }
    return result
  }

  /// The words of a line of text as they stand there.
  public func words(in line: String) -> [String] {
    var words: [String] = []
    let bytes = line.utf8
    tokenizer.enumerateTokens(in: line) { token in
      let start = bytes.index(bytes.startIndex, offsetBy: token.byteRange.lowerBound)
      let end = bytes.index(bytes.startIndex, offsetBy: token.byteRange.upperBound)
      words.append(String(line[start..<end]))
      return true
    }
    return words
  }

  /// Compares the tags the model gives with those the words have; an example is a word.
  public func evaluate(_ text: TaggedText, threads: Int = 1) throws -> ClassificationReport {
    let names = Set(tags).union(text.tags).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    let places = Dictionary(uniqueKeysWithValues: names.enumerated().map { ($1, $0) })
    var report = ClassificationReport(labels: names, known: Set(tags), k: 1)
    let answers = try tags(for: text.sentences.map(\.words), threads: threads)
    for (sentence, answer) in zip(text.sentences, answers) {
      for (right, given) in zip(sentence.tags, answer) {
        report.count(right: [places[right] ?? 0], given: [places[given] ?? 0])
      }
    }
    return report
  }

  /// Reads a model that ``write(to:)`` wrote.
  ///
  /// - Throws: `WordtoolError`: `noSuchInput`, `badData` for a file that is damaged, holds another
  ///   kind of model or is of a version this program does not know.
  public convenience init(contentsOf path: String) throws {
    let file = try ModelFile(classifier: path)
    let model = try file.text("model")
    guard model == Self.modelName else {
      throw file.failure("a classifier of texts", "a tagger that train-tagger wrote")
    }
    let tags = try file.labels()
    let (network, vocabulary) = try file.network(labelCount: tags.count, isTagger: true)
    try self.init(tags: tags, rule: try file.rule(), vocabulary: vocabulary, network: network)
  }

  /// Writes the model as safetensors and makes the file complete.
  ///
  /// - Throws: `WordtoolError` of kind `inputOutput`.
  public func write(to output: OutputFile) throws {
    var contents = try ClassifierFileContents(model: Self.modelName, rule: rule)
    try contents.add(options, parameters, embeddings, vocabulary)
    contents.add("labels", texts: tags.map { Array($0.utf8) })
    try contents.write(to: output)
    try output.commit()
  }
}

extension DocumentWords {
  /// Sentences whose words are given, each word brought into the form the rule asks for.
  init(sentences: [[String]], tokenizer: WordTokenizer) {
    self.init()
    for sentence in sentences { append(sentence.map { tokenizer.normalize($0) }) }
  }
}
