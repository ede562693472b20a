import BLASCore
import TestSupport
import Testing
import Word2Vec
import WordtoolCore

/// Vocabularies of a few words, each of which stands in every window: nucleotides, parts of speech.
@Suite("Few words") struct FewWordsTests {
  /// A text in which word w is followed by w + 1 or w + 2, in lines of a length.
  private static func text(words: Int, length: Int, lineLength: Int) -> [Int32] {
    var random = SeededGenerator(seed: 4)
    var ids: [Int32] = []
    var word = 0
    for place in 0..<length {
      word = (word + 1 + Int.random(in: 0...1, using: &random)) % words
      ids.append(Int32(word))
      if (place + 1) % lineLength == 0 { ids.append(-1) }
    }
    return ids
  }

  private static func train(
    _ ids: [Int32], words: Int, _ change: (inout WordVectorOptions) -> Void = { _ in }
  ) throws -> WordVectorTrainer {
    var options = WordVectorOptions()
    options.dimension = 32
    options.subsampling = 0
    change(&options)
    let counts = (0..<words).map { word in Int64(ids.count { $0 == word }) }
    let trainer = try WordVectorTrainer(options: options, counts: counts)
    try trainer.train(on: ids.span, threads: 2)
    return trainer
  }

  private static func norms(_ trainer: WordVectorTrainer, words: Int) -> [Float] {
    (0..<words).map { row in
      trainer.vectors[row].reduce(0) { $0 + $1 * $1 }.squareRoot()
    }
  }

  @Test("do not diverge", arguments: [2, 3, 4, 5, 8, 11, 16], [20, 100, 100_000])
  func noDivergence(words: Int, lineLength: Int) throws {
    let ids = Self.text(words: words, length: 4000, lineLength: lineLength)
    let trainer = try Self.train(ids, words: words) { $0.epochs = 20 }
    #expect(trainer.epochLosses.allSatisfy { $0 < 4.2 }, "\(trainer.epochLosses)")
    #expect(Self.norms(trainer, words: words).allSatisfy { $0 < 10 })
  }

  @Test("nor with wide windows, much noise and twice the rate")
  func extremes() throws {
    let ids = Self.text(words: 8, length: 3000, lineLength: 100_000)
    for change: (inout WordVectorOptions) -> Void in [
      { $0.windowRadius = 10 }, { $0.learningRate = 0.05 },
      { $0.model = .structuredSkipGram },
      {
        $0.model = .cbow
        $0.weighsPositions = true
        $0.learningRate = 0.1
      },
      {
        $0.windowRadius = 100
        $0.negativeSamples = 64
      },
    ] {
      let trainer = try Self.train(ids, words: 8, change)
      #expect(Self.norms(trainer, words: 8).allSatisfy { $0 < 20 })
    }
  }

  @Test("get vectors in which words that stand alike are alike")
  func sense() throws {
    // 0 and 1 stand before 2 and 3, which stand before 4 and 5, and so on around.
    var random = SeededGenerator(seed: 9)
    let ids = (0..<10_000).map { place in
      Int32(place % 5 * 2 + Int.random(in: 0...1, using: &random))
    }
    let trainer = try Self.train(ids, words: 10) {
      $0.windowRadius = 1
      $0.learningRate = 0.1
      $0.epochs = 10
    }
    func cosine(_ a: Int, _ b: Int) -> Float {
      let (x, y) = (trainer.vectors[a], trainer.vectors[b])
      let product = zip(x, y).reduce(0) { $0 + $1.0 * $1.1 }
      let lengths = [x, y].map { $0.reduce(0) { $0 + $1 * $1 }.squareRoot() }
      return product / (lengths[0] * lengths[1])
    }
    for first in stride(from: 0, to: 10, by: 2) {
      for other in 0..<10 where other / 2 != first / 2 {
        #expect(cosine(first, first + 1) > cosine(first, other) + 0.1, "\(first), \(other)")
      }
    }
  }

  @Test("a rate that is too large still says so, with the epoch it happened in")
  func tooFast() throws {
    let ids = Self.text(words: 40, length: 40_000, lineLength: 30)
    let error = #expect(throws: WordtoolError.self) {
      _ = try Self.train(ids, words: 40) {
        $0.learningRate = 100
        $0.epochs = 1
      }
    }
    #expect(error?.kind == .diverged)
    #expect(error?.found.hasSuffix("in epoch 1") == true, "\(error?.description ?? "")")
    #expect(error?.expected != nil && error?.remedy == "try half the `learningRate`")
  }

  /// Lines in which one word comes back again and again, as in lists: wide windows have many pairs of it.
  @Test(arguments: [5, 15, 20])
  func `a word that is said again and again does not overshoot`(window: Int) throws {
    var random = SeededGenerator(seed: 1)
    var ids: [Int32] = []
    func word() -> Int32 { Int32.random(in: 0..<400, using: &random) }
    for _ in 0..<40 {
      for _ in 0..<150 { ids.append(word()) }
      let again = word()
      for _ in 0..<60 { ids += [again, word()] }
      ids.append(-1)
    }
    let trainer = try Self.train(ids, words: 400) {
      $0.dimension = 16
      $0.windowRadius = window
    }
    // Less than that of guessing, whatever came between.
    let losses = trainer.epochLosses
    #expect((losses.last ?? .infinity) < 4.1 && losses.allSatisfy { $0 < 20 }, "\(losses)")
  }
}
