package import BLASCore
import CKernels

/// GloVe: the logarithms of co-occurrence counts, approached by dot products.
///
/// Pennington, Socher and Manning, GloVe: Global Vectors for Word Representation, EMNLP 2014,
/// equation 8. A word i with the vector w and bias b, and a word j near it with w~ and b~, which occur
/// together X times, have the loss ½ f(X) (w . w~ + b + b~ - log X)². The steps are AdaGrad's (Duchi,
/// Hazan and Singer 2011), for every value apart: with s the step size times the gradient, a value
/// changes by -s / sqrt(1 + the sum of s² before). As in Stanford's tool that sum begins at 1,
/// gradients of vectors are kept within ± `gradientLimit`, and biases, whose gradient is f(X) times
/// the difference, move at the rate 1.
///
/// The rows of either table come in pairs: row 2i holds the values of word i, its bias in the last
/// column, and row 2i + 1 the sums of their squared steps.
///
/// The differences of a batch are all taken before it. Its steps are then taken one after the other,
/// each from the rows as the last one left them: a word that occurs often in a batch does not
/// overshoot by as many steps.
@safe package struct WeightedLeastSquares: Objective {
  private let tables: EmbeddingTables
  private let kernels: UnsafePointer<wt_kernels>
  private let batchSize: Int
  private let learningRate: Float
  private let gradientLimit: Float
  package let scoreCapacity: Int
  package let runawayLoss: Double

  /// - Parameters:
  ///   - tables: pairs of rows of words and of words near them, of which only columns owned by a share
  ///     are changed by it.
  ///   - batchSize: co-occurrences between two meetings, at least 1.
  ///   - learningRate: the step size, > 0.
  ///   - gradientLimit: the largest gradient of a value, > 0.
  ///   - guessingLoss: the mean loss while rows are untrained; 8 times 1 more than that runs away.
  package init(
    tables: EmbeddingTables, kernels: KernelTable, batchSize: Int, learningRate: Float,
    gradientLimit: Float, guessingLoss: Double
  ) {
    self.tables = tables
    unsafe self.kernels = kernels.pointer
    self.batchSize = batchSize
    self.learningRate = learningRate
    self.gradientLimit = gradientLimit
    scoreCapacity = (batchSize + WT_LANES - 1) / WT_LANES * WT_LANES
    runawayLoss = 8 * (1 + guessingLoss)
  }

  package var coefficientCapacity: Int { scoreCapacity }
  package var sharesCoefficients: Bool { false }
  package var lossSampling: LossSampling { LossSampling(chunkPeriod: 1, takesAllBatches: true) }

  /// Nothing is kept between the phases but scores and coefficients.
  package struct NoWorkspace {}
  package func makeWorkspace() -> NoWorkspace { NoWorkspace() }

  package func batchCount(of chunk: CooccurrenceChunk) -> Int {
    (chunk.count + batchSize - 1) / batchSize
  }

  @inline(__always)
  private func batch(_ number: Int, of chunk: CooccurrenceChunk) -> wt_glove_batch {
    let first = number * batchSize
    let row = tables.input.stride
    return unsafe wt_glove_batch(
      words: tables.input.base, contexts: tables.output.base, stride: Int64(2 * row),
      squares: Int64(row), bias: Int64(tables.input.dimension - 1),
      word_ids: chunk.words + first, context_ids: chunk.contexts + first,
      logs: chunk.logs + first, weights: chunk.weights + first,
      count: Int32(min(batchSize, chunk.count - first)))
  }

  package func addScores(
    of chunk: CooccurrenceChunk, batch: Int, groups: Range<Int>, columns: ColumnGroups,
    into scores: UnsafeMutablePointer<Float>, pitch: Int, workspace: NoWorkspace
  ) {
    var entries = unsafe self.batch(batch, of: chunk)
    for group in groups {
      unsafe kernels.pointee.glove_dots_f32(
        &entries, Int32(columns.bounds[group]), Int32(columns.bounds[group + 1]),
        scores + group * pitch)
    }
  }

  /// The step size is part of the steps: AdaGrad's sums are of steps, not of gradients.
  package func coefficients(
    of chunk: CooccurrenceChunk, batch: Int, rate: Float, scores: UnsafePointer<Float>,
    columns: ColumnGroups, pitch: Int, share: Int, shareCount: Int,
    into coefficients: UnsafeMutablePointer<Float>, workspace: NoWorkspace
  ) {
    var entries = unsafe self.batch(batch, of: chunk)
    unsafe kernels.pointee.glove_coefficients_f32(
      &entries, scores, Int32(columns.count), Int64(pitch), coefficients)
  }

  package func update(
    _ chunk: CooccurrenceChunk, batch: Int, blocks: Range<Int>, coefficients: UnsafePointer<Float>,
    workspace: NoWorkspace
  ) {
    var entries = unsafe self.batch(batch, of: chunk)
    unsafe kernels.pointee.glove_update_f32(
      &entries, Int32(blocks.lowerBound), Int32(blocks.upperBound), coefficients, learningRate,
      gradientLimit)
  }

  package func addLoss(
    of chunk: CooccurrenceChunk, batch: Int, scores: UnsafePointer<Float>, columns: ColumnGroups,
    pitch: Int, workspace: NoWorkspace, to tally: inout LossTally
  ) {
    let entries = unsafe self.batch(batch, of: chunk)
    var sum = 0.0
    for index in unsafe 0..<Int(entries.count) {
      var score = unsafe scores[index]
      for group in 1..<max(1, columns.count) { unsafe score += scores[group * pitch + index] }
      let difference = unsafe Double(score - entries.logs[index])
      unsafe sum += 0.5 * Double(entries.weights[index]) * difference * difference
    }
    tally.sum += sum
    unsafe tally.count += Double(entries.count)
  }
}
