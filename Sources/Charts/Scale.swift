import Libc

/// How values become heights.
public enum ScaleKind: Sendable {
  /// From the lowest to the highest value, to round numbers.
  case linear
  /// Powers of ten.
  case logarithmic
  /// Shares: 0 to 1, marked as 0 % to 100 %.
  case percent
}

/// Values as shares of an axis, and which of them are marked.
protocol AxisScale {
  /// Where a value is, 0 at the low end and 1 at the high one; nil when it has no place.
  func share(of value: Double) -> Double?
  /// The values that are marked, with their names as markup.
  var marks: [(value: Double, label: String)] { get }
}

/// A scale of one of the kinds.
struct Scale: AxisScale {
  let kind: ScaleKind
  /// The ends: exponents where the scale is logarithmic.
  private let low: Double
  private let high: Double
  /// The distance of two marks of a linear scale: `digit` times a power of ten.
  private var digit = 1
  private var exponent = 0

  /// Powers of ten beyond which nothing is drawn.
  private static let exponents = -30...30

  /// A scale that shows some values; those that are not finite are left out.
  ///
  /// - Parameter isWhole: whether the marks of a linear scale are whole numbers.
  init(_ kind: ScaleKind, showing values: [Double], isWhole: Bool = false) {
    self.kind = kind
    switch kind {
    case .percent: (low, high) = (0, 1)
    case .logarithmic:
      let shown = values.filter { $0 > 0 && $0.isFinite }.map { log10($0) }
      let lowest = shown.min().map { Int($0.rounded(.down)) } ?? -1
      let highest = shown.max().map { Int($0.rounded(.up)) } ?? 0
      let bottom = min(Self.exponents.upperBound - 1, max(Self.exponents.lowerBound, lowest))
      low = Double(bottom)
      high = Double(min(Self.exponents.upperBound, max(highest, bottom + 1)))
    case .linear:
      let limit = 1e15
      let shown = values.filter(\.isFinite).map { min(limit, max(-limit, $0)) }
      let lowest = shown.min() ?? 0
      let highest = max(shown.max() ?? 1, lowest + max(1e-9, abs(lowest) * 1e-9))
      let rough = max((highest - lowest) / 6, isWhole ? 1 : 0)
      exponent = Int(log10(rough).rounded(.down))
      let power = pow(10, Double(exponent))
      digit = [1, 2, 5].first { Double($0) * power >= rough } ?? 10
      let step = Double(digit) * power
      low = (lowest / step).rounded(.down) * step
      high = (highest / step).rounded(.up) * step
    }
  }

  /// Where a value is, 0 at the low end and 1 at the high one; nil when it is not finite.
  func share(of value: Double) -> Double? {
    guard value.isFinite else { return nil }
    var place = value
    if kind == .logarithmic { place = value > 0 ? log10(value) : low }
    return (min(high, max(low, place)) - low) / (high - low)
  }

  /// The values that are marked, with their names as markup.
  var marks: [(value: Double, label: String)] {
    switch kind {
    case .percent: return (0...5).map { (Double($0) / 5, "\($0 * 20) %") }
    case .logarithmic:
      let step = max(1, Int(((high - low) / 9).rounded(.up)))
      return (Int(low)...Int(high)).filter { $0 % step == 0 }.map { exponent in
        (
          pow(10, Double(exponent)),
          "10<tspan dy=\"-6\" font-size=\"11\">\(exponent < 0 ? "−" : "")\(abs(exponent))</tspan>"
        )
      }
    case .linear:
      let step = Double(digit) * pow(10, Double(exponent))
      let (first, last) = (Int((low / step).rounded()), Int((high / step).rounded()))
      return (first...last).map { (Double($0) * step, Self.decimal($0 * digit, exponent)) }
    }
  }

  /// `digits` times ten to the power of `exponent`, in decimal.
  static func decimal(_ digits: Int, _ exponent: Int) -> String {
    guard digits != 0 else { return "0" }
    let sign = digits < 0 ? "−" : ""
    var text = "\(abs(digits))"
    if exponent >= 0 { return sign + text + String(repeating: "0", count: exponent) }
    if text.count <= -exponent {
      text = String(repeating: "0", count: 1 - exponent - text.count) + text
    }
    var (whole, rest) = (text.dropLast(-exponent), text.suffix(-exponent))
    while rest.last == "0" { rest.removeLast() }
    if rest.isEmpty { return sign + whole }
    whole += "." + rest
    return sign + whole
  }
}
