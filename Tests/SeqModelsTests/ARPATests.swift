import SeqModels
import Testing
import TestSupport
import Tokenize
import WordtoolCore

@Suite struct ARPATests {
  private static let small = """
    \\data\\
    ngram 1=4
    ngram 2=2

    \\1-grams:
    -1.0 <unk>
    -99 <s> -0.5
    -0.5 </s>
    -0.4 a -0.25

    \\2-grams:
    -0.2 <s> a
    -0.1 a </s>

    \\end\\

    """

  private func text(of sentences: [[String]]) -> String {
    sentences.map { $0.joined(separator: " ") + "\n" }.joined()
  }

  @Test func theUnknownWordMayBeInCapitals() throws {
    let folder = ScratchFolder()
    let text = Self.small.replacing("-0.1 a </s>", with: "-0.1 a <unk>")
    let plain = try NGramModel(contentsOf: folder.write(text, to: "a"))
    let capitals = text.replacing("<unk>", with: "<UNK>")
    #expect(try NGramModel(contentsOf: folder.write(capitals, to: "b")) == plain)
  }

  @Test(arguments: [(1, TextUnit.word), (2, .word), (5, .word), (4, .char)])
  func aModelIsTheSameAfterItWasWritten(_ order: Int, _ unit: TextUnit) throws {
    let folder = ScratchFolder()
    let text = text(of: NGramTests.sentences(120, seed: 3))
    let model = try NGramTests.train(text, order: order, unit: unit)
    try model.write(to: folder("a.arpa"))
    let read = try NGramModel(contentsOf: folder("a.arpa"))
    #expect(read == model)
    #expect(read.unit == unit && read.tokenizerRule == (unit == .word ? .whitespace : nil))
    try read.write(to: folder("b.arpa"))
    let (first, second) = try (folder.bytes(of: "a.arpa"), folder.bytes(of: "b.arpa"))
    #expect(first == second)
  }

  @Test func filesOfOtherProgramsAreRead() throws {
    let folder = ScratchFolder()
    let model = try NGramModel(contentsOf: folder.write(Self.small, to: "m"))
    #expect(model.order == 2 && model.counts == [4, 2] && model.tokenizerRule == nil)
    var context = model.sentenceBegin
    let a = try #require(model.id(of: "a"))
    #expect(abs(model.score(a, &context) + 0.2) < 1e-6)
    // a a is no bigram: the weight of a, and the unigram.
    #expect(abs(model.score(a, &context) + 0.65) < 1e-6)
    // In another order, with blank lines, tabs and no <unk>.
    let shuffled = Self.small
      .replacing("ngram 1=4", with: "ngram 1 = 3\n").replacing("-1.0 <unk>\n", with: "")
      .replacing("-0.2 <s> a\n-0.1 a </s>", with: "-0.1\ta </s>\n\n-0.2\t<s> a\r")
      .replacing("-99 <s> -0.5\n", with: "").replacing("-0.4 a", with: "-inf <s> -0.5\n-0.4 a")
    let other = try NGramModel(contentsOf: folder.write(shuffled, to: "n"))
    var again = other.sentenceBegin
    #expect(abs(other.score(try #require(other.id(of: "a")), &again) + 0.2) < 1e-6)
    #expect(other.score(other.unknownID, &again) < -100)
  }

  @Test(arguments: [
    ("", "", "an empty file"), ("\\data\\", "mmap lm", "\\data\\"),
    ("\\data\\", "# wordtool n-gram model, version 2\n\\data\\", "version '2'"),
    ("\\data\\", "# unit: syllable\n\\data\\", "syllable"),
    ("\\data\\", "# tokenizer: {\n\\data\\", "tokenizer rule"),
    ("ngram 2=2", "ngram 3=2", "ngram 2=COUNT"), ("ngram 1=4", "ngram 1=-4", "ngram 1"),
    ("ngram 1=4", "ngram 1=99999999999", "ngram 1"), ("ngram 1=4", "ngram 1=5", "5 1-grams"),
    ("ngram 1=4", "ngram 1=3", "no \\2-grams:"), ("ngram 2=2", "ngram 2=2000000000", "2000000000"),
    ("-0.5 </s>", "-0.5 <s>", "second time"), ("-0.4 a", "0.4 a", "at most 0"),
    ("-0.4 a", "nan a", "1-grams"), ("-0.1 a </s>", "-0.1 b </s>", "1-grams"),
    ("-0.1 a </s>", "-0.1 <s> a", "twice"), ("-0.1 a </s>", "-0.1 a", "2 words"),
    ("-0.25", "inf", "back-off"), ("-0.25", "-0.25 1", "more than"), ("\\end\\", "", "cut off"),
    ("</s>", "<e>", "without <s> or </s>"),
  ])
  func damagedFilesAreRefused(_ part: String, _ replacement: String, _ message: String) throws {
    let folder = ScratchFolder()
    let text = part.isEmpty ? "" : Self.small.replacing(part, with: replacement)
    let path = try folder.write(text, to: "m")
    let error = #expect(throws: WordtoolError.self) { try NGramModel(contentsOf: path) }
    #expect(error?.kind == .badData)
    #expect(error?.description.contains(message) == true, "\(error?.description ?? "")")
  }

  @Test func anNGramNeedsTheOneItBeginsWith() throws {
    let folder = ScratchFolder()
    let text = Self.small.replacing("ngram 2=2\n", with: "ngram 2=2\nngram 3=1\n")
      .replacing("\\end\\", with: "\\3-grams:\n-0.1 a a </s>\n\n\\end\\")
    let path = try folder.write(text, to: "m")
    let error = #expect(throws: WordtoolError.self) { try NGramModel(contentsOf: path) }
    #expect(error?.description.contains("begins with 'a a'") == true)
  }
}
