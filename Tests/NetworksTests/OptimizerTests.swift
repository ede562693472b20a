import Networks
import Testing

/// Each rule against its paper's formulas, over several steps, in Double.
@Suite struct OptimizerTests {
  private static let start = [0.5, -1.25, 2.0, 0.0]
  private static let steps = 5

  /// The gradient of a step at some weights: it depends on both.
  private static func gradient(_ weights: [Double], _ step: Int) -> [Double] {
    weights.enumerated().map { 0.3 * $1 + 0.1 * Double($0 + 1) - 0.05 * Double(step) }
  }

  private static func run(
    _ options: OptimizerOptions, rate: Double, frozen: [Range<Int>] = []
  ) throws -> (weights: [Double], norms: [Double]) {
    let parameters = try Parameters<Double>([("w", [start.count])])
    for (index, value) in start.enumerated() { parameters.values.base[index] = value }
    let optimizer = try Optimizer(
      options, parameters: parameters, compute: Compute(threadCount: 2))
    var norms: [Double] = []
    for step in 0..<steps {
      let weights = (0..<start.count).map { parameters.values.base[$0] }
      for (index, value) in gradient(weights, step).enumerated() {
        parameters.gradients.base[index] = value
      }
      norms.append(optimizer.step(rate: rate, frozen: frozen))
      #expect(parameters.gradients.all.allSatisfy { $0 == 0 })
    }
    return ((0..<start.count).map { parameters.values.base[$0] }, norms)
  }

  /// Applies `update` to each weight for all steps; `memory` is the rule's two numbers.
  private static func expected(
    _ update: (_ w: inout Double, _ g: Double, _ memory: inout (Double, Double), _ t: Int) -> Void
  ) -> [Double] {
    var weights = start
    var memories = start.map { _ in (0.0, 0.0) }
    for step in 0..<steps {
      let gradients = gradient(weights, step)
      for index in weights.indices {
        update(&weights[index], gradients[index], &memories[index], step + 1)
      }
    }
    return weights
  }

  private static func expectEqual(_ found: [Double], _ expected: [Double]) {
    for (left, right) in zip(found, expected) {
      #expect(abs(left - right) <= 1e-14 * max(1, abs(right)), "\(found) for \(expected)")
    }
  }

  private static func options(
    _ method: OptimizerOptions.Method, _ change: (inout OptimizerOptions) -> Void = { _ in }
  ) -> OptimizerOptions {
    var options = OptimizerOptions()
    options.method = method
    change(&options)
    return options
  }

  @Test func `plain descent, with weight decay`() throws {
    Self.expectEqual(
      try Self.run(Self.options(.sgd), rate: 0.1).weights,
      Self.expected { w, g, _, _ in w -= 0.1 * g })
    Self.expectEqual(
      try Self.run(Self.options(.sgd) { $0.weightDecay = 0.02 }, rate: 0.1).weights,
      Self.expected { w, g, _, _ in w -= 0.1 * (g + 0.02 * w) })
  }

  @Test func `momentum as a heavy ball and as Nesterov's`() throws {
    Self.expectEqual(
      try Self.run(Self.options(.sgd) { $0.momentum = 0.9 }, rate: 0.1).weights,
      Self.expected { w, g, m, _ in
        m.0 = 0.9 * m.0 + g
        w -= 0.1 * m.0
      })
    let nesterov = Self.options(.sgd) {
      $0.momentum = 0.9
      $0.isNesterov = true
    }
    Self.expectEqual(
      try Self.run(nesterov, rate: 0.1).weights,
      Self.expected { w, g, m, _ in
        m.0 = 0.9 * m.0 + g
        w -= 0.1 * (g + 0.9 * m.0)
      })
  }

  @Test func `Adagrad and RMSProp divide by the root of squares`() throws {
    Self.expectEqual(
      try Self.run(Self.options(.adagrad), rate: 0.1).weights,
      Self.expected { w, g, m, _ in
        m.1 += g * g
        w -= 0.1 * g / (m.1.squareRoot() + 1e-8)
      })
    Self.expectEqual(
      try Self.run(Self.options(.rmsprop) { $0.beta2 = 0.9 }, rate: 0.1).weights,
      Self.expected { w, g, m, _ in
        m.1 = 0.9 * m.1 + (1 - 0.9) * g * g
        w -= 0.1 * g / (m.1.squareRoot() + 1e-8)
      })
  }

  /// Adam of Kingma and Ba 2015, algorithm 1; `apart` is AdamW's decay beside the gradient.
  private static func adam(decay: Double, apart: Bool) -> [Double] {
    expected { w, g, m, t in
      let g = apart ? g : g + decay * w
      m.0 = 0.9 * m.0 + 0.1 * g
      m.1 = 0.999 * m.1 + (1 - 0.999) * g * g
      let (b1, b2) = (
        (0..<t).reduce(1.0) { p, _ in p * 0.9 }, (0..<t).reduce(1.0) { p, _ in p * 0.999 }
      )
      if apart { w -= 0.1 * decay * w }
      w -= 0.1 * (m.0 / (1 - b1)) / ((m.1 / (1 - b2)).squareRoot() + 1e-8)
    }
  }

  @Test func `Adam takes decay into the gradient, AdamW beside it`() throws {
    func near(_ found: [Double], _ expected: [Double]) {
      // Powers by squaring and by multiplying differ in the last bits, magnified by 1 / (1 - b2).
      for (left, right) in zip(found, expected) {
        #expect(abs(left - right) <= 1e-11 * max(1, abs(right)), "\(found) for \(expected)")
      }
    }
    near(
      try Self.run(Self.options(.adam) { $0.weightDecay = 0.05 }, rate: 0.1).weights,
      Self.adam(decay: 0.05, apart: false))
    near(
      try Self.run(Self.options(.adamw) { $0.weightDecay = 0.05 }, rate: 0.1).weights,
      Self.adam(decay: 0.05, apart: true))
  }

  @Test func `clipping bounds the norm and each value; the norm told is that before`() throws {
    let clipped = try Self.run(Self.options(.sgd) { $0.clipNorm = 0.1 }, rate: 1)
    var weights = Self.start
    for step in 0..<Self.steps {
      let gradient = Self.gradient(weights, step)
      let norm = gradient.reduce(0) { $0 + $1 * $1 }.squareRoot()
      #expect(abs(clipped.norms[step] - norm) <= 1e-14)
      for index in weights.indices { weights[index] -= gradient[index] * min(1, 0.1 / norm) }
    }
    Self.expectEqual(clipped.weights, weights)
    Self.expectEqual(
      try Self.run(Self.options(.sgd) { $0.clipValue = 0.2 }, rate: 0.1).weights,
      Self.expected { w, g, _, _ in w -= 0.1 * max(-0.2, min(0.2, g)) })
  }

  @Test(arguments: OptimizerOptions.Method.allCases)
  func `what is frozen stays, whatever the rule`(_ method: OptimizerOptions.Method) throws {
    let options = Self.options(method) { $0.weightDecay = 0.1 }
    let found = try Self.run(options, rate: 0.1, frozen: [1..<3]).weights
    #expect(found[1] == Self.start[1] && found[2] == Self.start[2])
    #expect(found[0] != Self.start[0] && found[3] != Self.start[3])
  }

  @Test func `the average is the mean of the weights after each step since it began`() throws {
    let parameters = try Parameters<Double>([("w", [1])])
    let optimizer = try Optimizer(
      Self.options(.sgd), parameters: parameters, compute: Compute(threadCount: 1))
    try optimizer.beginAveraging()
    var seen: [Double] = []
    for step in 1...4 {
      parameters.gradients.base[0] = Double(step)
      optimizer.step(rate: 1)
      seen.append(parameters.values.base[0])
    }
    let mean = seen.reduce(0, +) / 4
    #expect(abs(optimizer.withAverage { parameters.values.base[0] } - mean) < 1e-14)
    #expect(parameters.values.base[0] == seen[3])
    optimizer.adoptAverage()
    #expect(abs(parameters.values.base[0] - mean) < 1e-14)
  }

  @Test func `a gradient that is not finite takes no step`() throws {
    let parameters = try Parameters<Double>([("w", [2])])
    let optimizer = try Optimizer(
      Self.options(.adam), parameters: parameters, compute: Compute(threadCount: 1))
    parameters.gradients.base[0] = .nan
    #expect(!optimizer.step(rate: 1).isFinite)
    #expect(parameters.values.all.allSatisfy { $0 == 0 } && optimizer.stepCount == 0)
  }

  /// The weights of `start` many times over: several pieces of work, the last of them short.
  private static let repeats = 10_001

  /// Trains copies of the four weights, and averages them after the second step.
  private static func runCopies(
    _ options: OptimizerOptions, threads: Int, frozen: [Range<Int>] = []
  ) throws -> (weights: [Double], average: [Double], norms: [Double]) {
    let count = repeats * start.count
    let parameters = try Parameters<Double>([("w", [count])])
    for index in 0..<count { parameters.values.base[index] = start[index % start.count] }
    let optimizer = try Optimizer(
      options, parameters: parameters, compute: Compute(threadCount: threads))
    var norms: [Double] = []
    for step in 0..<steps {
      if step == 2 { try optimizer.beginAveraging() }
      for first in stride(from: 0, to: count, by: start.count) {
        let weights = (first..<first + start.count).map { parameters.values.base[$0] }
        for (index, value) in gradient(weights, step).enumerated() {
          parameters.gradients.base[first + index] = value
        }
      }
      norms.append(optimizer.step(rate: 0.1, frozen: frozen))
    }
    func weights() -> [Double] { (0..<count).map { parameters.values.base[$0] } }
    return (weights(), optimizer.withAverage(weights), norms)
  }

  @Test(arguments: OptimizerOptions.Method.allCases)
  func `many pieces on any threads have the bits of one`(_ method: OptimizerOptions.Method) throws {
    let options = Self.options(method) { $0.momentum = 0.9 }
    let few = try Self.run(options, rate: 0.1).weights
    let one = try Self.runCopies(options, threads: 1)
    let three = try Self.runCopies(options, threads: 3)
    #expect(one == three)
    let isSame = one.weights.indices.allSatisfy { one.weights[$0] == few[$0 % few.count] }
    #expect(isSame)
  }

  @Test func `frozen ranges stay across pieces, and count neither in the norm nor in the mean`()
    throws
  {
    let options = Self.options(.adamw) { $0.weightDecay = 0.1 }
    let count = Self.repeats * Self.start.count
    let frozen = [100..<16_386, 16_388..<16_389, 32_768..<count]
    let found = try Self.runCopies(options, threads: 2, frozen: frozen)
    for index in 0..<count {
      let isFrozen = frozen.contains { $0.contains(index) }
      let start = Self.start[index % Self.start.count]
      guard (found.weights[index] == start) == isFrozen, !isFrozen || found.average[index] == start
      else {
        Issue.record("weight \(index) went from \(start) to \(found.weights[index])")
        return
      }
    }
    let all = try Self.runCopies(options, threads: 2)
    let share = Double(100 + 2 + 32_768 - 16_389) / Double(count)
    #expect(abs(found.norms[0] / all.norms[0] - share.squareRoot()) < 1e-3)
  }

  @Test(arguments: OptimizerOptions.Method.allCases)
  func `what was saved goes on as if nothing had happened`(_ method: OptimizerOptions.Method) throws
  {
    let options = Self.options(method) {
      $0.momentum = 0.9
      $0.weightDecay = 0.01
    }
    func make() throws -> (Parameters<Double>, Optimizer<Double>) {
      let parameters = try Parameters<Double>([("w", [Self.start.count])])
      return (
        parameters,
        try Optimizer(options, parameters: parameters, compute: Compute(threadCount: 1))
      )
    }
    func train(
      _ parameters: Parameters<Double>, _ optimizer: Optimizer<Double>, _ steps: Range<Int>
    ) {
      for step in steps {
        let weights = Self.start.indices.map { parameters.values.base[$0] }
        for (index, value) in Self.gradient(weights, step).enumerated() {
          parameters.gradients.base[index] = value
        }
        optimizer.step(rate: 0.1)
      }
    }
    let (whole, unbroken) = try make()
    try unbroken.beginAveraging()
    train(whole, unbroken, 0..<3)
    let (rest, resumed) = try make()
    try resumed.restore(counts: unbroken.memory.counts, isAveraging: unbroken.isAveraging)
    rest.values.base.update(from: whole.values.base, count: whole.values.count)
    let (saved, taken) = (unbroken.memory.arrays, resumed.memory.arrays)
    #expect(saved.map(\.name) == taken.map(\.name))
    for (from, to) in zip(saved, taken) {
      to.values.base.update(from: from.values.base, count: from.values.count)
    }
    train(whole, unbroken, 3..<6)
    train(rest, resumed, 3..<6)
    #expect(Array(rest.values.all) == Array(whole.values.all))
    #expect(resumed.stepCount == 6)
    let means = [(whole, unbroken), (rest, resumed)].map { parameters, optimizer in
      optimizer.withAverage { Array(parameters.values.all) }
    }
    #expect(means[0] == means[1] && means[0] != Array(whole.values.all))
  }
}
