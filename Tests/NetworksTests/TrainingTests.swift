import Networks
import Testing
import WordtoolCore

@Suite struct TrainingScheduleTests {
  private func rate(
    _ schedule: LearningRateSchedule, step: Int = 100, decays: Int = 0, done: Double = 0,
    warmup: Int = 0
  ) -> Double {
    TrainingSchedule(schedule, decay: 2, warmup: warmup)
      .rate(ofStep: step, base: 0.8, decays: decays, done: done)
  }

  @Test func `each schedule follows its formula`() {
    #expect(rate(.constant, decays: 3, done: 0.5) == 0.8)
    #expect(rate(.plateau, decays: 3, done: 0.5) == 0.8)
    #expect(rate(.step, decays: -1) == 0.8)
    #expect(rate(.step, decays: 3) == 0.1)
    #expect(rate(.step, decays: .max) == 0)
    #expect(rate(.cosine) == 0.8)
    #expect(abs(rate(.cosine, done: 0.5) - 0.4) < 1e-15)
    #expect(rate(.cosine, done: 1) == 0 && rate(.cosine, done: 2) == 0)
  }

  @Test func `a warm-up rises in a straight line to the schedule`() {
    #expect(rate(.constant, step: 0, warmup: 4) == 0.2)
    #expect(rate(.constant, step: 3, warmup: 4) == 0.8)
    #expect(rate(.constant, step: 4, warmup: 4) == 0.8)
    #expect(rate(.step, step: 1, decays: 1, warmup: 4) == 0.2)
  }

  @Test func `only a plateau divides the base`() {
    for schedule in LearningRateSchedule.allCases {
      let base = TrainingSchedule(schedule, decay: 4, warmup: 0).baseAfterPlateau(1)
      #expect(base == (schedule == .plateau ? 0.25 : 1))
    }
  }
}

@Suite struct EarlyStoppingTests {
  @Test func `the best score is kept and the others are counted`() throws {
    var stopping = EarlyStopping()
    let losses = [3.0, 2.0, 2.0, 2.5, 1.5, 1.6]
    let isBest = try losses.enumerated().map {
      try stopping.isBest(ValidationScore(loss: $1), epoch: $0 + 1)
    }
    #expect(isBest == [true, true, false, false, true, false])
    #expect(stopping.best?.loss == 1.5 && stopping.epochsSinceBest == 1)
    #expect(stopping.isOver(patience: 1) && !stopping.isOver(patience: 2))
    #expect(!stopping.isOver(patience: nil))
    stopping.restartCounting()
    #expect(!stopping.isOver(patience: 1) && stopping.best?.loss == 1.5)
  }

  @Test func `of equal accuracies the smaller loss is better`() {
    let first = ValidationScore(accuracy: 0.5, loss: 2)
    #expect(first < ValidationScore(accuracy: 0.5, loss: 1))
    #expect(first < ValidationScore(accuracy: 0.6, loss: 9))
    #expect(!(first < first))
  }

  @Test(arguments: [Double.nan, .infinity, -.infinity])
  func `a score that is not finite is a divergence`(loss: Double) {
    var stopping = EarlyStopping()
    let error = #expect(throws: WordtoolError.self) {
      _ = try stopping.isBest(ValidationScore(loss: loss), epoch: 1)
    }
    #expect(error?.kind == .diverged)
    #expect(stopping == EarlyStopping())
  }
}

@Suite struct NetworkMemoryTests {
  @Test func `buffers begin at a multiple of 64, hold zeros and grow`() throws {
    var buffer = AlignedBuffer<Float>()
    #expect(buffer.count == 0 && buffer.all.isEmpty)
    for count in [1, 15, 16, 1_000_000] {
      try AlignedBuffer.reserve(&buffer, count)
      #expect(buffer.count == count && buffer.all.allSatisfy { $0 == 0 })
      #expect(Int(bitPattern: buffer.base) % 64 == 0)
    }
    let base = buffer.base
    try AlignedBuffer.reserve(&buffer, 10)
    #expect(buffer.base == base)
  }

  @Test(arguments: [1 << 58, Int.max])
  func `no memory is an error`(count: Int) {
    let error = #expect(throws: WordtoolError.self) { _ = try AlignedBuffer<Double>(count: count) }
    #expect(error?.kind == .unavailable)
  }

  @Test(arguments: [
    [1 << 40, 1 << 40], [.max, 2], [1 << 45], [-1, 5], [.max - 3], [4, .max / 4],
  ])
  func `a network larger than the machine is refused by its shapes`(shape: [Int]) {
    let error = #expect(throws: WordtoolError.self) {
      _ = try Parameters<Float>([("small", [2, 2]), ("large", shape)])
    }
    #expect(error?.kind == .unavailable && error?.found.contains("`large`") == true)
  }

  @Test func `arrays lie one after another, each at a multiple of 64 bytes`() throws {
    let parameters = try Parameters<Float>([("a", [3, 5]), ("none", [0, 9]), ("b", [17])])
    #expect(parameters.entries.map(\.range) == [0..<15, 16..<16, 16..<33])
    #expect(parameters.values.count == 48 && parameters.count == 32)
    #expect(parameters.view("a").rows == 3 && parameters.view("a").columns == 5)
    #expect(parameters.view("b").rows == 1 && parameters.view("b").columns == 17)
    parameters.view("b")[0, 16] = .nan
    #expect(parameters.firstNotFinite() == "b")
  }
}
