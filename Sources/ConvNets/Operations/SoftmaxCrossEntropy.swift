import BLASCore
package import Networks

/// Softmax, and its cross-entropy against target probabilities.
package enum SoftmaxCrossEntropy {
  /// What a batch gave.
  package struct Result: Hashable, Sendable {
    /// The mean over the images of -Σ target · log softmax(logits); the weight is not in it.
    package var loss: Double
    /// The images whose largest logit stands where the largest target does, the first ones if
    /// there are equals.
    package var correct: Int
  }

  /// The loss and its gradient with respect to the logits.
  ///
  /// - Parameters:
  ///   - logits: [count, classes].
  ///   - targets: the probability of each class, [count, classes], each row with the sum 1.
  ///   - weight: what the loss is multiplied with before it is differentiated.
  ///   - gradient: receives (softmax - target) · weight / count; it may be the place of the logits.
  @_specialize(where Scalar == Float)
  package static func loss<Scalar: NetworkScalar>(
    of logits: UnsafePointer<Scalar>, targets: UnsafePointer<Scalar>, count: Int, classes: Int,
    weight: Double = 1, gradient: UnsafeMutablePointer<Scalar>, compute: Compute<Scalar>
  ) -> Result {
    guard count > 0 else { return Result(loss: 0, correct: 0) }
    let scale = Scalar(weight / Double(count))
    return unsafe withUnsafeTemporaryAllocation(of: Result.self, capacity: count) { rows in
      let results = unsafe rows
      compute.forRanges(of: count, atLeast: elementwiseGrain / 4 / classes + 1) { range in
        for row in range {
          let (logits, targets) = unsafe (logits + row * classes, targets + row * classes)
          let gradient = unsafe gradient + row * classes
          var product = 0.0
          var mass = 0.0
          for index in 0..<classes where unsafe targets[index] != 0 {
            unsafe product += Double(targets[index]) * Double(logits[index])
            unsafe mass += Double(targets[index])
          }
          let isCorrect = unsafe likeliest(logits, classes) == likeliest(targets, classes)
          let (most, sum) = unsafe exponentials(logits, into: gradient, count: classes)
          let inverse = Scalar(1 / sum)
          for index in 0..<classes {
            unsafe gradient[index] = (gradient[index] * inverse - targets[index]) * scale
          }
          unsafe results.initializeElement(
            at: row,
            to: Result(
              loss: mass * (PortableMath.log(sum) + Double(most)) - product,
              correct: isCorrect ? 1 : 0))
        }
      }
      var total = Result(loss: 0, correct: 0)
      for row in 0..<count {
        unsafe total.loss += results[row].loss
        unsafe total.correct += results[row].correct
      }
      total.loss /= Double(count)
      return total
    }
  }

  /// The softmax of each row, which may be the place of the logits.
  @_specialize(where Scalar == Float)
  package static func probabilities<Scalar: NetworkScalar>(
    of logits: UnsafePointer<Scalar>, count: Int, classes: Int,
    into probabilities: UnsafeMutablePointer<Scalar>
  ) {
    for row in 0..<count {
      let results = unsafe probabilities + row * classes
      let (_, sum) = unsafe exponentials(logits + row * classes, into: results, count: classes)
      let inverse = Scalar(1 / sum)
      for index in 0..<classes { unsafe results[index] *= inverse }
    }
  }

  /// e^(x - the largest x), the largest x and the sum of the powers.
  @inline(__always)
  private static func exponentials<Scalar: NetworkScalar>(
    _ values: UnsafePointer<Scalar>, into results: UnsafeMutablePointer<Scalar>, count: Int
  ) -> (most: Scalar, sum: Double) {
    let most = unsafe values[likeliest(values, count)]
    for index in 0..<count { unsafe results[index] = unsafe values[index] - most }
    unsafe Scalar.exponential(results, into: results, count: count)
    var sum = 0.0
    for index in 0..<count { unsafe sum += Double(results[index]) }
    return (most, sum)
  }

  /// The index of the first of the largest values, or of a NaN.
  @inline(__always)
  private static func likeliest<Scalar: NetworkScalar>(
    _ values: UnsafePointer<Scalar>, _ count: Int
  ) -> Int {
    var best = 0
    for index in 0..<count {
      if unsafe values[index] != values[index] { return index }
      if unsafe values[index] > values[best] { best = index }
    }
    return best
  }
}
