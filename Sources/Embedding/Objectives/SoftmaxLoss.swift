package import BLASCore
import CKernels

/// Softmax and cross-entropy: -log of the probability of the target, over all labels.
///
/// The gradient of a score is probability minus target. The one label of an example weighs its
/// gradient.
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
    // The softmax of one target is a kernel, as all but one-vs-all have.
    guard let values = row.baseAddress, let target = targets.first else { return 0 }
    precondition(targets.count == 1, "\(targets.count) targets of a softmax")
    return unsafe kernels.pointer.pointee.softmax_xent_f32(
      values, Int64(row.count), Int64(target), -rate * weights[Int(target)])
  }
}
