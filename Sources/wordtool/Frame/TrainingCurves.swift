import ArgumentParser
import BLASCore
package import Charts
import WordtoolCore

/// What is shown of the metrics of trainings, as curves.
package struct TrainingCurves {
  /// What was measured.
  package enum Quantity: String, CaseIterable, ExpressibleByArgument {
    case loss, perplexity, accuracy
    case learningRate = "learning-rate"
    case gradientNorm = "gradient-norm"
    case score

    /// What its axis says.
    var label: String {
      self == .loss ? "loss (nats)" : rawValue.replacing("-", with: " ")
    }

    /// Its names in the metrics: of the training, and of the validation where there is one.
    fileprivate var names: (training: String, validation: String?) {
      switch self {
      case .loss: ("loss", "validLoss")
      case .perplexity: ("perplexity", "validPerplexity")
      case .accuracy: ("accuracy", "validAccuracy")
      case .learningRate: ("learningRate", nil)
      case .gradientNorm: ("gradientNorm", nil)
      case .score: ("score", nil)
      }
    }

    /// The value at a moment; nil where none was measured.
    fileprivate func value(at moment: MetricsFile.Moment, isValidation: Bool) -> Double? {
      guard isValidation else { return moment[names.training] }
      if let value = names.validation.flatMap({ moment[$0] }) { return value }
      // Language models note the perplexity alone: e to the power of the loss.
      return self == .loss ? moment["validPerplexity"].map { PortableMath.log($0) } : nil
    }
  }

  /// What the horizontal axis counts.
  package enum Course: String, CaseIterable, ExpressibleByArgument {
    case epochs, examples, seconds
  }

  /// One curve of one file.
  struct Curve: Encodable {
    var quantity: String
    var part: String
    var x: [Double]
    var y: [Double]
  }

  /// The curves of one file.
  struct File: Encodable {
    var file: String
    var unit: String
    var curves: [Curve]
  }

  let files: [File]
  let quantities: [Quantity]
  let course: Course

  /// Curves of files.
  ///
  /// - Parameters:
  ///   - quantities: what to show; empty for the perplexity where all files have it, or the loss, and
  ///     the accuracy where one has it.
  ///   - course: nil for epochs where lines are of whole ones, or examples.
  /// - Throws: ``WordtoolError``: `unavailable` for a file that has nothing to show.
  package init(of files: [MetricsFile], quantities: [Quantity], course: Course?) throws {
    let shown = quantities.isEmpty ? Self.usual(of: files) : quantities
    let usualCourse: Course = files.allSatisfy(Self.countsEpochs) ? .epochs : .examples
    let course = course ?? usualCourse
    self.quantities = shown
    self.course = course
    self.files = try files.map { file in
      let curves = shown.flatMap { quantity in
        [false, true].compactMap { Self.curve(of: file, quantity, isValidation: $0, course) }
      }
      guard !curves.isEmpty else {
        let known = Quantity.allCases.filter { Self.has(file, $0) }.map(\.rawValue)
        throw WordtoolError(
          .unavailable, path: file.path,
          found: "no line with \(shown.map(\.rawValue).joined(separator: " or ")) to draw over "
            + course.rawValue,
          expected: known.isEmpty
            ? "metrics of a training" : "what it has: \(known.joined(separator: ", "))")
      }
      return File(
        file: file.path, unit: file.unit == "trial" ? "trials" : file.unit, curves: curves)
    }
  }

  /// Whether a file has a line for each epoch.
  private static func countsEpochs(_ file: MetricsFile) -> Bool {
    ["tokens", "images"].contains(file.unit) && file.moments.allSatisfy { $0["epoch"] != nil }
  }

  private static func has(_ file: MetricsFile, _ quantity: Quantity) -> Bool {
    file.moments.contains { moment in
      [false, true].contains { quantity.value(at: moment, isValidation: $0) != nil }
    }
  }

  private static func usual(of files: [MetricsFile]) -> [Quantity] {
    let main: Quantity =
      [.perplexity, .loss].first { quantity in files.allSatisfy { has($0, quantity) } }
      ?? (files.contains { has($0, .loss) } ? .loss : .score)
    return [main] + (files.contains { has($0, .accuracy) } ? [.accuracy] : [])
  }

  private static func curve(
    of file: MetricsFile, _ quantity: Quantity, isValidation: Bool, _ course: Course
  ) -> Curve? {
    var curve = Curve(
      quantity: quantity.rawValue, part: isValidation ? "validation" : "training", x: [], y: [])
    for moment in file.moments {
      let place: Double? =
        switch course {
        case .epochs: moment["epoch"]
        case .examples: moment[file.unit]
        case .seconds: moment["seconds"]
        }
      guard let place, place.isFinite,
        let value = quantity.value(at: moment, isValidation: isValidation)
      else { continue }
      curve.x.append(place)
      curve.y.append(value)
    }
    return curve.x.isEmpty ? nil : curve
  }
}

extension TrainingCurves {
  /// The curves as a picture.
  package func chart(title: String?, isLogarithmic: Bool, isDark: Bool) -> CurveChart {
    let names = Self.names(of: files.map(\.file))
    let (factor, prefix) = unit
    var chart = CurveChart(
      title: title ?? "\(shownNames) of \(NumberFormat.counted(files.count, "training"))",
      xLabel: prefix + courseName)
    chart.subtitle =
      files.contains { $0.curves.contains { $0.x.count > Self.pointLimit } }
      ? "means of neighbouring lines where there are more than \(Self.pointLimit)" : ""
    chart.series = names
    chart.hasWholePlaces = course == .epochs
    chart.isDark = isDark
    chart.panels = quantities.map { quantity in
      CurveChart.Panel(
        label: quantity.label, isLogarithmic: isLogarithmic && quantity != .accuracy,
        curves: files.enumerated().flatMap { number, file in
          file.curves.filter { $0.quantity == quantity.rawValue }.map { curve in
            CurveChart.Curve(
              series: number,
              points: Self.thinned(curve).map { ($0.x / factor, $0.y) },
              isDashed: curve.part == "validation")
          }
        })
    }.filter { !$0.curves.isEmpty }
    return chart
  }

  private var shownNames: String {
    let names = quantities.map { $0.rawValue.replacing("-", with: " ") }
    let text =
      names.dropLast().joined(separator: ", ") + (names.count > 1 ? " and " : "")
      + names[names.count - 1]
    return text.prefix(1).uppercased() + text.dropFirst()
  }

  private var courseName: String {
    guard course == .examples else { return course.rawValue }
    let units = Set(files.map(\.unit))
    return units.count == 1 ? files[0].unit : course.rawValue
  }

  /// What numbers of the horizontal axis are divided by, and how that is called.
  private var unit: (factor: Double, prefix: String) {
    let most = files.flatMap { $0.curves.flatMap(\.x) }.max() ?? 0
    if most >= 1e7 { return (1e6, "million ") }
    return most >= 1e4 ? (1e3, "thousand ") : (1, "")
  }

  /// Curves of more points are drawn through the means of neighbours.
  private static let pointLimit = 1000

  private static func thinned(_ curve: Curve) -> [(x: Double, y: Double)] {
    let count = curve.x.count
    guard count > pointLimit else { return zip(curve.x, curve.y).map { ($0, $1) } }
    return (0..<pointLimit).map { piece in
      let range = piece * count / pointLimit..<(piece + 1) * count / pointLimit
      let size = Double(range.count)
      return (
        curve.x[range].reduce(0, +) / size, curve.y[range].reduce(0, +) / size
      )
    }
  }

  /// The names of files without what all have in common: folders where names differ, and suffixes.
  static func names(of paths: [String]) -> [String] {
    let parts = paths.map { $0.split(separator: "/").map(String.init) }
    func name(_ path: [String], _ count: Int) -> String {
      let text = path.suffix(count).joined(separator: "/")
      return [".gz", ".jsonl", ".json"].reduce(text) { $0.trimmingSuffix($1) }
    }
    let longest = parts.map(\.count).max() ?? 1
    let count = (1...max(1, longest)).first { count in
      Set(parts.map { name($0, count) }).count == Set(paths).count
    }
    return zip(parts, paths).map { $0.isEmpty ? $1 : name($0, count ?? longest) }
  }

  /// A row of names, then a row for each point.
  var table: String {
    var text = "file\tquantity\tpart\t\(course.rawValue)\tvalue\n"
    for file in files {
      for curve in file.curves {
        for (x, y) in zip(curve.x, curve.y) {
          text +=
            [
              TerminalText.escaped(file.file), curve.quantity, curve.part,
              NumberFormat.general(x, 12),
              NumberFormat.general(y, 8),
            ].joined(separator: "\t") + "\n"
        }
      }
    }
    return text
  }
}
