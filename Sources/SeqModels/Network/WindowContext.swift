import Networks

/// A hidden layer over the last words, each with weights of its own (Bengio et al. 2003).
///
/// features = tanh(b + Σ_j W_j e_j), e_j the embedding of the word j places back or, without
/// embeddings, its one-hot vector: then W_j e_j is a row of a table.
final class WindowContext<Scalar: NetworkScalar>: ContextEncoder {
  let featureCount: Int
  private let window: Int
  private let embeddingCount: Int
  private let isOneHot: Bool
  private let vocabularyCount: Int
  private let parameters: Parameters<Scalar>
  private let compute: Compute<Scalar>
  private let weights: PackedMatrix<Scalar>
  private let weightsBack: PackedMatrix<Scalar>
  private var inputs = AlignedBuffer<Scalar>()
  private var inputGradients = AlignedBuffer<Scalar>()
  private var hidden = AlignedBuffer<Scalar>()
  private var masked = AlignedBuffer<Scalar>()
  private var mask = DropoutMask<Scalar>()
  private var isMasked = false
  /// [rows, window] numbers of the words, the oldest first.
  private var windows: [Int32] = []

  static func shapes(
    vocabulary: Int, window: Int, embedding: Int, hidden: Int, isOneHot: Bool
  ) -> [(name: String, shape: [Int])] {
    if isOneHot {
      return [("window.weight", [window * vocabulary, hidden]), ("window.bias", [hidden])]
    }
    return [
      ("encoder.weight", [vocabulary, embedding]),
      ("window.weight", [hidden, window * embedding]), ("window.bias", [hidden]),
    ]
  }

  init(
    vocabulary: Int, window: Int, embedding: Int, hidden: Int, isOneHot: Bool,
    parameters: Parameters<Scalar>, compute: Compute<Scalar>
  ) throws {
    featureCount = hidden
    self.window = window
    self.isOneHot = isOneHot
    embeddingCount = embedding
    vocabularyCount = vocabulary
    self.parameters = parameters
    self.compute = compute
    let inputs = isOneHot ? 1 : window * embedding
    weights = try PackedMatrix(capacityFor: inputs, hidden)
    weightsBack = try PackedMatrix(capacityFor: hidden, inputs)
  }

  func packWeights(
    forTraining: Bool, dropout: LanguageDropout, draw: RecurrentStack<Scalar>.Draw?
  ) throws {
    if isOneHot { return }
    let view = parameters.view("window.weight")
    compute.pack(view.transposed, into: weights)
    if forTraining { compute.pack(view, into: weightsBack) }
  }

  func makeState(batch: Int, padding: Int32) throws -> ContextState<Scalar> {
    ContextState(
      history: Array(repeating: Array(repeating: padding, count: window - 1), count: batch))
  }

  @_specialize(where Scalar == Float)
  func forward(
    _ ids: [Int32], layout: SequenceLayout, state: ContextState<Scalar>, dropout: LanguageDropout,
    draw: RecurrentStack<Scalar>.Draw?
  ) throws -> MatrixView<Scalar> {
    let rows = ids.count
    windows = TokenWindows.collect(ids, layout: layout, window: window, state: state)
    let inputCount = window * embeddingCount
    if hidden.count < rows * featureCount {
      hidden = try AlignedBuffer(count: rows * featureCount)
      masked = try AlignedBuffer(count: rows * featureCount)
      if !isOneHot {
        inputs = try AlignedBuffer(count: rows * inputCount)
        inputGradients = try AlignedBuffer(count: rows * inputCount)
      }
    }
    let sums = hidden.matrix(rows, featureCount)
    let bias = unsafe parameters.view("window.bias").base
    if isOneHot {
      let table = parameters.view("window.weight")
      compute.forRanges(of: rows, atLeast: 8) { range in
        for row in range {
          unsafe sums.row(row).update(from: bias, count: featureCount)
          for place in 0..<window {
            let id = Int(windows[row * window + place])
            unsafe Scalar.addScaled(
              table.row(place * vocabularyCount + id), factor: 1, into: sums.row(row),
              count: featureCount)
          }
        }
      }
    } else {
      let table = parameters.view("encoder.weight")
      let joined = inputs.matrix(rows, inputCount)
      compute.forRanges(of: rows, atLeast: 8) { range in
        for row in range {
          unsafe sums.row(row).update(from: bias, count: featureCount)
          for place in 0..<window {
            unsafe (joined.row(row) + place * embeddingCount).update(
              from: table.row(Int(windows[row * window + place])), count: embeddingCount)
          }
        }
      }
      compute.multiply(joined, weights, into: sums, keep: true)
    }
    compute.forRanges(of: rows, atLeast: 8) { range in
      for row in range {
        unsafe Scalar.tanh(sums.row(row), into: sums.row(row), count: featureCount)
      }
    }
    isMasked = draw != nil && dropout.output > 0
    guard let draw, isMasked else { return sums }
    let output = masked.matrix(rows, featureCount)
    unsafe output.base.update(from: sums.base, count: rows * featureCount)
    try mask.draw(
      rows: rows, columns: featureCount, share: dropout.output, draw: draw,
      site: DropoutSite.output,
      compute: compute)
    mask.apply(to: output, layout: nil, compute: compute)
    return output
  }

  @_specialize(where Scalar == Float)
  func backward(_ featureGradient: MatrixView<Scalar>) throws {
    let rows = featureGradient.rows
    if isMasked { mask.applyAgain(to: featureGradient, compute: compute) }
    compute.forRanges(of: rows, atLeast: 8) { range in
      for index in range.lowerBound * featureCount..<range.upperBound * featureCount {
        let h = unsafe hidden.base[index]
        unsafe featureGradient.base[index] *= 1 - h * h
      }
    }
    unsafe compute.addColumnSums(featureGradient, into: parameters.gradient("window.bias").base)
    if isOneHot {
      let gradient = parameters.gradient("window.weight")
      compute.forRanges(of: (featureCount + 15) / 16, atLeast: 1) { blocks in
        let first = blocks.lowerBound * 16
        let count = min(featureCount, blocks.upperBound * 16) - first
        for row in 0..<rows {
          for place in 0..<window {
            let id = Int(windows[row * window + place])
            unsafe Scalar.addScaled(
              featureGradient.row(row) + first, factor: 1,
              into: gradient.row(place * vocabularyCount + id) + first, count: count)
          }
        }
      }
      return
    }
    let joined = inputs.matrix(rows, window * embeddingCount)
    try compute.multiply(
      featureGradient.transposed, joined, into: parameters.gradient("window.weight"), keep: true)
    let joinedGradient = inputGradients.matrix(rows, window * embeddingCount)
    compute.multiply(featureGradient, weightsBack, into: joinedGradient)
    let gradient = parameters.gradient("encoder.weight")
    compute.forRanges(of: (embeddingCount + 15) / 16, atLeast: 1) { blocks in
      let first = blocks.lowerBound * 16
      let count = min(embeddingCount, blocks.upperBound * 16) - first
      for row in 0..<rows {
        for place in 0..<window {
          unsafe Scalar.addScaled(
            joinedGradient.row(row) + place * embeddingCount + first, factor: 1,
            into: gradient.row(Int(windows[row * window + place])) + first, count: count)
        }
      }
    }
  }
}

/// The mean of the embeddings of the last words: their order does not count.
final class BagContext<Scalar: NetworkScalar>: ContextEncoder {
  let featureCount: Int
  private let window: Int
  private let parameters: Parameters<Scalar>
  private let compute: Compute<Scalar>
  private var means = AlignedBuffer<Scalar>()
  private var windows: [Int32] = []

  init(
    window: Int, embedding: Int, parameters: Parameters<Scalar>, compute: Compute<Scalar>
  ) {
    featureCount = embedding
    self.window = window
    self.parameters = parameters
    self.compute = compute
  }

  func packWeights(
    forTraining: Bool, dropout: LanguageDropout, draw: RecurrentStack<Scalar>.Draw?
  ) throws {}

  func makeState(batch: Int, padding: Int32) throws -> ContextState<Scalar> {
    ContextState(
      history: Array(repeating: Array(repeating: padding, count: window - 1), count: batch))
  }

  @_specialize(where Scalar == Float)
  func forward(
    _ ids: [Int32], layout: SequenceLayout, state: ContextState<Scalar>, dropout: LanguageDropout,
    draw: RecurrentStack<Scalar>.Draw?
  ) throws -> MatrixView<Scalar> {
    windows = TokenWindows.collect(ids, layout: layout, window: window, state: state)
    try AlignedBuffer.reserve(&means, ids.count * featureCount)
    let output = means.matrix(ids.count, featureCount)
    let table = parameters.view("encoder.weight")
    let share = 1 / Scalar(window)
    compute.forRanges(of: ids.count, atLeast: 8) { range in
      for row in range {
        unsafe output.row(row).update(repeating: 0, count: featureCount)
        for place in 0..<window {
          unsafe Scalar.addScaled(
            table.row(Int(windows[row * window + place])), factor: share, into: output.row(row),
            count: featureCount)
        }
      }
    }
    return output
  }

  @_specialize(where Scalar == Float)
  func backward(_ featureGradient: MatrixView<Scalar>) throws {
    let gradient = parameters.gradient("encoder.weight")
    let share = 1 / Scalar(window)
    compute.forRanges(of: (featureCount + 15) / 16, atLeast: 1) { blocks in
      let first = blocks.lowerBound * 16
      let count = min(featureCount, blocks.upperBound * 16) - first
      for row in 0..<featureGradient.rows {
        for place in 0..<window {
          unsafe Scalar.addScaled(
            featureGradient.row(row) + first, factor: share,
            into: gradient.row(Int(windows[row * window + place])) + first, count: count)
        }
      }
    }
  }
}

enum TokenWindows {
  /// For each row the last `window` tokens up to its own, the oldest first; the state moves on.
  static func collect<Scalar>(
    _ ids: [Int32], layout: SequenceLayout, window: Int, state: ContextState<Scalar>
  ) -> [Int32] {
    var windows = [Int32](repeating: 0, count: ids.count * window)
    for sequence in 0..<layout.batch {
      var recent = state.history[sequence]
      for step in 0..<layout.length(of: sequence) {
        let row = layout.row(step: step, sequence: sequence)
        recent.append(ids[row])
        for place in 0..<window {
          windows[row * window + place] = recent[recent.count - window + place]
        }
      }
      state.history[sequence] = Array(recent.suffix(window - 1))
    }
    return windows
  }
}
