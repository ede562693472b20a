import ArgumentParser
import SeqModels
import WordtoolCore

/// What a training that writes fastText's `.ftz` asks for.
struct QuantizedOutputOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The most bytes of an .ftz, as 500k or 2M: rows of words and n-grams that matter least are left "
        + "out, the others trained further. (default: no limit)", valueName: "size"))
  var size: FileSize?

  @Option(
    help: ArgumentHelp(
      "Values of a row that share a byte of an .ftz, 1 to 4096. (default: 2)", valueName: "n"))
  var dsub: Int?

  func validate() throws {
    try OptionCheck.whole([("--dsub", dsub, 1...4096)])
  }

  /// Labels from which on their rows are codes as well: fastText's number.
  private static let manyLabels = 256

  /// How a model that was trained with these options becomes codes.
  ///
  /// - Parameter labelCount: of the training text.
  func quantization(_ options: FastTextOptions, labelCount: Int) -> FastTextQuantizationOptions {
    var quantization = FastTextQuantizationOptions()
    quantization.partWidth = dsub ?? quantization.partWidth
    quantization.size = size?.bytes
    quantization.separatesLengths = true
    quantization.quantizesLabels = labelCount >= Self.manyLabels
    quantization.seed = options.seed
    return quantization
  }
}

/// The size of a file: `500k`, `2M`, or bytes. K, M and G are powers of 1000, as fastText takes them.
struct FileSize: Equatable, ExpressibleByArgument {
  var bytes: Int

  init?(argument: String) {
    let units: [Character: Double] = ["K": 1e3, "M": 1e6, "G": 1e9]
    let unit = argument.last.flatMap { units[Character($0.uppercased())] }
    guard let number = Double(unit == nil ? argument[...] : argument.dropLast()), number > 0,
      number * (unit ?? 1) < 0x1p62, number * (unit ?? 1) >= 1
    else { return nil }
    bytes = Int(number * (unit ?? 1))
  }
}
