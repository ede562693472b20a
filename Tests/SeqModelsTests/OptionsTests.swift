import Networks
import SeqModels
import TestSupport
import Testing
import WordtoolCore

/// What an importer may give wrong: an error that names it, or a trap where it is no data.
@Suite struct OptionsTests {
  /// A change that `validate()` refuses, and the property it names.
  private static func check<Options: TrainingOptions>(
    _ options: Options, _ changes: [(property: String, change: (inout Options) -> Void)]
  ) throws {
    #expect(throws: Never.self) { try options.validate() }
    #expect(try StoredJSON.decode(Options.self, from: StoredJSON.text(options)) == options)
    for (property, change) in changes {
      var wrong = options
      change(&wrong)
      let error = #expect(throws: WordtoolError.self) { try wrong.validate() }
      #expect(error?.kind == .usage && error?.expected != nil)
      #expect(
        error?.found.contains("`\(property)`") == true, "\(property): \(error?.found ?? "nothing")")
    }
  }

  @Test func `options out of range are refused by the name of the property`() throws {
    try Self.check(
      LinearClassifierOptions(),
      [
        ("cost", { $0.cost = 0 }), ("tolerance", { $0.tolerance = .nan }),
        ("epochs", { $0.epochs = 0 }), ("orders", { $0.features.orders = 0...1 }),
        ("minimumCount", { $0.features.minimumCount = 0 }),
      ])
    try Self.check(
      NGramOptions(),
      [
        ("order", { $0.order = NGramModel.maximumTrainedOrder + 1 }),
        ("minimumCount", { $0.minimumCount = 0 }),
        ("maximumVocabulary", { $0.maximumVocabulary = 0 }),
      ])
    try Self.check(
      SequenceTrainingOptions(),
      [
        ("recurrent.layers", { $0.recurrent.layers = 0 }), ("batch", { $0.batch = 0 }),
        ("recurrent.projection", { ($0.recurrent.cell, $0.recurrent.projection) = (.gru, 4) }),
        ("dropout.words", { $0.dropout.words = 1 }), ("learningRate", { $0.learningRate = -1 }),
        ("clipNorm", { $0.optimizer.clipNorm = 0 }), ("maximumLength", { $0.maximumLength = 0 }),
      ])
    try Self.check(
      GradientFlowOptions(),
      [
        ("steps", { $0.steps = 0 }), ("sequences", { $0.sequences = 0 }),
        ("learningRate", { $0.learningRate = 0 }), ("clipNorm", { $0.clipNorm = .infinity }),
      ])
    try Self.check(
      RecallOptions(),
      [
        ("words", { $0.words = 1 }), ("fillers", { $0.fillers = 0 }),
        ("distances", { $0.distances = [3, -1] }), ("hidden", { $0.hidden = 0 }),
      ])
  }

  @Test func `shapes that do not go together are refused by name`() throws {
    for (property, change) in [
      ("cutoffs", { $0.cutoffs = [5, 5] }), ("embedding", { $0.embedding = 0 }),
      ("isTied", { ($0.isTied, $0.cutoffs) = (true, [3]) }),
      ("embedding", { ($0.isTied, $0.embedding) = (true, 7) }),
      ("recurrent.isBidirectional", { $0.recurrent.isBidirectional = true }),
      ("recurrent.hasPeepholes", { ($0.recurrent.cell, $0.recurrent.hasPeepholes) = (.gru, true) }),
    ] as [(String, (inout NeuralOptions) -> Void)] {
      var options = NeuralOptions()
      change(&options)
      let error = #expect(throws: WordtoolError.self) { try options.validate() }
      let text = [error?.found, error?.expected].compactMap(\.self).joined(separator: ", ")
      #expect(error?.kind == .usage && text.contains("`\(property)`"), "\(property): \(text)")
    }
    let folder = ScratchFolder()
    let text = try NeuralText(counting: [folder.write("a b c", to: "text")], unit: .word)
    var options = NeuralOptions()
    options.cutoffs = [100]
    let error = #expect(throws: WordtoolError.self) {
      _ = try NeuralTrainer(
        options, training: NeuralTrainingOptions(), vocabulary: text.vocabulary, ids: [0, 1])
    }
    #expect(error?.kind == .usage)
    for (ids, embeddings) in [([0, 99], [:]), ([0, 1], [0: [1]])] as [([Int32], [Int32: [Float]])] {
      #expect(throws: WordtoolError.self) {
        _ = try NeuralTrainer(
          NeuralOptions(), training: NeuralTrainingOptions(), vocabulary: text.vocabulary, ids: ids,
          embeddings: embeddings)
      }
    }
  }

  @Test func `checkpoints keep the name that the learning rate had in older ones`() throws {
    var training = NeuralTrainingOptions()
    training.learningRate = 0.375
    let text = try StoredJSON.text(training)
    #expect(text.contains("\"rate\":0.375") && !text.contains("learningRate"))
    #expect(try StoredJSON.decode(NeuralTrainingOptions.self, from: text) == training)
  }

  @Test func `every trainer refuses threads below one, and sentences whose tags are missing`() {
    let reviews = ToyReviews.make(4)
    var tagged = TaggedText()
    tagged.sentences = [.init(words: ["a", "b"], tags: ["X", "Y"])]
    let trainings: [() throws -> Void] = [
      { _ = try TextClassifier.train(on: reviews, options: LinearClassifierOptions(), threads: 0) },
      { _ = try TextClassifier.train(on: reviews, options: FastTextOptions(), threads: 0) },
      { _ = try TextClassifier.train(on: reviews, options: SequenceTrainingOptions(), threads: 0) },
      { [tagged] in
        _ = try SequenceTagger.train(on: tagged, options: SequenceTrainingOptions(), threads: -1)
      },
    ]
    for train in trainings {
      let error = #expect(throws: WordtoolError.self) { try train() }
      #expect(error?.kind == .usage && error?.found.hasPrefix("`threads` is ") == true)
    }
    for sentence in [TaggedText.Sentence(words: ["a"], tags: []), .init(words: [], tags: [])] {
      tagged.sentences.append(sentence)
      let error = #expect(throws: WordtoolError.self) {
        try SequenceTagger.train(on: tagged, options: SequenceTrainingOptions())
      }
      #expect(error?.kind == .badData)
      tagged.sentences.removeLast()
    }
  }

  @Test func `arguments of asking are checked as well`() throws {
    let model = try NGramTests.train("a b\nb a c\n", order: 2)
    let questions: [() throws -> Void] = [
      { _ = try model.generate(length: -1) }, { _ = try model.beamSearch(length: 1, width: 0) },
      { _ = try model.beamSearch(length: 1, width: 2, count: 3) },
      { _ = try MixtureModel([]) },
      { _ = try PretrainedEmbeddings(words: ["a"], dimension: 2, values: [1]) },
      { _ = try RecallTask.run(.lstm, distance: -1, options: RecallOptions()) },
    ]
    for ask in questions {
      let error = #expect(throws: WordtoolError.self) { try ask() }
      #expect(error?.kind == .usage)
    }
  }

  /// Numbers that no token has are a mistake in the program.
  @Test func `a token of another model is a trap`() async {
    await #expect(processExitsWith: .failure) {
      _ = (try? NGramTests.train("a b\n", order: 1))?.token(99)
    }
    await #expect(processExitsWith: .failure) {
      guard let model = try? NGramTests.train("a b\n", order: 1) else { return }
      var context = model.sentenceBegin
      _ = model.score(-1, &context)
    }
  }
}
