import BLASCore
import Embedding

/// Labelled texts as bags of features, in an order drawn anew for each pass.
struct FastTextExamples: ExampleSource {
  /// Texts in a chunk: a few thousand numbers to look at `stop` and to report after.
  private static let textsPerChunk = 1024

  private let documents: DocumentFeatures
  /// The labels of all texts, one text after another.
  private var targets: [Int32] = []
  /// Where the labels of each text begin, and where the last one's end.
  private var targetStarts = [0]
  /// The texts that have features.
  private let trained: [Int32]
  private let epochs: Int
  private let seed: UInt64

  /// - Parameter documents: at least one has features.
  init(_ documents: DocumentFeatures, labels: TrainingLabels, options: FastTextOptions) {
    self.documents = documents
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
    bags.inputs = documents.features
    bags.targets = targets
    return bags
  }

  func prepare(_ bags: Bags, number: Int, epoch: Int, order: [Int32]) {
    bags.removeExamples()
    let start = number * Self.textsPerChunk
    for text in order[start..<min(start + Self.textsPerChunk, order.count)] {
      let text = Int(text)
      bags.inputRanges.append(documents.starts[text]..<documents.starts[text + 1])
      bags.targetRanges.append(targetStarts[text]..<targetStarts[text + 1])
    }
  }

  func remainingShare(epoch: Int, chunk: Int, batch: Int) -> Float {
    let done =
      epoch * trained.count + chunk * Self.textsPerChunk + batch * LabelObjective.batchSize
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
}
