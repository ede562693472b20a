/// How well a classifier of images does on labelled ones.
public struct ImageReport: Sendable {
  /// The classes.
  public let classNames: [String]
  /// How often images of the first class were given the second.
  public private(set) var confusion: [[Int]]
  /// How many classes an image may be given for ``correctAmongK``.
  public let k: Int
  /// Images whose class is among the k likeliest.
  public private(set) var correctAmongK = 0
  private var lossSum = 0.0

  /// Nothing counted yet.
  init(classNames: [String], k: Int) {
    self.classNames = classNames
    self.k = k
    confusion = classNames.map { _ in [Int](repeating: 0, count: classNames.count) }
  }

  /// Images that were looked at.
  public var count: Int { confusion.reduce(0) { $0 + $1.reduce(0, +) } }
  /// Images whose likeliest class is theirs.
  public var correctCount: Int { confusion.indices.reduce(0) { $0 + confusion[$1][$1] } }
  /// The share of those.
  public var accuracy: Double { count == 0 ? 0 : Double(correctCount) / Double(count) }
  /// The share of images whose class is among the k likeliest.
  public var accuracyAmongK: Double { count == 0 ? 0 : Double(correctAmongK) / Double(count) }
  /// The mean cross-entropy, in nats.
  public var meanLoss: Double { count == 0 ? 0 : lossSum / Double(count) }

  /// Images of a class.
  public func count(of label: Int) -> Int { confusion[label].reduce(0, +) }
  /// Images that were given a class.
  public func predictedCount(of label: Int) -> Int { confusion.reduce(0) { $0 + $1[label] } }
  /// The share of the images given a class that are of it; nil when none was.
  public func precision(of label: Int) -> Double? {
    Self.ratio(confusion[label][label], predictedCount(of: label))
  }
  /// The share of the images of a class that were given it; nil when there is none.
  public func recall(of label: Int) -> Double? {
    Self.ratio(confusion[label][label], count(of: label))
  }
  /// The harmonic mean of precision and recall: 2 · correct / (given + present).
  public func f1(of label: Int) -> Double {
    Self.ratio(2 * confusion[label][label], count(of: label) + predictedCount(of: label)) ?? 0
  }
  /// The mean F1 of the classes that occur or were given.
  public var macroF1: Double {
    let seen = classNames.indices.filter { count(of: $0) + predictedCount(of: $0) > 0 }
    return seen.isEmpty ? 0 : seen.reduce(0) { $0 + f1(of: $1) } / Double(seen.count)
  }

  private static func ratio(_ part: Int, _ whole: Int) -> Double? {
    whole == 0 ? nil : Double(part) / Double(whole)
  }

  /// Counts one image.
  mutating func count(_ logits: some RandomAccessCollection<Float>, label: Int) {
    let ranked = ClassRanking.best(k, of: logits)
    confusion[label][ranked[0]] += 1
    if ranked.contains(label) { correctAmongK += 1 }
    let own = Double(logits[logits.index(logits.startIndex, offsetBy: label)])
    lossSum += ClassRanking.logSumOfExponentials(logits) - own
  }
}
