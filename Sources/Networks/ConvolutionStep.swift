/// The outputs of a convolution in one panel of filters: what the kernel `convolve_panel_f32` reads
/// and writes.
@safe package struct ConvolutionStep<Scalar: NetworkScalar> {
  // SAFETY: the caller's memory for one call; offsets lead into it.
  /// Outputs.
  package var places: Int
  /// Filters, at most ``NetworkScalar/panelColumns``.
  package var columns: Int
  /// Stretches of the input under a filter, and numbers in each.
  package var segments, inner: Int
  package var input: UnsafePointer<Scalar>
  /// Where each place's input begins, and each stretch from there.
  package var inputOffsets, segmentOffsets: UnsafePointer<Int32>
  /// The filters, [segment, inner, column].
  package var panel: UnsafePointer<Scalar>
  /// A number for each filter that its sums begin with.
  package var bias: UnsafePointer<Scalar>?
  /// Added to the sums; laid out as the output.
  package var addend: UnsafePointer<Scalar>?
  package var output: UnsafeMutablePointer<Scalar>
  /// Where each place's output begins.
  package var outputOffsets: UnsafePointer<Int32>
  /// Whether the sums begin with what the output holds.
  package var keep: Bool
  /// Whether negative results become 0.
  package var relu: Bool

  package init(
    places: Int, columns: Int, segments: Int, inner: Int, input: UnsafePointer<Scalar>,
    inputOffsets: UnsafePointer<Int32>, segmentOffsets: UnsafePointer<Int32>,
    panel: UnsafePointer<Scalar>, bias: UnsafePointer<Scalar>?, addend: UnsafePointer<Scalar>?,
    output: UnsafeMutablePointer<Scalar>, outputOffsets: UnsafePointer<Int32>, keep: Bool,
    relu: Bool
  ) {
    self.places = places
    self.columns = columns
    self.segments = segments
    self.inner = inner
    unsafe self.input = input
    unsafe self.inputOffsets = inputOffsets
    unsafe self.segmentOffsets = segmentOffsets
    unsafe self.panel = panel
    unsafe self.bias = bias
    unsafe self.addend = addend
    unsafe self.output = output
    unsafe self.outputOffsets = outputOffsets
    self.keep = keep
    self.relu = relu
  }
}

/// The part of a weight gradient that one stretch of the input and one block of filters give.
@safe package struct WeightGradientStep<Scalar: NetworkScalar> {
  // SAFETY: the caller's memory for one call; offsets lead into it.
  /// Numbers in the stretch, filters, and places summed over.
  package var rows, columns, places: Int
  package var input: UnsafePointer<Scalar>
  package var inputOffsets: UnsafePointer<Int32>
  /// Of the outputs: a row for each place.
  package var gradient: UnsafePointer<Scalar>
  package var gradientStride: Int
  package var weights: UnsafeMutablePointer<Scalar>
  package var weightsStride: Int

  package init(
    rows: Int, columns: Int, places: Int, input: UnsafePointer<Scalar>,
    inputOffsets: UnsafePointer<Int32>, gradient: UnsafePointer<Scalar>, gradientStride: Int,
    weights: UnsafeMutablePointer<Scalar>, weightsStride: Int
  ) {
    self.rows = rows
    self.columns = columns
    self.places = places
    unsafe self.input = input
    unsafe self.inputOffsets = inputOffsets
    unsafe self.gradient = gradient
    self.gradientStride = gradientStride
    unsafe self.weights = weights
    self.weightsStride = weightsStride
  }
}
