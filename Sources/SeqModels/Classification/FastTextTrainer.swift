import BLASCore
import Networks
import Synchronization
import Tokenize
public import WordtoolCore

extension TextClassifier {
  /// Trains a classifier of averaged word and n-gram embeddings. The same text, options and seed
  /// give the same model, whatever the number of threads.
  ///
  /// A text with several labels is a target of equal shares for each: what fastText, which draws
  /// one of them at random each time, does on the average.
  ///
  /// - Parameter progress: called now and then, from one thread.
  /// - Throws: `WordtoolError`: `badData` for fewer than two labels or texts without any frequent
  ///   word, `usage` for class weights of labels that are not there, `diverged` when the loss is not
  ///   finite, `interrupted`, `unavailable` without memory.
  public static func train(
    on text: LabelledText, options: FastTextOptions, threads: Int = 1, stop: StopFlag? = nil,
    progress: @escaping @Sendable (ClassifierProgress) -> Void = { _ in }
  ) throws -> ClassifierTraining {
    let labels = try TrainingLabels(text)
    let words = try DocumentWords(text, rule: options.features.rule, threads: threads, stop: stop)
    let (features, documents) = NGramFeatures.counted(words, options: options.features)
    let emptyCount = try documents.emptyCount(or: options.features)
    let classWeights = try options.classWeights.weights(
      for: labels.names, counts: labels.counts, exampleCount: text.count)
    let run = try FastTextRun(
      documents: documents, featureCount: features.count, labels: labels,
      classWeights: classWeights.map { Float($0) }, options: options, threads: threads)
    try run.train(stop: stop, progress: progress)
    let core = FastTextClassifier(
      labels: labels.names, rule: options.features.rule, features: features,
      embeddings: FloatRows(run.embeddings), output: FloatRows(run.output),
      tokenizer: try WordTokenizer(rule: options.features.rule))
    return ClassifierTraining(
      classifier: TextClassifier(core: core), epochs: options.epochs, exampleCount: text.count,
      emptyCount: emptyCount, replacedCount: words.replacedCount)
  }
}

extension FloatRows {
  /// The rows of a storage that nobody writes to any more.
  init(_ storage: RowStorage) {
    self.init(
      count: storage.rowCount, dimension: storage.dimension, stride: storage.stride,
      values: UnsafeBufferPointer(
        start: storage.base, count: storage.rowCount * storage.stride), owner: storage)
  }
}

/// One training of averaged embeddings, by several threads in lockstep.
///
/// Threads share the columns of all rows as ``ColumnGroups`` says. A batch of a few texts goes
/// through three steps:
/// 1. Every thread sums the embeddings of each text and multiplies with the output rows, over its
///    own columns; the partial scores go to a table with a place for each group of columns.
/// 2. After a meeting, each takes some of the texts, adds their partial scores up in the order of
///    the groups, and turns them into the loss and the gradient of the scores.
/// 3. After another meeting, every thread changes its own columns of the output and embedding rows.
/// Step 1 of the next batch needs nothing but the thread's own columns. Nobody writes what another
/// reads between two meetings, and every sum has one order: the bits do not depend on the number of
/// threads.
final class FastTextRun: @unchecked Sendable {
  // Sendable: `documents`, `labels` and the like never change; of the rest, columns belong to
  // threads and rows of scores to texts, as said above.

  typealias Block = SIMD16<Float>

  let embeddings: RowStorage
  let output: RowStorage
  private let documents: DocumentFeatures
  private let labels: TrainingLabels
  private let classWeights: [Float]
  private let options: FastTextOptions
  private let threadCount: Int
  private let groups: ColumnGroups
  /// The texts that have features.
  private let trained: [Int32]
  private let blockCount: Int
  private let labelCount: Int
  /// [batch, blocks]: the mean embedding of each text of the batch.
  private let means: UnsafeMutableBufferPointer<Block>
  /// [groups, batch, labels]
  private let partial: UnsafeMutableBufferPointer<Float>
  /// [batch, labels]: what the output rows are to be changed by.
  private let changes: UnsafeMutableBufferPointer<Float>
  /// [batch]
  private let losses: UnsafeMutableBufferPointer<Double>

  /// Texts between two meetings. More would save meetings; all of them see the weights from before
  /// the batch, so it stays small.
  private static let batchSize = 8

  init(
    documents: DocumentFeatures, featureCount: Int, labels: TrainingLabels, classWeights: [Float],
    options: FastTextOptions, threads: Int
  ) throws {
    self.documents = documents
    self.labels = labels
    self.classWeights = classWeights
    self.options = options
    embeddings = try RowStorage(rowCount: featureCount, dimension: options.dimension)
    output = try RowStorage(rowCount: labels.names.count, dimension: options.dimension)
    blockCount = embeddings.blockCount
    labelCount = labels.names.count
    groups = ColumnGroups(blockCount: blockCount)
    threadCount = max(1, min(threads, groups.count))
    trained = (0..<documents.count).filter { documents.starts[$0] < documents.starts[$0 + 1] }
      .map { Int32($0) }
    means = .allocate(capacity: Self.batchSize * blockCount)
    partial = .allocate(capacity: groups.count * Self.batchSize * labelCount)
    changes = .allocate(capacity: Self.batchSize * labelCount)
    losses = .allocate(capacity: Self.batchSize)
    means.initialize(repeating: Block())
    partial.initialize(repeating: 0)
    changes.initialize(repeating: 0)
    losses.initialize(repeating: 0)
  }

  deinit {
    means.deallocate()
    partial.deallocate()
    changes.deallocate()
    losses.deallocate()
  }

  /// The order of the texts in a pass.
  private func order(epoch: Int) -> [Int32] {
    var random = RandomSource(seed: options.seed, 1, UInt64(epoch))
    return trained.shuffled(using: &random)
  }

  func train(
    stop: StopFlag?, progress: @escaping @Sendable (ClassifierProgress) -> Void
  ) throws {
    initialize()
    let lockstep = Lockstep(threadCount: threadCount)
    let total = trained.count * options.epochs
    let isStopped = Atomic<Bool>(false)
    let isDiverged = Atomic<Bool>(false)
    try Workers.run(count: threadCount) { [self] thread in
      let own = groups.groups(ofThread: thread, threadCount: threadCount)
      var done = 0
      var loss = 0.0
      var lossCount = 0
      for epoch in 0..<options.epochs {
        let order = order(epoch: epoch)
        var at = 0
        while at < order.count {
          let batch = order[at..<min(order.count, at + Self.batchSize)]
          let rate = options.learningRate * (1 - Float(done) / Float(total))
          score(batch, own)
          if thread == 0, stop?.isRaised == true { isStopped.store(true, ordering: .relaxed) }
          lockstep.wait()
          if isDiverged.load(ordering: .relaxed) { return }
          if isStopped.load(ordering: .relaxed) {
            throw WordtoolError(.interrupted, found: "stopped in pass \(epoch + 1)")
          }
          for text in 0..<batch.count where text % threadCount == thread {
            differentiate(text, Int(batch[batch.startIndex + text]), rate)
          }
          lockstep.wait()
          update(batch, own)
          done += batch.count
          at += batch.count
          guard thread == 0 else { continue }
          for text in 0..<batch.count { loss += losses[text] }
          lossCount += batch.count
          if lossCount >= 4096 || at == order.count {
            progress(
              ClassifierProgress(
                fraction: Double(done) / Double(total), exampleCount: done,
                epochs: at == order.count ? epoch + 1 : epoch, loss: loss / Double(lossCount),
                learningRate: Double(rate)))
            // Everybody looks at it after the next meeting.
            if !loss.isFinite { isDiverged.store(true, ordering: .relaxed) }
            loss = 0
            lossCount = 0
          }
        }
      }
    }
    try check(isDiverged.load(ordering: .relaxed))
  }

  private func check(_ isDiverged: Bool) throws {
    if isDiverged || embeddings.firstRowNotFinite() != nil || output.firstRowNotFinite() != nil {
      throw WordtoolError(
        .diverged, found: "a loss or an embedding that is not finite",
        remedy: "use a smaller --lr than \(options.learningRate)")
    }
  }

  /// Embeddings from -1/dimension to 1/dimension; the output is zero.
  private func initialize() {
    let bound = 1 / Float(options.dimension)
    for row in 0..<embeddings.rowCount {
      var random = RandomSource(seed: options.seed, 0, UInt64(row))
      let values = embeddings.base + row * embeddings.stride
      for column in 0..<options.dimension {
        values[column] = (2 * random.nextUnitFloat() - 1) * bound
      }
    }
  }

  private func blocks(_ storage: RowStorage) -> UnsafeMutablePointer<Block> {
    UnsafeMutableRawPointer(storage.base).assumingMemoryBound(to: Block.self)
  }

  /// Step 1: mean embeddings and partial scores over the columns of some groups.
  private func score(_ batch: ArraySlice<Int32>, _ own: Range<Int>) {
    let rows = blocks(embeddings)
    let weights = blocks(output)
    let width = blockCount
    documents.features.withUnsafeBufferPointer { features in
      for (text, document) in batch.enumerated() {
        let range = documents.starts[Int(document)]..<documents.starts[Int(document) + 1]
        let scale = 1 / Float(range.count)
        for group in own {
          let columns = groups.bounds[group]..<groups.bounds[group + 1]
          let mean = means.baseAddress.unsafelyUnwrapped + text * width
          for block in columns { mean[block] = Block() }
          for at in range {
            let row = rows + Int(features[at]) * width
            for block in columns { mean[block] += row[block] }
          }
          for block in columns { mean[block] *= scale }
          let scores = (group * Self.batchSize + text) * labelCount
          for label in 0..<labelCount {
            let weight = weights + label * width
            var sum = Block()
            for block in columns { sum += weight[block] * mean[block] }
            partial[scores + label] = Self.sum(sum)
          }
        }
      }
    }
  }

  @inline(__always)
  private static func sum(_ block: Block) -> Float {
    let eight = block.lowHalf + block.highHalf
    let four = eight.lowHalf + eight.highHalf
    let two = four.lowHalf + four.highHalf
    return two.x + two.y
  }

  /// Step 2: the loss of one text and rate · (target - probability) for every label.
  private func differentiate(_ text: Int, _ document: Int, _ rate: Float) {
    let row = UnsafeMutableBufferPointer(
      rebasing: changes[text * labelCount..<(text + 1) * labelCount])
    for label in 0..<labelCount {
      var sum: Float = 0
      for group in 0..<groups.count {
        sum += partial[(group * Self.batchSize + text) * labelCount + label]
      }
      row[label] = sum
    }
    let largest = row.max() ?? 0
    var sum: Float = 0
    if let values = row.baseAddress {
      for label in 0..<labelCount { row[label] -= largest }
      Float.exponential(values, into: values, count: labelCount)
      for label in 0..<labelCount { sum += row[label] }
    }
    let targets = labels.ids[document]
    let share = 1 / Float(targets.count)
    var weight: Float = 0
    var loss = 0.0
    for target in targets {
      weight += classWeights[Int(target)] * share
      loss -= Double(share) * PortableMath.log(Double(row[Int(target)] / sum))
    }
    losses[text] = loss
    for label in 0..<labelCount { row[label] *= -rate * weight / sum }
    for target in targets { row[Int(target)] += rate * weight * share }
  }

  /// Step 3: changes the columns of some groups.
  private func update(_ batch: ArraySlice<Int32>, _ own: Range<Int>) {
    let rows = blocks(embeddings)
    let weights = blocks(output)
    let width = blockCount
    let columns = groups.blocks(own)
    let gradients = UnsafeMutableBufferPointer<Block>.allocate(
      capacity: batch.count * columns.count)
    defer { gradients.deallocate() }
    gradients.initialize(repeating: Block())
    for text in 0..<batch.count {
      for label in 0..<labelCount {
        let change = changes[text * labelCount + label]
        let weight = weights + label * width
        for (place, block) in columns.enumerated() {
          gradients[text * columns.count + place] += change * weight[block]
        }
      }
    }
    for label in 0..<labelCount {
      let weight = weights + label * width
      for text in 0..<batch.count {
        let change = changes[text * labelCount + label]
        for block in columns { weight[block] += change * means[text * width + block] }
      }
    }
    documents.features.withUnsafeBufferPointer { features in
      for (text, document) in batch.enumerated() {
        let range = documents.starts[Int(document)]..<documents.starts[Int(document) + 1]
        let scale = 1 / Float(range.count)
        let gradient = gradients.baseAddress.unsafelyUnwrapped + text * columns.count
        for place in 0..<columns.count { gradient[place] *= scale }
        for at in range {
          let row = rows + Int(features[at]) * width + columns.lowerBound
          for place in 0..<columns.count { row[place] += gradient[place] }
        }
      }
    }
  }
}
