import SeqModels
import Testing
import TestSupport
import WordtoolCore

/// Training from asynchronous code.
@Suite struct AsyncTrainingTests {
  private static func options() -> (NeuralOptions, NeuralTrainingOptions) {
    var options = NeuralOptions()
    options.embedding = 8
    options.recurrent.hidden = 8
    var training = NeuralTrainingOptions()
    training.epochs = 2
    training.batch = 4
    training.bptt = 5
    return (options, training)
  }

  private static let text = (0..<40).map { "a\($0 % 3) b\($0 % 5) c" }.joined(separator: "\n")

  @Test func `an awaited training gives the bytes of one that blocks, and reports its moments`()
    async throws
  {
    let folder = ScratchFolder()
    let path = try folder.write(Self.text, to: "text.txt")
    let (options, training) = Self.options()
    var reports: [TrainingProgress] = []
    let blocking: () throws -> NeuralLanguageModel = {
      try NeuralLanguageModel.train(
        on: [path], options: options, training: training, threads: 1, stop: StopFlag(),
        progress: { reports.append($0) })
    }
    try blocking().write(to: folder("blocking"))
    #expect(reports.last?.fraction == 1 && reports.last?.epochCount == 2)
    let moments = TrainingMoments()
    let model = try await NeuralLanguageModel.train(
      on: [path], options: options, training: training, threads: 2, progress: moments)
    try model.write(to: folder("awaited"))
    #expect(try folder.bytes(of: "awaited") == folder.bytes(of: "blocking"))
    var last: TrainingProgress?
    for await moment in moments { last = moment }
    #expect(last == reports.last)
  }

  @Test func `cancelling the task ends the training`() async throws {
    let folder = ScratchFolder()
    let path = try folder.write(Self.text, to: "text.txt")
    var (options, training) = Self.options()
    options.recurrent.hidden = 16
    training.epochs = 1_000_000
    let task = Task { [options, training] in
      let moments = TrainingMoments()
      async let model = NeuralLanguageModel.train(
        on: [path], options: options, training: training, threads: 1, progress: moments)
      for await _ in moments { break }
      withUnsafeCurrentTask { $0?.cancel() }
      return try await model.vocabulary.count
    }
    await #expect(throws: CancellationError.self) { _ = try await task.value }
  }

  @Test func `options out of range are an error that names the property`() async throws {
    var (options, training) = Self.options()
    options.window = 0
    let shape = await #expect(throws: WordtoolError.self) {
      _ = try await NeuralLanguageModel.train(on: [], options: options)
    }
    #expect(shape?.kind == .usage && shape?.found == "`window` is 0")
    training.bptt = 0
    let way = await #expect(throws: WordtoolError.self) {
      _ = try await NeuralLanguageModel.train(on: [], training: training)
    }
    #expect(way?.kind == .usage && way?.found == "`bptt` is 0")
  }
}
