import BLASCore
import CKernels
import Testing
import TestSupport

@Suite struct KernelTests {
  static let shapes = [
    (inputs: 1, outputs: 4), (inputs: 4, outputs: 16), (inputs: 13, outputs: 20),
    (inputs: 7, outputs: 12), (inputs: 11, outputs: 136),
  ]

  @Test("every instruction set gives the scalar code's very bits at every dimension from 1 to 67")
  func bitsAreThoseOfTheScalarCode() throws {
    let scalar = try #require(KernelTable(named: "scalar"))
    for kernels in KernelTable.available where kernels.name != "scalar" {
      for dimension in 1...67 {
        func batch() throws -> SkipGramBatch {
          try SkipGramBatch(
            dimension: dimension, shapes: Self.shapes, paths: dimension % 3 > 0,
            separately: dimension % 2 > 0, seed: UInt64(dimension))
        }
        let (expected, actual) = (try batch(), try batch())
        let columns = ColumnGroups(blockCount: expected.inputRows.blockCount)
        let (_, c) = expected.step(scalar, columns: columns, rate: 0.1)
        let (_, d) = actual.step(kernels, columns: columns, rate: 0.1)
        var differences = 0
        actual.forEachProduct { index, _, _, _, _, _ in
          if c[index].bitPattern != d[index].bitPattern { differences += 1 }
        }
        for row in 0..<expected.inputRows.rowCount {
          for (a, e) in [
            (actual.inputRows[row], expected.inputRows[row]),
            (actual.outputRows[row], expected.outputRows[row]),
            (actual.changes?[row] ?? [], expected.changes?[row] ?? []),
          ] {
            differences += zip(a, e).count { $0.bitPattern != $1.bitPattern }
          }
        }
        #expect(differences == 0, "\(kernels.name), dimension \(dimension)")
      }
    }
  }

  @Test("products, coefficients and updates agree with a Double oracle")
  func agreesWithDoubles() throws {
    for kernels in KernelTable.available {
      for dimension in [1, 3, 16, 17, 50, 64, 67, 300] {
        let before = try SkipGramBatch(dimension: dimension, shapes: [(9, 16)], seed: 7)
        let batch = try SkipGramBatch(dimension: dimension, shapes: [(9, 16)], seed: 7)
        let columns = ColumnGroups(blockCount: batch.inputRows.blockCount)
        let rate = 0.05
        let (_, coefficients) = batch.step(kernels, columns: columns, rate: Float(rate))
        var inputs = (0..<before.inputRows.rowCount).map { before.inputRows[$0].map(Double.init) }
        var outputs = (0..<before.outputRows.rowCount).map {
          before.outputRows[$0].map(Double.init)
        }
        let (x, y) = (inputs, outputs)
        var worst = 0.0
        before.forEachProduct { index, input, output, mask, place, weight in
          let dot = zip(x[input], y[output]).reduce(0) { $0 + $1.0 * $1.1 }
          let a = place < 5 && mask >> UInt32(place) & 1 == 1 ? 1.0 : 0.0
          let windows = Double(mask.nonzeroBitCount)
          let b = a + Double(weight) * (windows - a)
          let c = rate * (a - b / (1 + Oracle.exp(-min(max(dot, -30), 30))))
          // |dot| < dimension, float products carry dimension x 2^-24 of it into sigma (slope 1/4);
          // sigma itself 2e-7; b is below 10.
          let tolerance = rate * 10 * (Double(dimension * dimension) * 0x1p-24 / 4 + 3e-7)
          worst = max(worst, abs(Double(coefficients[index]) - c) / tolerance)
          for k in 0..<dimension {
            inputs[input][k] += c * y[output][k]
            outputs[output][k] += c * x[input][k]
          }
        }
        #expect(worst <= 1, "\(kernels.name), dimension \(dimension): coefficients")
        var worstUpdate = 0.0
        for row in 0..<inputs.count {
          for k in 0..<dimension {
            worstUpdate = max(worstUpdate, abs(Double(batch.inputRows[row][k]) - inputs[row][k]))
            worstUpdate = max(worstUpdate, abs(Double(batch.outputRows[row][k]) - outputs[row][k]))
          }
        }
        // Up to 16 coefficients of the tolerance above, times values below 1, and rounding.
        let tolerance = 16 * rate * 10 * (Double(dimension * dimension) * 0x1p-24 / 4 + 3e-7) + 1e-5
        #expect(worstUpdate <= tolerance, "\(kernels.name), dimension \(dimension): \(worstUpdate)")
      }
    }
  }

  @Test("the update is the loss's gradient, by central differences in Double")
  func updateIsTheGradient() throws {
    let dimension = 5
    let before = try SkipGramBatch(dimension: dimension, shapes: [(6, 12)], seed: 11)
    let after = try SkipGramBatch(dimension: dimension, shapes: [(6, 12)], seed: 11)
    let rate = 0.01
    _ = after.step(.fastest, columns: ColumnGroups(blockCount: 1), rate: Float(rate))
    let inputs = (0..<before.inputRows.rowCount).map { before.inputRows[$0].map(Double.init) }
    let outputs = (0..<before.outputRows.rowCount).map { before.outputRows[$0].map(Double.init) }

    /// Equation 4 of Mikolov et al. 2013b, negated, over all pairs of the group.
    func loss(_ x: [[Double]], _ y: [[Double]]) -> Double {
      var sum = 0.0
      before.forEachProduct { _, input, output, mask, place, weight in
        let dot = zip(x[input], y[output]).reduce(0) { $0 + $1.0 * $1.1 }
        let a = place < 5 && mask >> UInt32(place) & 1 == 1 ? 1.0 : 0.0
        let noise = Double(weight) * (Double(mask.nonzeroBitCount) - a)
        sum += a * Oracle.log(1 + Oracle.exp(-dot)) + noise * Oracle.log(1 + Oracle.exp(dot))
      }
      return sum
    }
    let h = 1e-5
    var worst = 0.0
    for row in inputs.indices {
      for k in 0..<dimension {
        for side in 0..<2 {
          var plus = (inputs, outputs)
          var minus = (inputs, outputs)
          if side == 0 {
            plus.0[row][k] += h
            minus.0[row][k] -= h
          } else {
            plus.1[row][k] += h
            minus.1[row][k] -= h
          }
          let numeric = (loss(plus.0, plus.1) - loss(minus.0, minus.1)) / (2 * h)
          let old = side == 0 ? inputs[row][k] : outputs[row][k]
          let new = Double(side == 0 ? after.inputRows[row][k] : after.outputRows[row][k])
          worst = max(worst, abs((old - new) / rate - numeric) / (1 + abs(numeric)))
        }
      }
    }
    // A float holds the new value to 2^-24 of at most 2; divided by the rate that is 1.2e-5.
    #expect(worst <= 5e-5)
  }

  @Test("on a path every input meets every node once, and changes go where they are kept apart")
  func paths() throws {
    let shapes = [(inputs: 5, outputs: 12), (6, 20), (3, 8), (7, 32)]
    for kernels in KernelTable.available {
      let before = try SkipGramBatch(
        dimension: 19, shapes: shapes, paths: true, separately: true, scale: 0.3, seed: 5)
      let after = try SkipGramBatch(
        dimension: 19, shapes: shapes, paths: true, separately: true, scale: 0.3, seed: 5)
      let rate = 0.05
      let (_, coefficients) = after.step(
        kernels, columns: ColumnGroups(blockCount: 2), rate: Float(rate))
      var expected = [[Double]](
        repeating: [Double](repeating: 0, count: 19), count: before.inputRows.rowCount)
      var outputs = (0..<before.outputRows.rowCount).map { before.outputRows[$0].map(Double.init) }
      var worst = 0.0
      var seen = 0
      before.forEachProduct { group, index, input, output, mask, place, weight in
        // A later group sees what the ones before it made of the outputs, up to the step's square.
        let (x, y) = (before.inputRows[input], before.outputRows[output])
        let dot = zip(x, y).reduce(0.0) { $0 + Double($1.0) * Double($1.1) }
        let a = place < 32 && mask >> UInt32(place) & 1 == 1 ? 1.0 : 0.0
        let b = a + Double(weight) * (SkipGramBatch.count(mask, group) - a)
        let c = rate * (a - b / (1 + Oracle.exp(-dot)))
        if group.path > 0 {
          #expect(abs(b - 1) < 1e-6)
          seen += 1
        }
        worst = max(worst, abs(Double(coefficients[index]) - c))
        for k in 0..<19 {
          expected[input][k] += Double(coefficients[index]) * Double(y[k])
          outputs[output][k] += Double(coefficients[index]) * Double(x[k])
        }
      }
      #expect(seen > 100 && worst < 1e-5, "\(kernels.name): coefficients off by \(worst)")
      for row in 0..<before.inputRows.rowCount {
        #expect(after.inputRows[row] == before.inputRows[row], "inputs stay")
        let change = try #require(after.changes)[row]
        // Groups follow each other: 4 of them, each moving outputs by less than 0.1.
        for k in 0..<19 { #expect(abs(Double(change[k]) - expected[row][k]) < 0.15) }
      }
    }
  }

  @Test("the loss of a batch is that of a Double oracle", arguments: [false, true])
  func lossOfABatch(paths: Bool) throws {
    let batch = try SkipGramBatch(
      dimension: 20, shapes: [(5, 8), (9, 16), (4, 12), (3, 8)], paths: paths, seed: 3)
    let columns = ColumnGroups(blockCount: batch.inputRows.blockCount)
    var expected = 0.0
    var expectedPairs = 0.0
    batch.forEachProduct { group, _, input, output, mask, place, weight in
      let dot = zip(batch.inputRows[input], batch.outputRows[output]).reduce(0.0) {
        $0 + Double($1.0) * Double($1.1)
      }
      let a = place < 5 && mask >> UInt32(place) & 1 == 1 ? 1.0 : 0.0
      let count = SkipGramBatch.count(mask, group)
      let noise = Double(weight) * (count - a)
      expected += a * Oracle.log(1 + Oracle.exp(-dot)) + noise * Oracle.log(1 + Oracle.exp(dot))
      // What stands beside other groups with the same pairs is not counted again.
      if place == 0, group.path != 2 { expectedPairs += count }
    }
    var products = [Float](repeating: 0, count: batch.productCount)
    var pairs = 0.0
    let loss = batch.withBatch { batch in
      KernelTable.fastest.pointer.pointee.sgns_dots_f32(
        batch, 0, Int32(columns.bounds[columns.count]), &products)
      return wt_sgns_loss(batch, products, 1, Int64(products.count), &pairs)
    }
    #expect(pairs == expectedPairs)
    #expect(abs(loss - expected) < 1e-4 * expected)
  }

  @Test("the logistic function is exact to 3e-7, at every length, and NaN stays NaN")
  func sigmoid() {
    for kernels in KernelTable.available {
      var worst = 0.0
      for count in 0...67 {
        let values = (0..<count).map { (Float($0) - Float(count) / 2) * 0.97 }
        for (value, result) in zip(values, kernels.sigmoid(values)) {
          worst = max(worst, abs(Double(result) - 1 / (1 + Oracle.exp(-Double(value)))))
        }
      }
      #expect(worst < 3e-7, "\(kernels.name)")
      var random = SeededGenerator(seed: 5)
      let many = (0..<10_000).map { _ in Float.random(in: -40...40, using: &random) }
      let reference = KernelTable(named: "scalar")?.sigmoid(many)
      #expect(kernels.sigmoid(many) == reference)
      #expect(kernels.sigmoid([.nan, 0, .infinity, -.infinity])[0].isNaN)
      #expect(kernels.sigmoid([0])[0] == 0.5)
    }
  }

  @Test("a name that is no instruction set gives no table")
  func unknownName() {
    #expect(KernelTable(named: "avx1024") == nil)
    #expect(KernelTable.available.contains { $0.name == "scalar" })
    #expect(KernelTable.available.contains { $0.name == KernelTable.fastest.name })
  }
}
