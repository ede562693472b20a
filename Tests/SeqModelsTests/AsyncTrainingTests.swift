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

  @Test func `classifiers, taggers and n-grams are awaited with the same result`() async throws {
    let folder = ScratchFolder()
    var options = SequenceTrainingOptions()
    options.recurrent.hidden = 4
    options.embedding = 4
    options.epochs = 1
    let (reviews, stop, linear) = (ToyReviews.make(20), StopFlag(), LinearClassifierOptions())
    let classifiers = [
      (
        try TextClassifier.train(on: reviews, options: linear, stop: stop),
        try await TextClassifier.train(on: reviews, options: linear)
      ),
      (
        try TextClassifier.train(on: reviews, options: options, stop: stop),
        try await TextClassifier.train(on: reviews, options: options)
      ),
    ]
    for (blocking, awaited) in classifiers {
      try blocking.write(to: folder("blocking"))
      try awaited.write(to: folder("awaited"))
      #expect(try folder.bytes(of: "awaited") == folder.bytes(of: "blocking"))
      #expect(awaited.training == blocking.training)
      #expect(try TextClassifier(contentsOf: folder("awaited")).training == nil)
    }
    var tagged = TaggedText()
    tagged.sentences = (0..<9).map {
      .init(words: ["a", "b\($0 % 2)"], tags: ["X", "Y\($0 % 2)"])
    }
    let moments = TrainingMoments()
    try SequenceTagger.train(on: tagged, options: options, stop: stop).write(to: folder("blocking"))
    try await SequenceTagger.train(on: tagged, options: options, progress: moments)
      .write(to: folder("awaited"))
    #expect(try folder.bytes(of: "awaited") == folder.bytes(of: "blocking"))
    var last: TrainingProgress?
    for await moment in moments { last = moment }
    #expect(last?.fraction == 1 && last?.examples == 9 && last?.epoch == 1)
    let path = try folder.write(Self.text, to: "text.txt")
    let model = try await NGramModel.train(on: [path])
    #expect(model == (try NGramModel.train(on: [path], stop: stop)))
  }

  @Test func `a linear classifier reports on the caller's thread until all is done`() throws {
    for threads in [1, 2] {
      var reports: [TrainingProgress] = []
      let options = LinearClassifierOptions()
      let classifier = try TextClassifier.train(
        on: ToyReviews.make(40), options: options, threads: threads
      ) { reports.append($0) }
      #expect(reports.last?.fraction == 1 && reports.last?.learningRate == nil)
      #expect(reports.last?.epoch == classifier.training?.epochs)
      #expect(zip(reports, reports.dropFirst()).allSatisfy { $0.fraction <= $1.fraction })
    }
  }
}
