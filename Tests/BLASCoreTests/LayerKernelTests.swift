import BLASCore
import CKernels
import Testing
import TestSupport

@Suite struct LayerKernelTests {
  @Test("elementwise kernels give the scalar code's very bits at every length from 0 to 70")
  func elementwise() throws {
    let scalar = try #require(KernelTable(named: "scalar"))
    func run(_ table: wt_kernels, _ arena: inout KernelArena, _ count: Int, adds: Bool) {
      let n = Int64(count)
      arena.call { x in
        if count > 3 { x(0)?[3] = .nan }
        table.relu_f32(n, x(0), x(1))
        table.relu_gradient_f32(n, x(1), x(2), x(3), adds)
        table.tanh_gradient_f32(n, x(4), x(5), x(6), adds)
        table.sigmoid_gradient_f32(n, x(4), x(5), x(7), adds)
        table.add_f32(n, x(5), x(6), x(8))
        table.drop_f32(n, x(4), x(9), 0xffff_fff8, 77, 99, 1 << 31, 2, adds)
      }
    }
    for kernels in KernelTable.vectorised {
      for count in 0...70 {
        for adds in [false, true] {
          var expected = KernelArena(arrays: 10, count: count, seed: UInt64(count))
          var actual = expected
          run(scalar.table, &expected, count, adds: adds)
          run(kernels.table, &actual, count, adds: adds)
          #expect(actual.differences(from: expected) == 0, "\(kernels.name), length \(count)")
        }
      }
    }
  }

  @Test("kernels over channels give the scalar code's very bits")
  func channels() throws {
    let scalar = try #require(KernelTable(named: "scalar"))
    func run(
      _ table: wt_kernels, _ arena: inout KernelArena, rows: Int, channels: Int, adds: Bool
    ) -> [Double] {
      var sums = [Double](repeating: -1, count: 4 * channels + 1)
      let (r, c) = (Int64(rows), Int64(channels))
      sums.withUnsafeMutableBufferPointer { sums in
        let sums = sums.baseAddress
        arena.call { x in
          table.channel_sums_f32(r, c, x(0), sums, sums.map { $0 + channels })
          table.channel_products_f32(
            r, c, x(0), x(1), sums.map { $0 + 2 * channels }, sums.map { $0 + 3 * channels })
          table.scale_channels_f32(r, c, x(0), x(2), x(3), x(4))
          table.combine_channels_f32(r, c, x(1), x(2), x(0), x(3), x(5), x(6), adds)
        }
      }
      return sums
    }
    for kernels in KernelTable.vectorised {
      for channels in 1...50 {
        for (rows, adds) in [(1, false), (7, true)] {
          var expected = KernelArena(arrays: 7, count: rows * channels, seed: UInt64(channels))
          var actual = expected
          let sums = run(scalar.table, &expected, rows: rows, channels: channels, adds: adds)
          #expect(run(kernels.table, &actual, rows: rows, channels: channels, adds: adds) == sums)
          #expect(sums.last == -1)
          #expect(actual.differences(from: expected) == 0, "\(kernels.name), \(channels) channels")
        }
      }
    }
  }

  /// Windows of `size` places, `stride` apart, over an axis of `inputs`.
  struct Axis {
    var lower: [Int32] = []
    var upper: [Int32] = []
    var first: [Int32] = []
    var end: [Int32] = []
    let inputs: Int

    init(inputs: Int, size: Int, stride: Int) {
      self.inputs = inputs
      for start in Swift.stride(from: 0, to: inputs, by: stride) {
        lower.append(Int32(start))
        upper.append(Int32(min(start + size, inputs)))
      }
      for place in 0..<Int32(inputs) {
        let from = upper.firstIndex { $0 > place } ?? upper.count
        first.append(Int32(from))
        end.append(Int32(lower.firstIndex { $0 > place } ?? lower.count))
      }
    }

    func call<R>(_ body: (wt_pool_axis) -> R) -> R {
      let lengths = zip(lower, upper).map { $1 - $0 }
      return lower.withUnsafeBufferPointer { lower in
        upper.withUnsafeBufferPointer { upper in
          first.withUnsafeBufferPointer { first in
            end.withUnsafeBufferPointer { end in
              lengths.withUnsafeBufferPointer { extent in
                body(
                  wt_pool_axis(
                    inputs: Int64(inputs), windows: Int64(lower.count),
                    longest: Int64(lengths.max() ?? 0), lower: lower.baseAddress,
                    upper: upper.baseAddress, extent: extent.baseAddress, first: first.baseAddress,
                    end: end.baseAddress))
              }
            }
          }
        }
      }
    }
  }

  /// Runs the pooling kernels over all rows: maxima, their gradients, means, their gradients.
  private func pool(
    _ table: wt_kernels, rows: Axis, columns: Axis, channels: Int, adds: Bool
  ) -> (values: [UInt32], places: [UInt8]) {
    let outputs = rows.lower.count * columns.lower.count * channels
    let stride = columns.inputs * channels
    var arena = KernelArena(arrays: 6, count: rows.inputs * stride, seed: UInt64(channels))
    var places = [UInt8](repeating: 200, count: outputs + 1)
    rows.call { rows in
      columns.call { columns in
        var pool = wt_pool(rows: rows, columns: columns, channels: Int64(channels))
        let row = Int(columns.windows) * channels
        arena.call { x in
          guard let values = x(0), let maxima = x(1), let means = x(3) else { return }
          if stride > 7 { values[7] = .nan }
          for i in 0..<Int(rows.windows) {
            table.max_pool_f32(&pool, Int64(i), values, means + i * row, nil)
            table.max_pool_f32(&pool, Int64(i), values, maxima + i * row, &places[i * row])
            table.average_pool_f32(&pool, Int64(i), values, means + i * row)
          }
          for i in 0..<Int(rows.inputs) {
            table.max_pool_gradient_f32(
              &pool, Int64(i), x(5), places, x(2).map { $0 + i * stride }, adds)
            table.average_pool_gradient_f32(
              &pool, Int64(i), x(5), x(4).map { $0 + i * stride }, adds)
          }
        }
      }
    }
    return (arena.memory.map(\.bitPattern), places)
  }

  @Test("pooling gives the scalar code's very bits")
  func pooling() throws {
    let scalar = try #require(KernelTable(named: "scalar"))
    for kernels in KernelTable.vectorised {
      for (size, stride) in [(2, 2), (3, 2), (3, 1), (1, 3), (5, 4)] {
        let (rows, columns) = (
          Axis(inputs: 6, size: size, stride: stride), Axis(inputs: 7, size: size, stride: stride)
        )
        for channels in [1, 3, 4, 7, 8, 15, 16, 17, 40] {
          for adds in [false, true] {
            let expected = pool(
              scalar.table, rows: rows, columns: columns, channels: channels, adds: adds)
            let actual = pool(
              kernels.table, rows: rows, columns: columns, channels: channels, adds: adds)
            #expect(actual == expected, "\(kernels.name), \(size) by \(stride), \(channels)")
          }
        }
      }
    }
  }
}
