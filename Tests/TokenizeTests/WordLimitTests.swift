import Testing
import TestSupport
import Tokenize
import WordtoolCore

/// Words that are counted in bounded memory: tables put aside, and merged.
@Suite struct WordLimitTests {
  private let folder = ScratchFolder()

  /// Words of which few are frequent and many occur once, some longer than a reader's buffer, and some
  /// that differ in their last byte alone; with empty lines.
  private func text(tokens: Int, seed: UInt64) -> String {
    var random = SeededGenerator(seed: seed)
    return (0..<tokens).map { place in
      let word =
        switch Int.random(in: 0..<10, using: &random) {
        case 0..<5: "w\(Int.random(in: 0..<40, using: &random))"
        case 5..<7: "commonbeginning\(Int.random(in: 0..<300, using: &random))"
        case 7: "é東\(Int.random(in: 0..<50, using: &random))"
        case 8: "rare\(place)"
        default:
          place % 97 == 0 ? String(repeating: "long", count: 1500 + place % 3) : "a"
        }
      let end = Int.random(in: 0..<30, using: &random)
      return word + (end == 0 ? "\n" : end == 1 ? "\n\n" : " ")
    }.joined()
  }

  private func reader(
    threads: Int, pieceSize: Int, tableLimit: Int?, memoryLimit: Int = .max,
    limits: VocabularyLimits = VocabularyLimits(minimumCount: 1)
  ) -> CorpusReader {
    var reader = CorpusReader(
      rule: .whitespace, limits: limits, threads: threads, memoryLimit: memoryLimit,
      temporaryFolder: folder.path)
    reader.pieceSize = pieceSize
    reader.tableLimit = tableLimit
    return reader
  }

  @Test(arguments: [
    VocabularyLimits(minimumCount: 1), VocabularyLimits(minimumCount: 3),
    VocabularyLimits(minimumCount: 2, maximumSize: 25), VocabularyLimits(minimumCount: 0),
  ])
  func tablesThatWerePutAsideGiveTheSame(_ limits: VocabularyLimits) throws {
    let path = try folder.write(text(tokens: 6000, seed: 2), to: "text")
    let expected = try reader(
      threads: 1, pieceSize: 1 << 20, tableLimit: nil, limits: limits
    ).read([path])
    for threads in [1, 2, 3] {
      // After every piece, after some, and not before the end.
      for (pieceSize, tableLimit) in [(300, 0), (700, 30_000), (5000, 0), (1 << 20, 0)] {
        for memory in [Int.max, 4000, 0] {
          let corpus = try reader(
            threads: threads, pieceSize: pieceSize, tableLimit: tableLimit, memoryLimit: memory,
            limits: limits
          ).read([path])
          let place = "\(threads) threads, \(pieceSize), tables of \(tableLimit), \(memory)"
          #expect(corpus.vocabulary == expected.vocabulary, "\(place)")
          #expect(corpus.ids.array == expected.ids.array, "\(place)")
          #expect(corpus.statistics == expected.statistics, "\(place)")
          #expect(corpus.ids.isFile == (memory < .max), "\(place)")
          #expect(corpus.ids.residentByteCount == (memory < .max ? 0 : 4 * corpus.ids.count))
        }
      }
    }
  }

  @Test func emptyLinesStayWhereTheyAreKept() throws {
    let path = try folder.write(text(tokens: 800, seed: 5), to: "text")
    func ids(_ tableLimit: Int?) throws -> [Int32] {
      var reader = reader(threads: 2, pieceSize: 200, tableLimit: tableLimit)
      reader.keepsEmptyLines = true
      return try reader.read([path]).ids.array
    }
    #expect(try ids(0) == ids(nil))
  }

  @Test func aStreamIsReadOnce() throws {
    let text = text(tokens: 2000, seed: 8)
    let path = try folder.write(text, to: "text")
    let packed = try folder.write(Gzip.stored(Array(text.utf8)), to: "text.gz")
    let limited = reader(threads: 2, pieceSize: 500, tableLimit: 0, memoryLimit: 0)
    let expected = try reader(threads: 1, pieceSize: 1 << 20, tableLimit: nil).read([path])
    let corpus = try limited.read([packed])
    #expect(corpus.vocabulary == expected.vocabulary && corpus.ids.array == expected.ids.array)
  }

  @Test func wordsThatDoNotFitAreToldWithFigures() throws {
    let path = try folder.write(text(tokens: 6000, seed: 2), to: "text")
    var small = reader(threads: 2, pieceSize: 300, tableLimit: nil)
    small.wordLimit = 20_000
    let error = #expect(throws: WordtoolError.self) { try small.read([path]) }
    #expect(error?.kind == .unavailable && error?.path == path)
    #expect(error?.expected == "at most 20.0 kB for words")
    #expect(error?.remedy?.contains("`minimumCount`") == true)
    // Of the frequent ones there are few.
    small.limits.minimumCount = 20
    let corpus = try small.read([path])
    #expect(corpus.vocabulary.count > 40 && corpus.vocabulary.count < 200)
    small.limits.minimumCount = 1_000_000
    let none = #expect(throws: WordtoolError.self) { try small.read([path]) }
    let usual = #expect(throws: WordtoolError.self) {
      try reader(
        threads: 1, pieceSize: 300, tableLimit: nil,
        limits: VocabularyLimits(minimumCount: 1_000_000)
      ).read([path])
    }
    #expect(none?.description == usual?.description && none != nil)
  }

  @Test func filesThatCannotBeMadeAreTold() throws {
    let path = try folder.write("a b c\n", to: "text")
    var nowhere = reader(threads: 1, pieceSize: 100, tableLimit: 0)
    nowhere.temporaryFolder = folder("none")
    let error = #expect(throws: WordtoolError.self) { try nowhere.read([path]) }
    #expect(error?.kind == .cannotCreate)
  }
}
