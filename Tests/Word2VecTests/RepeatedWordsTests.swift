import BLASCore
import Testing
import Tokenize
import Word2Vec
import WordtoolCore

/// Texts of many words in which a few come again and again, as in lists, tables, logs and songs.
@Suite("Words that come again and again") struct RepeatedWordsTests {
  /// Lines of words that are used evenly, amid each of which the words of `burst` stand.
  private static func text(
    lines: Int, others: Int, otherWords: Int, burst: (Int) -> [Int32]
  ) -> [Int32] {
    var ids: [Int32] = []
    for line in 0..<lines {
      for place in 0..<others {
        if place == others / 2 { ids += burst(line) }
        let mixed = place * place * 7919 + line * line * 104_729 + place * line * 31
        ids.append(Int32(10 + mixed % otherWords))
      }
      ids.append(-1)
    }
    return ids
  }

  /// One of three words, 80 times in a row.
  private static let runs = text(lines: 40, others: 60, otherWords: 199) { line in
    [Int32](repeating: Int32(line % 3), count: 80)
  }

  /// Three words by turns, 20 times each.
  private static let turns = text(lines: 20, others: 800, otherWords: 3999) { _ in
    (0..<60).map { Int32($0 % 3) }
  }

  private static func train(
    on ids: [Int32], _ change: (inout WordVectorOptions) -> Void
  ) throws -> WordVectorTrainer {
    var options = WordVectorOptions()
    (options.dimension, options.epochs, options.subsampling) = (32, 5, 0)
    change(&options)
    let words = Int(ids.max() ?? 0) + 1
    var counts = [Int64](repeating: 0, count: words)
    for id in ids where id >= 0 { counts[Int(id)] += 1 }
    let vocabulary = try Vocabulary(
      counts.enumerated().map { (word: "word\($0)", count: max(1, $1)) })
    let order = Dictionary(
      uniqueKeysWithValues: vocabulary.words.enumerated().map { ($1, Int32($0)) })
    let ranked = ids.map { $0 < 0 ? $0 : order["word\($0)"] ?? -1 }
    let trainer = try WordVectorTrainer(options: options, vocabulary: vocabulary)
    try trainer.train(on: ranked.span, threads: 2)
    return trainer
  }

  @Test func `runs of one word do not overshoot with n-grams`() throws {
    let trainer = try Self.train(on: Self.runs) {
      $0.subwords = SubwordOptions()
      $0.subwords?.bucketCount = 4096
      $0.learningRate = 0.1
    }
    #expect(trainer.epochLosses.allSatisfy { $0 < 4.2 }, "\(trainer.epochLosses)")
  }

  @Test func `nor down a tree`() throws {
    let trainer = try Self.train(on: Self.runs) {
      $0.hierarchicalSoftmax = true
      $0.negativeSamples = 0
      $0.epochs = 10
    }
    #expect(trainer.epochLosses.allSatisfy { $0 < 8 }, "\(trainer.epochLosses)")
  }

  @Test func `nor by positions`() throws {
    let trainer = try Self.train(on: Self.runs) {
      $0.model = .structuredSkipGram
      $0.learningRate = 0.1
    }
    #expect(trainer.epochLosses.allSatisfy { $0 < 4.2 }, "\(trainer.epochLosses)")
  }

  @Test(arguments: [1, 20, 100])
  func `words that share few rows of n-grams do not overshoot`(bucketCount: Int) throws {
    let trainer = try Self.train(on: Self.turns) {
      $0.subwords = SubwordOptions()
      $0.subwords?.bucketCount = bucketCount
    }
    #expect(trainer.epochLosses.allSatisfy { $0 < 4.3 }, "\(trainer.epochLosses)")
  }

  @Test(arguments: [5, 15])
  func `words by turns do not overshoot`(window: Int) throws {
    let trainer = try Self.train(on: Self.turns) {
      $0.learningRate = 0.05
      $0.windowRadius = window
    }
    #expect(trainer.epochLosses.allSatisfy { $0 < 4.2 }, "\(trainer.epochLosses)")
  }
}
