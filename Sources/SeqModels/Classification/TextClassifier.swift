import ONNX
public import Tokenize
public import WordtoolCore

/// A model that says which label a text has, and how sure it is.
///
/// ```swift
/// let text = try LabelledText(contentsOf: "reviews.tsv")
/// let classifier = try TextClassifier.train(on: text, options: LinearClassifierOptions())
/// try classifier.predictions(for: "a wonderful film")[0].label
/// ```
public final class TextClassifier: Sendable {
  let core: any ClassifierCore
  /// What its training came to; nil of a model that was read from a file.
  public let training: Training?
  /// What its probabilities are changed by; nil of a model that was not calibrated.
  public let calibration: Calibration?

  init(core: any ClassifierCore, training: Training? = nil, calibration: Calibration? = nil) {
    self.core = core
    self.training = training
    self.calibration = calibration
  }

  /// What a training gives besides the model.
  public struct Training: Codable, Hashable, Sendable {
    /// Passes over the texts.
    public var epochs: Int
    /// How many texts there were.
    public var exampleCount: Int
    /// Texts without a word or n-gram that counts: they teach how frequent their label is at most.
    public var emptyCount: Int
    /// Byte sequences that were not UTF-8 and became U+FFFD.
    public var replacedCount: Int
    /// The best accuracy on the held-out text, where training measured it after each pass.
    public var validAccuracy: Double?
    /// The mean loss of the last pass as a share of the entropy of the labels, where it is taken: near
    /// 1 when not much more was learnt than how frequent each label is.
    public var lossShare: Double?
    /// What was tried, of a model whose options were searched for.
    public var trials: [FastTextTrial]?
  }

  /// What kind of model it is, as `--model` names it.
  public var modelName: String { core.name }
  /// The labels it can give, in the order of their UTF-8 bytes.
  public var labels: [String] { core.labels }
  /// How text becomes words.
  public var rule: TokenizerRule { core.rule }
  /// The numbers that were trained.
  public var parameterCount: Int { core.parameterCount }
  /// Whether the probabilities of all labels add up to 1. They do not for a bag of words trained on
  /// texts with several labels, nor for fastText's model one-vs-all: there each label is a question of
  /// its own.
  public var isExclusive: Bool { core.isExclusive }

  /// One label and its probability.
  public struct Prediction: Hashable, Sendable {
    /// The label.
    public var label: String
    /// From 0 to 1.
    public var probability: Double
  }

  /// What a model says about one text.
  public struct Answer: Sendable {
    /// The likeliest labels, the best first; equal ones in the order of ``TextClassifier/labels``. None
    /// where no label reaches the threshold.
    public var predictions: [Prediction]
    /// How many features of the text the model knows; with 0 the answer is the same for every text.
    public var knownCount: Int
  }

  /// The likeliest labels of one text, the best first.
  ///
  /// - Throws: `WordtoolError`: `badData` when the model's probabilities are not finite; when ICU does
  ///   not know the rule's locale.
  public func predictions(for text: String, count: Int = 1) throws -> [Prediction] {
    try answers(for: LabelledText(texts: [text]), count: count)[0].predictions
  }

  /// The likeliest labels of many texts; whatever labels those have are not looked at.
  ///
  /// - Parameters:
  ///   - texts: the texts.
  ///   - count: how many labels at most.
  ///   - threshold: the least probability of a label that is given, 0 ... 1.
  ///   - threads: how many threads to use, at least 1.
  ///   - stop: ends the work early, with an error of kind `interrupted`.
  public func answers(
    for texts: LabelledText, count: Int = 1, threshold: Double = 0,
    threads: Int = Workers.defaultCount,
    stop: StopFlag = StopFlag()
  ) throws -> [Answer] {
    var answers: [Answer] = []
    try forEachPiece(of: texts, threads: threads, stop: stop) { range, scores in
      for document in range {
        let row = scores.row(document - range.lowerBound)
        answers.append(
          Answer(
            predictions: ClassScores.best(row, count: count, threshold: threshold).map {
              Prediction(label: labels[$0], probability: Double(row[row.startIndex + $0]))
            }, knownCount: Int(scores.knownCounts[document - range.lowerBound])))
      }
    }
    return answers
  }

  /// The likeliest labels of many texts as fastText prints them: those of a file of fastText's with
  /// their prefix and with its numbers, which it adds 1e-5 to and which may exceed 1; those of other
  /// models with a prefix before them.
  ///
  /// - Parameters:
  ///   - texts: the texts.
  ///   - labelPrefix: that prefix.
  ///   - count: at most so many labels of a text.
  ///   - threshold: the least of these numbers of a label that is given.
  ///   - threads: how many threads to use, at least 1.
  ///   - stop: ends the work early, with an error of kind `interrupted`.
  public func fastTextAnswers(
    for texts: LabelledText, labelPrefix: String = LabelledTextLayout.usualLabelPrefix,
    count: Int = 1, threshold: Double = 0, threads: Int = Workers.defaultCount,
    stop: StopFlag = StopFlag()
  ) throws -> [Answer] {
    guard
      var answers = try core.fastTextAnswers(
        of: texts, 0..<texts.count, count: count, threads: threads)
    else {
      return try self.answers(
        for: texts, count: count, threshold: threshold, threads: threads, stop: stop
      ).map {
        var answer = $0
        for place in answer.predictions.indices {
          answer.predictions[place].label =
            labelPrefix + answer.predictions[place].label
        }
        return answer
      }
    }
    for place in answers.indices {
      answers[place].predictions.removeAll { $0.probability < threshold }
    }
    return answers
  }

  /// Calls `body` with the scores of piece after piece, so that many texts and many labels do not
  /// take memory for all at once.
  func forEachPiece(
    of texts: LabelledText, threads: Int, stop: StopFlag,
    _ body: (Range<Int>, ClassScores) throws -> Void
  ) throws {
    var start = 0
    while start < texts.count {
      if stop.isRaised {
        throw WordtoolError(.interrupted, found: "stopped after \(start) texts")
      }
      let range = start..<min(texts.count, start + 4096)
      var scores = try core.scores(of: texts, range, threads: threads)
      guard scores.probabilities.allSatisfy(\.isFinite) else { throw WordtoolError.unsoundModel }
      if let calibration {
        for text in 0..<range.count {
          calibration.apply(
            to: &scores.probabilities[scores.places(of: text)], isExclusive: isExclusive)
        }
      }
      try body(range, scores)
      start = range.upperBound
    }
  }
}

/// The probabilities of every label for some texts.
struct ClassScores: Sendable {
  /// Row-major [texts, labels].
  var probabilities: [Float]
  let labelCount: Int
  /// How many features of each text the model knows.
  var knownCounts: [Int32]

  init(textCount: Int, labelCount: Int) {
    probabilities = [Float](repeating: 0, count: textCount * labelCount)
    self.labelCount = labelCount
    knownCounts = [Int32](repeating: 0, count: textCount)
  }

  /// The probabilities for one text.
  func row(_ text: Int) -> ArraySlice<Float> { probabilities[places(of: text)] }

  /// Where those of one text are.
  func places(of text: Int) -> Range<Int> { text * labelCount..<(text + 1) * labelCount }

  /// The places of the largest values, the largest first; of equal ones the first. Values below the
  /// threshold are left out.
  static func best(_ row: ArraySlice<Float>, count: Int, threshold: Double = 0) -> [Int] {
    if count <= 16 {
      // The largest so far, in order.
      var best: [Int] = []
      for place in row.indices {
        if best.count == count {
          guard let last = best.last, row[place] > row[last] else { continue }
          best.removeLast()
        }
        var at = best.count
        while at > 0, row[place] > row[best[at - 1]] { at -= 1 }
        best.insert(place, at: at)
      }
      return best.filter { Double(row[$0]) >= threshold }.map { $0 - row.startIndex }
    }
    let order = row.indices.sorted { (row[$1], $0) < (row[$0], $1) }
    return order.prefix(count).filter { Double(row[$0]) >= threshold }
      .map { $0 - row.startIndex }
  }
}

/// What the kinds of classifiers have in common.
protocol ClassifierCore: Sendable {
  var name: String { get }
  var labels: [String] { get }
  var rule: TokenizerRule { get }
  var parameterCount: Int { get }
  var isExclusive: Bool { get }

  /// The probabilities for a range of texts. The same whatever the number of threads.
  func scores(of texts: LabelledText, _ range: Range<Int>, threads: Int) throws -> ClassScores

  /// The likeliest labels as fastText prints them; nil where these are those of ``scores(of:_:threads:)``.
  func fastTextAnswers(
    of texts: LabelledText, _ range: Range<Int>, count: Int, threads: Int
  ) throws -> [TextClassifier.Answer]?

  /// The parts of a text, and what they add to the score of each label.
  ///
  /// - Throws: `WordtoolError` of kind `unavailable` where scores are no sums over parts.
  func explainedParts(of text: String) throws -> ExplainedParts

  /// Writes the model into a file that still has to be committed, with what its probabilities are changed
  /// by.
  func write(to output: OutputFile, _ calibration: Calibration?) throws

  /// The model as a graph, with all that is not the same for every kind.
  ///
  /// - Throws: `WordtoolError` of kind `unavailable` where there is no graph for it.
  func onnxModel() throws -> ONNXModel
}

extension ClassifierCore {
  func fastTextAnswers(
    of texts: LabelledText, _ range: Range<Int>, count: Int, threads: Int
  ) throws -> [TextClassifier.Answer]? { nil }
}
