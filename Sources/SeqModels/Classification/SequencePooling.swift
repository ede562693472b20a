import Networks

/// How the outputs of all steps become the features of one text.
public enum PoolingMethod: String, Codable, Hashable, Sendable, CaseIterable {
  /// The output after the last word; of the direction from the end, that after the first.
  case last
  /// The mean of all outputs.
  case mean
  /// The largest of all outputs, unit by unit.
  case max
  /// The sum of all outputs, weighted by softmax of v · tanh(W h + b) over the steps (Yang et al.
  /// 2016).
  case attention

  /// The names and shapes of the weights.
  func parameterShapes(featureCount: Int) -> [(name: String, shape: [Int])] {
    guard self == .attention else { return [] }
    return [
      ("attention.weight", [featureCount, featureCount]), ("attention.bias", [featureCount]),
      ("attention.vector", [featureCount]),
    ]
  }
}

/// Makes one row of features of the rows of each sequence, and carries gradients back.
final class SequencePooling<Scalar: NetworkScalar> {
  private let method: PoolingMethod
  private let options: RecurrentOptions
  private let parameters: Parameters<Scalar>
  private let compute: Compute<Scalar>
  private var layout = SequenceLayout(steps: 0, batch: 0)
  private var input: MatrixView<Scalar>?
  private var pooled = AlignedBuffer<Scalar>()
  /// Max: the step each value comes from, [sequences, features].
  private var steps: [Int32] = []
  /// Attention: tanh of the projections, then their gradients, [rows, features].
  private var projections = AlignedBuffer<Scalar>()
  /// Attention: the share of each row, [rows]; and their gradients.
  private var shares = AlignedBuffer<Scalar>()
  private var shareGradients = AlignedBuffer<Scalar>()

  init(
    _ method: PoolingMethod, _ options: RecurrentOptions, parameters: Parameters<Scalar>,
    compute: Compute<Scalar>
  ) {
    self.method = method
    self.options = options
    self.parameters = parameters
    self.compute = compute
  }

  private var featureCount: Int { options.outputCount }

  /// The rows that a sequence's features come from with ``PoolingMethod/last``: one for each
  /// direction, with its columns.
  private func lastRows(_ sequence: Int) -> [(row: Int, columns: Range<Int>)] {
    let width = options.outputPerDirection
    let last = layout.row(step: layout.length(of: sequence) - 1, sequence: sequence)
    let first = layout.row(step: 0, sequence: sequence)
    return (0..<options.directions).map { direction in
      (direction == 0 ? last : first, direction * width..<(direction + 1) * width)
    }
  }

  /// - Parameter input: [rows, features], to stay as it is until the backward call.
  /// - Returns: [sequences, features], valid until the next call.
  func forward(_ input: MatrixView<Scalar>, layout: SequenceLayout) throws -> MatrixView<Scalar> {
    self.layout = layout
    self.input = input
    let count = layout.batch * featureCount
    try AlignedBuffer.reserve(&pooled, count)
    let result = pooled.matrix(layout.batch, featureCount)
    if method == .attention { try attend(input) }
    if method == .max { steps = [Int32](repeating: 0, count: count) }
    unsafe steps.withUnsafeMutableBufferPointer { steps in
      nonisolated(unsafe) let steps = unsafe steps
      compute.forRanges(of: layout.batch, atLeast: 1) { sequences in
        for sequence in sequences {
          unsafe pool(sequence, input, into: result.row(sequence), steps: steps)
        }
      }
    }
    return result
  }

  private func pool(
    _ sequence: Int, _ input: MatrixView<Scalar>, into target: UnsafeMutablePointer<Scalar>,
    steps: UnsafeMutableBufferPointer<Int32>
  ) {
    let length = layout.length(of: sequence)
    switch method {
    case .last:
      for (row, columns) in lastRows(sequence) {
        for column in columns { unsafe target[column] = unsafe input.row(row)[column] }
      }
    case .mean:
      unsafe target.update(repeating: 0, count: featureCount)
      for step in 0..<length {
        unsafe Scalar.addScaled(
          input.row(layout.row(step: step, sequence: sequence)), factor: 1, into: target,
          count: featureCount)
      }
      let share = 1 / Scalar(length)
      for column in 0..<featureCount { unsafe target[column] *= share }
    case .max:
      unsafe target.update(
        from: input.row(layout.row(step: 0, sequence: sequence)), count: featureCount)
      let place = sequence * featureCount
      for step in 1..<Swift.max(1, length) {
        let row = unsafe input.row(layout.row(step: step, sequence: sequence))
        for column in 0..<featureCount where unsafe row[column] > target[column] {
          unsafe target[column] = row[column]
          unsafe steps[place + column] = Int32(step)
        }
      }
    case .attention:
      unsafe target.update(repeating: 0, count: featureCount)
      for step in 0..<length {
        let row = layout.row(step: step, sequence: sequence)
        unsafe Scalar.addScaled(
          input.row(row), factor: shares.base[row], into: target, count: featureCount)
      }
    }
  }

  /// The share of each row in its sequence.
  private func attend(_ input: MatrixView<Scalar>) throws {
    let rows = input.rows
    if shares.count < rows {
      projections = try AlignedBuffer(count: rows * featureCount)
      shares = try AlignedBuffer(count: rows)
      shareGradients = try AlignedBuffer(count: rows)
    }
    let projected = projections.matrix(rows, featureCount)
    let bias = unsafe parameters.view("attention.bias").base
    compute.forRanges(of: rows, atLeast: 16) { range in
      for row in range { unsafe projected.row(row).update(from: bias, count: featureCount) }
    }
    try compute.multiply(
      input, parameters.view("attention.weight").transposed, into: projected, keep: true)
    compute.forRanges(of: rows, atLeast: 16) { range in
      for row in range {
        unsafe Scalar.tanh(projected.row(row), into: projected.row(row), count: featureCount)
      }
    }
    try compute.multiply(
      projected, parameters.view("attention.vector").transposed, into: shares.matrix(rows, 1))
    compute.forRanges(of: layout.batch, atLeast: 1) { sequences in
      for sequence in sequences {
        let length = layout.length(of: sequence)
        var scores = (0..<length).map {
          unsafe shares.base[layout.row(step: $0, sequence: sequence)]
        }
        let largest = scores.max() ?? 0
        for step in 0..<length { scores[step] -= largest }
        unsafe scores.withUnsafeMutableBufferPointer {
          if let base = $0.baseAddress {
            unsafe Scalar.exponential(base, into: base, count: length)
          }
        }
        let sum = scores.reduce(0, +)
        for step in 0..<length {
          unsafe shares.base[layout.row(step: step, sequence: sequence)] = scores[step] / sum
        }
      }
    }
  }

  /// Adds the gradients of the weights and gives that of the rows.
  ///
  /// - Parameters:
  ///   - gradient: [sequences, features].
  ///   - rowGradient: [rows, features], written.
  func backward(_ gradient: MatrixView<Scalar>, into rowGradient: MatrixView<Scalar>) throws {
    guard let input else { preconditionFailure("backward before forward") }
    compute.forRanges(of: layout.batch, atLeast: 1) { sequences in
      for sequence in sequences {
        unsafe distribute(sequence, gradient.row(sequence), input, into: rowGradient)
      }
    }
    guard method == .attention else { return }
    let rows = input.rows
    let projected = projections.matrix(rows, featureCount)
    try compute.multiply(
      shareGradients.matrix(1, rows), projected, into: parameters.gradient("attention.vector"),
      keep: true)
    let vector = unsafe parameters.view("attention.vector").base
    compute.forRanges(of: rows, atLeast: 16) { range in
      for row in range {
        let values = unsafe projected.row(row)
        let factor = unsafe shareGradients.base[row]
        for column in 0..<featureCount {
          unsafe values[column] = factor * vector[column] * (1 - values[column] * values[column])
        }
      }
    }
    try compute.multiply(
      projected.transposed, input, into: parameters.gradient("attention.weight"), keep: true)
    unsafe compute.addColumnSums(projected, into: parameters.gradient("attention.bias").base)
    try compute.multiply(
      projected, parameters.view("attention.weight"), into: rowGradient, keep: true)
  }

  private func distribute(
    _ sequence: Int, _ gradient: UnsafeMutablePointer<Scalar>, _ input: MatrixView<Scalar>,
    into rowGradient: MatrixView<Scalar>
  ) {
    let length = layout.length(of: sequence)
    for step in 0..<length {
      let target = unsafe rowGradient.row(layout.row(step: step, sequence: sequence))
      unsafe target.update(repeating: 0, count: featureCount)
    }
    switch method {
    case .last:
      for (row, columns) in lastRows(sequence) {
        for column in columns { unsafe rowGradient.row(row)[column] = unsafe gradient[column] }
      }
    case .mean:
      let share = 1 / Scalar(length)
      for step in 0..<length {
        unsafe Scalar.addScaled(
          gradient, factor: share,
          into: rowGradient.row(layout.row(step: step, sequence: sequence)), count: featureCount)
      }
    case .max:
      for column in 0..<featureCount {
        let step = Int(steps[sequence * featureCount + column])
        unsafe rowGradient.row(layout.row(step: step, sequence: sequence))[column] =
          gradient[column]
      }
    case .attention:
      // The gradient of each share, then through softmax that of each score.
      var products = (0..<length).map { step in
        let row = unsafe input.row(layout.row(step: step, sequence: sequence))
        return (0..<featureCount).reduce(Scalar(0)) { unsafe $0 + gradient[$1] * row[$1] }
      }
      var mean: Scalar = 0
      for step in 0..<length {
        unsafe mean += products[step] * shares.base[layout.row(step: step, sequence: sequence)]
      }
      for step in 0..<length {
        let row = layout.row(step: step, sequence: sequence)
        products[step] = unsafe shares.base[row] * (products[step] - mean)
        unsafe shareGradients.base[row] = products[step]
        unsafe Scalar.addScaled(
          gradient, factor: shares.base[row], into: rowGradient.row(row), count: featureCount)
      }
    }
  }
}
