import BLASCore
import Networks

/// Memory for the frames of zeros around images, one for each thread, shared by all layers.
final class FrameStore<Scalar: NetworkScalar> {
  private var frames: [AlignedBuffer<Scalar>]

  init(threads: Int) {
    frames = (0..<threads).map { _ in AlignedBuffer() }
  }

  /// Makes room for frames of `count` numbers on the first `threads` threads.
  func reserve(_ count: Int, threads: Int) throws {
    for thread in 0..<threads where frames[thread].count < count {
      frames[thread] = try AlignedBuffer(count: count)
    }
  }

  subscript(thread: Int) -> UnsafeMutablePointer<Scalar> { unsafe frames[thread].base }
}

/// What follows the sums of a convolution in the same pass over its outputs.
@safe struct Epilogue<Scalar: NetworkScalar> {
  // SAFETY: arrays of the layer and the output of one call.
  /// Added to each channel.
  var bias: UnsafePointer<Scalar>?
  /// Added to the sums, shaped like the output.
  var addend: Activations<Scalar>?
  /// Whether negative values become 0.
  var relu = false
  /// Whether the sums are added to what is there.
  var keep = false
}

/// A convolution, its transpose and the gradient of its weights, without im2col: the kernels gather
/// the inputs of a tile of outputs where they lie (an indirect convolution, Dukhan 2019).
///
/// Each output is one chain of additions over rows, columns and channels of the filter in order, so
/// no bit depends on how the work is cut.
final class ConvolutionCore<Scalar: NetworkScalar> {
  let geometry: ConvolutionGeometry
  let compute: Compute<Scalar>
  let frames: FrameStore<Scalar>

  /// Panels together no larger than this many numbers stay in the second cache for all places.
  private static var panelLimit: Int { 1 << 17 }

  init(_ geometry: ConvolutionGeometry, compute: Compute<Scalar>, frames: FrameStore<Scalar>) {
    self.geometry = geometry
    self.compute = compute
    self.frames = frames
  }

  /// Filters laid out for one plan.
  final class Panels {
    let plan: GatherPlan
    /// Channels of a group that a sum runs over, and that it is made for.
    fileprivate let inner, outputs, groups: Int
    fileprivate let storage: AlignedBuffer<Scalar>
    /// Where the panels of each phase begin.
    fileprivate let phaseStarts: [Int]

    var panelsPerGroup: Int {
      (outputs + Scalar.panelColumns - 1) / Scalar.panelColumns
    }

    fileprivate init(plan: GatherPlan, inner: Int, outputs: Int, groups: Int) throws {
      self.plan = plan
      self.inner = inner
      self.outputs = outputs
      self.groups = groups
      let width = (outputs + Scalar.panelColumns - 1) / Scalar.panelColumns * Scalar.panelColumns
      var starts: [Int] = []
      var end = 0
      for phase in plan.phases {
        starts.append(end)
        end += groups * phase.taps.count * inner * width
      }
      phaseStarts = starts
      storage = try AlignedBuffer(count: end)
    }

    fileprivate func panel(phase: Int, group: Int, index: Int) -> UnsafeMutablePointer<Scalar> {
      unsafe storage.base + phaseStarts[phase]
        + (group * panelsPerGroup + index) * plan.phases[phase].taps.count * inner
        * Scalar.panelColumns
    }

    func columns(of index: Int) -> Int {
      min(Scalar.panelColumns, outputs - index * Scalar.panelColumns)
    }
  }

  /// Room for the filters of the convolution itself.
  func makeForwardPanels() throws -> Panels {
    try Panels(
      plan: GatherPlan(convolution: geometry), inner: geometry.groupInputs,
      outputs: geometry.groupOutputs, groups: geometry.groups)
  }

  /// Room for the filters of the transpose.
  func makeTransposePanels() throws -> Panels {
    try Panels(
      plan: GatherPlan(transposeOf: geometry), inner: geometry.groupOutputs,
      outputs: geometry.groupInputs, groups: geometry.groups)
  }

  /// Lays out weights [output, input / groups, row, column], each output's multiplied by its scale.
  @_specialize(where Scalar == Float)
  func packForward(
    _ weights: UnsafePointer<Scalar>, scale: UnsafePointer<Scalar>? = nil, into panels: Panels
  ) {
    unsafe pack(panels) { group, first, tap in
      let output = group * geometry.groupOutputs + first
      return unsafe (
        weights + output * geometry.groupInputs * geometry.tapCount + tap, geometry.tapCount,
        geometry.groupInputs * geometry.tapCount, scale.map { unsafe $0 + output }
      )
    }
  }

  /// Lays out the same weights for the transpose.
  @_specialize(where Scalar == Float)
  func packTranspose(_ weights: UnsafePointer<Scalar>, into panels: Panels) {
    unsafe pack(panels) { group, first, tap in
      let output = group * geometry.groupOutputs
      return unsafe (
        weights + (output * geometry.groupInputs + first) * geometry.tapCount + tap,
        geometry.groupInputs * geometry.tapCount, geometry.tapCount, nil
      )
    }
  }

  private func pack(
    _ panels: Panels,
    _ place: (_ group: Int, _ first: Int, _ tap: Int) -> (
      UnsafePointer<Scalar>, rowStride: Int, columnStride: Int, scale: UnsafePointer<Scalar>?
    )
  ) {
    let perGroup = panels.panelsPerGroup
    for (number, phase) in panels.plan.phases.enumerated() {
      compute.team.forEach(pieces: panels.groups * perGroup) { piece in
        let (group, index) = (piece / perGroup, piece % perGroup)
        let columns = panels.columns(of: index)
        let panel = unsafe panels.panel(phase: number, group: group, index: index)
        let size = panels.inner * Scalar.panelColumns
        for (order, tap) in phase.taps.enumerated() {
          let (from, rowStride, columnStride, scale) = unsafe place(
            group, index * Scalar.panelColumns, tap)
          unsafe Scalar.packPanel(
            inner: panels.inner, columns: columns, from, rowStride: rowStride,
            columnStride: columnStride, into: panel + order * size)
          guard let factors = unsafe scale else { continue }
          for row in 0..<panels.inner {
            let row = unsafe panel + order * size + row * Scalar.panelColumns
            for column in 0..<columns { unsafe row[column] *= factors[column] }
          }
        }
      }
    }
  }

  /// Takes memory for the frames of a plan, for some images on each of some threads.
  private func reserve(_ plan: GatherPlan, images: Int, threads: Int) throws {
    if plan.needsFrame { try frames.reserve(images * plan.frameCount, threads: threads) }
  }

  /// output = the convolution (or its transpose) of the source.
  @_specialize(where Scalar == Float)
  func apply(
    _ panels: Panels, to source: Activations<Scalar>, into output: Activations<Scalar>,
    _ epilogue: Epilogue<Scalar>
  ) throws {
    let (plan, team) = (panels.plan, compute.team)
    let threads = team.activeCount
    if source.count % threads == 0 || source.count >= 8 * threads {
      let joined = min(plan.joinedImages, (source.count + threads - 1) / threads)
      try reserve(plan, images: joined, threads: threads)
      team.forEach(pieces: threads) { part in
        let mine = source.count * part / threads..<source.count * (part + 1) / threads
        for first in stride(from: mine.lowerBound, to: mine.upperBound, by: joined) {
          let images = first..<min(first + joined, mine.upperBound)
          var from = unsafe UnsafePointer(source.image(first))
          if plan.needsFrame {
            for image in images {
              unsafe fill(
                frames[part] + (image - first) * plan.frameCount, source.image(image), plan,
                rows: 0..<plan.height)
            }
            unsafe from = UnsafePointer(frames[part])
          }
          unsafe run(panels, from, images, output, epilogue, part: 0, of: 1)
        }
      }
      return
    }
    try reserve(plan, images: 1, threads: 1)
    for image in 0..<source.count {
      let from = unsafe framed(source.image(image), plan)
      team.forEach(pieces: threads) { part in
        unsafe run(panels, from, image..<image + 1, output, epilogue, part: part, of: threads)
      }
    }
  }

  /// An image in its frame, copied there by all threads, or where it is when it needs none.
  private func framed(
    _ image: UnsafeMutablePointer<Scalar>, _ plan: GatherPlan
  ) -> UnsafePointer<Scalar> {
    guard plan.needsFrame else { return unsafe UnsafePointer(image) }
    let (frame, threads) = unsafe (frames[0], compute.team.activeCount)
    compute.team.forEach(pieces: threads) { part in
      unsafe fill(
        frame, image, plan,
        rows: plan.height * part / threads..<plan.height * (part + 1) / threads)
    }
    return unsafe UnsafePointer(frame)
  }

  /// Copies rows of an image into its frame.
  @_specialize(where Scalar == Float)
  func fill(
    _ frame: UnsafeMutablePointer<Scalar>, _ image: UnsafePointer<Scalar>, _ plan: GatherPlan,
    rows: Range<Int>
  ) {
    let channels = plan.source.channels
    let (size, inside) = (plan.width * channels, plan.source.width * channels)
    let left = plan.left * channels
    for row in rows {
      let to = unsafe frame + row * size
      let from = row - plan.above
      if from < 0 || from >= plan.source.height {
        unsafe to.update(repeating: 0, count: size)
      } else {
        unsafe to.update(repeating: 0, count: left)
        unsafe (to + left).update(from: image + from * inside, count: inside)
        unsafe (to + left + inside).update(repeating: 0, count: size - left - inside)
      }
    }
  }

  /// One thread's share of the outputs of some images, at most as many as the plan joins.
  @_specialize(where Scalar == Float)
  private func run(
    _ panels: Panels, _ from: UnsafePointer<Scalar>, _ images: Range<Int>,
    _ output: Activations<Scalar>, _ epilogue: Epilogue<Scalar>, part: Int, of parts: Int
  ) {
    let to = unsafe output.image(images.lowerBound)
    let addend = unsafe epilogue.addend.map { unsafe UnsafePointer($0.image(images.lowerBound)) }
    let panelCount = panels.panelsPerGroup
    for (number, phase) in panels.plan.phases.enumerated() {
      let inner = phase.segmentTaps * panels.inner
      // Threads share panels where there are enough, else places.
      let byPanels = panelCount % parts == 0 || panelCount >= 4 * parts
      let mine =
        byPanels
        ? panelCount * part / parts..<panelCount * (part + 1) / parts : 0..<panelCount
      let count = images.count * phase.placeCount
      let places =
        byPanels ? 0..<count : count * part / parts..<count * (part + 1) / parts
      let size = phase.taps.count * panels.inner * panelCount * Scalar.panelColumns
      let block = size <= Self.panelLimit ? GatherPlan.placesPerPass : max(1, places.count)
      unsafe phase.inputOffsets.withUnsafeBufferPointer { inputOffsets in
        unsafe phase.outputOffsets.withUnsafeBufferPointer { outputOffsets in
          unsafe phase.segmentOffsets.withUnsafeBufferPointer { segmentOffsets in
            guard let inputOffsets = inputOffsets.baseAddress,
              let outputOffsets = outputOffsets.baseAddress
            else { return }
            // Without weights there are no segments; any address will do.
            let segments = unsafe segmentOffsets.baseAddress ?? inputOffsets
            for group in 0..<panels.groups {
              for first in stride(from: places.lowerBound, to: places.upperBound, by: block) {
                for index in mine {
                  let channel = group * panels.outputs + index * Scalar.panelColumns
                  unsafe Scalar.convolve(
                    ConvolutionStep(
                      places: min(block, places.upperBound - first),
                      columns: panels.columns(of: index), segments: segmentOffsets.count,
                      inner: inner, input: from + group * panels.inner,
                      inputOffsets: inputOffsets + first, segmentOffsets: segments,
                      panel: panels.panel(phase: number, group: group, index: index),
                      bias: epilogue.bias.map { unsafe $0 + channel },
                      addend: unsafe addend.map { unsafe $0 + channel },
                      output: unsafe to + channel,
                      outputOffsets: unsafe outputOffsets + first, keep: epilogue.keep,
                      relu: epilogue.relu))
                }
              }
            }
          }
        }
      }
    }
  }
}
