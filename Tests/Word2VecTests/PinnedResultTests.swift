import BLASCore
import TestSupport
import Testing
import Word2Vec

/// What skip-gram gives, to the last bit. A change here is deliberate, and CHANGELOG tells it.
@Suite("Pinned vectors") struct PinnedResultTests {
  /// Results by kernels and threads are one.
  static let cases:
    [(name: String, expected: PinnedResult, change: @Sendable (inout SkipGramOptions) -> Void)] = [
      (
        "the defaults",
        PinnedResult(
          "f38138247b5387db9f5afb3187cf919743179b4fb5a141ba936ec6be50e6e46f",
          [4.053860878076268, 4.056933728861081, 4.001310629470788]), { $0.dimension = 20 }
      ),
      (
        "wide windows, much noise",
        PinnedResult(
          "c57d7e8cafe453e4e32ac2e5b8504f57f90639b6fae8e9944bdc8c7a4aec6446",
          [8.616694144921743, 3.586824176240448, 3.5486419241664926]),
        {
          $0.dimension = 50
          $0.windowRadius = 8
          $0.negativeSamples = 12
          $0.subsampling = 0.01
          $0.seed = 5
        }
      ),
      (
        "noise by another exponent",
        PinnedResult(
          "61e2234ab8916d094db5418426ca5ee5e19ad92c463b79f8fd64a4a70bf31d71",
          [4.042191734804807, 4.038409905220382, 4.0275661215600485]),
        {
          $0.dimension = 20
          $0.noiseExponent = 0.6
        }
      ),
    ]

  private static func run(
    _ options: SkipGramOptions, threads: Int, kernels: KernelTable
  ) throws -> PinnedResult {
    let text = PinnedText(sentences: 300, words: 40, seed: 3)
    let ids: [Int32] = text.sentences.flatMap { sentence in sentence.map { Int32($0) } + [-1] }
    let counts = (0..<40).map { word in Int64(ids.count { $0 == word }) }
    let trainer = try SkipGramTrainer(options: options, counts: counts, kernels: kernels)
    try trainer.train(on: ids.span, threads: threads)
    var digest = SHA256()
    for rows in [trainer.vectors, trainer.contextVectors] {
      for row in 0..<rows.rowCount { digest.update(rows[row]) }
    }
    return PinnedResult(digest.hexadecimal, trainer.epochLosses)
  }

  @Test("skip-gram", arguments: cases.indices)
  func skipGram(number: Int) throws {
    let row = Self.cases[number]
    var options = SkipGramOptions()
    options.epochs = 3
    row.change(&options)
    for threads in [1, 2] {
      for kernels in KernelTable.available {
        let result = try Self.run(options, threads: threads, kernels: kernels)
        #expect(result == row.expected, "\(row.name), \(threads) threads, \(kernels.name)")
      }
    }
  }
}
