package import BLASCore
import CKernels

/// What becomes of the scores of all labels of one example.
package protocol LabelLoss: Sendable {
  /// Replaces scores by `rate` times the falling gradient of the loss.
  ///
  /// - Parameters:
  ///   - row: the score of each label in, its change out.
  ///   - targets: the labels of the example, at least one; each has an equal share of the target.
  ///   - weights: how much each label counts.
  /// - Returns: the loss in nats, from before, not weighted.
  func differentiate(
    _ row: UnsafeMutableBufferPointer<Float>, targets: ArraySlice<Int32>, weights: [Float],
    rate: Float
  ) -> Double
}

/// Bags scored against every row of the output table: labels, of which there are few.
///
/// Joulin, Grave, Bojanowski and Mikolov: Bag of Tricks for Efficient Text Classification, EACL
/// 2017. Shares take the examples of a batch in turn in phase 2 where there are many labels.
package struct LabelObjective: Objective {
  private let inputTable: RowStorage
  private let outputTable: RowStorage
  private let loss: any LabelLoss
  private let weights: [Float]
  private let kernels: KernelTable
  private let stride: Int
  private let labelCount: Int

  /// Examples between two meetings. More would save meetings; all of them see the rows from before
  /// the batch, so it stays small.
  package static let batchSize = 8
  private static let fewLabels = 20

  /// - Parameters:
  ///   - tables: features, and a row for each label.
  ///   - loss: what is to become small.
  ///   - weights: how much each label counts, [labels].
  ///   - kernels: the SIMD kernels; any choice gives the same bits.
  package init(
    tables: EmbeddingTables, loss: any LabelLoss, weights: [Float], kernels: KernelTable
  ) {
    inputTable = tables.input
    outputTable = tables.output
    self.loss = loss
    self.weights = weights
    self.kernels = kernels
    stride = tables.input.stride
    labelCount = tables.output.rowCount
  }

  /// [batch, labels]
  package var scoreCapacity: Int { Self.batchSize * labelCount }
  package var coefficientCapacity: Int { scoreCapacity }
  /// Of a few labels each share computes them sooner than the threads meet.
  package var sharesCoefficients: Bool { labelCount > Self.fewLabels }
  package var lossSampling: LossSampling { LossSampling(chunkPeriod: 1, takesAllBatches: true) }
  /// Sums that are no numbers alone: a loss may be as large as it likes at first.
  package var runawayLoss: Double { .infinity }

  /// Means and their changes belong to the shares by columns, losses by examples.
  @safe package final class Workspace {
    /// [batch, stride]: the mean of each example of the batch.
    fileprivate let means: UnsafeMutablePointer<Float>
    /// [batch, stride]: what the means are to change by.
    fileprivate let changes: UnsafeMutablePointer<Float>
    /// [batch]
    fileprivate let losses: UnsafeMutablePointer<Double>

    fileprivate init(stride: Int) {
      unsafe means = .allocate(capacity: batchSize * stride)
      unsafe changes = .allocate(capacity: batchSize * stride)
      unsafe losses = .allocate(capacity: batchSize)
      unsafe means.initialize(repeating: 0, count: batchSize * stride)
      unsafe changes.initialize(repeating: 0, count: batchSize * stride)
      unsafe losses.initialize(repeating: 0, count: batchSize)
    }

    deinit {
      unsafe means.deallocate()
      unsafe changes.deallocate()
      unsafe losses.deallocate()
    }
  }

  package func makeWorkspace() -> Workspace { Workspace(stride: stride) }

  package func batchCount(of bags: Bags) -> Int {
    (bags.count + Self.batchSize - 1) / Self.batchSize
  }

  private func examples(_ bags: Bags, _ batch: Int) -> Range<Int> {
    batch * Self.batchSize..<min(bags.count, (batch + 1) * Self.batchSize)
  }

  package func addScores(
    of bags: Bags, batch: Int, groups: Range<Int>, columns: ColumnGroups,
    into scores: UnsafeMutablePointer<Float>, pitch: Int, workspace: Workspace
  ) {
    let rows = BagRows(inputTable, kernels: kernels)
    let examples = examples(bags, batch)
    let own = Self.floats(columns.blocks(groups))
    unsafe bags.inputs.withUnsafeBufferPointer { inputs in
      for (number, example) in examples.enumerated() {
        unsafe rows.gather(
          UnsafeBufferPointer(rebasing: inputs[bags.inputRanges[example]]), columns: own,
          into: workspace.means + number * stride)
      }
    }
    for group in groups {
      let part = Self.floats(columns.blocks(group..<group + 1))
      unsafe kernels.pointer.pointee.dots_f32(
        Int64(examples.count), Int64(labelCount), Int64(part.count),
        workspace.means + part.lowerBound, Int64(stride), outputTable.base + part.lowerBound,
        Int64(stride), nil, scores + group * pitch, Int64(labelCount))
    }
  }

  /// The columns of blocks.
  private static func floats(_ blocks: Range<Int>) -> Range<Int> {
    blocks.lowerBound * WT_LANES..<blocks.upperBound * WT_LANES
  }

  package func coefficients(
    of bags: Bags, batch: Int, rate: Float, scores: UnsafePointer<Float>,
    columns: ColumnGroups, pitch: Int, share: Int, shareCount: Int,
    into coefficients: UnsafeMutablePointer<Float>, workspace: Workspace
  ) {
    let examples = examples(bags, batch)
    let (first, step) = sharesCoefficients ? (share, shareCount) : (0, 1)
    for number in Swift.stride(from: first, to: examples.count, by: step) {
      let place = number * labelCount
      let row = unsafe UnsafeMutableBufferPointer(start: coefficients + place, count: labelCount)
      for label in 0..<labelCount {
        var sum: Float = 0
        for group in 0..<columns.count { unsafe sum += scores[group * pitch + place + label] }
        unsafe row[label] = sum
      }
      let value = unsafe loss.differentiate(
        row, targets: bags.targets[bags.targetRanges[examples.lowerBound + number]],
        weights: weights, rate: rate)
      // Share 0 takes the losses of the batch, see `LossSampling`.
      if sharesCoefficients || share == 0 { unsafe workspace.losses[number] = value }
    }
  }

  package func update(
    _ bags: Bags, batch: Int, blocks: Range<Int>, coefficients: UnsafePointer<Float>,
    workspace: Workspace
  ) {
    let rows = BagRows(inputTable, kernels: kernels)
    let examples = examples(bags, batch)
    let own = Self.floats(blocks)
    let (means, changes) = unsafe (workspace.means, workspace.changes)
    for number in 0..<examples.count {
      for column in own { unsafe changes[number * stride + column] = 0 }
    }
    let add = unsafe kernels.pointer.pointee.axpy_f32
    let count = Int64(own.count)
    for label in 0..<labelCount {
      let weight = unsafe outputTable.base + label * stride + own.lowerBound
      for number in 0..<examples.count {
        let change = unsafe changes + number * stride + own.lowerBound
        unsafe add?(count, coefficients[number * labelCount + label], weight, change)
      }
      for number in 0..<examples.count {
        let mean = unsafe means + number * stride + own.lowerBound
        unsafe add?(count, coefficients[number * labelCount + label], mean, weight)
      }
    }
    unsafe bags.inputs.withUnsafeBufferPointer { inputs in
      for (number, example) in examples.enumerated() {
        unsafe rows.scatter(
          changes + number * stride, columns: own,
          over: UnsafeBufferPointer(rebasing: inputs[bags.inputRanges[example]]))
      }
    }
  }

  package func addLoss(
    of bags: Bags, batch: Int, scores: UnsafePointer<Float>, columns: ColumnGroups, pitch: Int,
    workspace: Workspace, to tally: inout LossTally
  ) {
    let count = examples(bags, batch).count
    for number in 0..<count { unsafe tally.sum += workspace.losses[number] }
    tally.count += Double(count)
  }
}
