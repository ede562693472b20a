import Libc
import SeqModels
import Testing
import TestSupport
import Tokenize
import WordtoolCore

@Suite struct MixtureTests {
  private let ngram: NGramModel
  /// The tokens of the n-gram model in another order, without <s>.
  private let table = TableModel(seed: 2)

  init() throws {
    ngram = try NGramTests.train("c c b a\nb c\nc a b c\n", order: 2)
  }

  @Test func probabilitiesAreWeightedMeansWhateverTheNumbers() throws {
    let mixture = try MixtureModel([ngram, table], weights: [3, 1])
    #expect(mixture.weights == [0.75, 0.25] && mixture.tokenCount == 6)
    var walker = LanguageModelWalker(mixture)
    var (mixed, first, second): ([Double], [Double], [Double]) = ([], [], [])
    var (one, two) = (LanguageModelWalker(ngram), LanguageModelWalker(table))
    for token in ["a", "c", "<unk>", "</s>", "b"] {
      walker.fillLogProbabilities(&mixed)
      one.fillLogProbabilities(&first)
      two.fillLogProbabilities(&second)
      var worst = abs(mixed.reduce(0) { $0 + exp($1) } - 1)
      for name in table.tokens {
        let (a, b) = (try #require(ngram.id(of: name)), try #require(table.id(of: name)))
        let expected = log(0.75 * exp(first[Int(a)]) + 0.25 * exp(second[Int(b)]))
        worst = max(worst, abs(mixed[Int(a)] - expected))
      }
      #expect(worst < 1e-6 && mixed[Int(ngram.beginID)] == -.infinity)
      let (a, b) = (try #require(ngram.id(of: token)), try #require(table.id(of: token)))
      walker.advance(with: a)
      one.advance(with: a)
      two.advance(with: b)
    }
  }

  @Test func aTextIsWorthTheMeanOfItsModels() throws {
    let folder = ScratchFolder()
    let path = try folder.write("a b c\nzz c\n", to: "text")
    let mixture = try MixtureModel([ngram, table], weights: [0.5, 0.5])
    let text = try TokenizedText([path], for: mixture)
    let parts = try mixture.componentLogProbabilities(of: text.ids)
    #expect(parts[0] == (try ngram.logProbabilities(of: text.ids, stop: StopFlag())))
    let others = try TokenizedText([path], for: table)
    #expect(parts[1] == (try table.logProbabilities(of: others.ids, stop: StopFlag())))
    let values = try mixture.logProbabilities(of: text.ids, stop: StopFlag())
    var walker = LanguageModelWalker(mixture)
    var all: [Double] = []
    for (place, id) in text.ids.enumerated() {
      walker.fillLogProbabilities(&all)
      #expect(abs(values[place] - all[Int(id)]) < 1e-6)
      walker.advance(with: id)
    }
    let alone = try MixtureModel([ngram])
    #expect(try alone.logProbabilities(of: text.ids, stop: StopFlag()) == parts[0])
    let unweighted = try MixtureModel([ngram, table], weights: [1, 0])
    #expect(try unweighted.perplexity(of: [path]) == (try ngram.perplexity(of: [path])))
  }

  @Test func tuningFindsTheLikeliestWeights() throws {
    let folder = ScratchFolder()
    let path = try folder.write("c b a\nb c\na a b\nc c\nb a\n", to: "text")
    let mixture = try MixtureModel([ngram, table])
    let tuning = try mixture.tuned(on: [path])
    let best = try tuning.mixture.perplexity(of: [path]).perplexity
    #expect(abs(tuning.report.perplexity - best) < 1e-9 && tuning.iterationCount > 1)
    #expect(abs(tuning.mixture.weights.reduce(0, +) - 1) < 1e-12)
    for step in 0...20 {
      let share = Double(step) / 20
      let other = try MixtureModel([ngram, table], weights: [share, 1 - share])
      #expect(try other.perplexity(of: [path]).perplexity >= best - 1e-6)
    }
    // Two of the same are worth what one is, and the weights stay where the search began.
    let twice = try MixtureModel([table, table]).tuned(on: [path])
    #expect(twice.mixture.weights == [0.5, 0.5])
  }

  @Test func modelsThatDoNotMatchAreRefused() throws {
    var fewer = table
    fewer.tokens[4] = "d"
    var characters = table
    characters.unit = .char
    var words = table
    words.readingRule = .words
    var older = table
    older.readingRule.icuVersion = "60.1"
    older.readingRule.boundaries = .icu
    var oldWords = words
    oldWords.readingRule.boundaries = .icu
    let longer = try NGramTests.train("c b a\nb zz\n", order: 2)
    for (models, message) in [
      ([table, fewer], "two.lm: a vocabulary of 5 tokens without 'c', expected the 5 of one.lm"),
      ([ngram, longer], "two.lm: a vocabulary of 6 tokens with 'zz', expected the 5 of one.lm"),
      ([longer, ngram], "two.lm: a vocabulary of 5 tokens without 'zz'"),
      ([table, characters], "two.lm: a model of characters, expected one of words"),
      ([table, words], "another rule (words, annex29-1)"),
      ([words, oldWords], "(words, icu), expected the rule of one.lm (words, annex29-1)"),
    ] as [([any LanguageModel], String)] {
      let error = #expect(throws: WordtoolError.self) {
        try MixtureModel(models, names: ["one.lm", "two.lm"])
      }
      #expect(error?.kind == .badData)
      #expect(error?.description.contains(message) == true, "\(error?.description ?? "")")
    }
    #expect(throws: Never.self) { try MixtureModel([table, older]) }
    for weights in [[1.0], [0, 0], [-1, 2], [.nan, 1], [.infinity, 1]] {
      let error = #expect(throws: WordtoolError.self) {
        try MixtureModel([table, table], weights: weights)
      }
      #expect(error?.kind == .usage)
    }
  }

  @Test func mixturesWriteText() throws {
    let mixture = try MixtureModel([ngram, table])
    let text = try mixture.generate(length: 60)
    let again = try mixture.generate(length: 60)
    #expect(text.tokenCount == 60 && text == again)
    let beam = try mixture.beamSearch(length: 5, width: 3)
    #expect(beam.count == 1 && beam[0].tokenCount == 5)
  }
}
