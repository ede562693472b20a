import BLASCore
import Networks
import SeqModels
import TestSupport
import Testing
import Tokenize
import WordtoolCore

/// What every trainer of text models gives, to the last bit: the same for any number of threads, any
/// kernels and any build. A change here is deliberate, and CHANGELOG tells it.
@Suite("Pinned models of text") struct PinnedResultTests {
  static let runs = languageModels + classifiers + counts

  @Test("trainings", arguments: runs)
  func pinned(_ run: PinnedRun) throws {
    let difference = try run.difference()
    #expect(difference == nil)
    // With another number of threads whenever it may change.
    let changing = try ThreadTeam.$script.withValue(.init(drawnNumbers(1...4))) { try run.run(4) }
    #expect(changing == run.expected)
  }

  // The kernels are chosen once in a process, so each of them has one of its own.

  @Test("the same with scalar kernels")
  func scalar() async {
    await #expect(processExitsWith: .success) {
      let differences = try PinnedResultTests.runs.differences(withKernels: "scalar")
      #expect(differences == [])
    }
  }

  @Test("the same with AVX2", .enabled(if: KernelTable(named: "avx2") != nil))
  func avx2() async {
    await #expect(processExitsWith: .success) {
      let differences = try PinnedResultTests.runs.differences(withKernels: "avx2")
      #expect(differences == [])
    }
  }

  @Test("the same with AVX-512", .enabled(if: KernelTable(named: "avx512") != nil))
  func avx512() async {
    await #expect(processExitsWith: .success) {
      let differences = try PinnedResultTests.runs.differences(withKernels: "avx512")
      #expect(differences == [])
    }
  }

  @Test("the same with NEON", .enabled(if: KernelTable(named: "neon") != nil))
  func neon() async {
    await #expect(processExitsWith: .success) {
      let differences = try PinnedResultTests.runs.differences(withKernels: "neon")
      #expect(differences == [])
    }
  }

  // MARK: Language models

  /// A training of a few units on 50 sentences, the last ten of them held out as well; its numbers
  /// are the losses of the epochs and the last perplexity.
  private static func languageModel(
    _ name: String, _ expected: PinnedResult,
    _ change: @escaping @Sendable (inout NeuralOptions, inout NeuralTrainingOptions) -> Void
  ) -> PinnedRun {
    PinnedRun(name, expected) { threads in
      let folder = ScratchFolder()
      let text = PinnedText(sentences: 50, words: 30, seed: 1)
      let valid = text.sentences.suffix(10).map { PinnedText.text($0) + "\n" }.joined()
      let paths = try (folder.write(text.lines, to: "text"), folder.write(valid, to: "valid"))
      var options = NeuralOptions()
      options.embedding = 9
      options.recurrent.hidden = 9
      var training = NeuralTrainingOptions()
      training.epochs = 3
      training.batch = 5
      training.bptt = 6
      change(&options, &training)
      let counted = try NeuralText(counting: [paths.0], unit: options.unit)
      let trainer = try NeuralTrainer(
        options, training: training, vocabulary: counted.vocabulary,
        ids: counted.ids(of: [paths.0]), validIDs: counted.ids(of: [paths.1]), threads: threads)
      var reports: [NeuralTrainer.Report] = []
      let model = try trainer.train(epochEnded: { reports.append($0) })
      return try PinnedResult(reports.map(\.loss) + [reports.last?.validPerplexity ?? 0]) {
        try model.write(to: $0)
      }
    }
  }

  private static let languageModels = [
    languageModel(
      "bag of words",
      PinnedResult(
        "7798c60e11ab099eaba150f5379779c81d0753bf536b75e7e41dfa5968da88c6",
        [3.1152967391567503, 3.0307725201628917, 2.9789366677796654, 17.79672430386049])
    ) { options, _ in options.kind = .bagOfWords },
    languageModel(
      "fixed window",
      PinnedResult(
        "1b793154d052d89bef70f51938a655822f2e3b19c2fe5a108b979f30069ef00e",
        [3.1543365700073602, 3.0167238342956186, 2.991812659674562, 18.215491283418135])
    ) { options, training in
      options.kind = .fixedWindow
      training.optimizer.momentum = 0.5
      training.learningRate = 0.2
    },
    languageModel(
      "fixed window over one-hot words",
      PinnedResult(
        "ab26a4d1e986ef5ea7e5207ec7487e2bc69addcb771d2d15756eb852c50cff9f",
        [3.0657702510360543, 2.58060397374933, 2.2840370366904756, 8.40907647688962])
    ) { options, training in
      options.kind = .fixedWindow
      options.isOneHot = true
      training.optimizer.method = .adagrad
      training.learningRate = 0.1
    },
    languageModel(
      "tanh",
      PinnedResult(
        "ede36d955428c50923b5c61a5b9cb4557d8eb8c19ef72ce2df2b64a36f1dd84c",
        [3.1380367360515398, 3.0187501048891883, 2.93853632462446, 16.251895381022315])
    ) { options, training in
      options.recurrent.cell = .rnnTanh
      training.initialization = .orthogonal
      training.optimizer.clipNorm = 0.5
    },
    languageModel(
      "ReLU",
      PinnedResult(
        "057bc28a728b9a0c31005662ac8af45ed4b33c96f0d219c1b922029da95ebc1c",
        [3.441913886608843, 3.2663771067489282, 3.912113628341381, 24.70067473237625])
    ) { options, training in
      options.recurrent.cell = .rnnReLU
      training.initialization = .identity
      training.optimizer.clipValue = 0.01
      training.schedule = .step
      training.decayAfter = 1
    },
    languageModel(
      "GRU of two layers",
      PinnedResult(
        "1d64eec7bb1531a6c74259b41f93b5ab9110b197eb5ba6160b4474a28d50ccb6",
        [3.287952829284948, 3.018600069669191, 2.90181634760689, 14.5874106020669])
    ) { options, training in
      options.recurrent.cell = .gru
      options.recurrent.layers = 2
      training.initialization = .glorot
      training.optimizer.method = .rmsprop
      training.learningRate = 0.01
      training.dropout.betweenLayers = 0.2
      training.dropout.recurrentWeights = 0.1
    },
    languageModel(
      "LSTM",
      PinnedResult(
        "c51606e49880f0327539cba9c13d44ade4a658f213dc36c6d19934cca5f7abc3",
        [3.132042299869531, 3.0176909626915935, 2.9889844778170565, 18.13373432100959])
    ) { _, training in
      training.forgetBias = 1
      training.optimizer.momentum = 0.9
      training.optimizer.isNesterov = true
      training.learningRate = 0.1
    },
    languageModel(
      "LSTM with peepholes",
      PinnedResult(
        "aec137550bb3476a10613585055783c1d6fa98b62cea93409dbcebb740a656b5",
        [3.126715089122779, 3.0419167989330185, 3.0085915259971316, 17.26804830663406])
    ) { options, training in
      options.recurrent.hasPeepholes = true
      training.dropout.input = 0.1
      training.dropout.output = 0.2
      training.dropout.words = 0.1
      training.dropout.isLocked = true
    },
    languageModel(
      "LSTM with a projection, Adam",
      PinnedResult(
        "3bb0ced2386436d190051b8ce161767ccc5ecfaaa477c8b65943c1142ed3f87a",
        [3.286217201546773, 3.0293884974211993, 2.957815664903317, 18.73627141745033])
    ) { options, training in
      options.recurrent.projection = 5
      training.optimizer.method = .adam
      training.learningRate = 0.01
      training.warmup = 5
    },
    languageModel(
      "tied LSTM of letters, cosine, lengths drawn",
      PinnedResult(
        "b95d0faa5ddda8b8abf8594b96123608c35d80ea89b79de31d6d47e250ded6b6",
        [2.113750531968853, 1.6146313011051712, 1.2845886934667667, 3.534035033435414])
    ) { options, training in
      options.isTied = true
      options.unit = .char
      training.hasJitter = true
      training.lossAverage = .tokens
      training.schedule = .cosine
      training.activationPenalty = 0.1
      training.temporalPenalty = 0.1
    },
    languageModel(
      "LSTM with adaptive softmax, AdamW",
      PinnedResult(
        "46026dfba626b05a5c09aa265da6c96ec7d492a2b6fcc4eeac8ee80782d7618d",
        [3.228493872619791, 3.013019186133114, 2.947091934721462, 18.258919449717858])
    ) { options, training in
      options.cutoffs = [8, 20]
      training.optimizer.method = .adamw
      training.optimizer.weightDecay = 0.1
      training.learningRate = 0.01
    },
    languageModel(
      "averaged LSTM",
      PinnedResult(
        "21a090b584f2f555c461074dc37e6abf1a9b27ec7fb533be37a2b9895d58eb1d",
        [
          3.328333857209177, 3.3256453155704513, 3.3229758986927957, 3.320325374476825,
          27.648916204675608,
        ])
    ) { _, training in
      training.averagingAfter = 1
      training.learningRate = 1e-3
      training.epochs = 4
    },
  ]

  // MARK: n-grams, mixtures, drawn texts

  private static func nGrams(
    _ order: Int, _ unit: TextUnit, seed: UInt64, in folder: ScratchFolder
  ) throws -> NGramModel {
    var options = NGramOptions()
    options.order = order
    options.unit = unit
    let text = PinnedText(sentences: 80, words: 30, seed: seed).lines
    return try NGramModel.train(on: [folder.write(text, to: "text")], options: options)
  }

  private static func nGramRun(
    _ name: String, _ expected: PinnedResult, _ order: Int, _ unit: TextUnit
  )
    -> PinnedRun
  {
    PinnedRun(name, expected) { _ in
      let folder = ScratchFolder()
      let model = try nGrams(order, unit, seed: 1, in: folder)
      try model.write(to: folder("model.arpa"))
      // What stands before has the versions of ICU and Unicode.
      let lines = try folder.bytes(of: "model.arpa").split(separator: UInt8(ascii: "\n"))
      let numbers = lines.drop { !$0.elementsEqual("\\data\\".utf8) }.joined(separator: [10])
      let other = try folder.write(PinnedText(sentences: 9, words: 33, seed: 8).lines, to: "other")
      let report = try model.perplexity(of: [other])
      return PinnedResult(
        SHA256(of: numbers).hexadecimal, [report.logProbability, report.perplexity])
    }
  }

  private static let counts = [
    nGramRun(
      "trigrams of words",
      PinnedResult(
        "88376020ae1d445df625b08c4601f86c1dbdc6adc5322a04a10bf02d224d1d23",
        [-95.6489509642124, 32.97898740989184]), 3, .word),
    nGramRun(
      "5-grams of letters",
      PinnedResult(
        "4ebeec072c9f1df2d3234b8f6746bb437d468dee0b6ecc86b5764f8f15c178b5",
        [-107.43636792671174, 3.6271408145048123]), 5, .char),
    PinnedRun(
      "tuned mixture, and what it says and draws",
      PinnedResult(
        "3fbf1fb957dd0903402aec234fd050393b9d1dd42e33b0f53a6bee5adbbbe5a4",
        [2.7236909156443345e-28, 0.9603878963635915, 0.03961210363640801, -245.69408630531143])
    ) { _ in
      let folder = ScratchFolder()
      let models = try (1...3).map { try nGrams($0, .word, seed: 1, in: folder) }
      let held = try folder.write(PinnedText(sentences: 30, words: 30, seed: 5).lines, to: "held")
      let tuning = try MixtureModel(models).tuned(on: [held])
      var options = SamplingOptions()
      options.topP = 0.9
      options.seed = 4
      var texts = [try tuning.mixture.generate(length: 40, options: options).text]
      options.topK = 5
      options.temperature = 0.7
      texts.append(try models[2].generate(length: 40, options: options).text)
      return PinnedResult(
        SHA256(of: texts.joined(separator: "\n\n").utf8).hexadecimal,
        tuning.mixture.weights + [tuning.report.logProbability])
    },
    PinnedRun("recall", PinnedResult("", [0.109375, 25.0])) { threads in
      var options = RecallOptions()
      options.hidden = 12
      options.batch = 8
      options.trainingSteps = 25
      options.testSequences = 64
      let result = try RecallTask.run(
        .lstm, distance: 4, options: options, threads: threads)
      return PinnedResult("", [result.accuracy, Double(result.steps)])
    },
  ]
}
