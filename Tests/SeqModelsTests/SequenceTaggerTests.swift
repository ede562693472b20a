import SeqModels
import Testing
import TestSupport
import Tokenize
import WordtoolCore

@Suite struct SequenceTaggerTests {
  /// Sentences in which the tag of "play" hangs on the word before it.
  private func text(_ count: Int, seed: UInt64 = 1) -> TaggedText {
    var random = SeededGenerator(seed: seed)
    var text = TaggedText()
    for _ in 0..<count {
      var sentence = TaggedText.Sentence(words: [], tags: [])
      for _ in 0..<Int.random(in: 1...3, using: &random) {
        let isNoun = Bool.random(using: &random)
        sentence.words += [isNoun ? "the" : "they", "play"]
        sentence.tags += [isNoun ? "DET" : "PRON", isNoun ? "NOUN" : "VERB"]
      }
      text.sentences.append(sentence)
    }
    return text
  }

  private func options() -> SequenceTrainingOptions {
    var options = SequenceTrainingOptions(
      rule: TokenizerRule(segmentation: .whitespace, normalization: .nfc, lowercase: true))
    options.recurrent.hidden = 10
    options.recurrent.isBidirectional = true
    options.embedding = 8
    options.minimumCount = 1
    options.batch = 8
    options.epochs = 5
    options.learningRate = 0.03
    return options
  }

  private func bytes(_ tagger: SequenceTagger) throws -> [UInt8] {
    let folder = ScratchFolder()
    try tagger.write(to: folder("m"))
    return try folder.bytes(of: "m")
  }

  @Test func theWordBeforeDecides() throws {
    let tagger = try SequenceTagger.train(on: text(100), options: options())
    #expect(tagger.tags == ["DET", "NOUN", "PRON", "VERB"])
    #expect(
      try tagger.tags(for: [["They", "play"], [], ["the", "PLAY"]])
        == [["PRON", "VERB"], [], ["DET", "NOUN"]])
    #expect(try tagger.evaluate(text(50, seed: 2)).accuracy > 0.98)
    #expect(tagger.words(in: " The play,  they") == ["The", "play,", "they"])
  }

  @Test func theBytesDoNotDependOnTheThreads() throws {
    let files = try [1, 2, 3].map {
      try bytes(SequenceTagger.train(on: text(30), options: options(), threads: $0))
    }
    #expect(files[1] == files[0] && files[2] == files[0])
  }

  @Test func aModelReadBackGivesTheSameTagsAndBytes() throws {
    let folder = ScratchFolder()
    let tagger = try SequenceTagger.train(on: text(30), options: options())
    try tagger.write(to: folder("m"))
    let read = try SequenceTagger(contentsOf: folder("m"))
    #expect(try bytes(read) == folder.bytes(of: "m"))
    let sentences = text(20, seed: 3).sentences.map(\.words)
    #expect(try read.tags(for: sentences, threads: 2) == tagger.tags(for: sentences))
    #expect(throws: WordtoolError.self) { try TextClassifier(contentsOf: folder("m")) }
  }

  @Test func tagsThatAreNotKnownCountAsWrong() throws {
    let tagger = try SequenceTagger.train(on: text(50), options: options())
    var test = TaggedText()
    test.sentences = [.init(words: ["the", "play"], tags: ["DET", "X"])]
    let report = try tagger.evaluate(test)
    #expect(report.exampleCount == 2 && report.correctCount == 1)
    #expect(report.unknownLabels == ["X"])
  }

  @Test func treebanksHaveTheWordAndTheTagInTheirColumns() throws {
    let folder = ScratchFolder()
    func sentences(
      _ content: String, _ layout: TaggedText.Layout = .init()
    ) throws -> [TaggedText.Sentence] {
      var text = TaggedText()
      try text.append(contentsOf: try folder.write(content, to: "t"), layout: layout)
      return text.sentences
    }
    let rest = "\t_\t0\tx\t_\t_"
    let universal =
      "# sent_id = 0\n# text = # du\n1-2\tdu\t_\t_\t_\(rest)\n1\tde\tde\tADP\tP\(rest)\n"
      + "2\t#\tle\tDET\tRDA\(rest)\n2.1\tle\tle\tDET\t_\(rest)\n \t \n1\toui\toui\tINTJ\tI\(rest)\n"
    #expect(
      try sentences(universal) == [
        .init(words: ["de", "#"], tags: ["ADP", "DET"]), .init(words: ["oui"], tags: ["INTJ"]),
      ])
    let long = "# text = " + (0..<20).map { "w\($0)" }.joined(separator: " ") + "\n"
    #expect(try sentences(long + universal + "\n" + long) == sentences(universal))
    let plus =
      "# global.columns = ID FORM UPOS MISC\n# newdoc\n1-2\tdu\t_\t_\n1\tde\tADP\tx\n2\tle\tDET\t_\n"
    #expect(try sentences(plus) == [.init(words: ["de", "le"], tags: ["ADP", "DET"])])
    #expect(
      try sentences(plus, .init(tagColumn: .name("MISC")))
        == [.init(words: ["de", "le"], tags: ["x", "_"])])
    let nameless = plus.replacing("UPOS", with: "FEATS")
    let refused = #expect(throws: WordtoolError.self) { _ = try sentences(nameless) }
    #expect(refused?.kind == .usage && refused?.found.contains("FEATS") == true)
    let byName = TaggedText.Layout(wordColumn: .name("lemma"), tagColumn: .name("XPOS"))
    #expect(try sentences(universal, byName)[0] == .init(words: ["de", "le"], tags: ["P", "RDA"]))
    let byNumber = TaggedText.Layout(wordColumn: .number(3), tagColumn: .number(5))
    #expect(try sentences(universal, byNumber) == sentences(universal, byName))
    let news = "-DOCSTART- -X- O O\n\n# NN B-NP O\nEU NNP B-NP B-ORG\n\n"
    #expect(try sentences(news) == [.init(words: ["#", "EU"], tags: ["O", "B-ORG"])])
    let named = "form\tpos\tner\nEU\tNNP\tORG\n"
    #expect(
      try sentences(named, .init(wordColumn: .name("form"), tagColumn: .name("pos")))
        == [.init(words: ["EU"], tags: ["NNP"])])
    for layout in [
      TaggedText.Layout(tagColumn: .number(11)), TaggedText.Layout(wordColumn: .name("nothing")),
    ] {
      #expect(throws: WordtoolError.self) { _ = try sentences(universal, layout) }
    }
  }

  @Test func filesHaveAWordALineAndBlankLinesBetweenSentences() throws {
    let folder = ScratchFolder()
    let path = try folder.write("the\tDET\nplay\tNOUN\n\n\nthey x y PRON\r\nplay VERB", to: "t")
    var text = TaggedText()
    try text.append(contentsOf: path)
    #expect(
      text.sentences == [
        .init(words: ["the", "play"], tags: ["DET", "NOUN"]),
        .init(words: ["they", "play"], tags: ["PRON", "VERB"]),
      ])
    #expect(text.wordCount == 4 && text.tags == ["DET", "NOUN", "PRON", "VERB"])
    for (content, part) in [("", "no word"), ("a\tB\nc\n", ":2: a word without a tag")] {
      let bad = try folder.write(content, to: "bad")
      let error = #expect(throws: WordtoolError.self) { try text.append(contentsOf: bad) }
      #expect(error?.kind == .badData && error?.description.contains(part) == true)
    }
    var one = TaggedText()
    one.sentences = [.init(words: ["a"], tags: ["X"])]
    #expect(throws: WordtoolError.self) { try SequenceTagger.train(on: one, options: options()) }
  }
}
