import BLASCore
import TestSupport
import Testing
import WordtoolCore
import Tokenize
import Word2Vec

/// What the trainers of word vectors give, to the last bit. A change here is deliberate, and CHANGELOG tells it.
@Suite("Pinned vectors") struct PinnedResultTests {
  /// Results by kernels and threads are one.
  static let cases:
    [(name: String, expected: PinnedResult, change: @Sendable (inout WordVectorOptions) -> Void)] =
      [
        (
          "the defaults",
          PinnedResult(
            "f38138247b5387db9f5afb3187cf919743179b4fb5a141ba936ec6be50e6e46f",
            [4.053860878076268, 4.056933728861081, 4.001310629470788]), { $0.dimension = 20 }
        ),
        (
          "wide windows, much noise",
          PinnedResult(
            "713b63b884c84cc14dd95f5ad9fc116ba72e105baeffd7fa418307e9c3870f66",
            [8.600159557073422, 3.6251169369532046, 3.6196868566604974]),
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
        (
          "windows of one size",
          PinnedResult(
            "99ccf3e23ce79f57246abb5a31d1f691f5be371bce4acde4ea2256ea820bfc0a",
            [4.057611674810924, 4.053845788314892, 4.001310494859275]),
          {
            $0.dimension = 20
            $0.isWindowFixed = true
          }
        ),
        (
          "a tree instead of noise",
          PinnedResult(
            "492b06baf838cb909648cd42b4fde1054178f31bb513edc14bb3d4d0a80d1edc",
            [3.5219370255478357, 3.597759112520132, 3.8424474614233217]),
          {
            $0.dimension = 20
            $0.hierarchicalSoftmax = true
            $0.negativeSamples = 0
          }
        ),
        (
          "a tree and noise",
          PinnedResult(
            "a22a0d5721df73a407b8ed371df777e04a46aa44ce4d7bae23e09cef4ae99cd8",
            [7.578636345140705, 7.62908388964378, 7.857472567655618]),
          {
            $0.dimension = 20
            $0.hierarchicalSoftmax = true
          }
        ),
        (
          "CBOW",
          PinnedResult(
            "baf3a5645d816f634dd92ece215d08c101756ff9cec262f47ae91163809e1359",
            [4.009128990694964, 4.049323196206721, 4.056941549943214]),
          {
            $0.model = .cbow
            $0.dimension = 36
          }
        ),
        (
          "CBOW with a tree",
          PinnedResult(
            "5b08febdb2ff736ab15c4eb11dad80c42b3ddf08a5adf3f7661d0cfdc4983411",
            [3.3887195494041813, 3.75254997831215, 3.7307630272601715]),
          {
            $0.model = .cbow
            $0.dimension = 20
            $0.hierarchicalSoftmax = true
            $0.negativeSamples = 0
          }
        ),
        (
          "CBOW with n-grams, a tree and noise",
          PinnedResult(
            "86bdfab8b3af6b11a16711cc99a4fe9989b7d1526f77c94310ea018314e2e12f",
            [7.397848540099148, 7.801846798582052, 7.787654807451426]),
          {
            $0.model = .cbow
            $0.dimension = 20
            $0.hierarchicalSoftmax = true
            $0.subwords = SubwordOptions()
          }
        ),
        (
          "n-grams",
          PinnedResult(
            "beedf44ff2c6e55244e8cd4889469ffdcf9c131741f3c02be49c1b3bb7cd1618",
            [4.07295584327088, 4.062569219025079, 4.086104711685755]),
          {
            $0.dimension = 20
            $0.subwords = SubwordOptions()
          }
        ),
        (
          "floret's table",
          PinnedResult(
            "2f0e5800d0bcb9943284cd879c593c952e0a0a2f41b5635974b7357d17f0cf91",
            [4.07295584327088, 4.06257775756851, 4.0861068173453265]),
          {
            $0.dimension = 20
            $0.subwords = SubwordOptions()
            $0.subwords?.hashCount = 2
            $0.subwords?.bucketCount = 500
          }
        ),
        (
          "CBOW with floret's table and a tree",
          PinnedResult(
            "a08840c2dde8937036eacd29d574867a0c449254501d017113986bfe7e1bd6f4",
            [7.397848540099148, 7.801865044939351, 7.787676348890276]),
          {
            $0.model = .cbow
            $0.dimension = 20
            $0.hierarchicalSoftmax = true
            $0.subwords = SubwordOptions()
            $0.subwords?.hashCount = 3
            $0.subwords?.bucketCount = 200
          }
        ),
        (
          "structured skip-gram",
          PinnedResult(
            "4020d466f64475c902854bf5f79b765e731ce0f49e928195ece9d87aba8d8b51",
            [4.046567494925197, 4.0320726053559035, 4.058419830202526]),
          {
            $0.model = .structuredSkipGram
            $0.dimension = 20
            $0.windowRadius = 3
          }
        ),
        (
          "CBOW with weights of positions",
          PinnedResult(
            "7c85e0b6aced29c26439ce743a8fe90321f41d01f5700269ddec9607081e3482",
            [4.009128990694964, 4.049323196204362, 4.0569415499355586]),
          {
            $0.model = .cbow
            $0.dimension = 36
            $0.weighsPositions = true
          }
        ),
        (
          "CBOW with n-grams and weights of positions",
          PinnedResult(
            "4b19454b3247f65bc8247e53484b67e1ae649d05412778c663bc028274f6d6e0",
            [4.009128990694964, 4.049300095538478, 4.056900490622801]),
          {
            $0.model = .cbow
            $0.dimension = 20
            $0.weighsPositions = true
            $0.subwords = SubwordOptions()
          }
        ),
      ]

  private static func run(
    _ options: WordVectorOptions, threads: Int, kernels: KernelTable, sentences: Int = 300
  ) throws -> PinnedResult {
    let text = PinnedText(sentences: sentences, words: 40, seed: 3)
    let ids: [Int32] = text.sentences.flatMap { sentence in sentence.map { Int32($0) } + [-1] }
    let counts = (0..<40).map { word in Int64(ids.count { $0 == word }) }
    let vocabulary = try Vocabulary(
      counts.enumerated().map { (word: "word" + String($0, radix: 2), count: $1) })
    let trainer = try WordVectorTrainer(options: options, vocabulary: vocabulary, kernels: kernels)
    try trainer.train(on: ids.span, threads: threads)
    var digest = SHA256()
    for rows in [trainer.vectors, trainer.contextVectors] {
      for row in 0..<rows.rowCount { digest.update(rows[row]) }
    }
    return PinnedResult(digest.hexadecimal, trainer.epochLosses)
  }

  @Test("word vectors", arguments: cases.indices)
  func wordVectors(number: Int) throws {
    let row = Self.cases[number]
    var options = WordVectorOptions()
    options.epochs = 3
    row.change(&options)
    for threads in [1, 2] {
      for kernels in KernelTable.available {
        let result = try Self.run(options, threads: threads, kernels: kernels)
        #expect(result == row.expected, "\(row.name), \(threads) threads, \(kernels.name)")
      }
    }
  }

  /// Of a text of some chunks for each replica.
  @Test("word vectors of replicas")
  func replicas() throws {
    var options = WordVectorOptions()
    options.dimension = 20
    options.epochs = 2
    options.replicas = 3
    var bags = options
    bags.model = .cbow
    bags.hierarchicalSoftmax = true
    bags.subwords = SubwordOptions()
    for (options, expected) in [
      (
        options,
        PinnedResult(
          "80593e10fad95db1760ea6c09b9cf3d0c7566843ffe53e92c176378323b848ed",
          [4.047929745537066, 4.076888888407253])
      ),
      (
        bags,
        PinnedResult(
          "6cb183a6070c48c064c349404656807526fc895bd904223a39f62dc62e9fae72",
          [7.56848520408799, 7.858625403233207])
      ),
    ] {
      for threads in [1, 2] {
        for kernels in KernelTable.available {
          let result = try Self.run(
            options, threads: threads, kernels: kernels, sentences: 4_000)
          #expect(result == expected, "\(options.model), \(threads) threads, \(kernels.name)")
        }
      }
    }
  }

  @Test("GloVe's vectors")
  func gloVe() throws {
    let expected = PinnedResult(
      "0753512fba1cbe4c7b5f7db00380af80f46f49d2b492df41877498440e8c2324",
      [0.10542158977462111, 0.048628506392512996, 0.0473188145350397])
    let text = PinnedText(sentences: 300, words: 40, seed: 3)
    let ids: [Int32] = text.sentences.flatMap { sentence in sentence.map { Int32($0) } + [-1] }
    let counts = (0..<40).map { word in Int64(ids.count { $0 == word }) }
    var options = GloVeOptions()
    options.dimension = 20
    options.epochs = 3
    options.weightExponent = 0.6
    for (threads, memory) in [(1, 1 << 30), (2, 1), (3, 1 << 30)] {
      for kernels in KernelTable.available {
        let trainer = try GloVeTrainer(options: options, counts: counts, kernels: kernels)
        trainer.memoryLimit = memory
        try trainer.train(on: ids.span, threads: threads)
        var digest = SHA256()
        digest.update(try GloVeTrainerTests.bits(trainer, counts).map(Float.init(bitPattern:)))
        let result = PinnedResult(digest.hexadecimal, trainer.epochLosses)
        #expect(result == expected, "\(threads) threads, \(kernels.name)")
      }
    }
  }
}
