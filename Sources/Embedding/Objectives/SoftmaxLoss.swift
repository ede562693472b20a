package import BLASCore
import CKernels

/// Softmax and cross-entropy: -log of the probability of the target, over all labels.
///
/// The gradient of a score is probability minus target. The label of an example weighs its gradient.
package struct SoftmaxLoss: LabelLoss {
  private let kernels: KernelTable

  /// - Parameter kernels: the SIMD kernels; any choice gives the same bits.
  package init(kernels: KernelTable) {
    self.kernels = kernels
  }

  package func differentiate(
    _ row: UnsafeMutableBufferPointer<Float>, targets: ArraySlice<Int32>, weights: [Float],
    rate: Float
  ) -> Double {
    guard let values = row.baseAddress else { return 0 }
    let largest = unsafe row.max() ?? 0
    for label in row.indices { unsafe row[label] -= largest }
    unsafe kernels.pointer.pointee.exp_f32(values, values, Int64(row.count))
    var sum: Float = 0
    for label in row.indices { unsafe sum += row[label] }
    let share = 1 / Float(targets.count)
    var weight: Float = 0
    var loss = 0.0
    for target in targets {
      weight += weights[Int(target)] * share
      unsafe loss -= Double(share) * PortableMath.log(Double(row[Int(target)] / sum))
    }
    for label in row.indices { unsafe row[label] *= -rate * weight / sum }
    for target in targets { unsafe row[Int(target)] += rate * weight * share }
    return loss
  }
}
