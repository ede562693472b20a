import ArgumentParser
import ConvNets

/// How large the pictures of a sheet are where nothing is said.
protocol SheetDefaults {
  /// The help of `--cell`.
  static var cellHelp: String { get }
}

/// How a sheet of pictures is laid out.
struct SheetOptions<Defaults: SheetDefaults>: ParsableArguments {
  @Option(help: ArgumentHelp(Defaults.cellHelp, valueName: "n"))
  var cell: Int?

  @Flag(
    inversion: .prefixedNo,
    help: "Write below each picture what it is, and below the sheet what its greys mean.")
  var labels = true

  func validate() throws {
    try OptionCheck.whole([("--cell", cell, 8...2048)])
  }

  /// The sheet, with its words or without.
  func draw(_ sheet: LabelledSheet) -> Image {
    labels
      ? sheet.image() : ContactSheet.make(sheet.cells.map(\.image), columns: sheet.columns)
  }
}

/// What black and white stand for, as it is written below a picture.
enum SheetScale {
  /// - Parameters:
  ///   - image: the numbers before they became greys.
  ///   - mapping: how they did.
  static func text(_ image: Image, _ mapping: Image.RangeMapping) -> String {
    let values = image.values.filter(\.isFinite)
    func number(_ value: Float) -> String {
      let text = NumberFormat.general(Double(value), 3)
      return text.hasPrefix("-") ? "−" + text.dropFirst() : text
    }
    switch mapping {
    case .clamp: return "0 to 1"
    case .absolute: return "0 to ±1"
    case .stretch: return "\(number(values.min() ?? 0)) to \(number(values.max() ?? 0))"
    case .centered: return "±\(number(values.reduce(0) { max($0, abs($1)) }))"
    }
  }
}
