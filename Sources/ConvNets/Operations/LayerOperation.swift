package import Networks

/// The values between layers: images one after another, each [row, column, channel].
///
/// Channels lie together, unlike in ``Image``: then the inner loop of a convolution, a pooling or a
/// normalisation runs over channels.
@safe package struct Activations<Scalar: NetworkScalar>: @unchecked Sendable {
  // SAFETY: as ``MatrixView``: the executor keeps the memory, `count` images of `shape`.
  // Sendable: who may write what when is the affair of those who share it.

  /// The first value.
  package let base: UnsafeMutablePointer<Scalar>
  /// Images.
  package let count: Int
  /// The shape of each.
  package let shape: ImageShape

  package init(base: UnsafeMutablePointer<Scalar>, count: Int, shape: ImageShape) {
    unsafe self.base = base
    self.count = count
    self.shape = shape
  }

  /// Where an image begins.
  package func image(_ index: Int) -> UnsafeMutablePointer<Scalar> {
    unsafe base + index * shape.valueCount
  }

  /// Values in all images.
  package var valueCount: Int { count * shape.valueCount }
  /// Places in all images: rows of `shape.channels` values.
  package var placeCount: Int { count * shape.planeCount }
}

/// Where a gradient goes.
package struct GradientTarget<Scalar: NetworkScalar> {
  /// The place, shaped like the input it belongs to.
  package let values: Activations<Scalar>
  /// Whether the gradient is added to what is there, because another layer read the same input;
  /// otherwise whatever is there is overwritten.
  package let adds: Bool

  package init(values: Activations<Scalar>, adds: Bool) {
    self.values = values
    self.adds = adds
  }
}

/// What all layers are told about a pass over a batch.
package struct LayerPass: Sendable {
  /// Whether dropout drops and batch statistics are taken, and what backward needs is kept.
  package var isTraining: Bool
  /// Decides, with `step` and the layer's number, what dropout drops.
  package var seed: UInt64
  /// The number of the batch since training began.
  package var step: Int

  package init(isTraining: Bool, seed: UInt64 = 0, step: Int = 0) {
    self.isTraining = isTraining
    self.seed = seed
    self.step = step
  }
}

/// A layer at work.
///
/// No result may depend on the number of threads: pieces of work are cut by shape, never by thread.
package protocol LayerOperation<Scalar>: AnyObject {
  associatedtype Scalar: NetworkScalar

  /// Whether `forward` may be given one place as input and output, and `backward` one place for both
  /// gradients: then backward uses the output, never the input.
  var worksInPlace: Bool { get }

  /// Numbers of memory it needs beside its input and output for `count` images; called before the
  /// first pass of that size.
  func prepare(count: Int, isTraining: Bool) throws

  /// output = layer(inputs).
  func forward(
    _ inputs: [Activations<Scalar>], into output: Activations<Scalar>, pass: LayerPass) throws

  /// Adds the gradients of its parameters to theirs and gives the inputs their gradients.
  ///
  /// - Parameters:
  ///   - inputs: what `forward` read.
  ///   - output: what it made.
  ///   - gradient: of the loss with respect to the output; it may be overwritten.
  ///   - targets: one for each input, nil where nobody wants its gradient.
  func backward(
    _ inputs: [Activations<Scalar>], output: Activations<Scalar>, gradient: Activations<Scalar>,
    into targets: [GradientTarget<Scalar>?], pass: LayerPass) throws
}

extension LayerOperation {
  package var worksInPlace: Bool { false }
  package func prepare(count: Int, isTraining: Bool) throws {}
}
