import Libc
import Networks
import SeqModels
import Testing
import TestSupport
import WordtoolCore

@Suite struct NeuralFrameTests {
  private let folder = ScratchFolder()
  private let text: String

  init() throws {
    let sentences = NGramTests.sentences(60, seed: 12)
    text = try folder.write(
      sentences.map { $0.joined(separator: " ") + "\n" }.joined(), to: "text")
  }

  private func model(_ kind: NeuralOptions.Kind, unit: TextUnit = .word) throws
    -> NeuralLanguageModel
  {
    let counted = try NeuralText(counting: [text], unit: unit)
    var options = NeuralOptions()
    options.kind = kind
    options.unit = unit
    options.recurrent.hidden = 6
    options.embedding = 6
    var training = NeuralTrainingOptions()
    training.epochs = 1
    training.batch = 4
    return try NeuralTrainer(
      options, training: training, vocabulary: counted.vocabulary, ids: counted.ids(of: [text]),
      validIDs: [], embeddings: [:], threads: 1
    ).train()
  }

  @Test(arguments: NeuralOptions.Kind.allCases, TextUnit.allCases)
  func aWalkSaysWhatTheWholeTextDoes(_ kind: NeuralOptions.Kind, _ unit: TextUnit) throws {
    let model = try model(kind, unit: unit)
    try model.write(to: folder("m"))
    let read = try LanguageModelFile.load(folder("m"))
    #expect(read is NeuralLanguageModel && read.unit == unit)
    #expect(read.tokenCount == model.tokenCount)
    let part = try folder.write("w0 w1 zz\n\nw2 w0\n", to: "part")
    let tokens = try TokenizedText([part], for: model)
    let values = try model.logProbabilities(of: tokens.ids, stop: StopFlag())
    #expect(try read.logProbabilities(of: tokens.ids, stop: StopFlag()) == values)
    var walker = LanguageModelWalker(read)
    // A copy that goes elsewhere changes nothing for the other.
    var other = walker
    var all: [Double] = []
    var worst = 0.0
    for (id, value) in zip(tokens.ids, values) {
      walker.fillLogProbabilities(&all)
      worst = max(worst, abs(all[Int(id)] - value))
      worst = max(worst, abs(all.reduce(0) { $0 + exp($1) } - 1))
      walker.advance(with: id)
      other.advance(with: model.unknownID)
    }
    // Single precision, and products of one row and of many.
    #expect(worst < 1e-4, "\(worst)")
    let perplexity = exp(-values.reduce(0, +) / Double(values.count))
    #expect(abs(try model.perplexity(of: [part]).perplexity / perplexity - 1) < 1e-9)
    let drawn = try model.generate(prompt: "w0", length: 20)
    #expect(drawn.tokenCount == 20)
    #expect(try read.generate(prompt: "w0", length: 20) == drawn)
    #expect(try model.beamSearch(prompt: "w0", length: 5, width: 3)[0].tokenCount == 5)
  }

  @Test(arguments: TextUnit.allCases)
  func networksAndNGramsOfOneTextMatch(_ unit: TextUnit) throws {
    let network = try model(.recurrent, unit: unit)
    var options = NGramOptions()
    options.order = 3
    options.unit = unit
    let ngram = try NGramModel.train(on: [text], options: options)
    #expect(ngram.tokenCount == network.tokenCount + 1)
    let tuned = try MixtureModel([network, ngram]).tuned(on: [text])
    let turned = try MixtureModel([ngram, network], weights: tuned.mixture.weights.reversed())
    let perplexity = try turned.perplexity(of: [text]).perplexity
    #expect(abs(perplexity / tuned.report.perplexity - 1) < 1e-9)
    for model in [network, ngram] as [any LanguageModel] {
      #expect(try model.perplexity(of: [text]).perplexity >= tuned.report.perplexity - 1e-6)
    }
    options.minimumCount = 5
    let fewer = try NGramModel.train(on: [text], options: options)
    if fewer.tokenCount < ngram.tokenCount {
      let error = #expect(throws: WordtoolError.self) { try MixtureModel([network, fewer]) }
      #expect(error?.kind == .badData)
    }
  }
}
