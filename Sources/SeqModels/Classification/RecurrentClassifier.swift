import Networks
import Tokenize
public import WordtoolCore

/// Recurrent layers over the words of a text, pooled to one set of features, and softmax.
struct RecurrentClassifier: ClassifierCore {
  static let modelName = "recurrent"
  let labels: [String]
  let rule: TokenizerRule
  let maximumLength: Int
  let vocabulary: SequenceVocabulary
  let tokenizer: WordTokenizer
  let parameters: Parameters<Float>
  let embeddings: Parameters<Float>
  let options: SequenceNetworkOptions
  /// The network of the last call, and its threads.
  private let idle: Locked<(threads: Int, network: SequenceNetwork<Float>)?>

  init(
    labels: [String], rule: TokenizerRule, maximumLength: Int, vocabulary: SequenceVocabulary,
    network: SequenceNetwork<Float>
  ) throws {
    self.labels = labels
    self.rule = rule
    self.maximumLength = maximumLength
    self.vocabulary = vocabulary
    tokenizer = try WordTokenizer(rule: rule)
    parameters = network.parameters
    embeddings = network.embeddings
    options = network.options
    idle = Locked(nil)
  }

  var name: String { Self.modelName }
  var isExclusive: Bool { true }
  var parameterCount: Int { parameters.count + embeddings.count }

  func scores(
    of texts: LabelledText, _ range: Range<Int>, threads: Int
  ) throws -> ClassScores {
    var sequences: [[Int32]] = []
    for document in range {
      var ids: [Int32] = []
      unsafe texts.withUTF8(at: document) { bytes in
        _ = unsafe tokenizer.forEachToken(inUTF8: bytes) {
          unsafe ids.append(vocabulary.id(of: $0))
        }
      }
      sequences.append(ids.isEmpty ? [0] : ids.suffix(maximumLength))
    }
    var scores = ClassScores(textCount: range.count, labelCount: labels.count)
    for (text, ids) in sequences.enumerated() {
      scores.knownCounts[text] = Int32(ids.count { $0 != 0 })
    }
    try idle.withLock { idle in
      let network: SequenceNetwork<Float>
      if let found = idle, found.threads == threads {
        network = found.network
      } else {
        network = try SequenceNetwork(
          options, parameters: parameters, embeddings: embeddings, threads: threads)
        try network.packWeights(forTraining: false)
        idle = (threads, network)
      }
      try Self.score(sequences, network, into: &scores.probabilities)
    }
    return scores
  }

  /// Texts that go through the network together.
  static let batchSize = 64

  /// Writes the probabilities of each sequence.
  static func score(
    _ sequences: [[Int32]], _ network: SequenceNetwork<Float>, into probabilities: inout [Float]
  ) throws {
    let labelCount = network.options.labels
    for places in SequenceBatch.forAnswers(sequences, batch: batchSize) {
      let batch = SequenceBatch(sequences, places)
      let logits = try network.forward(batch.ids, layout: batch.layout)
      for (row, place) in batch.members.enumerated() {
        unsafe network.normalize(logits.row(row))
        for label in 0..<labelCount {
          probabilities[place * labelCount + label] = unsafe logits.row(row)[label]
        }
      }
    }
  }

  /// The share of sequences whose likeliest label is one of theirs.
  static func accuracy(
    _ sequences: [[Int32]], _ targets: [[Int32]], _ network: SequenceNetwork<Float>
  ) throws -> Double {
    try network.packWeights(forTraining: false)
    let labelCount = network.options.labels
    var probabilities = [Float](repeating: 0, count: sequences.count * labelCount)
    try score(sequences, network, into: &probabilities)
    let right = sequences.indices.count { place in
      let row = probabilities[place * labelCount..<(place + 1) * labelCount]
      return targets[place].contains(Int32(ClassScores.best(row, count: 1)[0]))
    }
    return Double(right) / Double(max(1, sequences.count))
  }
}

extension TextClassifier {
  /// Trains a recurrent network. The same text, options and seed give the same model, whatever the
  /// number of threads.
  ///
  /// A text with several labels is taken with one of them, drawn anew in each pass, as in fastText.
  ///
  /// - Parameters:
  ///   - text: at least two labels.
  ///   - options: checked by ``SequenceTrainingOptions/validate()``.
  ///   - pretrained: vectors the embeddings begin with. Words of theirs that the training text does
  ///     not have are known to the model as well.
  ///   - valid: held-out text, measured after each pass: the weights of the best pass are kept.
  ///   - threads: how many threads to use, at least 1.
  ///   - stop: looked at after each step.
  ///   - progress: called after each step and each pass on the caller's thread; an example is a text.
  /// - Throws: `WordtoolError`: `badData` for fewer than two labels or texts without any word,
  ///   `usage` for an option out of range and for class weights of labels that are not there,
  ///   `diverged`, `interrupted`, `unavailable` without memory.
  public static func train(
    on text: LabelledText, options: SequenceTrainingOptions,
    pretrained: PretrainedEmbeddings? = nil, valid: LabelledText? = nil,
    threads: Int = Workers.defaultCount, stop: StopFlag = StopFlag(),
    progress: ((TrainingProgress) -> Void)? = nil
  ) throws -> TextClassifier {
    try train(
      on: text, options: options, pretrained: pretrained, valid: valid, measured: [],
      threads: threads, stop: stop, progress: progress, memory: nil)
  }

  /// The same with `memory`, which is told what is about to be held; `measured` are texts that the model
  /// will be asked for.
  package static func train(
    on text: LabelledText, options: SequenceTrainingOptions, pretrained: PretrainedEmbeddings?,
    valid: LabelledText?, measured: [LabelledText], threads: Int, stop: StopFlag,
    progress: ((TrainingProgress) -> Void)?, memory: MemoryCheck?
  ) throws -> TextClassifier {
    try options.validate()
    try OptionCheck.requireThreads(threads)
    let labels = try TrainingLabels(text)
    let words = try DocumentWords(text, rule: options.rule, threads: threads, stop: stop)
    guard !words.ids.isEmpty else {
      throw WordtoolError(
        .badData, found: "texts without a word", expected: "texts with words",
        remedy: "other `kinds` keep more")
    }
    let vocabulary = SequenceVocabulary(
      words, minimumCount: options.minimumCount, pretrained: pretrained)
    let trainer = SequenceTrainer(
      options: options, pretrained: pretrained, vocabulary: vocabulary,
      sequences: vocabulary.sequences(of: words, maximumLength: options.maximumLength),
      targets: .sequences(labels.ids), labelCount: labels.names.count,
      labelWeights: try options.classWeights.weights(
        for: labels.names, counts: labels.counts, exampleCount: text.count), threads: threads)
    let held = try valid.map { valid in
      let words = try DocumentWords(valid, rule: options.rule, threads: threads, stop: stop)
      let places = Dictionary(
        uniqueKeysWithValues: labels.names.enumerated().map { ($1, Int32($0)) })
      return (
        // Words of the vectors alone have no embedding in the network that is trained.
        sequences: vocabulary.sequences(of: words, maximumLength: options.maximumLength)
          .map { $0.map { Int($0) < vocabulary.trainedCount ? $0 : 0 } },
        targets: (0..<valid.count).map { document in
          valid.labelIDs(of: document).compactMap { places[valid.labels[Int($0)]] }
        }
      )
    }
    try memory?(
      trainer.memoryEstimate(held: held?.sequences ?? [], answersTexts: !measured.isEmpty))
    let result = try trainer.run(
      stop: stop,
      measure: held.map { held in
        { try RecurrentClassifier.accuracy(held.sequences, held.targets, $0) }
      }, progress: progress)
    let core = try RecurrentClassifier(
      labels: labels.names, rule: options.rule, maximumLength: options.maximumLength,
      vocabulary: vocabulary, network: trainer.forAnswers(result.network))
    return TextClassifier(
      core: core,
      training: Training(
        epochs: result.epochs, exampleCount: text.count,
        emptyCount: (0..<words.count).count { words.starts[$0] == words.starts[$0 + 1] },
        replacedCount: words.replacedCount, validAccuracy: result.validAccuracy,
        lossShare: result.lossShare(guessingLoss: labels.entropy, options: options)))
  }

  /// Trains a recurrent network while the caller's task is suspended; cancelling the task ends the
  /// training after its step.
  ///
  /// `progress` receives the moments of the training; it ends with it. The other parameters are
  /// those of the blocking call.
  /// - Throws: `CancellationError` when the task is cancelled; else as the synchronous call.
  public static func train(
    on text: LabelledText, options: SequenceTrainingOptions,
    pretrained: PretrainedEmbeddings? = nil, valid: LabelledText? = nil,
    threads: Int = Workers.defaultCount, progress: TrainingMoments? = nil
  ) async throws -> TextClassifier {
    try await BlockingWork.run(moments: progress) { stop in
      try train(
        on: text, options: options, pretrained: pretrained, valid: valid, threads: threads,
        stop: stop
      ) { progress?.add($0) }
    }
  }
}
