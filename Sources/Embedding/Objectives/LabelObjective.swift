package import BLASCore

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
/// 2017. The threads share the examples of a batch in phase 2, since labels may be thousands.
package struct LabelObjective: Objective {
  fileprivate typealias Block = BagRows.Block

  private let inputTable: RowStorage
  private let outputTable: RowStorage
  private let loss: any LabelLoss
  private let weights: [Float]
  private let width: Int
  private let labelCount: Int

  /// Examples between two meetings. More would save meetings; all of them see the rows from before
  /// the batch, so it stays small.
  package static let batchSize = 8

  /// - Parameters:
  ///   - tables: features, and a row for each label.
  ///   - loss: what is to become small.
  ///   - weights: how much each label counts, [labels].
  package init(tables: EmbeddingTables, loss: any LabelLoss, weights: [Float]) {
    inputTable = tables.input
    outputTable = tables.output
    self.loss = loss
    self.weights = weights
    width = tables.input.blockCount
    labelCount = tables.output.rowCount
  }

  /// [batch, labels]
  package var scoreCapacity: Int { Self.batchSize * labelCount }
  package var coefficientCapacity: Int { scoreCapacity }
  package var sharesCoefficients: Bool { true }
  package var lossSampling: LossSampling { LossSampling(chunkPeriod: 1, takesAllBatches: true) }
  /// Sums that are no numbers alone: a loss may be as large as it likes at first.
  package var runawayLoss: Double { .infinity }

  /// Means and their changes belong to the threads by columns, losses by examples.
  package final class Workspace {
    /// [batch, width]: the mean of each example of the batch.
    fileprivate let means: UnsafeMutablePointer<Block>
    /// [batch, width]: what the means are to change by.
    fileprivate let changes: UnsafeMutablePointer<Block>
    /// [batch]
    fileprivate let losses: UnsafeMutablePointer<Double>

    fileprivate init(width: Int) {
      means = .allocate(capacity: batchSize * width)
      changes = .allocate(capacity: batchSize * width)
      losses = .allocate(capacity: batchSize)
      means.initialize(repeating: Block(), count: batchSize * width)
      changes.initialize(repeating: Block(), count: batchSize * width)
      losses.initialize(repeating: 0, count: batchSize)
    }

    deinit {
      means.deallocate()
      changes.deallocate()
      losses.deallocate()
    }
  }

  package func makeWorkspace() -> Workspace { Workspace(width: width) }

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
    let rows = BagRows(inputTable)
    let outputs = BagRows(outputTable).rows
    let examples = examples(bags, batch)
    bags.inputs.withUnsafeBufferPointer { inputs in
      for example in examples {
        let number = example - examples.lowerBound
        let mean = workspace.means + number * width
        for group in groups {
          let blocks = columns.bounds[group]..<columns.bounds[group + 1]
          rows.gather(inputs[bags.inputRanges[example]], blocks: blocks, into: mean)
          let row = scores + group * pitch + number * labelCount
          for label in 0..<labelCount {
            let weight = outputs + label * width
            var sum = Block()
            for block in blocks { sum += weight[block] * mean[block] }
            row[label] = BagRows.sum(sum)
          }
        }
      }
    }
  }

  package func coefficients(
    of bags: Bags, batch: Int, rate: Float, scores: UnsafePointer<Float>,
    columns: ColumnGroups, pitch: Int, thread: Int, threadCount: Int,
    into coefficients: UnsafeMutablePointer<Float>, workspace: Workspace
  ) {
    let examples = examples(bags, batch)
    for number in stride(from: thread, to: examples.count, by: threadCount) {
      let place = number * labelCount
      let row = UnsafeMutableBufferPointer(start: coefficients + place, count: labelCount)
      for label in 0..<labelCount {
        var sum: Float = 0
        for group in 0..<columns.count { sum += scores[group * pitch + place + label] }
        row[label] = sum
      }
      workspace.losses[number] = loss.differentiate(
        row, targets: bags.targets[bags.targetRanges[examples.lowerBound + number]],
        weights: weights, rate: rate)
    }
  }

  package func update(
    _ bags: Bags, batch: Int, blocks: Range<Int>, coefficients: UnsafePointer<Float>,
    workspace: Workspace
  ) {
    let rows = BagRows(inputTable)
    let outputs = BagRows(outputTable).rows
    let examples = examples(bags, batch)
    let (means, changes) = (workspace.means, workspace.changes)
    for number in 0..<examples.count {
      let change = changes + number * width
      for block in blocks { change[block] = Block() }
      for label in 0..<labelCount {
        let coefficient = coefficients[number * labelCount + label]
        let weight = outputs + label * width
        for block in blocks { change[block] += coefficient * weight[block] }
      }
    }
    for label in 0..<labelCount {
      let weight = outputs + label * width
      for number in 0..<examples.count {
        let coefficient = coefficients[number * labelCount + label]
        let mean = means + number * width
        for block in blocks { weight[block] += coefficient * mean[block] }
      }
    }
    bags.inputs.withUnsafeBufferPointer { inputs in
      for example in examples {
        rows.scatter(
          changes + (example - examples.lowerBound) * width, blocks: blocks,
          over: inputs[bags.inputRanges[example]])
      }
    }
  }

  package func addLoss(
    of bags: Bags, batch: Int, scores: UnsafePointer<Float>, columns: ColumnGroups, pitch: Int,
    workspace: Workspace, to tally: inout LossTally
  ) {
    let count = examples(bags, batch).count
    for number in 0..<count { tally.sum += workspace.losses[number] }
    tally.count += Double(count)
  }
}
