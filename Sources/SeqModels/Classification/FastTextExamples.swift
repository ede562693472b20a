import BLASCore
import Embedding

/// Labelled texts as bags of features, in an order drawn anew for each pass.
///
/// But for one-vs-all a text with several labels has one of them in each pass, the next one in the next. Equal shares
/// of all at once have the same mean but pull the text to a place between its labels: over questions
/// about cooking, 25 passes, that is a precision of .579 instead of .601, and labels drawn at random
/// (fastText's way) come to .594.
struct FastTextExamples: ExampleSource {
  /// Texts in a chunk: a few thousand numbers to look at `stop` and to report after.
  static let textsPerChunk = 1024

  private let documents: DocumentFeatures
  /// See ``FeatureRows/lastCounts``.
  private let lastCounts: [Int32]
  /// The labels of all texts, one text after another.
  private var targets: [Int32] = []
  /// Where the labels of each text begin, and where the last one's end.
  private var targetStarts = [0]
  /// The texts that have features.
  private let trained: [Int32]
  private let epochs: Int
  private let seed: UInt64
  /// Texts between two meetings of the threads.
  let batchSize: Int
  /// Whether a text has all its labels in each pass.
  private let takesAllLabels: Bool

  /// - Parameter rows: at least one text has features.
  init(_ rows: FeatureRows, labels: TrainingLabels, options: FastTextOptions) {
    let documents = rows.documents
    self.documents = documents
    lastCounts = rows.lastCounts
    takesAllLabels = options.loss == .oneVersusAll
    batchSize = LabelObjective.batchSize(
      labelCount: labels.names.count, rate: options.learningRate,
      addsUp: options.loss == .oneVersusAll)
    epochs = options.epochs
    seed = options.seed
    trained = (0..<documents.count).filter { documents.starts[$0] < documents.starts[$0 + 1] }
      .map { Int32($0) }
    for ids in labels.ids {
      targets += ids
      targetStarts.append(targets.count)
    }
  }

  var chunkCount: Int { (trained.count + Self.textsPerChunk - 1) / Self.textsPerChunk }

  /// A chunk is only named here, not made: there is nothing to prepare ahead.
  func roundLength(threadCount: Int) -> Int { 1 }

  /// The order of the texts in a pass.
  func order(ofEpoch epoch: Int) -> [Int32] {
    var random = RandomSource(seed: seed, FastTextStream.order, UInt64(epoch))
    return trained.shuffled(using: &random)
  }

  func makeChunk() -> Bags {
    let bags = Bags()
    lend(to: bags)
    return bags
  }

  /// Shares the features and labels of all texts with a chunk.
  func lend(to bags: Bags) {
    bags.inputs = documents.features
    bags.targets = targets
  }

  func prepare(_ bags: Bags, number: Int, epoch: Int, order: [Int32]) {
    bags.removeExamples()
    let start = number * Self.textsPerChunk
    for text in order[start..<min(start + Self.textsPerChunk, order.count)] {
      let text = Int(text)
      bags.inputRanges.append(documents.starts[text]..<documents.starts[text + 1])
      if !lastCounts.isEmpty { bags.lastCounts.append(lastCounts[text]) }
      bags.targetRanges.append(target(of: text, epoch: epoch))
    }
  }

  /// The label of a text whose turn it is in a pass. Where the turns begin is drawn for each text.
  private func target(of text: Int, epoch: Int) -> Range<Int> {
    let labels = targetStarts[text]..<targetStarts[text + 1]
    guard labels.count > 1, !takesAllLabels else { return labels }
    var random = RandomSource(seed: seed, FastTextStream.turns, UInt64(text))
    let first = Int.random(in: 0..<labels.count, using: &random)
    let place = labels.lowerBound + (first + epoch) % labels.count
    return place..<place + 1
  }

  func remainingShare(epoch: Int, chunk: Int, batch: Int) -> Float {
    let done = epoch * trained.count + chunk * Self.textsPerChunk + batch * batchSize
    return 1 - Float(done) / Float(examplesInAll)
  }

  func examplesSeen(before position: EmbeddingPosition) -> Int {
    position.epoch * trained.count + min(position.chunk * Self.textsPerChunk, trained.count)
  }

  var examplesInAll: Int { trained.count * epochs }
}

/// The random streams of fastText's classifier.
enum FastTextStream {
  static let initialEmbeddings: UInt64 = 0
  static let order: UInt64 = 1
  static let turns: UInt64 = 2
  static let noise: UInt64 = 3
  static let search: UInt64 = 4
}
