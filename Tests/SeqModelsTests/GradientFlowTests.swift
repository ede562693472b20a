import Networks
import SeqModels
import Testing
import TestSupport
import Tokenize
import WordtoolCore

@Suite struct GradientFlowTests {
  /// Lines of words, each of which calls for the next.
  private static let lines: String = {
    let words = ["north", "east", "south", "west", "up", "down", "in", "out", "here", "there"]
    var generator = SeededGenerator(seed: 3)
    return (0..<300).map { _ in
      var place = Int.random(in: 0..<10, using: &generator)
      return (0..<8).map { _ in
        place = (place * 3 + Int.random(in: 1...2, using: &generator)) % 10
        return words[place]
      }.joined(separator: " ")
    }.joined(separator: "\n") + "\n"
  }()

  private func curves(
    of cases: [GradientFlowCase], _ change: (inout GradientFlowOptions) -> Void = { _ in }
  ) throws -> [String: GradientFlowCurve] {
    try TestFiles.withFolder { folder in
      try TestFiles.write(Self.lines, to: folder + "/text")
      let text = try NeuralText(counting: [folder + "/text"], unit: .word)
      var options = GradientFlowOptions()
      options.hidden = 24
      options.sequences = 5
      options.trainingSteps = 5
      change(&options)
      let curves = try GradientFlow.curves(
        of: cases, ids: text.ids(of: [folder + "/text"]), vocabulary: text.vocabulary,
        options: options)
      return Dictionary(uniqueKeysWithValues: curves.map { ($0.name, $0) })
    }
  }

  @Test func thePowerIterationFindsTheLargestSingularValue() throws {
    let buffer = try AlignedBuffer<Double>(count: 6)
    _ = buffer.all.update(fromContentsOf: [3, 0, 0, 0, -5, 0])
    #expect(abs(SpectralNorm.of(buffer.matrix(2, 3)) - 5) < 1e-9)
    // [1 1; 0 1] has the golden ratio.
    _ = buffer.all.update(fromContentsOf: [1, 1, 0, 1])
    #expect(abs(SpectralNorm.of(buffer.matrix(2, 2)) - 1.618_033_988_749_895) < 1e-9)
    buffer.clear()
    #expect(SpectralNorm.of(buffer.matrix(2, 3)) == 0)
  }

  @Test func tanhVanishesAndTheIdentityAndGatesStayLevel() throws {
    let curves = try curves(of: GradientFlowCase.allCases)
    let tanh = try #require(curves["rnn-tanh"])
    #expect(tanh.norms.count == 51)
    #expect(tanh.decay > 1e4)
    let irnn = try #require(curves["irnn"])
    #expect(irnn.decay < 30)
    #expect((0.9...1.3).contains(irnn.largestSingularValue))
    #expect(try #require(curves["gru"]).decay < 30)
    let lstm = try #require(curves["lstm"])
    #expect(lstm.singularValuesOfGates.count == 4)
    // Its outputs reach later steps by the gates alone; from the second step on that is level.
    #expect(lstm.norms[5] / lstm.norms[50] < 30)
    let cell = try #require(lstm.cellNorms)
    #expect(cell.count == 50 && cell[0] / cell[49] < 30)
  }

  @Test func clippingKeepsATrainingThatExplodesWithoutIt() throws {
    try TestFiles.withFolder { folder in
      try TestFiles.write(Self.lines, to: folder + "/text")
      let text = try NeuralText(counting: [folder + "/text"], unit: .word)
      var options = GradientFlowOptions()
      options.hidden = 24
      options.sequences = 5
      options.trainingSteps = 40
      options.clipNorm = 0.1
      func explosion(_ threads: Int) throws -> GradientFlowExplosion {
        try GradientFlow.explosion(
          ids: text.ids(of: [folder + "/text"]), vocabulary: text.vocabulary, options: options,
          learningRate: 10, threads: threads)
      }
      let result = try explosion(1)
      let (free, kept) = (result.unclipped, result.clipped)
      #expect(free.hasDiverged && free.steps.count < 20)
      #expect(free.measuredSteps < free.steps.count)
      #expect(free.steps[0] == kept.steps[0])
      #expect(!kept.hasDiverged && kept.steps.count == 40 && kept.measuredSteps == 40)
      #expect(kept.steps[39].loss < kept.steps[0].loss)
      #expect(kept.curve.norms[50] < kept.curve.norms[0])
      #expect(try #require(free.curve.clippedNorms).allSatisfy { $0 < 2 * options.clipNorm })
      #expect(try explosion(2) == result)
    }
  }

  @Test func measuringAgainGivesTheSame() throws {
    let first = try curves(of: [.lstm]) { $0.steps = 4 }
    #expect(try curves(of: [.lstm]) { $0.steps = 4 } == first)
    #expect(first["lstm"]?.norms.count == 5)
  }

  @Test func aTextThatIsTooShortIsRefused() throws {
    #expect(throws: WordtoolError.self) {
      _ = try curves(of: [.rnnTanh]) { $0.steps = 1_000_000 }
    }
  }

  @Test func theGatesRecallWhereTanhGuesses() throws {
    var options = RecallOptions()
    options.words = 4
    options.hidden = 32
    options.learningRate = 0.003
    options.testSequences = 300
    let gated = try RecallTask.run(.lstm, distance: 15, options: options)
    #expect(gated.accuracy > 0.95)
    options.trainingSteps = gated.steps
    let plain = try RecallTask.run(.rnnTanh, distance: 15, options: options)
    #expect(plain.accuracy < 0.4)
  }

  @Test(
    .enabled(
      if: RealData.has("ptb/ptb.valid.txt"), "WORDTOOL_CORPORA names no folder with ptb"))
  func theNumbersOfThePennTreebank() throws {
    let path = RealData.path("ptb/ptb.valid.txt")
    let text = try NeuralText(counting: [path], unit: .word, maximumVocabulary: 300)
    var options = GradientFlowOptions()
    options.hidden = 64
    options.sequences = 10
    options.trainingSteps = 20
    let list = try GradientFlow.curves(
      of: GradientFlowCase.allCases, ids: text.ids(of: [path]), vocabulary: text.vocabulary,
      options: options)
    let curves = Dictionary(uniqueKeysWithValues: list.map { ($0.name, $0) })
    #expect(try #require(curves["rnn-tanh"]).decay > 1e8)
    #expect(try #require(curves["rnn-relu"]).decay > 1e3)
    #expect(try #require(curves["irnn"]).decay < 30)
    #expect(try #require(curves["gru"]).decay < 30)
    let lstm = try #require(curves["lstm"])
    #expect((0.1...30).contains(lstm.norms[5] / lstm.norms[50]))
    let cell = try #require(lstm.cellNorms)
    #expect(cell[0] / cell[49] < 30)
    // A step of the unclipped training is too long; the same network learns with clipping.
    options.trainingSteps = 40
    let explosion = try GradientFlow.explosion(
      ids: text.ids(of: [path]), vocabulary: text.vocabulary, options: options, learningRate: 1)
    let (free, kept) = (explosion.unclipped, explosion.clipped)
    #expect(free.hasDiverged && free.steps.count < 20)
    #expect(free.curve.norms[50] > 1e3 * free.curve.norms[0])
    #expect(try #require(free.curve.clippedNorms).allSatisfy { $0 < 2 * options.clipNorm })
    #expect(!kept.hasDiverged && kept.steps[39].loss < kept.steps[0].loss - 1)
    #expect(kept.curve.norms[50] < 1)
  }
}
