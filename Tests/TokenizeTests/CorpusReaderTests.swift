import Testing
import TestSupport
import Tokenize
import WordtoolCore

@Suite("CorpusReader")
struct CorpusReaderTests {
  private func reader(
    _ threads: Int = 1, pieceSize: Int = 1 << 20, minimumCount: Int = 1,
    rule: TokenizerRule = .words, memoryLimit: Int? = nil
  ) -> CorpusReader {
    var reader = CorpusReader(
      rule: rule, limits: VocabularyLimits(minimumCount: minimumCount), threads: threads,
      memoryLimit: memoryLimit, temporaryFolder: "/tmp")
    reader.pieceSize = pieceSize
    return reader
  }

  /// Some thousand words of a few scripts, with long and empty lines.
  private var mixedText: String {
    let words = [
      "the", "The", "food", "don't", "3.14", "naïve", "cafe\u{301}", "東京に行きました。", "ภาษาไทย",
      "IĞDIR", "👩‍👩‍👧", "foo@bar.com", "a:b", "。", "--", "Σ",
    ]
    var generator = SeededGenerator(seed: 21)
    return (0..<(RealData.isSanitized ? 800 : 4000)).map { _ in
      let word = words[Int.random(in: 0..<words.count, using: &generator)]
      let end = Int.random(in: 0..<40, using: &generator)
      return word + (end == 0 ? "\n" : end == 1 ? "\r\n\n" : end == 2 ? "  " : " ")
    }.joined()
  }

  @Test("a small text: words by frequency, lines ended by -1, empty lines dropped")
  func small() throws {
    let folder = ScratchFolder()
    let path = try folder.write("\n\nThe cat.\n\n  \nA dog, the cat", to: "t")
    let corpus = try reader().read([path])
    #expect(corpus.vocabulary.words == ["cat", "the", "a", "dog"])
    #expect(corpus.ids.array == [1, 0, -1, 2, 3, 1, 0, -1])
    #expect(corpus.ids.tokenCount == 6 && corpus.ids.lineCount == 2)
    #expect(corpus.statistics.tokensRead == 6 && corpus.statistics.tokensKept == 6)
    #expect(corpus.statistics.lineCount == 6)
    #expect(corpus.statistics.byteCount == 29)
    #expect(corpus.statistics.distinctWordCount == 4)
  }

  @Test("words under the limits are dropped, and so are lines they leave empty")
  func limits() throws {
    let folder = ScratchFolder()
    let path = try folder.write("rare\na b a\nodd\nb a\nlast", to: "t")
    let corpus = try reader(minimumCount: 2).read([path])
    #expect(corpus.vocabulary.words == ["a", "b"])
    #expect(corpus.ids.array == [0, 1, 0, -1, 1, 0, -1])
    #expect(corpus.statistics.tokensRead == 8 && corpus.statistics.tokensKept == 5)
  }

  @Test(
    "vocabulary and numbers are the same for any threads, pieces, compression and memory",
    arguments: [TokenizerRule.words, .whitespace])
  func invariance(rule: TokenizerRule) throws {
    let folder = ScratchFolder()
    let text = mixedText
    let plain = try folder.write(text, to: "t")
    let packed = try folder.write(Gzip.stored(Array(text.utf8)), to: "t.gz")
    let expected = try reader(rule: rule).read([plain])
    try expected.vocabulary.write(to: folder("v"))
    for threads in [1, 2, 3] {
      for pieceSize in [1, 7, 100, 4096, 1 << 20] {
        for (path, limit) in [(plain, Int.max), (packed, Int.max), (plain, 0), (packed, 3000)] {
          let corpus = try reader(threads, pieceSize: pieceSize, rule: rule, memoryLimit: limit)
            .read([path])
          let place = "\(threads) threads, \(pieceSize) bytes, \(path), limit \(limit)"
          #expect(corpus.vocabulary == expected.vocabulary, "\(place)")
          #expect(corpus.ids.array == expected.ids.array, "\(place)")
          #expect(corpus.statistics == expected.statistics, "\(place)")
          #expect(corpus.ids.isFile == (limit < Int.max))
        }
      }
    }
    try reader(3, rule: rule).read([packed]).vocabulary.write(to: folder("w"))
    #expect(try folder.bytes(of: "v") == folder.bytes(of: "w"))
  }

  @Test("the numbers stand for the tokens of the text")
  func agreement() throws {
    let folder = ScratchFolder()
    let text = mixedText
    let corpus = try reader(2, pieceSize: 1000).read([folder.write(text, to: "t")])
    let words = corpus.ids.array.filter { $0 >= 0 }.map { corpus.vocabulary.word(at: Int($0)) }
    #expect(words == (try WordTokenizer().tokens(in: text)))
  }

  @Test("a given vocabulary decides what is kept and keeps its counts")
  func given() throws {
    let folder = ScratchFolder()
    let path = try folder.write("x b\na x\nx\nb", to: "t")
    let vocabulary = try Vocabulary([(word: "b", count: 70), (word: "a", count: 50)])
    for threads in [1, 3] {
      let corpus = try reader(threads, pieceSize: 2).read([path], vocabulary: vocabulary)
      #expect(corpus.ids.array == [0, -1, 1, -1, 0, -1])
      #expect(corpus.vocabulary.counts == [70, 50])
      #expect(corpus.statistics.tokensRead == 6 && corpus.statistics.tokensKept == 3)
    }
    let error = #expect(throws: WordtoolError.self) {
      _ = try reader().read([path], vocabulary: Vocabulary([(word: "z", count: 1)]))
    }
    #expect(error?.description.contains("none of the 6 words") == true)
  }

  @Test("many files and folders are read in order, each file ending its line")
  func files() throws {
    let folder = ScratchFolder()
    try folder.write("one two", to: "d/1")
    try folder.write("", to: "d/2")
    try folder.write("\u{FEFF}three", to: "d/3/x")
    let last = try folder.write("one", to: "z")
    for threads in [1, 3] {
      let corpus = try reader(threads).read([folder("d"), last])
      #expect(corpus.vocabulary.words == ["one", "three", "two"])
      #expect(corpus.ids.array == [0, 2, -1, 1, -1, 0, -1])
    }
  }

  @Test("invalid UTF-8 is counted, also at the ends of pieces and files")
  func invalid() throws {
    let folder = ScratchFolder()
    let bytes: [UInt8] =
      [0xE2, 0x82, 0x0A] + Array("good".utf8) + [0xFF, 0x20, 0x61, 0xF0, 0x9F] + [0x20, 0x62, 0xC3]
    let path = try folder.write(bytes, to: "t")
    for pieceSize in 1...20 {
      let corpus = try reader(2, pieceSize: pieceSize).read([path, path])
      #expect(corpus.statistics.invalidSequenceCount == 8)
      #expect(corpus.vocabulary.words == ["a", "b", "good"])
    }
  }

  @Test("invalid UTF-8 under strict is an error with the file and the first byte's offset")
  func strict() throws {
    let folder = ScratchFolder()
    var bytes = Array(String(repeating: "all good here \n", count: 500).utf8)
    bytes[5003] = 0x80
    bytes[7000] = 0x80
    let plain = try folder.write(bytes, to: "t")
    let packed = try folder.write(Gzip.stored(bytes), to: "t.gz")
    for (threads, path) in [(1, plain), (3, plain), (2, packed)] {
      var reader = reader(threads, pieceSize: 100)
      reader.isStrict = true
      let error = #expect(throws: WordtoolError.self) { _ = try reader.read([path]) }
      #expect(error?.kind == .badData)
      #expect(error?.path == path)
      #expect(error?.position == .byte(5003))
    }
  }

  @Test("binary files, UTF-16, truncated gzip, empty files and folders are clear errors")
  func badInput() throws {
    let folder = ScratchFolder()
    let gz = Gzip.stored(Array("some text".utf8))
    try folder.write("x", to: "d/.hidden")
    let cases: [(String, WordtoolError.Kind, String)] = [
      (try folder.write(Array("text".utf8) + [0, 1], to: "nul"), .badData, "NUL"),
      (try folder.write([0x41, 0, 0x42, 0], to: "utf16"), .badData, "UTF-16"),
      (try folder.write(Array(gz.dropLast(3)), to: "cut.gz"), .badData, "truncated"),
      (try folder.write("", to: "empty"), .badData, "empty file"),
      (try folder.write(" -- \n", to: "signs"), .badData, "no words"),
      (folder("nothing"), .noSuchInput, "No such file"),
      (folder("d"), .noSuchInput, "without text"),
    ]
    for (path, kind, words) in cases {
      let error = #expect(throws: WordtoolError.self) { _ = try reader(2).read([path]) }
      #expect(error?.kind == kind)
      #expect(error?.path == path)
      #expect(error?.description.contains(words) == true, "\(path): \(error?.description ?? "")")
      #expect(error?.description.contains("\n") == false)
    }
    let path = try folder.write("a b a", to: "few")
    let error = #expect(throws: WordtoolError.self) { _ = try reader(minimumCount: 5).read([path]) }
    #expect(error?.description.contains("the most frequent occurs 2 times") == true)
  }

  @Test("a stretch without any place to cut is an error above the limit, text below it")
  func endless() throws {
    let folder = ScratchFolder()
    let path = try folder.write(String(repeating: "a", count: 50_000) + " b", to: "t")
    var reader = reader(2, pieceSize: 100)
    #expect(try reader.read([path]).vocabulary.words.last == "b")
    reader.pieceLimit = 20_000
    let error = #expect(throws: WordtoolError.self) { _ = try reader.read([path]) }
    #expect(error?.kind == .badData)
  }

  @Test("progress reaches the size of the input, and a raised flag ends the work")
  func progress() throws {
    let folder = ScratchFolder()
    let path = try folder.write(String(repeating: "some words\n", count: 1000), to: "t")
    let last = Locked<CorpusProgress?>(nil)
    _ = try reader(2, pieceSize: 500).read([path]) { now in last.withLock { $0 = now } }
    let end = last.withLock { $0 }
    #expect(end?.bytesRead == 11_000 && end?.byteCount == 11_000 && end?.tokensRead == 2000)
    let stop = StopFlag()
    stop.raise()
    let error = #expect(throws: WordtoolError.self) { _ = try reader().read([path], stop: stop) }
    #expect(error?.kind == .interrupted)
  }

  @Test("numbers given as an array get their last line end and no doubled ones")
  func tokenIDs() throws {
    let ids = try TokenIDs([-1, 3, 0, -1, -1, 2])
    #expect(ids.array == [3, 0, -1, 2, -1])
    #expect(ids.tokenCount == 3 && ids.lineCount == 2)
    #expect(try TokenIDs([]).array == [])
  }
}
