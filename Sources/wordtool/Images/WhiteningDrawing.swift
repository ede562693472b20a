import Charts
import ConvNets

/// The steps of whitening pairs of pixels, as numbers and as a picture of four panels.
struct WhiteningDrawing {
  /// What is printed as JSON.
  struct Answer: Encodable {
    struct Step: Encodable {
      var step: String
      /// After it: [[xx, xy], [xy, yy]].
      var covariance: [[Double]]
    }
    var pairs: Int
    var mean: [Double]
    /// The directions of the largest and the least variance.
    var axes: [[Double]]
    var variances: [Double]
    /// What they are divided by.
    var divisors: [Double]
    /// All steps after the centring as one matrix.
    var transform: [[Double]]
    var steps: [Step]
  }

  private let steps: WhiteningSteps

  /// The most pairs: each is a point of a picture.
  static let mostPairs = 5000

  init(_ steps: WhiteningSteps) { self.steps = steps }

  /// What is printed as JSON.
  var answer: Answer {
    let axis = steps.axis
    let transform = steps.transform
    return Answer(
      pairs: steps.pairs.count, mean: [steps.mean.x, steps.mean.y],
      axes: [[axis.x, axis.y], [-axis.y, axis.x]],
      variances: [steps.variances.first, steps.variances.second],
      divisors: [steps.divisors.first, steps.divisors.second],
      transform: [[transform.xx, transform.xy], [transform.xy, transform.yy]],
      steps: WhiteningSteps.Step.allCases.map { step in
        let after = WhiteningSteps.covariance(of: steps.pairs(after: step))
        return Answer.Step(
          step: step.rawValue, covariance: [[after.xx, after.xy], [after.xy, after.yy]])
      })
  }

  /// The numbers for a person.
  var lines: [(String, String)] {
    [("pairs of neighbouring pixels", NumberFormat.grouped(steps.pairs.count))]
      + WhiteningSteps.Step.allCases.enumerated().flatMap { number, step in
        notes(of: step).enumerated().map { line, note in
          (line == 0 ? "\(number + 1). \(step.rawValue)" : "", note)
        }
      }
  }

  /// What is done in a step, and what it gives.
  private func notes(of step: WhiteningSteps.Step) -> [String] {
    func number(_ value: Double) -> String {
      let text = NumberFormat.fixed(value.magnitude < 0.00005 ? 0 : value, 4)
      return text.hasPrefix("-") ? "−" + text.dropFirst() : text
    }
    func pair(_ x: Double, _ y: Double) -> String { "\(number(x)), \(number(y))" }
    let after = WhiteningSteps.covariance(of: steps.pairs(after: step))
    let covariance = "covariance \(number(after.xx)), \(number(after.xy)), \(number(after.yy))"
    switch step {
    case .centre:
      let correlation = after.xy / (after.xx * after.yy).squareRoot()
      return [
        "minus the mean \(pair(steps.mean.x, steps.mean.y))", covariance,
        "correlation \(number(correlation))",
      ]
    case .rotate:
      return [
        "axes (\(pair(steps.axis.x, steps.axis.y))),", "(\(pair(-steps.axis.y, steps.axis.x)))",
        covariance,
      ]
    case .scale:
      return [
        "divided by \(pair(steps.divisors.first, steps.divisors.second))", covariance,
      ]
    case .rotateBack:
      let transform = steps.transform
      return [
        "as one matrix \(pair(transform.xx, transform.xy));",
        "\(pair(transform.xy, transform.yy))",
        covariance,
      ]
    }
  }

  /// The picture: a colour for each quarter of the turned axes, which the points keep.
  func chart(isDark: Bool) -> ScatterPanels {
    var chart = ScatterPanels(title: "Whitening (ZCA) in two dimensions")
    chart.subtitle =
      "\(NumberFormat.grouped(steps.pairs.count)) pixels: across their values, upwards those of their "
      + "neighbours on the right; arrows are two standard deviations"
    chart.isDark = isDark
    chart.colors = steps.pairs(after: .rotate).map { ($0.x < 0 ? 2 : 0) + ($0.y < 0 ? 1 : 0) }
    let axis = steps.axis
    let spread = (
      first: 2 * steps.variances.first.squareRoot(), second: 2 * steps.variances.second.squareRoot()
    )
    chart.panels = WhiteningSteps.Step.allCases.enumerated().map { number, step in
      let reach: (first: Double, second: Double) =
        step == .centre || step == .rotate
        ? spread : (spread.first / steps.divisors.first, spread.second / steps.divisors.second)
      let isTurned = step == .rotate || step == .scale
      let first = isTurned ? (x: 1.0, y: 0.0) : axis
      let arrows = [
        (x: first.x * reach.first, y: first.y * reach.first),
        (x: -first.y * reach.second, y: first.x * reach.second),
      ]
      return ScatterPanels.Panel(
        name: "\(number + 1). \(step.rawValue)", points: steps.pairs(after: step),
        arrows: arrows.map { ((x: 0, y: 0), $0) }, notes: notes(of: step))
    }
    return chart
  }
}
