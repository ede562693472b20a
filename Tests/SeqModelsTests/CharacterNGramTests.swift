import SeqModels
import Testing
import TestSupport
import WordtoolCore

@Suite struct CharacterNGramTests {
  private static func texts(_ first: String) -> LabelledText {
    var texts = LabelledText()
    texts.append(text: first, labels: ["a"])
    texts.append(text: "x", labels: ["b"])
    return texts
  }

  private static func options(_ orders: ClosedRange<Int>) -> LinearClassifierOptions {
    var options = LinearClassifierOptions(weighting: .binary)
    options.features.minimumCount = 1
    options.features.characterOrders = orders
    return options
  }

  /// What scikit-learn 1.7's CountVectorizer(analyzer="char_wb", ngram_range=(2, 3)) counts, with < and >
  /// for its blanks.
  @Test func `n-grams are those of words between blanks`() throws {
    let model = try TextClassifier.train(
      on: Self.texts("día a día"), options: Self.options(2...3))
    let parts = try model.explanations(of: "día a día", labels: ["a"])[0].parts
      .filter { $0.kind == .characterNGram }
    let counts = Dictionary(uniqueKeysWithValues: parts.map { ($0.text, $0.count) })
    #expect(
      counts == [
        "<d": 2, "dí": 2, "ía": 2, "a>": 3, "<dí": 2, "día": 2, "ía>": 2, "<a": 1, "<a>": 1,
      ])
  }

  @Test func `a word no longer than the n-grams is one of them, once`() throws {
    let model = try TextClassifier.train(
      on: Self.texts("ab"), options: Self.options(4...9))
    let parts = try model.explanations(of: "ab ab", labels: ["a"])[0].parts
      .filter { $0.kind == .characterNGram }
    #expect(parts.map(\.text) == ["<ab>"] && parts.map(\.count) == [2])
  }

  @Test func `words that were never seen are told by their parts`() throws {
    let text = ToyReviews.make(200)
    var options = Self.options(3...5)
    let model = try TextClassifier.train(on: text, options: options)
    let answer = try model.answers(for: LabelledText(texts: ["lovelier"]))[0]
    #expect(answer.knownCount > 0 && answer.predictions[0].label == "class 0")
    options.features.characterOrders = nil
    let words = try TextClassifier.train(on: text, options: options)
    #expect(try words.answers(for: LabelledText(texts: ["lovelier"]))[0].knownCount == 0)
  }

  @Test func `orders out of range and models without room for them are refused`() throws {
    let text = ToyReviews.make(20)
    for orders in [0...2, 3...17] {
      #expect(throws: WordtoolError.self) {
        try TextClassifier.train(on: text, options: Self.options(orders))
      }
    }
    var embeddings = FastTextOptions()
    embeddings.features.characterOrders = 3...4
    #expect(throws: WordtoolError.self) { try TextClassifier.train(on: text, options: embeddings) }
    let model = try TextClassifier.train(on: text, options: Self.options(3...4))
    let folder = ScratchFolder()
    #expect(throws: WordtoolError.self) { try model.writeONNX(to: folder("m.onnx")) }
  }
}
