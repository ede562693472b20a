import ArgumentParser
import ConvNets
import WordtoolCore

/// How images are made to fit a network.
struct ImageFitOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "What becomes of an image of another size than the network's: exact refuses it, stretch "
        + "resizes it, crop resizes it and cuts the middle out; crop=0.875 takes that share of the "
        + "shorter side.",
      valueName: "exact|stretch|crop"))
  var fit: FitArgument?

  @Flag(help: "Make grey images RGB, or colour grey, where the network wants it.")
  var convert = false

  /// Preprocessing with what was asked for.
  func adjust(_ preprocessing: inout ImagePreprocessing) {
    if let fit { preprocessing.fit = fit.fit }
    if convert { preprocessing.convertsColors = true }
  }
}

/// `exact`, `stretch`, `crop` or `crop=SHARE`.
struct FitArgument: ExpressibleByArgument {
  static var defaultCompletionKind: CompletionKind { .list(["exact", "stretch", "crop"]) }

  var fit: ImagePreprocessing.Fit

  init?(argument: String) {
    guard let fit = ImagePreprocessing.Fit(argument) else { return nil }
    self.fit = fit
  }

  var defaultValueDescription: String { fit.description }
}

/// `HEIGHTxWIDTHxCHANNELS`, or `HEIGHTxWIDTH` where the channels follow from elsewhere.
struct ImageExtents: ExpressibleByArgument {
  var height: Int
  var width: Int
  var channels: Int?

  init?(argument: String) {
    let numbers = argument.lowercased().split(separator: "x", omittingEmptySubsequences: false)
      .map { Int($0) }
    guard (2...3).contains(numbers.count), let height = numbers[0], let width = numbers[1],
      (1...1 << 14).contains(height), (1...1 << 14).contains(width)
    else { return nil }
    self.height = height
    self.width = width
    guard numbers.count == 3 else { return }
    guard let channels = numbers[2], channels == 1 || channels == 3 else { return nil }
    self.channels = channels
  }
}
