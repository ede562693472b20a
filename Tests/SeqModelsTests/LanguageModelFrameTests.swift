import Libc
import SeqModels
import Testing
import TestSupport
import WordtoolCore

@Suite struct LanguageModelFrameTests {
  @Test func anNGramModelSaysTheSameInEveryWay() throws {
    let sentences = NGramTests.sentences(150, seed: 6)
    let text = sentences.map { $0.joined(separator: " ") + "\n" }.joined()
    let model = try NGramTests.train(text)
    let folder = ScratchFolder()
    let path = try folder.write("w0 w1 w2\nzz w3\n\nw0\n", to: "text")
    let tokens = try TokenizedText([path], for: model)
    #expect(tokens.tokenCount == 6 && tokens.sentenceCount == 3 && tokens.unknownCount == 1)
    #expect(tokens.ids.count == 9 && tokens.ids.filter { $0 == model.endID }.count == 3)
    let values = try model.logProbabilities(of: tokens.ids, stop: StopFlag())
    var walker = LanguageModelWalker(model)
    var all: [Double] = []
    var worst = 0.0
    for (id, value) in zip(tokens.ids, values) {
      walker.fillLogProbabilities(&all)
      worst = max(worst, abs(all[Int(id)] - value))
      worst = max(worst, abs(all.reduce(0) { $0 + exp($1) } - 1))
      #expect(all[Int(model.beginID)] == -.infinity)
      walker.advance(with: id)
    }
    // Sums of single precision logarithms, and a sum of probabilities that are rounded to it.
    #expect(worst < 1e-5, "\(worst)")
    let report = try model.perplexity(of: [path])
    #expect(abs(report.perplexity - exp(-values.reduce(0, +) / 9)) < 1e-9)
    let known = zip(tokens.ids, values).reduce(0) { $0 + ($1.0 == model.unknownID ? 0 : $1.1) }
    #expect(abs(report.perplexityWithoutUnknown - exp(-known / 8)) < 1e-9)
  }

  @Test func aCopyOfAWalkerGoesItsOwnWay() {
    let model = TableModel(seed: 3)
    var first = LanguageModelWalker(model)
    first.advance(with: 2)
    var second = first
    second.advance(with: 4)
    var (a, b): ([Double], [Double]) = ([], [])
    first.fillLogProbabilities(&a)
    second.fillLogProbabilities(&b)
    #expect(a == model.rows[2].map { log($0) } && b == model.rows[4].map { log($0) })
  }

  @Test func whatTheProtocolDoesByItself() throws {
    let model = TableModel(seed: 5)
    let values = try model.logProbabilities(of: [2, 3, 1, 0], stop: StopFlag())
    let expected = [(1, 2), (2, 3), (3, 1), (1, 0)].map { log(model.rows[$0.0][$0.1]) }
    #expect(values == expected && model.beginOfSentenceID == nil)
    #expect(try model.unknownTokens(in: "a x b\nx y") == ["x", "y"])
    let flag = StopFlag()
    flag.raise()
    let error = #expect(throws: WordtoolError.self) {
      try model.logProbabilities(of: [2], stop: flag)
    }
    #expect(error?.kind == .interrupted)
  }

  @Test func filesAreKnownByTheirContent() throws {
    let folder = ScratchFolder()
    let model = try NGramTests.train("a b\nb a c\n", order: 2)
    try model.write(to: folder("m.safetensors"))
    #expect(try LanguageModelFile.load(folder("m.safetensors")) is NGramModel)
    let zipped = try folder.write(Gzip.stored(folder.bytes(of: "m.safetensors")), to: "z")
    #expect(try LanguageModelFile.load(zipped).tokenCount == 6)
    for (bytes, kind) in [
      ([], WordtoolError.Kind.badData), ([8, 0, 0, 0, 0, 0, 0, 0, 0x7B], .badData),
      (Array("words".utf8), .badData),
    ] {
      let path = try folder.write(bytes, to: "bad")
      let error = #expect(throws: WordtoolError.self) { try LanguageModelFile.load(path) }
      #expect(error?.kind == kind && error?.path == path)
    }
    let error = #expect(throws: WordtoolError.self) { try LanguageModelFile.load(folder("none")) }
    #expect(error?.kind == .noSuchInput)
  }

  @Test func textsWithoutTokensAndOfOneToken() throws {
    let folder = ScratchFolder()
    let model = TableModel(seed: 1)
    for text in ["", "\n\n", " \n"] {
      let path = try folder.write(text, to: "text")
      let error = #expect(throws: WordtoolError.self) { try model.perplexity(of: [path]) }
      #expect(error?.kind == .badData && error?.found == "a text without tokens")
    }
    let report = try model.perplexity(of: [folder.write("a", to: "text")])
    let product = model.rows[1][2] * model.rows[2][1]
    #expect(abs(report.perplexity - pow(product, -0.5)) < 1e-12)
    #expect(report.tokenCount == 1 && report.sentenceCount == 1 && report.characterCount == 2)
  }

  @Test func rankingIsThatOfASort() {
    var source = SeededGenerator(seed: 8)
    var ranking = Ranking()
    for size in [1, 2, 3, 7, 33, 500] {
      for _ in 0..<40 {
        let scores = (0..<size).map { _ in
          switch Int.random(in: 0..<10, using: &source) {
          case 0: -Double.infinity
          case 1: Double.nan
          default: Double(Int.random(in: 0..<max(2, size / 2), using: &source))
          }
        }
        let sorted = scores.indices.filter { scores[$0] > -.infinity }.sorted {
          scores[$0] != scores[$1] ? scores[$0] > scores[$1] : $0 < $1
        }.map { Int32($0) }
        let count = Int.random(in: 1...size, using: &source)
        ranking.rank(scores, first: count)
        let isSame = ranking.places == Array(sorted.prefix(count))
        #expect(isSame && Ranking.first(of: scores).map { Int32($0) } == sorted.first)
      }
    }
  }
}
