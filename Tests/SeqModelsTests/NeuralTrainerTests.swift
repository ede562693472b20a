import Networks
import SeqModels
import Testing
import TestSupport
import WordtoolCore

/// Trainings that are cut, shared and resumed give the same bytes.
@Suite struct NeuralTrainerTests {
  /// A cycle of 23 words, with a word in each line that breaks it.
  private static let text = (0..<60).map { line in
    (0..<7).map { "w\($0 == line % 7 ? line % 5 : (line * 7 + $0) % 23)" }.joined(separator: " ")
  }.joined(separator: "\n")

  private static func options(_ change: (inout NeuralOptions) -> Void = { _ in }) -> NeuralOptions {
    var options = NeuralOptions()
    options.embedding = 12
    options.recurrent.hidden = 12
    options.recurrent.layers = 2
    change(&options)
    return options
  }

  private static func training(
    _ change: (inout NeuralTrainingOptions) -> Void = { _ in }
  ) -> NeuralTrainingOptions {
    var training = NeuralTrainingOptions()
    training.epochs = 3
    training.batch = 5
    training.bptt = 7
    training.dropout.betweenLayers = 0.2
    training.dropout.output = 0.2
    change(&training)
    return training
  }

  /// A trainer over the text, its last ten lines held out.
  private static func trainer(
    _ options: NeuralOptions, _ training: NeuralTrainingOptions, threads: Int,
    in folder: ScratchFolder
  ) throws -> NeuralTrainer {
    let path = try folder.write(text, to: "text.txt")
    let valid = try folder.write(
      text.split(separator: "\n").suffix(10).joined(separator: "\n"), to: "valid.txt")
    let counted = try NeuralText(counting: [path], unit: .word)
    return try NeuralTrainer(
      options, training: training, vocabulary: counted.vocabulary, ids: counted.ids(of: [path]),
      validIDs: counted.ids(of: [valid]), threads: threads)
  }

  private static func bytes(_ model: NeuralLanguageModel, in folder: ScratchFolder) throws
    -> [UInt8]
  {
    let path = folder("model")
    try model.write(to: path)
    return try folder.bytes(of: "model")
  }

  @Test(arguments: RecurrentCell.allCases)
  func `threads change no byte`(_ cell: RecurrentCell) throws {
    let folder = ScratchFolder()
    let options = Self.options { $0.recurrent.cell = cell }
    let training = Self.training { $0.epochs = RealData.isSanitized ? 1 : 3 }
    let models = try [1, 2, 3].map { threads in
      try Self.bytes(
        Self.trainer(options, training, threads: threads, in: folder).train(), in: folder)
    }
    #expect(models[0] == models[1])
    #expect(models[0] == models[2])
  }

  // Which memory is shared by threads does not depend on the rule.
  @Test(
    arguments: RealData.isSanitized
      ? ["adam", "jitter"]
      : ["sgd", "momentum", "adam", "average", "jitter", "fixed-window", "bag-of-words"])
  func `an interrupted and resumed training gives the bytes of an unbroken one`(
    _ name: String
  ) throws {
    let folder = ScratchFolder()
    let options = Self.options {
      $0.kind = NeuralOptions.Kind(rawValue: name) ?? .recurrent
    }
    let training = Self.training {
      switch name {
      case "momentum":
        $0.optimizer.momentum = 0.9
        $0.learningRate = 0.1
      case "adam":
        $0.optimizer.method = .adam
        $0.learningRate = 0.01
      case "jitter":
        $0.hasJitter = true
        $0.lossAverage = .tokens
        $0.schedule = .cosine
      case "average":
        // Held-out loss that cannot fall starts the average at once.
        $0.averagingAfter = 1
        $0.learningRate = 1e-9
        $0.epochs = 5
      default: break
      }
    }
    let unbroken = try Self.bytes(
      Self.trainer(options, training, threads: 1, in: folder).train(), in: folder)

    for stopAt in [3, 14] {
      let flag = StopFlag()
      let first = try Self.trainer(options, training, threads: 2, in: folder)
      let error = #expect(throws: WordtoolError.self) {
        _ = try first.train(
          stop: flag,
          progress: { report in
            if report.steps == stopAt { flag.raise() }
          })
      }
      #expect(error?.kind == .interrupted)
      let path = folder("checkpoint")
      try first.writeCheckpoint(to: path)
      let checkpoint = try NeuralTrainer.Checkpoint(path: path)
      let text = try NeuralText(
        vocabulary: checkpoint.vocabulary, unit: checkpoint.options.unit,
        rule: checkpoint.options.rule)
      let second = try NeuralTrainer(
        resuming: checkpoint, ids: text.ids(of: [folder("text.txt")]),
        validIDs: text.ids(of: [folder("valid.txt")]), threads: 1)
      #expect(try Self.bytes(second.train(), in: folder) == unbroken, "stopped at \(stopAt)")
    }
  }

  @Test func `with drawn lengths threads change no byte, and the seed does`() throws {
    let folder = ScratchFolder()
    func bytes(_ threads: Int, seed: UInt64 = 1, hasJitter: Bool = true) throws -> [UInt8] {
      let training = Self.training {
        $0.hasJitter = hasJitter
        $0.bptt = 12
        $0.seed = seed
        $0.initialRange = 0.1
      }
      return try Self.bytes(
        Self.trainer(Self.options(), training, threads: threads, in: folder).train(), in: folder)
    }
    let one = try bytes(1)
    #expect(try bytes(2) == one)
    #expect(try bytes(3) == one)
    #expect(try bytes(1, hasJitter: false) != one)
  }

  @Test func `lengths are drawn around the base, and rates follow them`() {
    let training = Self.training {
      $0.bptt = 70
      $0.hasJitter = true
      $0.lossAverage = .tokens
    }
    let pieces = (0..<20_000).map { PieceLength(training, step: $0) }
    let (long, short) = (pieces.filter { $0.steps > 52 }, pieces.filter { $0.steps <= 52 })
    #expect(abs(Double(short.count) / 20_000 - 0.05) < 0.005)
    // Numbers are cut to whole ones, which takes a half on the average.
    for (group, mean) in [(long, 69.5), (short, 34.5)] {
      let found = group.reduce(0) { $0 + Double($1.steps) } / Double(group.count)
      let variance = group.reduce(0) {
        $0 + (Double($1.steps) - found) * (Double($1.steps) - found)
      }
      #expect(abs(found - mean) < 0.5)
      #expect(abs((variance / Double(group.count)).squareRoot() - 5) < 0.4)
    }
    #expect(pieces.allSatisfy { $0.rateFactor == Double($0.steps) / 70 })
    let small = Self.training {
      $0.bptt = 6
      $0.hasJitter = true
    }
    let lengths = (0..<1000).map { PieceLength(small, step: $0) }
    #expect(lengths.map(\.steps).min() == 5 && lengths.allSatisfy { $0.rateFactor == 1 })
    #expect(PieceLength(Self.training(), step: 3) == PieceLength(Self.training(), step: 4))
  }

  @Test func `frozen embeddings stay, whatever decays`() throws {
    let folder = ScratchFolder()
    for method in OptimizerOptions.Method.allCases {
      let training = Self.training {
        $0.optimizer.method = method
        $0.optimizer.weightDecay = 0.01
        $0.learningRate = 0.001
        $0.hasFrozenEmbeddings = true
        $0.epochs = 1
      }
      let path = folder("text.txt")
      _ = try Self.trainer(Self.options(), training, threads: 1, in: folder)
      let text = try NeuralText(counting: [path], unit: .word)
      let row = (0..<12).map { Float($0) / 16 }
      let model = try NeuralTrainer(
        Self.options(), training: training, vocabulary: text.vocabulary, ids: text.ids(of: [path]),
        embeddings: [3: row], threads: 2
      ).train()
      #expect(model.embedding(of: 3) == row, "\(method)")
    }
  }

  @Test func `a checkpoint of another text is refused`() throws {
    let folder = ScratchFolder()
    let trainer = try Self.trainer(Self.options(), Self.training(), threads: 1, in: folder)
    let path = folder("checkpoint")
    try trainer.writeCheckpoint(to: path)
    let checkpoint = try NeuralTrainer.Checkpoint(path: path)
    let error = #expect(throws: WordtoolError.self) {
      _ = try NeuralTrainer(resuming: checkpoint, ids: [0, 1, 2, 3], threads: 1)
    }
    #expect(error?.description.contains("a checkpoint of another text") == true)
  }

  @Test func `a loss that is not finite ends the training with the diverged kind`() throws {
    let folder = ScratchFolder()
    let training = Self.training {
      $0.learningRate = 1e30
      $0.optimizer.clipNorm = nil
    }
    let error = #expect(throws: WordtoolError.self) {
      _ = try Self.trainer(Self.options(), training, threads: 1, in: folder).train()
    }
    #expect(error?.kind == .diverged)
  }

  @Test func `training lowers the loss for every kind of model`() throws {
    let folder = ScratchFolder()
    for kind in NeuralOptions.Kind.allCases {
      for cutoffs in [[], [5, 12]] {
        let options = Self.options {
          $0.kind = kind
          $0.cutoffs = cutoffs
        }
        let training = Self.training {
          $0.optimizer.method = .adam
          $0.learningRate = 0.02
          $0.epochs = 10
          $0.dropout = LanguageDropout()
        }
        var losses: [Double] = []
        _ = try Self.trainer(options, training, threads: 1, in: folder).train { report in
          losses.append(report.loss)
        }
        let first = try #require(losses.first)
        let last = try #require(losses.last)
        #expect(last < first - 0.3, "\(kind) \(cutoffs): \(first) to \(last)")
      }
    }
  }

  @Test func `a written model reads back to the same probabilities`() throws {
    let folder = ScratchFolder()
    for cell in RecurrentCell.allCases {
      let options = Self.options {
        $0.recurrent.cell = cell
        $0.isTied = true
      }
      let model = try Self.trainer(options, Self.training(), threads: 1, in: folder).train()
      let path = folder("model")
      try model.write(to: path)
      let read = try NeuralLanguageModel(contentsOf: path)
      let ids: [Int32] = [3, 1, 4, 1, 5, 9, 2, 6]
      #expect(try read.logProbabilities(of: ids) == model.logProbabilities(of: ids))
      // A walk gives what reading the whole text gives.
      var state = read.initialState()
      let whole = try read.logProbabilities(of: ids)
      for (id, expected) in zip(ids, whole) {
        let all = read.logProbabilities(after: state)
        #expect(abs(all[Int(id)] - expected) < 1e-5)
        read.advance(&state, with: id)
      }
    }
  }

  @Test func `texts too short and models of another kind are refused`() throws {
    let folder = ScratchFolder()
    let empty = try folder.write("", to: "empty.txt")
    #expect(throws: WordtoolError.self) {
      _ = try NeuralText(counting: [empty], unit: .word)
    }
    let wrong = try folder.write("\\data\\\nngram 1=1\n", to: "wrong.lm")
    let error = #expect(throws: WordtoolError.self) {
      _ = try NeuralLanguageModel(contentsOf: wrong)
    }
    #expect(error?.kind == .badData)
  }

  @Test func `damaged model files are refused and never crash`() throws {
    let folder = ScratchFolder()
    let model = try Self.trainer(
      Self.options(), Self.training { $0.epochs = 1 }, threads: 1, in: folder
    )
    .train()
    let whole = try Self.bytes(model, in: folder)
    var random = SeededGenerator(seed: 7)
    for _ in 0..<300 {
      var bytes = whole
      switch Int.random(in: 0..<3, using: &random) {
      case 0: bytes.removeLast(Int.random(in: 1..<bytes.count, using: &random))
      default:
        // The header is where damage can do harm.
        let place = Int.random(in: 0..<3_000, using: &random)
        bytes[place] = UInt8.random(in: 0...255, using: &random)
      }
      let path = try folder.write(bytes, to: "damaged")
      do {
        _ = try NeuralLanguageModel(contentsOf: path)
      } catch let error as WordtoolError {
        #expect(error.kind == .badData)
      }
    }
  }
}
