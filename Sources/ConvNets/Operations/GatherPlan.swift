/// How the outputs of a convolution, or of its transpose, find their inputs.
///
/// The source image is copied into a frame of zeros wide enough for all filters; then the input of
/// an output under a weight lies at the output's offset plus the weight's. Weights beside each other
/// whose inputs lie beside each other form one segment.
struct GatherPlan {
  /// Outputs that are reached by the same weights: all of them in a convolution, in its transpose
  /// those of one remainder by the stride.
  struct Phase {
    /// Outputs of an image.
    let placeCount: Int
    /// Where each output's inputs begin in the frame of zeros, for as many images as are taken together,
    /// whose frames lie behind each other.
    let inputOffsets: [Int32]
    /// Where each output begins in its image, for as many images.
    let outputOffsets: [Int32]
    /// Segments, each from the output's offset.
    let segmentOffsets: [Int32]
    /// Weights in a segment.
    let segmentTaps: Int
    /// The weights in the order of segments: row · kernel width + column.
    let taps: [Int]
  }

  /// The source.
  let source: ImageShape
  /// Zeros above and on the left.
  let above: Int
  let left: Int
  /// The frame's extents.
  let height: Int
  let width: Int
  let phases: [Phase]
  /// Images that are taken together: several where one has few places, so that filters are not fetched
  /// for each image anew.
  let joinedImages: Int

  /// Places of one pass over the filters: whole tiles of 6 and of 12, whose inputs stay in the second cache.
  static var placesPerPass: Int { 120 }

  /// Numbers in the frame.
  var frameCount: Int { height * width * source.channels }
  /// Whether the source itself serves as the frame.
  var needsFrame: Bool { height != source.height || width != source.width }

  /// A convolution from `input` to `output`.
  init(
    convolution geometry: ConvolutionGeometry
  ) {
    let (input, output) = (geometry.input, geometry.output)
    let (kernel, stride, dilation) = (geometry.kernel, geometry.stride, geometry.dilation)
    source = input
    above = geometry.padding.height
    left = geometry.padding.width
    // What no filter reaches on the far side needs no zeros.
    height = max(
      input.height + above,
      (output.height - 1) * stride.height + dilation.height * (kernel.height - 1) + 1)
    width = max(
      input.width + left,
      (output.width - 1) * stride.width + dilation.width * (kernel.width - 1) + 1)
    let places = output.planeCount
    var inputOffsets: [Int32] = []
    inputOffsets.reserveCapacity(places)
    for row in 0..<output.height {
      for column in 0..<output.width {
        inputOffsets.append(
          Int32((row * stride.height * width + column * stride.width) * input.channels))
      }
    }
    let taps = (0..<kernel.height).flatMap { row in
      (0..<kernel.width).map { (row * dilation.height, $0 * dilation.width) }
    }
    let frameCount = height * width * input.channels
    joinedImages = Self.joinedImages(places: places, frameCount: frameCount, output: output)
    phases = [
      Self.phase(
        inputOffsets: Self.repeated(inputOffsets, joinedImages, by: frameCount),
        outputOffsets: Self.repeated(
          (0..<places).map { Int32($0 * output.channels) }, joinedImages,
          by: places * output.channels), placeCount: places,
        taps: taps.enumerated().map { ($0.offset, $0.element.0, $0.element.1) },
        frameWidth: width, channels: input.channels, joins: geometry.groups == 1)
    ]
  }

  /// The transpose of a convolution: from the gradient of its output to that of its input.
  init(transposeOf geometry: ConvolutionGeometry) {
    let (input, output) = (geometry.output, geometry.input)
    let stride = geometry.stride
    source = input
    // The input at place i reaches output place o under weight k when o + padding = i·stride + k·dilation.
    // With q = ⌊(o + padding) / stride⌋ and r the rest, weights with k·dilation ≡ r (mod stride)
    // take part, and i = q - (k·dilation - r) / stride.
    func taps(_ rest: Int, _ axis: KeyPath<Extent, Int>) -> [(tap: Int, back: Int)] {
      (0..<geometry.kernel[keyPath: axis]).compactMap { tap in
        let reach = tap * geometry.dilation[keyPath: axis] - rest
        guard reach % stride[keyPath: axis] == 0 else { return nil }
        return (tap, reach / stride[keyPath: axis])
      }
    }
    func frame(_ axis: KeyPath<Extent, Int>, _ outputs: Int, _ inputs: Int) -> (Int, Int) {
      var before = 0
      for rest in 0..<stride[keyPath: axis] {
        for (_, back) in taps(rest, axis) { before = max(before, back) }
      }
      let last = (outputs - 1 + geometry.padding[keyPath: axis]) / stride[keyPath: axis]
      return (before, before + max(inputs, last + 1))
    }
    let (above, height) = frame(\.height, output.height, input.height)
    let (left, width) = frame(\.width, output.width, input.width)
    (self.above, self.left, self.height, self.width) = (above, left, height, width)
    let frameCount = height * width * input.channels
    let mostPlaces =
      ((output.height - 1) / stride.height + 1) * ((output.width - 1) / stride.width + 1)
    joinedImages = Self.joinedImages(places: mostPlaces, frameCount: frameCount, output: output)
    var phases: [Phase] = []
    for rowRest in 0..<min(stride.height, output.height + geometry.padding.height) {
      for columnRest in 0..<min(stride.width, output.width + geometry.padding.width) {
        var inputOffsets: [Int32] = []
        var outputOffsets: [Int32] = []
        for row in 0..<output.height
        where (row + geometry.padding.height) % stride.height == rowRest {
          for column in 0..<output.width
          where (column + geometry.padding.width) % stride.width == columnRest {
            let q = (row + geometry.padding.height) / stride.height
            let p = (column + geometry.padding.width) / stride.width
            inputOffsets.append(Int32((q * width + p) * input.channels))
            outputOffsets.append(Int32((row * output.width + column) * output.channels))
          }
        }
        if inputOffsets.isEmpty { continue }
        // From the farthest back on, so that offsets grow.
        let found = taps(rowRest, \.height).reversed().flatMap { row in
          taps(columnRest, \.width).reversed().map { column in
            (
              row.tap * geometry.kernel.width + column.tap, above - row.back, left - column.back
            )
          }
        }
        phases.append(
          Self.phase(
            inputOffsets: Self.repeated(inputOffsets, joinedImages, by: frameCount),
            outputOffsets: Self.repeated(
              outputOffsets, joinedImages, by: output.planeCount * output.channels),
            placeCount: inputOffsets.count, taps: found, frameWidth: width,
            channels: input.channels, joins: geometry.groups == 1))
      }
    }
    self.phases = phases
  }

  /// How many images make enough places; their offsets are far from the largest number.
  private static func joinedImages(places: Int, frameCount: Int, output: ImageShape) -> Int {
    let size = max(1, max(frameCount, output.planeCount * output.channels))
    return max(1, min(placesPerPass / max(1, places), (1 << 28) / size))
  }

  /// The offsets of several images behind each other.
  private static func repeated(_ offsets: [Int32], _ images: Int, by size: Int) -> [Int32] {
    (0..<images).flatMap { image in offsets.map { $0 + Int32(image * size) } }
  }

  /// Joins weights whose inputs follow each other into segments of one length.
  private static func phase(
    inputOffsets: [Int32], outputOffsets: [Int32], placeCount: Int,
    taps: [(index: Int, row: Int, column: Int)],
    frameWidth: Int, channels: Int, joins: Bool
  ) -> Phase {
    var length = taps.isEmpty ? 0 : 1
    if joins, let first = taps.first {
      // All rows have the same columns.
      let columns = taps.prefix { $0.row == first.row }.map(\.column)
      if zip(columns, columns.dropFirst()).allSatisfy({ $0 + 1 == $1 }) { length = columns.count }
    }
    let starts = Swift.stride(from: 0, to: taps.count, by: max(1, length))
    return Phase(
      placeCount: placeCount, inputOffsets: inputOffsets, outputOffsets: outputOffsets,
      segmentOffsets: starts.map {
        Int32((taps[$0].row * frameWidth + taps[$0].column) * channels)
      },
      segmentTaps: length, taps: taps.map(\.index))
  }
}

/// The extents of a convolution.
struct ConvolutionGeometry {
  var input: ImageShape
  var output: ImageShape
  var kernel: Extent
  var stride: Extent
  var padding: Extent
  var dilation: Extent
  var groups: Int

  /// Channels of a group.
  var groupInputs: Int { input.channels / groups }
  /// Filters of a group.
  var groupOutputs: Int { output.channels / groups }
  /// Weights at one place of the filters.
  var tapCount: Int { kernel.height * kernel.width }

  init(_ layer: Layer.Convolution, input: ImageShape, output: ImageShape) {
    self.input = input
    self.output = output
    kernel = layer.kernel
    stride = layer.stride
    padding = layer.padding
    dilation = layer.dilation
    groups = layer.groups
  }

  /// The convolution that leads from the output of a transposed one back to its input.
  init(_ layer: Layer.TransposedConvolution, input: ImageShape, output: ImageShape) {
    self.input = output
    self.output = input
    kernel = layer.kernel
    stride = layer.stride
    padding = layer.padding
    dilation = layer.dilation
    groups = layer.groups
  }
}
