import BLASCore
import Networks

// Gradients of the filters and of the biases.
extension ConvolutionCore {
  /// Rows of a weight gradient that are one piece of work, at most and at least.
  private static var rowBlock: Int { 96 }
  private static var leastRowBlock: Int { 12 }
  /// Images whose frames and gradients together are no larger than so many numbers stay in the second
  /// cache while the pieces of a weight gradient pass.
  private static var togetherLimit: Int { 1 << 16 }

  /// Copies some images into frames behind each other, by all threads.
  private func fillFrames(of images: Range<Int>, _ source: Activations<Scalar>, _ plan: GatherPlan)
  {
    let (frame, threads) = unsafe (frames[0], compute.team.activeCount)
    let parts = images.count >= threads ? 1 : threads
    compute.team.forEach(pieces: images.count * parts) { piece in
      let (image, part) = piece.quotientAndRemainder(dividingBy: parts)
      unsafe fill(
        frame + image * plan.frameCount, source.image(images.lowerBound + image), plan,
        rows: plan.height * part / parts..<plan.height * (part + 1) / parts)
    }
  }

  /// Adds to `gradient`, [output, input / groups, row, column], the gradient of the weights.
  ///
  /// - Parameters:
  ///   - panels: those of the convolution itself, for their plan.
  ///   - scratch: room for as many numbers as there are weights.
  @_specialize(where Scalar == Float)
  func addWeightGradient(
    _ panels: Panels, inputs: Activations<Scalar>, gradients: Activations<Scalar>,
    into gradient: UnsafeMutablePointer<Scalar>, scratch: AlignedBuffer<Scalar>
  ) throws {
    let (plan, team) = (panels.plan, compute.team)
    let phase = plan.phases[0]
    let rows = phase.segmentTaps * geometry.groupInputs
    let segments = phase.segmentOffsets.count
    let perGroup = panels.panelsPerGroup
    let columns = geometry.output.channels
    // Enough pieces for all threads to end together.
    var rowBlock = Self.rowBlock
    while rowBlock > Self.leastRowBlock,
      geometry.groups * segments * perGroup * ((rows + rowBlock - 1) / rowBlock) < 6
        * team.activeCount
    {
      rowBlock /= 2
    }
    let blocks = (rows + rowBlock - 1) / rowBlock
    compute.clear(scratch)
    // Each piece takes some images in their order, so that threads meet less often than once an image.
    // Those of few places are one chain of additions.
    let numbers = plan.frameCount + geometry.output.planeCount * geometry.output.channels
    let joined = plan.joinedImages
    let together = min(inputs.count, max(1, Self.togetherLimit / numbers / joined) * joined)
    if plan.needsFrame { try frames.reserve(together * plan.frameCount, threads: 1) }
    for start in stride(from: 0, to: inputs.count, by: together) {
      let images = start..<min(start + together, inputs.count)
      if plan.needsFrame { fillFrames(of: images, inputs, plan) }
      unsafe phase.inputOffsets.withUnsafeBufferPointer { offsets in
        guard let offsets = offsets.baseAddress else { return }
        team.forEach(pieces: geometry.groups * segments * blocks * perGroup) { piece in
          let (group, rest) = piece.quotientAndRemainder(dividingBy: segments * blocks * perGroup)
          let (stretch, index) = rest.quotientAndRemainder(dividingBy: perGroup)
          let (segment, block) = stretch.quotientAndRemainder(dividingBy: blocks)
          let first = block * rowBlock
          let channel = group * geometry.groupOutputs + index * Scalar.panelColumns
          let place = Int(phase.segmentOffsets[segment]) + group * geometry.groupInputs + first
          for image in stride(from: images.lowerBound, to: images.upperBound, by: joined) {
            let from = unsafe UnsafePointer(
              plan.needsFrame
                ? frames[0] + (image - start) * plan.frameCount : inputs.image(image))
            unsafe Scalar.addWeightGradient(
              WeightGradientStep(
                rows: min(rowBlock, rows - first), columns: panels.columns(of: index),
                places: min(joined, images.upperBound - image) * phase.placeCount,
                input: from + place, inputOffsets: offsets,
                gradient: gradients.image(image) + channel, gradientStride: columns,
                weights: scratch.base + (segment * rows + first) * columns + channel,
                weightsStride: columns))
          }
        }
      }
    }
    unsafe scatter(scratch.base, into: gradient)
  }

  /// Adds gradients [row, column, input][output] to those in the order of the weights.
  @_specialize(where Scalar == Float)
  private func scatter(
    _ sums: UnsafePointer<Scalar>, into gradient: UnsafeMutablePointer<Scalar>
  ) {
    let (outputs, inputs, taps) = (
      geometry.output.channels, geometry.groupInputs, geometry.tapCount
    )
    // A square of outputs and inputs at a time is turned around, so that memory is read and written in order.
    let block = 16
    compute.team.forEach(pieces: (outputs + block - 1) / block) { piece in
      let mine = piece * block..<min(outputs, (piece + 1) * block)
      let size = block * taps
      unsafe withUnsafeTemporaryAllocation(of: Scalar.self, capacity: block * size) { room in
        guard let turned = room.baseAddress else { return }
        for first in stride(from: 0, to: inputs, by: block) {
          let count = min(block, inputs - first)
          for tap in 0..<taps {
            for input in 0..<count {
              let from = unsafe sums + (tap * inputs + first + input) * outputs + mine.lowerBound
              let to = unsafe turned + input * taps + tap
              for output in 0..<mine.count { unsafe to[output * size] = from[output] }
            }
          }
          for output in 0..<mine.count {
            unsafe Scalar.addScaled(
              turned + output * size, factor: 1,
              into: gradient + ((mine.lowerBound + output) * inputs + first) * taps,
              count: count * taps)
          }
        }
      }
    }
  }

  /// Adds to `gradient` the sums of the channels.
  @_specialize(where Scalar == Float)
  func addBiasGradient(
    _ gradients: Activations<Scalar>, into gradient: UnsafeMutablePointer<Scalar>,
    zeros: [Int32]
  ) {
    let channels = gradients.shape.channels
    let places = gradients.shape.planeCount
    precondition(zeros.count >= places, "\(zeros.count) zeros for \(places) places")
    let width = Scalar.panelColumns
    unsafe withUnsafePointer(to: Scalar(1)) { one in
      unsafe zeros.withUnsafeBufferPointer { zeros in
        guard let offsets = zeros.baseAddress else { return }
        compute.team.forEach(pieces: (channels + width - 1) / width) { piece in
          let columns = min(width, channels - piece * width)
          for image in 0..<gradients.count {
            unsafe Scalar.addWeightGradient(
              WeightGradientStep(
                rows: 1, columns: columns, places: places, input: one, inputOffsets: offsets,
                gradient: gradients.image(image) + piece * width, gradientStride: channels,
                weights: gradient + piece * width, weightsStride: channels))
          }
        }
      }
    }
  }
}
