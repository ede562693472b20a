import TestSupport
import Testing
import Tokenize
import Word2Vec
import WordtoolCore

/// Options of word vectors that are searched for.
@Suite struct WordVectorSearchTests {
  private static func corpus() throws -> TokenizedCorpus {
    let folder = ScratchFolder()
    // Two topics, so that vectors can be measured by which words stand together.
    let lines = (0..<600).map { number in
      let topic = number % 2 == 0 ? "a" : "b"
      return (0..<8).map { "\(topic)\((number * 7 + $0 * 3) % 11)" }.joined(separator: " ")
    }
    try folder.write(lines.joined(separator: "\n"), to: "text")
    return try CorpusReader(limits: VocabularyLimits(minimumCount: 1)).read([folder("text")])
  }

  private static func options() -> WordVectorOptions {
    var options = WordVectorOptions()
    options.dimension = 12
    options.epochs = 3
    options.subsampling = 0
    return options
  }

  /// How much nearer words of one topic are than those of two.
  private static func measure(_ vectors: WordVectors) throws -> Double? {
    func similarity(_ first: String, _ second: String) throws -> Double {
      Double(try vectors.similarity(first, second))
    }
    return try similarity("a1", "a2") + similarity("b1", "b2") - similarity("a1", "b1")
      - similarity("a2", "b2")
  }

  @Test func `a search is the same with any number of threads, and keeps within its work`() throws {
    let corpus = try Self.corpus()
    var search = WordVectorSearchOptions()
    search.work = 30
    var found: [[WordVectorTrial]] = []
    for threads in 1...2 {
      var told: [WordVectorTrial] = []
      var fractions: [Double] = []
      let (trainer, trials) = try WordVectorTrainer.search(
        on: corpus, options: Self.options(), search: search, threads: threads,
        measure: Self.measure, progress: { fractions.append($0.fraction) },
        trial: { told.append($0) })
      #expect(told == trials && trials.count > 3)
      #expect(fractions == fractions.sorted() && fractions.allSatisfy { $0 <= 1 })
      #expect(trials[0].options == Self.options() && trials[0].work == 1)
      #expect(trials.reduce(0) { $0 + $1.work } <= 30)
      #expect(trials.allSatisfy { $0.work <= 30 * 0.25 * 1.01 })
      let best = try #require(trials.last { $0.isBest })
      #expect(best.score == trials.compactMap(\.score).max())
      #expect(trainer.options == best.options)
      // What is given back stands at its end, and is what a training with these options gives.
      #expect(trainer.epochsDone(on: corpus) == Double(best.options.epochs))
      let again = try WordVectors.train(on: corpus, options: best.options, threads: 1)
      #expect(try Self.measure(again) == best.score)
      found.append(trials)
    }
    #expect(found[0] == found[1])
    #expect(Set(found[0].map(\.options.dimension)).count > 2)
    #expect(Set(found[0].map(\.options.windowRadius)).count > 2)
    search.seed = 2
    let other = try WordVectorTrainer.search(
      on: corpus, options: Self.options(), search: search, threads: 1, measure: Self.measure)
    #expect(other.trials.map(\.options) != found[0].map(\.options))
  }

  @Test func `options that are kept stay as they are`() throws {
    let corpus = try Self.corpus()
    var search = WordVectorSearchOptions()
    search.work = 8
    search.kept = [.dimension, .epochs, .subwords]
    let trials = try WordVectorTrainer.search(
      on: corpus, options: Self.options(), search: search, threads: 1, measure: Self.measure
    ).trials
    var same = trials.map(\.options)
    for place in same.indices { same[place].windowRadius = 5 }
    #expect(Set(same.map(\.dimension)) == [12] && same.allSatisfy { $0 == Self.options() })
    #expect(Set(trials.map(\.options.windowRadius)).count > 1)
  }

  @Test func `what cannot be is said`() throws {
    var search = WordVectorSearchOptions()
    for work in [1.9, 10_001, .nan] {
      search.work = work
      #expect(throws: WordtoolError.self) { try search.validate() }
    }
    search.work = 2
    try search.validate()
    let corpus = try Self.corpus()
    let error = #expect(throws: WordtoolError.self) {
      try WordVectorTrainer.search(
        on: corpus, options: Self.options(), search: search, threads: 1, measure: { _ in nil })
    }
    #expect(error?.kind == .badData)
    search.kept = Set(WordVectorSearchOptions.Parameter.allCases)
    #expect(throws: WordtoolError.self) { try search.validate() }
  }

  @Test func `a trial that diverges has no score, and the search goes on`() throws {
    let corpus = try Self.corpus()
    var (options, search) = (Self.options(), WordVectorSearchOptions())
    options.learningRate = .greatestFiniteMagnitude
    search.work = 3
    let error = #expect(throws: WordtoolError.self) {
      try WordVectorTrainer.search(
        on: corpus, options: options, search: search, threads: 1, measure: Self.measure)
    }
    #expect(error?.kind == .diverged)
  }

  @Test func `work is counted by what is multiplied`() {
    let base = WordVectorOptions()
    func work(_ change: (inout WordVectorOptions) -> Void) -> Double {
      var options = base
      change(&options)
      return options.work(against: base)
    }
    #expect(work { _ in } == 1)
    #expect(work { $0.epochs *= 3 } == 3)
    #expect(work { $0.dimension *= 2 } == 2)
    #expect(work { $0.windowRadius = 10 } > 1.7)
    #expect(work { $0.subwords = SubwordOptions() } > 1.1)
    #expect(work { $0.model = .cbow } < 0.5)
    #expect(work { $0.isWindowFixed = true } > 1.5)
  }
}
