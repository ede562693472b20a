import BLASCore
import Embedding

/// ``FastTextExamples`` with what each text's label is told by: some other labels, or the way to it.
struct FastTextTiles: ExampleSource {
  private let texts: FastTextExamples
  private let targets: LabelTargets
  private let labelCount: Int
  private let seed: UInt64

  init(_ texts: FastTextExamples, targets: LabelTargets, labelCount: Int, seed: UInt64) {
    self.texts = texts
    self.targets = targets
    self.labelCount = labelCount
    self.seed = seed
  }

  /// The most texts of a batch.
  var batchSize: Int { texts.batchSize }
  /// The most products of a batch.
  var productCapacity: Int { LabelGroups.productCapacity(targets, batchSize: batchSize) }

  var chunkCount: Int { texts.chunkCount }
  var examplesInAll: Int { texts.examplesInAll }

  func roundLength(threadCount: Int) -> Int { threadCount }

  func order(ofEpoch epoch: Int) -> [Int32] { texts.order(ofEpoch: epoch) }

  func makeChunk() -> LabelGroups {
    let groups = LabelGroups(
      targets, paddingRow: labelCount, batchSize: batchSize,
      capacity: FastTextExamples.textsPerChunk)
    texts.lend(to: groups.texts)
    return groups
  }

  func prepare(_ groups: LabelGroups, number: Int, epoch: Int, order: [Int32]) {
    texts.prepare(groups.texts, number: number, epoch: epoch, order: order)
    groups.makeGroups(
      random: RandomSource(seed: seed, FastTextStream.noise, UInt64(epoch), UInt64(number)))
  }

  func remainingShare(epoch: Int, chunk: Int, batch: Int) -> Float {
    texts.remainingShare(epoch: epoch, chunk: chunk, batch: batch)
  }

  func examplesSeen(before position: EmbeddingPosition) -> Int {
    texts.examplesSeen(before: position)
  }
}
