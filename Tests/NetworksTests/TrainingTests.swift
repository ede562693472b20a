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
    #expect(rate(.linear) == 0.8 && abs(rate(.linear, done: 0.5) - 0.44) < 1e-15)
    #expect(
      abs(rate(.linear, done: 1) - 0.08) < 1e-15 && rate(.linear, done: 2) == rate(.linear, done: 1)
    )
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

@Suite struct CheckpointHeaderTests {
  struct Options: TrainingOptions {
    var epochs = 3

    func validate() throws {
      guard epochs > 0 else { throw WordtoolError(.usage, found: "`epochs` of \(epochs)") }
    }
  }

  private var header: CheckpointHeader<Options> {
    var position = TrainingPosition(rate: 0.1, dataHash: .max)
    (position.epoch, position.step, position.place) = (2, 70, 15)
    (position.lossSum, position.lossCount) = (1.5, 6)
    return CheckpointHeader(options: Options(), position: position)
  }

  @Test func `a header reads back as it was`() throws {
    let copy = try CheckpointHeader<Options>(metadata: header.metadata, path: "a")
    #expect(copy.options == header.options && copy.position == header.position)
    #expect(copy.position.meanLoss == 0.25)
    #expect(TrainingPosition(rate: 1, dataHash: 0).meanLoss == 0)
  }

  @Test func `the next epoch begins with nothing of the last but the steps and the rate`() {
    var position = header.position
    position.beginNextEpoch()
    #expect(position.epoch == 3 && position.step == 70 && position.rate == 0.1)
    #expect(position.place == 0 && position.lossSum == 0 && position.lossCount == 0)
  }

  @Test(arguments: [
    ("epoch", "\"epoch\":2", "\"epoch\":-1"), ("epoch", "\"epoch\":2", "\"epoch\":1000001"),
    ("step", "\"step\":70", "\"step\":-1"),
    ("place", "\"place\":15", "\"place\":9223372036854775807"),
    ("lossCount", "\"lossCount\":6", "\"lossCount\":-6"), ("rate", "\"rate\":0.1", "\"rate\":-0.1"),
    ("optimizerCounts", "[0,0]", "[0]"), ("optimizerCounts", "[0,0]", "[0,3]"),
    ("stopping", "\"epochsSinceBest\":0", "\"epochsSinceBest\":1"),
  ])
  func `numbers that no training leaves are named`(
    name: String, old: String, new: String
  ) throws {
    var metadata = try header.metadata
    let text = try #require(metadata["position"])
    try #require(text.contains(old), "\(text)")
    metadata["position"] = text.replacing(old, with: new)
    let error = #expect(throws: WordtoolError.self) {
      try CheckpointHeader<Options>(metadata: metadata, path: "a")
    }
    #expect(error?.kind == .badData && error?.found.contains("`\(name)`") == true)
  }

  @Test func `options are checked, and a header without a part is told`() throws {
    var metadata = try header.metadata
    metadata["training"] = "{\"epochs\":0}"
    let options = #expect(throws: WordtoolError.self) {
      try CheckpointHeader<Options>(metadata: metadata, path: "a")
    }
    #expect(options?.kind == .badData && options?.path == "a")
    for text in [nil, "", "{}", "[]"] {
      metadata["training"] = text
      let error = #expect(throws: WordtoolError.self) {
        try CheckpointHeader<Options>(metadata: metadata, path: "a")
      }
      #expect(error?.found.contains("`training`") == true)
    }
  }

  @Test func `another text and a place beyond the epoch are refused`() throws {
    let position = header.position
    try position.check(dataHash: .max, placeCount: 15, examples: "text", path: "a")
    for (hash, places) in [(UInt64(1), 15), (.max, 14)] {
      let error = #expect(throws: WordtoolError.self) {
        try position.check(dataHash: hash, placeCount: places, examples: "text", path: "a")
      }
      #expect(error?.kind == .badData)
    }
  }
}
