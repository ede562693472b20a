import ConvNets
import Networks
import Testing

@Suite struct DropoutTests {
  /// Which of so many ones in each of `count` images are dropped.
  private func dropped(
    _ size: Int, count: Int = 1, rate: Double = 0.5, node: Int = 4, seed: UInt64 = 1, step: Int = 0
  ) throws -> [Bool] {
    let operation = DropoutOperation<Float>(
      rate: rate, node: node, compute: try Compute(threadCount: 1))
    let buffer = try AlignedBuffer<Float>(count: count * size)
    buffer.base.update(repeating: 1, count: buffer.count)
    let values = Activations(
      base: buffer.base, count: count,
      shape: ImageShape(height: 1, width: 1, channels: size))
    operation.forward(
      [values], into: values, pass: LayerPass(isTraining: true, seed: seed, step: step))
    return buffer.list.map { $0 == 0 }
  }

  @Test("so many are dropped as the rate says, and the others grow")
  func rate() throws {
    for rate in [0.1, 0.25, 0.5, 0.8] {
      let count = 1 << 16
      let share = try Double(dropped(count, rate: rate).count { $0 }) / Double(count)
      // Six standard deviations.
      #expect(abs(share - rate) < 6 * (rate * (1 - rate) / Double(count)).squareRoot())
    }
    let run = try LayerRun<Float>(LayerCase(.dropout(rate: 0.75), [1, 1, 40], count: 1))
    let output = try run.forward([[Float](repeating: 1, count: 40)])
    #expect(output.allSatisfy { $0 == 0 || $0 == 4 } && output.contains(4))
  }

  @Test("seeds, steps, layers, images and neighbours are independent of each other")
  func independence() throws {
    let count = 1 << 14
    let images = try dropped(count, count: 2)
    let one = Array(images[..<count])
    let others = [
      try dropped(count, seed: 2), try dropped(count, step: 1), try dropped(count, node: 5),
      Array(images[count...]), Array(one[1...] + one[..<1]), Array(one[2...] + one[..<2]),
      Array(one[64...] + one[..<64]), Array(one[4096...] + one[..<4096]),
    ]
    for other in others {
      let agreeing = zip(one, other).count { $0 == $1 }
      // Six standard deviations around one half.
      #expect(abs(agreeing - count / 2) < 6 * 64, "\(agreeing) of \(count)")
    }
    #expect(try dropped(count) == one)
  }
}
