import SeqModels
import TestSupport
import Testing

/// fastText's and the recurrent classifiers on few texts: passes by their number, and what tells that they were too few.
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

  @Test func recurrentNetworksPassThemOverMoreOften() {
    let passes = [1, 600, 1000, 3000, 6000, 1_000_000].map {
      SequenceTrainingOptions.epochs(forTexts: $0)
    }
    #expect(passes == [50, 50, 30, 10, 5, 5])
  }

  @Test func theLossOfARecurrentNetworkTells() throws {
    let (train, test) = (Self.texts(300, seed: 1), Self.texts(200, seed: 2))
    var options = SequenceTrainingOptions()
    options.recurrent.cell = .rnnTanh
    options.recurrent.hidden = 16
    options.embedding = 16
    func result() throws -> (accuracy: Double, share: Double) {
      let classifier = try TextClassifier.train(on: train, options: options, threads: 2)
      let share = try #require(classifier.training?.lossShare)
      return (try classifier.evaluate(test).accuracy, share)
    }
    options.epochs = 1
    let few = try result()
    #expect(few.share > 0.8, "\(few)")
    options.epochs = SequenceTrainingOptions.epochs(forTexts: train.count)
    let enough = try result()
    #expect(enough.accuracy > few.accuracy && enough.share < 0.8, "\(few), \(enough)")
    options.classWeights = .balanced
    options.epochs = 1
    let weighted = try TextClassifier.train(on: train, options: options, threads: 2)
    #expect(weighted.training?.lossShare == nil)
  }

  @Test func taggersTellTheShareOfTheLossThatIsLeft() throws {
    var text = TaggedText()
    text.sentences = (0..<40).map { number in
      TaggedText.Sentence(words: ["w\(number % 4)", "x"], tags: ["t\(number % 4)", "t0"])
    }
    var options = SequenceTrainingOptions()
    options.recurrent.hidden = 8
    options.embedding = 8
    options.dropout = SequenceDropout()
    options.learningRate = 0.02
    var shares: [Double] = []
    for epochs in [1, 60] {
      options.epochs = epochs
      let tagger = try SequenceTagger.train(on: text, options: options, threads: 1)
      shares.append(try #require(tagger.training?.lossShare))
    }
    #expect(shares[0] > 0.8 && shares[1] < 0.8, "\(shares)")
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
