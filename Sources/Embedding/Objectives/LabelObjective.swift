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

/// Bags scored against every row of the output table: labels.
///
/// Joulin, Grave, Bojanowski and Mikolov: Bag of Tricks for Efficient Text Classification, EACL
/// 2017. What meets the labels' rows are three products of matrices: scores from means, what means
/// change by, what labels' rows change by. Shares take the examples of a batch in turn in phase 2
/// where there are many labels.
package struct LabelObjective: Objective {
  private let inputTable: RowStorage
  private let outputTable: RowStorage
  private let loss: any LabelLoss
  private let weights: [Float]
  private let kernels: KernelTable
  private let stride: Int
  private let labelCount: Int
  private let batchSize: Int

  private static let fewLabels = 20

  /// Examples between two meetings; all of them see the rows from before the batch.
  ///
  /// With many labels the rows of the labels are the work, and more examples share one reading of
  /// them: 8, 16, 32 and 64 give the same precision on the 735 labels of the cooking questions. With
  /// few the bags are the work, and what a batch gathers is to be near when it is written.
  ///
  /// - Parameters:
  ///   - labelCount: rows of the output table.
  ///   - rate: the step size at the start.
  ///   - addsUp: whether the gradients of a label's examples point the same way, as those of yes-or-no
  ///     questions do that are nearly all answered by no: so many at once take one step as long as all
  ///     of theirs, which must not overshoot.
  package static func batchSize(labelCount: Int, rate: Float, addsUp: Bool) -> Int {
    let usual = labelCount > fewLabels ? width : 8
    return addsUp ? max(1, Int(min(Float(usual), longestStep / rate))) : usual
  }
  /// Rates of a batch added up. Measured on 573 labels of cooking questions: 32 texts at 0.1 learn, 32 at
  /// 0.5 diverge.
  private static let longestStep: Float = 3.2
  /// The most examples of a batch, and the width of the panels of a product.
  private static let width = Int(WT_PANEL)

  /// - Parameters:
  ///   - tables: features, and a row for each label.
  ///   - loss: what is to become small.
  ///   - weights: how much each label counts, [labels].
  ///   - batchSize: examples of a batch, see ``batchSize(labelCount:rate:addsUp:)``.
  ///   - kernels: the SIMD kernels; any choice gives the same bits.
  package init(
    tables: EmbeddingTables, loss: any LabelLoss, weights: [Float], batchSize: Int,
    kernels: KernelTable
  ) {
    inputTable = tables.input
    outputTable = tables.output
    self.loss = loss
    self.weights = weights
    self.kernels = kernels
    stride = tables.input.stride
    labelCount = tables.output.rowCount
    self.batchSize = batchSize
  }

  /// [labels, width]
  package var scoreCapacity: Int { Self.width * labelCount }
  /// [batch, labels]
  package var coefficientCapacity: Int { batchSize * labelCount }
  /// Of a few labels each share computes them sooner than the threads meet.
  package var sharesCoefficients: Bool { labelCount > Self.fewLabels }
  package var lossSampling: LossSampling { LossSampling(chunkPeriod: 1, takesAllBatches: true) }
  /// Sums that are no numbers alone: a loss may be as large as it likes at first.
  package var runawayLoss: Double { .infinity }

  /// Means, their changes and panels belong to the shares by columns, losses by examples.
  @safe package final class Workspace {
    /// [batch, stride]: the mean of each example of the batch.
    fileprivate let means: UnsafeMutablePointer<Float>
    /// [batch, stride]: what the means are to change by.
    fileprivate let changes: UnsafeMutablePointer<Float>
    /// [columns, labels or batch]: packed operands. A share's begin at its first column; it has two
    /// blocks of columns at least, or all.
    fileprivate let panels: UnsafeMutablePointer<Float>
    /// The floats of a column of `panels`.
    fileprivate let panelDepth: Int
    /// [batch]
    fileprivate let losses: UnsafeMutablePointer<Double>

    fileprivate init(stride: Int, labelCount: Int) {
      func zeros(_ count: Int) -> UnsafeMutablePointer<Float> {
        let memory = UnsafeMutableRawPointer.allocate(byteCount: count * 4, alignment: 64)
        return unsafe memory.initializeMemory(as: Float.self, repeating: 0, count: count)
      }
      panelDepth = max(labelCount, width)
      unsafe means = zeros(width * stride)
      unsafe changes = zeros(width * stride)
      unsafe panels = zeros((stride + width) * panelDepth)
      unsafe losses = .allocate(capacity: width)
      unsafe losses.initialize(repeating: 0, count: width)
    }

    deinit {
      unsafe means.deallocate()
      unsafe changes.deallocate()
      unsafe panels.deallocate()
      unsafe losses.deallocate()
    }
  }

  package func makeWorkspace() -> Workspace { Workspace(stride: stride, labelCount: labelCount) }

  package func batchCount(of bags: Bags) -> Int { (bags.count + batchSize - 1) / batchSize }

  private func examples(_ bags: Bags, _ batch: Int) -> Range<Int> {
    batch * batchSize..<min(bags.count, (batch + 1) * batchSize)
  }

  package func addScores(
    of bags: Bags, batch: Int, groups: Range<Int>, columns: ColumnGroups,
    into scores: UnsafeMutablePointer<Float>, pitch: Int, workspace: Workspace
  ) {
    let rows = BagRows(inputTable, kernels: kernels)
    let examples = examples(bags, batch)
    let own = Self.floats(columns.blocks(groups))
    guard !own.isEmpty else { return }
    unsafe bags.inputs.withUnsafeBufferPointer { inputs in
      for (number, example) in examples.enumerated() {
        unsafe rows.gather(
          UnsafeBufferPointer(rebasing: inputs[bags.inputRanges[example]]),
          lastCount: bags.lastCount(of: example), columns: own,
          into: workspace.means + number * stride)
      }
    }
    let panel = unsafe workspace.panels + own.lowerBound * workspace.panelDepth
    for group in groups {
      let part = Self.floats(columns.blocks(group..<group + 1))
      unsafe kernels.pointer.pointee.pack_panel_f32(
        Int64(part.count), Int64(examples.count), workspace.means + part.lowerBound, 1,
        Int64(stride), panel)
      unsafe kernels.pointer.pointee.gemm_panel_f32(
        Int64(labelCount), Int64(examples.count), Int64(part.count),
        outputTable.base + part.lowerBound, Int64(stride), 1, panel, scores + group * pitch,
        Int64(Self.width), false)
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
    let groupCount = columns.count
    for number in Swift.stride(from: first, to: examples.count, by: step) {
      let row = unsafe UnsafeMutableBufferPointer(
        start: coefficients + number * labelCount, count: labelCount)
      for label in 0..<labelCount {
        var sum: Float = 0
        for group in 0..<groupCount {
          unsafe sum += scores[group * pitch + label * Self.width + number]
        }
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
    guard !own.isEmpty else { return }
    let (means, changes) = unsafe (workspace.means, workspace.changes)
    let panel = unsafe workspace.panels + own.lowerBound * workspace.panelDepth
    let (kernels, step) = unsafe (kernels.pointer, Int64(stride))
    let (count, labels) = (Int64(examples.count), Int64(labelCount))
    for column in Swift.stride(from: own.lowerBound, to: own.upperBound, by: Self.width) {
      let width = Int64(min(Self.width, own.upperBound - column))
      let weights = unsafe outputTable.base + column
      unsafe kernels.pointee.pack_panel_f32(labels, width, weights, step, 1, panel)
      unsafe kernels.pointee.gemm_panel_f32(
        count, width, labels, coefficients, labels, 1, panel, changes + column, step, false)
      unsafe kernels.pointee.pack_panel_f32(count, width, means + column, step, 1, panel)
      unsafe kernels.pointee.gemm_panel_f32(
        labels, width, count, coefficients, 1, labels, panel, weights, step, true)
    }
    unsafe bags.inputs.withUnsafeBufferPointer { inputs in
      for (number, example) in examples.enumerated() {
        unsafe rows.scatter(
          changes + number * stride, columns: own,
          over: UnsafeBufferPointer(rebasing: inputs[bags.inputRanges[example]]),
          lastCount: bags.lastCount(of: example))
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
