import BLASCore
import CKernels
import Testing
import TestSupport

@Suite struct CellKernelTests {
  static func sigma(_ x: Double) -> Double { 1 / (1 + Oracle.exp(-x)) }
  static func tanh(_ x: Double) -> Double { 2 * sigma(2 * x) - 1 }

  /// What goes into an LSTM's step, by its equations; `peephole` weights are 0 without peepholes.
  struct LSTM {
    var i, f, g, o, before: Double
    var peephole = (i: 0.0, f: 0.0, o: 0.0)

    /// i, f, g, o, the cell, its tanh and h.
    func step() -> [Double] {
      let input = sigma(i + peephole.i * before)
      let forget = sigma(f + peephole.f * before)
      let candidate = tanh(g)
      let cell = forget * before + input * candidate
      let output = sigma(o + peephole.o * cell)
      return [input, forget, candidate, output, cell, tanh(cell), output * tanh(cell)]
    }
  }

  /// What goes into a GRU's step.
  struct GRU {
    var xr, xz, xn, hr, hz, hn, before: Double

    /// r, z, n and h.
    func step() -> [Double] {
      let (r, z) = (sigma(xr + hr), sigma(xz + hz))
      let n = tanh(xn + r * hn)
      return [r, z, n, (1 - z) * n + z * before]
    }
  }

  /// The slope at 0 by central differences.
  static func slope(_ f: (Double) -> Double) -> Double { (f(1e-5) - f(-1e-5)) / 2e-5 }

  // Arrays 0-3 i f g o, 4-6 peepholes, 7 c_prev, 8 c, 9 squashed, 10 h, 11 dh, 12 dc, 13-16 the
  // gradients of i f g o. `peepholes` has a bit for each of i, f, o.
  static func lstmForward(
    _ kernels: KernelTable, _ arena: inout KernelArena, count: Int, peepholes: Int
  ) {
    arena.call { x in
      kernels.table.lstm_forward_f32(
        Int64(count), x(0), x(1), x(2), x(3), peepholes & 1 != 0 ? x(4) : nil,
        peepholes & 2 != 0 ? x(5) : nil, peepholes & 4 != 0 ? x(6) : nil, x(7), x(8), x(9), x(10))
    }
  }

  static func lstmBackward(
    _ kernels: KernelTable, _ arena: inout KernelArena, count: Int, peepholes: Int,
    gradients first: Int = 13
  ) {
    arena.call { x in
      kernels.table.lstm_backward_f32(
        Int64(count), x(0), x(1), x(2), x(3), peepholes & 1 != 0 ? x(4) : nil,
        peepholes & 2 != 0 ? x(5) : nil, peepholes & 4 != 0 ? x(6) : nil, x(7), x(9), x(11), x(12),
        x(first), x(first + 1), x(first + 2), x(first + 3))
    }
  }

  // Arrays 0-2 xr xz xn, 3-5 hr hz hn, 6 h_prev, 7 h, 8 dh, 9-13 the gradients.
  static func gruForward(_ kernels: KernelTable, _ arena: inout KernelArena, count: Int) {
    arena.call { x in
      kernels.table.gru_forward_f32(Int64(count), x(0), x(1), x(2), x(3), x(4), x(5), x(6), x(7))
    }
  }

  static func gruBackward(_ kernels: KernelTable, _ arena: inout KernelArena, count: Int) {
    arena.call { x in
      kernels.table.gru_backward_f32(
        Int64(count), x(0), x(1), x(2), x(5), x(6), x(8), x(9), x(10), x(11), x(12), x(13))
    }
  }

  @Test("every instruction set gives the scalar code's very bits at every length from 0 to 100")
  func bitsAreThoseOfTheScalarCode() throws {
    let scalar = try #require(KernelTable(named: "scalar"))
    for kernels in KernelTable.vectorised {
      for count in 0...100 {
        let before = KernelArena(arrays: 17, count: count, seed: UInt64(count), scale: 6)
        func run(_ kernels: KernelTable) -> [KernelArena] {
          var lstm = before
          Self.lstmForward(kernels, &lstm, count: count, peepholes: count % 8)
          Self.lstmBackward(kernels, &lstm, count: count, peepholes: count % 8)
          var gru = before
          Self.gruForward(kernels, &gru, count: count)
          Self.gruBackward(kernels, &gru, count: count)
          return [lstm, gru]
        }
        for (actual, expected) in zip(run(kernels), run(scalar)) {
          #expect(actual.differences(from: expected) == 0, "\(kernels.name), length \(count)")
        }
      }
    }
  }

  @Test("an LSTM's step is that of a Double oracle, its gradients those of central differences")
  func lstm() {
    let count = 61
    for kernels in KernelTable.available {
      for peepholes in 0..<8 {
        var arena = KernelArena(arrays: 17, count: count, seed: UInt64(peepholes), scale: 3)
        let x = (0..<17).map { arena.doubles($0, count: count) }
        Self.lstmForward(kernels, &arena, count: count, peepholes: peepholes)
        let forward = [0, 1, 2, 3, 8, 9, 10].map { arena.doubles($0, count: count) }
        Self.lstmBackward(kernels, &arena, count: count, peepholes: peepholes)
        let backward = [13, 14, 15, 16, 12].map { arena.doubles($0, count: count) }
        var (worst, worstGradient) = (0.0, 0.0)
        for k in 0..<count {
          let cell = LSTM(
            i: x[0][k], f: x[1][k], g: x[2][k], o: x[3][k], before: x[7][k],
            peephole: (
              i: peepholes & 1 != 0 ? x[4][k] : 0, f: peepholes & 2 != 0 ? x[5][k] : 0,
              o: peepholes & 4 != 0 ? x[6][k] : 0
            ))
          for (actual, expected) in zip(forward, cell.step()) {
            worst = max(worst, abs(actual[k] - expected))
          }
          // dL/dh and dL/dc make L = dh h + dc c.
          func loss(_ change: (inout LSTM) -> Void) -> Double {
            var changed = cell
            change(&changed)
            let step = changed.step()
            return x[11][k] * step[6] + x[12][k] * step[4]
          }
          let expected = [
            Self.slope { d in loss { $0.i += d } }, Self.slope { d in loss { $0.f += d } },
            Self.slope { d in loss { $0.g += d } }, Self.slope { d in loss { $0.o += d } },
            Self.slope { d in loss { $0.before += d } },
          ]
          for (actual, expected) in zip(backward, expected) {
            worstGradient = max(worstGradient, abs(actual[k] - expected))
          }
        }
        // Cells up to 4 and gradients up to 30 in size, a few roundings each.
        #expect(worst < 2e-6, "\(kernels.name), peepholes \(peepholes)")
        #expect(worstGradient < 2e-5, "\(kernels.name), peepholes \(peepholes)")
      }
    }
  }

  @Test("a GRU's step is that of a Double oracle, its gradients those of central differences")
  func gru() {
    let count = 61
    for kernels in KernelTable.available {
      var arena = KernelArena(arrays: 14, count: count, seed: 21, scale: 3)
      let x = (0..<14).map { arena.doubles($0, count: count) }
      Self.gruForward(kernels, &arena, count: count)
      let forward = [0, 1, 2, 7].map { arena.doubles($0, count: count) }
      Self.gruBackward(kernels, &arena, count: count)
      let backward = (9...13).map { arena.doubles($0, count: count) }
      var (worst, worstGradient) = (0.0, 0.0)
      for k in 0..<count {
        let cell = GRU(
          xr: x[0][k], xz: x[1][k], xn: x[2][k], hr: x[3][k], hz: x[4][k], hn: x[5][k],
          before: x[6][k])
        for (actual, expected) in zip(forward, cell.step()) {
          worst = max(worst, abs(actual[k] - expected))
        }
        func loss(_ change: (inout GRU) -> Void) -> Double {
          var changed = cell
          change(&changed)
          return x[8][k] * changed.step()[3]
        }
        let expected = [
          Self.slope { d in loss { $0.xr += d } }, Self.slope { d in loss { $0.xz += d } },
          Self.slope { d in loss { $0.xn += d } }, Self.slope { d in loss { $0.hn += d } },
          Self.slope { d in loss { $0.before += d } },
        ]
        for (actual, expected) in zip(backward, expected) {
          worstGradient = max(worstGradient, abs(actual[k] - expected))
        }
      }
      #expect(worst < 2e-6, "\(kernels.name)")
      #expect(worstGradient < 2e-5, "\(kernels.name)")
    }
  }

  @Test("gates far from 0 are closed or open, and NaN reaches every output it should")
  func gatesAtTheEdges() {
    for kernels in KernelTable.available {
      let count = 20
      var arena = KernelArena(arrays: 17, count: count, seed: 2)
      for (index, value) in [(0, -500), (1, 500), (2, 0), (3, 500), (7, 2)] {
        arena.replace(index, with: [Float](repeating: Float(value), count: count))
      }
      arena.replace(2, with: [.nan])
      Self.lstmForward(kernels, &arena, count: count, peepholes: 0)
      #expect(arena.values(8, count: count).dropFirst().allSatisfy { $0 == 2 }, "\(kernels.name)")
      for index in [2, 8, 9, 10] {
        #expect(arena.values(index, count: 1)[0].isNaN, "\(kernels.name), array \(index)")
      }
    }
  }

  @Test("gradients may be written over the gate values")
  func inPlace() {
    for kernels in KernelTable.available {
      for count in [1, 16, 37] {
        var apart = KernelArena(arrays: 17, count: count, seed: 4)
        var over = apart
        Self.lstmBackward(kernels, &apart, count: count, peepholes: 7)
        Self.lstmBackward(kernels, &over, count: count, peepholes: 7, gradients: 0)
        for gate in 0..<4 {
          #expect(over.values(gate, count: count) == apart.values(13 + gate, count: count))
        }
        #expect(over.values(12, count: count) == apart.values(12, count: count))
      }
    }
  }
}
