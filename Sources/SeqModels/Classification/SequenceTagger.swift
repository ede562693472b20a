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
  /// What its training came to; nil of a model that was read from a file.
  public let training: Training?

  private init(
    tags: [String], rule: TokenizerRule, vocabulary: SequenceVocabulary,
    network: SequenceNetwork<Float>, training: Training? = nil
  ) throws {
    self.training = training
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
  public struct Training: Codable, Hashable, Sendable {
    /// Passes over the sentences.
    public var epochs: Int
    /// The best accuracy on the held-out text, where there is one.
    public var validAccuracy: Double?
    /// The mean loss of the last pass as a share of the entropy of the tags, where it is taken: near 1
    /// when not much more was learnt than how frequent each tag is.
    public var lossShare: Double?
  }

  /// Trains a tagger. The same text, options and seed give the same model, whatever the number of
  /// threads.
  ///
  /// - Parameters:
  ///   - text: at least two different tags.
  ///   - options: checked by ``SequenceTrainingOptions/validate()``; pooling is not looked at, neither
  ///     is the maximum length.
  ///   - pretrained: vectors the embeddings begin with. Words of theirs that the training text does
  ///     not have are known to the model as well.
  ///   - valid: held-out text, measured after each pass: the weights of the best pass are kept.
  ///   - threads: how many threads to use, at least 1.
  ///   - stop: looked at after each step.
  ///   - progress: called after each step and each pass on the caller's thread; an example is a
  ///     sentence.
  /// - Throws: `WordtoolError`: `badData` for fewer than two tags, `usage` for an option out of range
  ///   and for weights of tags that are not there, `diverged`, `interrupted`, `unavailable` without
  ///   memory.
  public static func train(
    on text: TaggedText, options: SequenceTrainingOptions,
    pretrained: PretrainedEmbeddings? = nil, valid: TaggedText? = nil,
    threads: Int = Workers.defaultCount, stop: StopFlag = StopFlag(),
    progress: ((TrainingProgress) -> Void)? = nil
  ) throws -> SequenceTagger {
    try options.validate()
    try OptionCheck.requireThreads(threads)
    try text.validate()
    try valid?.validate()
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
      words, minimumCount: options.minimumCount, pretrained: pretrained)
    let trainer = SequenceTrainer(
      options: options, pretrained: pretrained, vocabulary: vocabulary,
      sequences: vocabulary.sequences(of: words), targets: .words(targets), labelCount: tags.count,
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
    return try SequenceTagger(
      tags: tags, rule: options.rule, vocabulary: vocabulary,
      network: trainer.forAnswers(result.network),
      training: Training(
        epochs: result.epochs, validAccuracy: result.validAccuracy,
        lossShare: result.lossShare(
          guessingLoss: TrainingLabels.entropy(ofCounts: counts), options: options)))
  }

  /// Trains a tagger while the caller's task is suspended; cancelling the task ends the training
  /// after its step.
  ///
  /// `progress` receives the moments of the training; it ends with it. The other parameters are
  /// those of the blocking call.
  /// - Throws: `CancellationError` when the task is cancelled; else as the synchronous call.
  public static func train(
    on text: TaggedText, options: SequenceTrainingOptions,
    pretrained: PretrainedEmbeddings? = nil, valid: TaggedText? = nil,
    threads: Int = Workers.defaultCount, progress: TrainingMoments? = nil
  ) async throws -> SequenceTagger {
    try await BlockingWork.run(moments: progress) { stop in
      try train(
        on: text, options: options, pretrained: pretrained, valid: valid, threads: threads,
        stop: stop
      ) { progress?.add($0) }
    }
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
          let row = unsafe logits.row(batch.layout.row(step: step, sequence: sequence))
          var best = 0
          for label in 1..<network.options.labels where unsafe row[label] > row[best] {
            best = label
          }
          answers[place][step] = Int32(best)
          if let certainty {
            unsafe network.normalize(row)
            guard unsafe row[best].isFinite else { throw WordtoolError.unsoundModel }
            unsafe certainty(place, step, row[best])
          }
        }
      }
    }
    return answers
  }

  /// The tag of each word of some sentences.
  ///
  /// - Throws: `WordtoolError`: `badData` when the model's probabilities are not finite, `unavailable`
  ///   when the system has no memory left.
  public func tags(for sentences: [[String]], threads: Int = Workers.defaultCount) throws
    -> [[String]]
  {
    try answers(for: sentences, threads: threads).map { $0.map(\.label) }
  }

  /// The tag of each word of some sentences, and how sure the model is of it.
  ///
  /// - Throws: as ``tags(for:threads:)``.
  public func answers(
    for sentences: [[String]], threads: Int = Workers.defaultCount
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
  public func evaluate(_ text: TaggedText, threads: Int = Workers.defaultCount) throws
    -> ClassificationReport
  {
    try text.validate()
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

  /// Writes the model as safetensors to a file that appears when it is complete; see
  /// ``init(contentsOf:)``.
  ///
  /// - Throws: `WordtoolError`: `cannotCreate`, `inputOutput`.
  public func write(to path: String) throws { try OutputFile.write(to: path) { try write(to: $0) } }

  /// Writes the model into an open file.
  package func write(to output: OutputFile) throws {
    var contents = try ClassifierFileContents(model: Self.modelName, rule: rule)
    try contents.add(options, parameters, embeddings, vocabulary)
    contents.add("labels", texts: tags.map { Array($0.utf8) })
    try contents.write(to: output)
  }
}

extension DocumentWords {
  /// Sentences whose words are given, each word brought into the form the rule asks for.
  init(sentences: [[String]], tokenizer: WordTokenizer) {
    self.init()
    for sentence in sentences { append(sentence.map { tokenizer.normalize($0) }) }
  }
}
