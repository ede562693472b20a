import Libc
import MessagePassing
import TestSupport
import Testing
import WordtoolCore

import Tokenize

/// Texts that several ranks read together, each a part: here threads of one process.
@Suite struct RankReadingTests {
  /// What a reading came to on one rank.
  private struct Outcome: Sendable {
    var words: [String]
    var counts: [Int64]
    var held: Range<Int>
    var ids: [Int32]
    var count: Int
    var lineCount: Int
    var statistics: CorpusStatistics

    init(_ corpus: TokenizedCorpus) {
      words = (0..<corpus.vocabulary.count).map { corpus.vocabulary.word(at: $0) }
      counts = corpus.vocabulary.counts
      held = corpus.ids.held ?? 0..<corpus.ids.count
      ids = corpus.ids.array
      count = corpus.ids.count
      lineCount = corpus.ids.lineCount
      statistics = corpus.statistics
    }
  }

  private static func read(
    _ reader: CorpusReader, _ paths: [String], ranks: Int, vocabulary: Vocabulary? = nil
  ) throws -> [Outcome] {
    let outcomes = Locked<[Int: Outcome]>([:])
    try ThreadCommunicator.run(rankCount: ranks) { communicator in
      var reader = reader
      reader.communicator = communicator
      let outcome = Outcome(try reader.read(paths, vocabulary: vocabulary))
      outcomes.withLock { $0[communicator.rank] = outcome }
    }
    let all = outcomes.withLock { $0 }
    return try (0..<ranks).map { try #require(all[$0]) }
  }

  /// Compares what ranks have read together with what one process reads.
  private static func expectEqual(
    _ outcomes: [Outcome], _ alone: Outcome, _ comment: Comment
  ) {
    #expect(outcomes.flatMap(\.ids) == alone.ids, comment)
    var place = 0
    for outcome in outcomes {
      #expect(outcome.words == alone.words && outcome.counts == alone.counts, comment)
      #expect(outcome.count == alone.count && outcome.lineCount == alone.lineCount, comment)
      #expect(outcome.statistics == alone.statistics, comment)
      #expect(outcome.held == place..<place + outcome.ids.count, comment)
      place = outcome.held.upperBound
    }
  }

  /// Lines of words, some of them empty or of rare words alone.
  private static func text(lines: Int, seed: UInt64, end: String = "\n") -> String {
    var random = SeededGenerator(seed: seed)
    return (0..<lines).map { line in
      if line % 7 == 3 { return "" }
      if line % 11 == 5 { return "rare\(line)x\(seed)" }
      return (0..<Int.random(in: 1...12, using: &random)).map { _ in
        "w\(Int.random(in: 0..<60, using: &random))"
      }.joined(separator: " ")
    }.joined(separator: end)
  }

  @Test("ranks read a part each and get the words, counts and numbers of one process")
  func anyRankCount() throws {
    let folder = ScratchFolder()
    let texts = try [
      ("a", Self.text(lines: 300, seed: 1) + "\n"), ("b", Self.text(lines: 7, seed: 2)),
      ("c", ""), ("d", "\u{FEFF}" + Self.text(lines: 200, seed: 3, end: "\r\n")),
      ("e", "one line of words and no end"), ("f", "\n\n\n" + Self.text(lines: 90, seed: 4)),
    ].map { try folder.write(Array($1.utf8), to: $0) }
    for rule in [TokenizerRule.whitespace, .words] {
      for paths in [texts, [texts[0]], [texts[4]], Array(texts[1...3])] {
        var reader = CorpusReader(
          rule: rule, limits: VocabularyLimits(minimumCount: 1, maximumSize: 50), threads: 2)
        reader.pieceSize = 200
        let alone = Outcome(try reader.read(paths))
        for ranks in [1, 2, 3, 5, 16] {
          Self.expectEqual(
            try Self.read(reader, paths, ranks: ranks), alone, "\(ranks) ranks, \(paths)")
        }
      }
    }
  }

  @Test("with a given vocabulary, in temporary files, and with words that are left out")
  func limits() throws {
    let folder = ScratchFolder()
    let path = try folder.write(Array(Self.text(lines: 500, seed: 9).utf8), to: "text")
    var reader = CorpusReader(
      rule: .whitespace, limits: VocabularyLimits(minimumCount: 30), threads: 1, memoryLimit: 0,
      temporaryFolder: folder.path)
    reader.pieceSize = 100
    let alone = Outcome(try reader.read([path]))
    Self.expectEqual(try Self.read(reader, [path], ranks: 4), alone, "few words")
    let given = try Vocabulary([(word: "w3", count: 5), (word: "w4", count: 4)])
    let known = Outcome(try reader.read([path], vocabulary: given))
    Self.expectEqual(
      try Self.read(reader, [path], ranks: 3, vocabulary: given), known, "given words")
  }

  @Test("packed and converted files are read whole, by the rank in whose share they begin")
  func wholeFiles() throws {
    let folder = ScratchFolder()
    let text = Self.text(lines: 200, seed: 5)
    var wide: [UInt8] = [0xFF, 0xFE]
    for unit in text.utf16 { wide += [UInt8(unit & 0xFF), UInt8(unit >> 8)] }
    try OutputFile.write(to: folder("b.gz")) { try $0.write(Self.text(lines: 400, seed: 6)) }
    let paths = try [
      folder.write(Array(text.utf8), to: "a"), folder("b.gz"), folder.write(wide, to: "c"),
    ]
    var reader = CorpusReader(rule: .whitespace, limits: VocabularyLimits(minimumCount: 1))
    reader.pieceSize = 300
    let alone = Outcome(try reader.read(paths))
    for ranks in [2, 3, 7] {
      Self.expectEqual(try Self.read(reader, paths, ranks: ranks), alone, "\(ranks) ranks")
    }
  }

  @Test("what is found wrong with the whole text is found on all ranks")
  func failures() throws {
    let folder = ScratchFolder()
    let path = try folder.write(Array("a b\nc d\n".utf8), to: "text")
    let kinds = Locked<[WordtoolError.Kind]>([])
    try ThreadCommunicator.run(rankCount: 3) { communicator in
      var reader = CorpusReader(rule: .whitespace, limits: VocabularyLimits(minimumCount: 2))
      reader.communicator = communicator
      do { _ = try reader.read([path]) } catch let error as WordtoolError {
        kinds.withLock { $0.append(error.kind) }
      }
    }
    #expect(kinds.withLock { $0 } == [.badData, .badData, .badData])
  }
}
