import BLASCore
import WordtoolCore

/// A batch in which every image is a mixture of two: values and labels alike.
///
/// - SeeAlso: Zhang, Cisse, Dauphin and Lopez-Paz: mixup, ICLR 2018.
public struct Mixup: Sendable {
  /// The mixed images; its labels are those of the first image of each pair.
  public let batch: ImageBatch
  /// The labels of the second.
  public let otherLabels: [Int32]
  /// The share of the first, 0 to 1; the second has the rest.
  public let shares: [Float]

  /// Mixes every image of a batch with another, or itself, of the same batch.
  ///
  /// - Parameters:
  ///   - batch: the images.
  ///   - alpha: both parameters of the beta distribution of the shares, above 0.
  ///   - seed: decides all choices, with `epoch` and `number`.
  ///   - epoch: the number of the pass over the set.
  ///   - number: the number of the batch in the epoch.
  /// - Throws: `WordtoolError` of kind `usage` for an `alpha` out of range.
  public init(_ batch: ImageBatch, alpha: Double, seed: UInt64, epoch: Int, number: Int) throws {
    try OptionCheck.require("alpha", alpha, .positive)
    var random = RandomSource(seed: seed, UInt64(epoch), UInt64(number), 1)
    let partners = Array(0..<batch.count).shuffled(using: &random)
    let shares = (0..<batch.count).map { _ in Float(random.nextBeta(alpha)) }
    let size = batch.shape.valueCount
    let values = unsafe [Float](unsafeUninitializedCapacity: batch.values.count) { values, count in
      for place in 0..<batch.count {
        let (own, other, share) = (place * size, partners[place] * size, shares[place])
        for offset in 0..<size {
          unsafe values[own + offset] =
            share * batch.values[own + offset] + (1 - share) * batch.values[other + offset]
        }
      }
      count = batch.values.count
    }
    self.batch = ImageBatch(shape: batch.shape, values: values, labels: batch.labels)
    otherLabels = partners.map { batch.labels[$0] }
    self.shares = shares
  }
}
