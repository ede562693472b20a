import BLASCore
import WordtoolCore

/// What a model said of texts whose labels are known: what a calibration is learnt from.
struct CalibrationAnswers {
  private let labelCount: Int
  private let isExclusive: Bool
  /// Row-major [texts, labels].
  private var probabilities: [Float] = []
  /// The right labels of text t are `right[ends[t] ..< ends[t + 1]]`.
  private var right: [Int32] = []
  private var ends = [0]

  /// How many texts there are.
  var count: Int { ends.count - 1 }

  /// No texts yet.
  init(labelCount: Int, isExclusive: Bool) {
    self.labelCount = labelCount
    self.isExclusive = isExclusive
  }

  /// Adds a text by its probabilities and its labels, at least one.
  mutating func add(_ row: ArraySlice<Float>, right labels: [Int]) {
    probabilities.append(contentsOf: row)
    right.append(contentsOf: labels.map { Int32($0) })
    ends.append(right.count)
  }

  /// What fits best.
  func fitted(by method: Calibration.Method) -> Calibration {
    switch method {
    case .temperature:
      Calibration(map: .temperature(isExclusive ? exclusiveTemperature() : separateTemperature()))
    case .isotonic:
      Calibration(
        map: .isotonic(
          (isExclusive && labelCount == 2 ? [1] : Array(0..<labelCount)).map(isotonic)))
    }
  }

  // MARK: Temperature

  /// Powers 1/T that are looked at.
  private static let powers = 1e-2...1e2

  /// The T of the least loss, -Σ ln p(right label), which in 1/T is convex: where its derivative is 0.
  private static func root(_ derivative: (_ power: Double) -> Double) -> Double {
    var (low, high) = (powers.lowerBound, powers.upperBound)
    for _ in 0..<48 {
      let middle = (low * high).squareRoot()
      if derivative(middle) < 0 { low = middle } else { high = middle }
    }
    return 1 / (low * high).squareRoot()
  }

  /// The derivative of a text's loss is the mean logarithm by the sharpened probabilities, less that of its
  /// labels.
  private func exclusiveTemperature() -> Double {
    let logs = probabilities.map(Calibration.logarithm)
    return Self.root { power in
      var sum = 0.0
      for text in 0..<count {
        let row = logs[text * labelCount..<(text + 1) * labelCount]
        let most = row.max() ?? 0
        var (total, weighted) = (0.0, 0.0)
        for value in row {
          let share = PortableMath.exp(power * (value - most))
          total += share
          weighted += share * value
        }
        let labels = right[ends[text]..<ends[text + 1]]
        let own = labels.reduce(0) { $0 + row[row.startIndex + Int($1)] }
        sum += weighted / total - own / Double(labels.count)
      }
      return sum
    }
  }

  /// Each label is a question: the derivative is log odds times what is given too much.
  private func separateTemperature() -> Double {
    let odds = probabilities.map { Calibration.logOdds(Double($0)) }
    return Self.root { power in
      var sum = 0.0
      for text in 0..<count {
        let labels = right[ends[text]..<ends[text + 1]]
        for label in 0..<labelCount {
          let value = odds[text * labelCount + label]
          let given = 1 / (1 + PortableMath.exp(-power * value))
          sum += value * (given - (labels.contains(Int32(label)) ? 1 : 0))
        }
      }
      return sum
    }
  }

  // MARK: Isotonic regression

  private func isotonic(_ label: Int) -> IsotonicFunction {
    IsotonicFunction(
      (0..<count).map { text in
        let labels = right[ends[text]..<ends[text + 1]]
        return (
          probabilities[text * labelCount + label], labels.contains(Int32(label)) ? 1 : 0
        )
      })
  }
}
