import Libc

/// A scale of numbers above 0 whose ends and marks are 1, 2 and 5 times powers of ten: it shows less than
/// a decade as well as many.
struct LogarithmicScale: AxisScale {
  /// The marked numbers, as 1, 2 or 5 and an exponent of ten.
  private let steps: [(digit: Int, exponent: Int)]
  private let low: Double
  private let high: Double

  /// Exponents beyond which nothing is told apart.
  private static let exponents = -30...30
  private static let digits = [1, 2, 5]
  private static let mostMarks = 10

  /// A scale that shows some values; those that are not finite and above 0 are left out.
  init(showing values: [Double]) {
    let shown = values.filter { $0.isFinite && $0 > 0 }
    let (least, most) = (shown.min() ?? 1, shown.max() ?? 10)
    func limited(_ value: Double) -> Int {
      min(
        Self.exponents.upperBound, max(Self.exponents.lowerBound, Int(log10(value).rounded(.down))))
    }
    let (first, last) = (limited(least), limited(most))
    let all = (first...last + 1).flatMap { exponent in Self.digits.map { ($0, exponent) } }
    let below = all.last { Self.value($0) <= least } ?? all[0]
    // A level line still has room around it.
    let above =
      all.first { Self.value($0) >= most && Self.value($0) > Self.value(below) }
      ?? all[all.count - 1]
    low = log10(Self.value(below))
    high = max(low + 0.1, log10(Self.value(above)))
    let between = all.filter { (Self.value(below)...Self.value(above)).contains(Self.value($0)) }
    let tens = between.filter { $0.0 == 1 }
    let distance = (tens.count + Self.mostMarks - 1) / Self.mostMarks
    steps =
      between.count <= Self.mostMarks
      ? between : tens.enumerated().filter { $0.offset % max(1, distance) == 0 }.map(\.element)
  }

  private static func value(_ step: (Int, Int)) -> Double {
    // Below 1 the quotient of whole numbers is the nearest double; a product would not always be.
    step.1 >= 0
      ? Double(step.0) * pow(10, Double(step.1)) : Double(step.0) / pow(10, Double(-step.1))
  }

  func share(of value: Double) -> Double? {
    guard value.isFinite, value > 0 else { return nil }
    return (min(high, max(low, log10(value))) - low) / (high - low)
  }

  var marks: [(value: Double, label: String)] {
    steps.map { digit, exponent in
      let label =
        (-4...5).contains(exponent)
        ? Scale.decimal(digit, exponent)
        : "\(digit)e\(exponent < 0 ? "−" : "")\(abs(exponent))"
      return (Self.value((digit, exponent)), label)
    }
  }
}
