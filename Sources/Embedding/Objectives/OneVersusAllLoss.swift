package import BLASCore
import CKernels

/// A yes-or-no question for each label: -log σ(s) for those of an example, -log σ(-s) for all others,
/// added up.
///
/// The gradient of a score is σ(s) minus 1 or 0. The mean weight of an example's labels weighs all its
/// gradients.
package struct OneVersusAllLoss: LabelLoss {
  private let kernels: KernelTable
  /// σ is exact to 3e-7, so nothing is told below it.
  private static let smallestProbability = 1e-7
  /// A product above it can take one more factor.
  private static let smallestProduct = 1e-290

  /// - Parameter kernels: the SIMD kernels; any choice gives the same bits.
  package init(kernels: KernelTable) {
    self.kernels = kernels
  }

  package func differentiate(
    _ row: UnsafeMutableBufferPointer<Float>, targets: ArraySlice<Int32>, weights: [Float],
    rate: Float
  ) -> Double {
    guard let values = row.baseAddress, !targets.isEmpty else { return 0 }
    unsafe kernels.pointer.pointee.sigmoid_f32(values, values, Int64(row.count))
    var weight: Float = 0
    var (product, loss) = (1.0, 0.0)
    // One logarithm for many factors.
    func multiply(_ probability: Double) {
      product *= max(probability, Self.smallestProbability)
      if product < Self.smallestProduct {
        loss -= PortableMath.log(product)
        product = 1
      }
    }
    for target in targets {
      weight += weights[Int(target)] / Float(targets.count)
      // In the place of the factor that the loop below takes for it.
      unsafe multiply(Double(row[Int(target)]))
      unsafe row[Int(target)] -= 1
    }
    for label in row.indices {
      let value = unsafe row[label]
      if !(value < 0) { multiply(1 - Double(value)) }
      unsafe row[label] = -rate * weight * value
    }
    // A target whose probability is 1 stands at 0 above: its factor there is 1.
    return loss - PortableMath.log(product)
  }
}
