import BLASCore
import CKernels

extension Float: NetworkScalar {
  /// The kernels of this process: `WORDTOOL_KERNELS` names others than the fastest.
  static let kernels = (try? KernelTable.selected()) ?? .fastest

  package static func packPanel(
    inner: Int, columns: Int, _ b: Input, rowStride: Int, columnStride: Int, into panel: Output
  ) {
    unsafe kernels.pointer.pointee.pack_panel_f32(
      Int64(inner), Int64(columns), b, Int64(rowStride), Int64(columnStride), panel)
  }

  package static func multiplyPanel(
    rows: Int, columns: Int, inner: Int, _ a: Input, rowStride: Int, columnStride: Int,
    panel: Input, into c: Output, cStride: Int, keep: Bool
  ) {
    unsafe kernels.pointer.pointee.gemm_panel_f32(
      Int64(rows), Int64(columns), Int64(inner), a, Int64(rowStride), Int64(columnStride), panel,
      c, Int64(cStride), keep)
  }

  package static func lstmForward(_ step: LSTMStep<Float>) {
    unsafe kernels.pointer.pointee.lstm_forward_f32(
      Int64(step.count), step.i, step.f, step.g, step.o, step.peepI, step.peepF, step.peepO,
      step.previousCell, step.cell, step.squashed, step.h)
  }

  package static func lstmBackward(_ step: LSTMGradientStep<Float>) {
    unsafe kernels.pointer.pointee.lstm_backward_f32(
      Int64(step.count), step.i, step.f, step.g, step.o, step.peepI, step.peepF, step.peepO,
      step.previousCell, step.squashed, step.dh, step.dCell, step.dI, step.dF, step.dG, step.dO)
  }

  package static func gruForward(_ step: GRUStep<Float>) {
    unsafe kernels.pointer.pointee.gru_forward_f32(
      Int64(step.count), step.r, step.z, step.n, step.hr, step.hz, step.hn, step.previous, step.h)
  }

  package static func gruBackward(_ step: GRUGradientStep<Float>) {
    unsafe kernels.pointer.pointee.gru_backward_f32(
      Int64(step.count), step.r, step.z, step.n, step.hn, step.previous, step.dh, step.dR, step.dZ,
      step.dN, step.dHN, step.dPrevious)
  }

  package static func tanh(_ values: Input, into results: Output, count: Int) {
    unsafe kernels.pointer.pointee.tanh_f32(values, results, Int64(count))
  }

  package static func sigmoid(_ values: Input, into results: Output, count: Int) {
    unsafe kernels.pointer.pointee.sigmoid_f32(values, results, Int64(count))
  }

  package static func exponential(_ values: Input, into results: Output, count: Int) {
    unsafe kernels.pointer.pointee.exp_f32(values, results, Int64(count))
  }

  package static func softmaxCrossEntropy(
    _ logits: Output, count: Int, target: Int, scale: Float
  ) -> Double {
    unsafe kernels.pointer.pointee.softmax_xent_f32(logits, Int64(count), Int64(target), scale)
  }

  package static func sumOfSquares(_ values: Input, count: Int) -> Double {
    unsafe kernels.pointer.pointee.sum_squares_f32(values, Int64(count))
  }

  package static func addScaled(_ x: Input, factor: Float, into y: Output, count: Int) {
    unsafe kernels.pointer.pointee.axpy_f32(Int64(count), factor, x, y)
  }

  package static func convolve(_ step: ConvolutionStep<Float>) {
    var call = unsafe wt_convolution()
    unsafe call.places = Int64(step.places)
    unsafe call.columns = Int64(step.columns)
    unsafe call.segments = Int64(step.segments)
    unsafe call.inner = Int64(step.inner)
    unsafe call.input = step.input
    unsafe call.input_offsets = step.inputOffsets
    unsafe call.segment_offsets = step.segmentOffsets
    unsafe call.panel = step.panel
    unsafe call.bias = step.bias
    unsafe call.addend = step.addend
    unsafe call.output = step.output
    unsafe call.output_offsets = step.outputOffsets
    unsafe call.keep = step.keep
    unsafe call.relu = step.relu
    unsafe kernels.pointer.pointee.convolve_panel_f32(&call)
  }

  package static func addWeightGradient(_ step: WeightGradientStep<Float>) {
    var call = unsafe wt_weight_gradient()
    unsafe call.rows = Int64(step.rows)
    unsafe call.columns = Int64(step.columns)
    unsafe call.places = Int64(step.places)
    unsafe call.input = step.input
    unsafe call.input_offsets = step.inputOffsets
    unsafe call.gradient = step.gradient
    unsafe call.gradient_row = Int64(step.gradientStride)
    unsafe call.weights = step.weights
    unsafe call.weights_row = Int64(step.weightsStride)
    unsafe kernels.pointer.pointee.add_weight_gradient_f32(&call)
  }

  package static func dots(
    rows: Int, outputs: Int, inner: Int, _ x: Input, xStride: Int, _ w: Input, wStride: Int,
    bias: Input?, into y: Output, yStride: Int
  ) {
    unsafe kernels.pointer.pointee.dots_f32(
      Int64(rows), Int64(outputs), Int64(inner), x, Int64(xStride), w, Int64(wStride), bias, y,
      Int64(yStride))
  }
}
