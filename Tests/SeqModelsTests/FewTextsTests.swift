import SeqModels
import TestSupport
import Testing

/// fastText's classifier on few texts: passes by their number, and what tells that they were too few.
@Suite struct FewTextsTests {
  /// Texts of twelve words, of which three are of the label's own.
  private static func texts(_ count: Int, seed: UInt64) -> LabelledText {
    var random = SeededGenerator(seed: seed)
    var text = LabelledText()
    for number in 0..<count {
      let label = number % 4
      let words = (0..<12).map { place in
        place < 3
          ? "l\(label)w\(Int.random(in: 0..<20, using: &random))"
          : "w\(Int.random(in: 0..<200, using: &random))"
      }
      text.append(text: words.shuffled(using: &random).joined(separator: " "), labels: ["\(label)"])
    }
    return text
  }

  @Test func fewTextsArePassedOverMoreOften() {
    let passes = [1, 400, 1000, 5000, 10_000, 1_000_000].map {
      FastTextOptions.epochs(forTexts: $0)
    }
    #expect(passes == [100, 100, 50, 10, 5, 5])
  }

  @Test func theyAreLearntFromAndTheLossTells() throws {
    let (train, test) = (Self.texts(600, seed: 1), Self.texts(400, seed: 2))
    var options = FastTextOptions(dimension: 16)
    func accuracy() throws -> (Double, Double) {
      let classifier = try TextClassifier.train(on: train, options: options, threads: 2)
      let share = try #require(classifier.training?.lossShare)
      return (try classifier.evaluate(test).accuracy, share)
    }
    options.epochs = 2
    let few = try accuracy()
    #expect(few.1 > 0.8, "\(few)")
    options.epochs = FastTextOptions.epochs(forTexts: train.count)
    let enough = try accuracy()
    #expect(enough.0 > 0.95 && enough.0 > few.0 && enough.1 < 0.2, "\(few), \(enough)")
  }
}
