import SeqModels
import Testing
import TestSupport
import WordtoolCore

/// Texts that are measured piece by piece, as ``LanguageModel/perplexity(of:isStrict:encoding:stop:)`` does.
@Suite struct PerplexityPieceTests {
  private let folder = ScratchFolder()
  private let learnt: String
  private let text: String

  init() throws {
    func lines(_ count: Int, seed: UInt64, words: Int) -> String {
      NGramTests.sentences(count, seed: seed, words: words)
        .map { $0.joined(separator: " ") + "\n" }.joined()
    }
    learnt = try folder.write(lines(120, seed: 3, words: 12), to: "learnt")
    let other = lines(300, seed: 9, words: 14)
    // A sentence that is longer than most pieces.
    text = try folder.write(other + other.replacing("\n", with: " ") + "\n" + other, to: "text")
  }

  private func whole(_ model: some LanguageModel) throws -> PerplexityReport {
    let text = try TokenizedText([text], for: model)
    return try PerplexityReport(
      of: text, logProbabilities: model.logProbabilities(of: text.ids, stop: StopFlag()),
      unknownID: model.unknownID)
  }

  @Test(arguments: [1, 2, 4], TextUnit.allCases)
  func piecesOfAnyLengthGiveTheBitsOfTheWhole(_ order: Int, _ unit: TextUnit) throws {
    var options = NGramOptions()
    options.order = order
    options.unit = unit
    let model = try NGramModel.train(on: [learnt], options: options)
    try model.write(to: folder("m"), format: .safetensors)
    let expected = try whole(model)
    #expect(expected.tokenCount > 1800 && (expected.unknownCount > 0) == (unit == .word))
    #expect(try model.perplexity(of: [text]) == expected)
    for threads in [1, 3] {
      let mapped = try LanguageModelFile.load(folder("m"), threads: threads)
      for length in [1, 2, 7, 1000, 100_000] {
        let report = try mapped.perplexity(of: [text], pieceLength: length)
        #expect(report == expected, "\(length) tokens by \(threads) threads")
      }
    }
  }

  @Test func aModelWithNothingOfItsOwnIsMeasuredInPieces() throws {
    let model = TableModel(seed: 4)
    let expected = try whole(model)
    for length in [1, 5, 4096] {
      #expect(try model.perplexity(of: [text], pieceLength: length) == expected)
    }
  }

  @Test(arguments: NeuralOptions.Kind.allCases)
  func networksCarryTheirStateFromPieceToPiece(_ kind: NeuralOptions.Kind) throws {
    let counted = try NeuralText(counting: [learnt], unit: .word)
    var options = NeuralOptions()
    options.kind = kind
    options.recurrent.hidden = 6
    options.embedding = 6
    var training = NeuralTrainingOptions()
    training.epochs = 1
    training.batch = 4
    let network = try NeuralTrainer(
      options, training: training, vocabulary: counted.vocabulary, ids: counted.ids, threads: 1
    ).train()
    let expected = try whole(network)
    for length in [256, 1024, 1 << 20] {
      #expect(try network.perplexity(of: [text], pieceLength: length) == expected, "\(length)")
    }
    // Products of other sizes round otherwise, and no more than that.
    let odd = try network.perplexity(of: [text], pieceLength: 100)
    #expect(abs(odd.perplexity / expected.perplexity - 1) < 1e-5)

    let counts = try NGramModel.train(on: [learnt])
    let mixture = try MixtureModel([network, counts], weights: [1, 3])
    let mixed = try whole(mixture)
    #expect(try mixture.perplexity(of: [text], pieceLength: 512) == mixed)
    var seen: [Int32] = []
    var values: [Double] = []
    let measured = try mixture.measure([text]) { ids, logs in
      seen += ids
      values += logs
    }
    #expect(measured.mixture == mixed)
    #expect(try measured.models == [expected, whole(counts)])
    let tokens = try TokenizedText([text], for: mixture).ids
    #expect(seen == tokens)
    #expect(try mixture.logProbabilities(of: tokens, stop: StopFlag()) == values)
  }

  @Test func aTextThatEndsInsideOfASentenceGoesOn() throws {
    let model = try NGramTests.train("a b c d\nb c a\n", order: 3)
    let ids = try ["a", "b", "c", "d"].map { try #require(model.id(of: $0)) }
    let expected = try model.logProbabilities(of: ids + [model.endID] + ids, stop: StopFlag())
    var scorer = try model.makeTextScorer()
    var values: [Double] = []
    for part in [Array(ids[..<2]), [], Array(ids[2...]) + [model.endID], ids] {
      values += try scorer.logProbabilities(ofNext: part, stop: StopFlag())
    }
    #expect(values == expected)
  }
}
