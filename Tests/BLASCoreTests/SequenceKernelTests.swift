import BLASCore
import CKernels
import Testing
import TestSupport

/// The functions, softmax and sums; the cells are in `CellKernelTests`.
@Suite struct SequenceKernelTests {
  @Test("every instruction set gives the scalar code's very bits at every length from 0 to 100")
  func bitsAreThoseOfTheScalarCode() throws {
    let scalar = try #require(KernelTable(named: "scalar"))
    for kernels in KernelTable.vectorised {
      for count in 0...100 {
        let n = Int64(count)
        var expected = KernelArena(arrays: 9, count: count, seed: UInt64(count), scale: 12)
        var actual = expected
        func run(_ table: wt_kernels, _ arena: inout KernelArena) -> [UInt64] {
          arena.call { x in
            table.exp_f32(x(0), x(1), n)
            table.tanh_f32(x(2), x(3), n)
            table.axpy_f32(n, 0.7, x(4), x(5))
            var sums = [table.sum_squares_f32(x(6), n)]
            if count > 0 {
              sums.append(table.softmax_xent_f32(x(7), n, n / 2, 0.3))
              sums.append(table.softmax_xent_f32(x(8), n, -1, 0.3))
            }
            return sums.map(\.bitPattern)
          }
        }
        let sums = run(scalar.table, &expected)
        #expect(run(kernels.table, &actual) == sums, "\(kernels.name), length \(count)")
        #expect(actual.differences(from: expected) == 0, "\(kernels.name), length \(count)")
      }
    }
  }

  @Test("results do not depend on which values stand beside a value")
  func everyValueForItself() throws {
    let values = (-900...900).map { Float($0) * 0.1013 }
    let scalar = try #require(KernelTable(named: "scalar"))
    for kernels in KernelTable.vectorised {
      #expect(kernels.exp(values) == scalar.exp(values), "\(kernels.name)")
      #expect(kernels.tanh(values) == scalar.tanh(values), "\(kernels.name)")
    }
  }

  @Test("e^x is exact to 1.02 units in the last place wherever it is a normal number")
  func exponential() {
    let values = (-87_330...88_722).map { Float($0) * 1e-3 }
    for kernels in KernelTable.available {
      var worst = 0.0
      for (value, result) in zip(values, kernels.exp(values)) {
        let exact = Oracle.exp(Double(value))
        worst = max(worst, abs(Double(result) - exact) / Double(Float(exact).ulp))
      }
      #expect(worst <= 1.02, "\(kernels.name): \(worst)")
      #expect(
        kernels.exp([0, -0.0, .infinity, -.infinity, 88.73, 1000, -87.34, -1000])
          == [1, 1, .infinity, 0, .infinity, .infinity, 0, 0], "\(kernels.name)")
      #expect(kernels.exp([.nan, 1])[0].isNaN, "\(kernels.name)")
    }
  }

  @Test("tanh is exact to 2e-7 of its value, odd, and x itself for tiny x")
  func hyperbolicTangent() {
    let values = (1...40_000).map { Float($0) * 2.7e-4 }
    for kernels in KernelTable.available {
      var worst = 0.0
      for (value, result) in zip(values, kernels.tanh(values)) {
        // 1 - 2 / (e^2x + 1), from which nothing is lost in Double for x >= 2.7e-4.
        let exact = 1 - 2 / (Oracle.exp(2 * Double(value)) + 1)
        worst = max(worst, abs(Double(result) / exact - 1))
      }
      #expect(worst < 2e-7, "\(kernels.name): \(worst)")
      #expect(kernels.tanh(values.map { -$0 }) == kernels.tanh(values).map { -$0 })
      let tiny: [Float] = [0x1p-140, -1e-30, 1e-12, -3e-9, 0]
      #expect(kernels.tanh(tiny) == tiny, "\(kernels.name)")
      #expect(kernels.tanh([-0.0])[0].sign == .minus, "\(kernels.name)")
      #expect(kernels.tanh([.infinity, -.infinity, 11, -300]) == [1, -1, 1, -1])
      #expect(kernels.tanh([2, .nan])[1].isNaN, "\(kernels.name)")
    }
  }

  @Test(
    "softmax and cross-entropy agree with a Double oracle", arguments: [1, 2, 50, 1000, 10_000])
  func softmax(count: Int) {
    for kernels in KernelTable.available {
      for target in [0, count / 2, count - 1] {
        for shift: Float in [0, 300, -300] {
          var arena = KernelArena(arrays: 1, count: count, seed: UInt64(count), scale: 9)
          arena.replace(0, with: arena.values(0, count: count).map { $0 + shift })
          let logits = arena.doubles(0, count: count)
          let loss = arena.call {
            kernels.table.softmax_xent_f32($0(0), Int64(count), Int64(target), 0.25)
          }
          let most = logits.max() ?? 0
          let powers = logits.map { Oracle.exp($0 - most) }
          let sum = powers.reduce(0, +)
          #expect(abs(loss - (Oracle.log(sum) + most - logits[target])) < 2e-6, "\(kernels.name)")
          var worst = 0.0
          for (index, gradient) in arena.doubles(0, count: count).enumerated() {
            let exact = (powers[index] / sum - (index == target ? 1 : 0)) * 0.25
            let size = powers[index] / sum + (index == target ? 1 : 0)
            worst = max(worst, abs(gradient - exact) / size)
          }
          #expect(worst < 1e-6, "\(kernels.name), target \(target)")
        }
      }
    }
  }

  @Test("softmax passes over a target of -1, and shows NaN instead of hiding it")
  func softmaxAtTheEdges() {
    for kernels in KernelTable.available {
      var logits: [Float] = (0..<37).map { Float($0) }
      #expect(kernels.table.softmax_xent_f32(&logits, 37, -1, 1) == 0)
      #expect(logits == [Float](repeating: 0, count: 37))

      logits = (0..<37).map { $0 == 21 ? .nan : Float($0) }
      #expect(kernels.table.softmax_xent_f32(&logits, 37, 3, 1).isNaN, "\(kernels.name)")
      #expect(logits.allSatisfy { $0.isNaN }, "\(kernels.name)")

      // A word that cannot be: its probability is 0, the others' are as without it.
      logits = [0, -.infinity, 0]
      let loss = kernels.table.softmax_xent_f32(&logits, 3, 0, 1)
      #expect(abs(loss - Oracle.log(2)) < 1e-12, "\(kernels.name)")
      #expect(logits == [-0.5, 0, 0.5])
    }
  }

  @Test("the loss is exact to 1e-12 where its parts are exact")
  func lossOfEqualLogits() {
    for kernels in KernelTable.available {
      for count in [1, 2, 3, 7, 100, 1023, 4096, 50_000] {
        var logits = [Float](repeating: 1.5, count: count)
        let loss = kernels.table.softmax_xent_f32(&logits, Int64(count), 0, 1)
        #expect(abs(loss - Oracle.log(Double(count))) < 1e-12, "\(kernels.name), \(count)")
      }
    }
  }

  @Test("sums of squares and scaled additions agree with Double")
  func sums() {
    for kernels in KernelTable.available {
      for count in [0, 1, 15, 16, 17, 1000] {
        var arena = KernelArena(arrays: 2, count: count, seed: 9)
        let (x, y) = (arena.doubles(0, count: count), arena.doubles(1, count: count))
        let squares = arena.call { kernels.table.sum_squares_f32($0(0), Int64(count)) }
        arena.call { kernels.table.axpy_f32(Int64(count), 0.5, $0(0), $0(1)) }
        let exact = x.reduce(0) { $0 + $1 * $1 }
        // The order of the additions differs: at most one rounding each.
        let tolerance = Double(count) * 0x1p-52 * exact
        #expect(abs(squares - exact) <= tolerance, "\(kernels.name), \(count)")
        let expected = zip(x, y).map { Float($0 * 0.5 + $1) }
        #expect(arena.values(1, count: count) == expected, "\(kernels.name), \(count)")
      }
    }
  }
}
