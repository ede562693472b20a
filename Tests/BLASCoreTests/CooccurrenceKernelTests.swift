import BLASCore
import CKernels
import Testing
import TestSupport

/// The kernels of GloVe.
@Suite struct CooccurrenceKernelTests {
  /// Pairs of rows of 12 words and 12 contexts, and co-occurrences of them.
  final class Sample {
    static let words = 12
    let words: RowStorage
    let contexts: RowStorage
    let wordIDs: [Int32]
    let contextIDs: [Int32]
    let logs: [Float]
    let weights: [Float]

    /// - Parameters:
    ///   - dimension: values and the bias behind them.
    ///   - count: co-occurrences; words stand in several.
    init(dimension: Int, count: Int) throws {
      var random = SeededGenerator(seed: UInt64(100 * dimension + count))
      words = try RowStorage(rowCount: 2 * Self.words, dimension: dimension)
      contexts = try RowStorage(rowCount: 2 * Self.words, dimension: dimension)
      for rows in [words, contexts] {
        for row in 0..<rows.rowCount {
          // Odd rows are sums of squares.
          let range: ClosedRange<Float> = row % 2 == 0 ? -1...1 : 0...3
          rows[row] = (0..<dimension).map { _ in Float.random(in: range, using: &random) }
        }
      }
      wordIDs = (0..<count).map { _ in Int32.random(in: 0..<Int32(Self.words), using: &random) }
      contextIDs = (0..<count).map { _ in Int32.random(in: 0..<Int32(Self.words), using: &random) }
      logs = (0..<count).map { _ in Float.random(in: -2...9, using: &random) }
      weights = (0..<count).map { _ in Float.random(in: 0...1, using: &random) }
    }

    func withBatch(_ body: (inout wt_glove_batch) -> Void) {
      wordIDs.withUnsafeBufferPointer { wordIDs in
        contextIDs.withUnsafeBufferPointer { contextIDs in
          logs.withUnsafeBufferPointer { logs in
            weights.withUnsafeBufferPointer { weights in
              var batch = wt_glove_batch(
                words: words.base, contexts: contexts.base, stride: Int64(2 * words.stride),
                squares: Int64(words.stride), bias: Int64(words.dimension - 1),
                word_ids: wordIDs.baseAddress, context_ids: contextIDs.baseAddress,
                logs: logs.baseAddress, weights: weights.baseAddress, count: Int32(logs.count))
              body(&batch)
            }
          }
        }
      }
    }

    /// A batch in two groups of columns: the coefficients, and the bits of both tables behind it.
    func step(_ kernels: wt_kernels, limit: Float) -> (coefficients: [Float], bits: [UInt32]) {
      let pitch = (logs.count + 15) / 16 * 16
      var products = [Float](repeating: 0, count: 2 * max(16, pitch))
      var coefficients = [Float](repeating: 0, count: logs.count)
      let blocks = Int32(words.blockCount)
      withBatch { batch in
        products.withUnsafeMutableBufferPointer { products in
          guard let base = products.baseAddress else { return }
          kernels.glove_dots_f32(&batch, 0, blocks / 2, base)
          kernels.glove_dots_f32(&batch, blocks / 2, blocks, base + pitch)
          kernels.glove_coefficients_f32(&batch, base, 2, Int64(pitch), &coefficients)
        }
        kernels.glove_update_f32(&batch, blocks / 2, blocks, coefficients, 0.05, limit)
        kernels.glove_update_f32(&batch, 0, blocks / 2, coefficients, 0.05, limit)
      }
      let bits = [words, contexts].flatMap { rows in
        rows.withUnsafeBuffer { $0.map(\.bitPattern) }
      }
      return (coefficients, bits)
    }
  }

  @Test("steps have the scalar code's very bits at every place of the bias", arguments: 1...67)
  func bits(dimension: Int) throws {
    let scalar = try #require(KernelTable(named: "scalar"))
    for count in [0, 1, 2, 3, 4, 5, 8, 15, 16, 17, 31] {
      let expected = try Sample(dimension: dimension, count: count).step(scalar.table, limit: 2)
      for kernels in KernelTable.vectorised {
        let actual = try Sample(dimension: dimension, count: count).step(kernels.table, limit: 2)
        #expect(
          actual.coefficients.map(\.bitPattern) == expected.coefficients.map(\.bitPattern),
          "\(kernels.name), \(count)")
        #expect(actual.bits == expected.bits, "\(kernels.name), \(count) co-occurrences")
      }
    }
  }

  @Test("a coefficient that is no number stays one, and reaches the rows")
  func notANumber() throws {
    for kernels in KernelTable.available {
      let sample = try Sample(dimension: 20, count: 3)
      sample.words[2 * Int(sample.wordIDs[0])][3] = .nan
      let (coefficients, _) = sample.step(kernels.table, limit: 2)
      #expect(coefficients[0].isNaN, "\(kernels.name)")
      let context = sample.contexts[2 * Int(sample.contextIDs[0])]
      #expect(context.allSatisfy { $0.isNaN }, "\(kernels.name)")
    }
  }

  @Test("steps agree with doubles")
  func doubles() throws {
    for (dimension, limit) in [(5, Float(0.5)), (33, 100), (100, 100)] {
      for kernels in KernelTable.available {
        let sample = try Sample(dimension: dimension, count: 30)
        func values(_ rows: RowStorage) -> [[Double]] {
          (0..<rows.rowCount).map { rows[$0].map(Double.init) }
        }
        var (words, contexts) = (values(sample.words), values(sample.contexts))
        let bias = dimension - 1
        let coefficients = (0..<30).map { e in
          let (x, y) = (words[2 * Int(sample.wordIDs[e])], contexts[2 * Int(sample.contextIDs[e])])
          let dot = (0..<bias).reduce(x[bias] + y[bias]) { $0 + x[$1] * y[$1] }
          return Double(sample.weights[e]) * (dot - Double(sample.logs[e]))
        }
        for e in 0..<30 {
          let (w, c) = (2 * Int(sample.wordIDs[e]), 2 * Int(sample.contextIDs[e]))
          let (x, y) = (words[w], contexts[c])
          func step(_ other: Double) -> Double {
            0.05 * min(max(coefficients[e] * other, -Double(limit)), Double(limit))
          }
          for column in 0..<dimension {
            let dx = column == bias ? coefficients[e] : step(y[column])
            let dy = column == bias ? coefficients[e] : step(x[column])
            words[w][column] -= dx / (1 + words[w + 1][column]).squareRoot()
            contexts[c][column] -= dy / (1 + contexts[c + 1][column]).squareRoot()
            words[w + 1][column] += dx * dx
            contexts[c + 1][column] += dy * dy
          }
        }
        let found = sample.step(kernels.table, limit: limit)
        let worst = zip(found.coefficients, coefficients).map { abs(Double($0) - $1) }.max() ?? .nan
        #expect(worst < 2e-5, "\(kernels.name): coefficients")
        for (rows, expected) in [(sample.words, words), (sample.contexts, contexts)] {
          // Sums of squares reach some hundreds.
          let worst =
            zip(values(rows).joined(), expected.joined())
            .map { abs($0 - $1) / max(1, abs($1)) }.max() ?? .nan
          #expect(worst < 2e-5, "\(kernels.name), dimension \(dimension)")
        }
      }
    }
  }
}
