import ArgumentParser
import SeqModels
import WordtoolCore

/// `--mix` and `--weights` of the commands that ask language models.
struct MixOptions: ParsableArguments {
  /// Numbers between commas.
  struct Weights: ExpressibleByArgument {
    var values: [Double]

    init?(argument: String) {
      let parts = argument.split(separator: ",", omittingEmptySubsequences: false)
      values = parts.compactMap { Double($0) }.filter { $0 >= 0 && $0.isFinite }
      guard values.count == parts.count, values.contains(where: { $0 > 0 }) else { return nil }
    }
  }

  @Option(
    help: ArgumentHelp(
      "Mix this model in: probabilities are weighted means. May be given several times. The "
        + "models must have the same tokens.",
      valueName: "model"), completion: .file())
  var mix: [String] = []

  @Option(
    help: ArgumentHelp(
      "What MODEL and each --mix counts for, such as 0.7,0.3, apart by commas or blanks; "
        + "divided by their sum. (default: all the same)",
      valueName: "x,x"))
  var weights: Weights?

  func validate() throws {
    guard let weights else { return }
    if mix.isEmpty { throw ValidationError("--weights needs --mix, expected a second model") }
    if weights.values.count != mix.count + 1 {
      throw ValidationError(
        "--weights has \(weights.values.count, "number"), expected \(mix.count + 1): one for MODEL "
          + "and one for each --mix")
    }
  }

  /// The paths of all models.
  func paths(with model: String) -> [String] { [model] + mix }

  /// Reads the models and mixes them; a single one is a mixture too.
  func load(_ model: String, threads: Int = 1) throws -> MixtureModel {
    let paths = paths(with: model)
    let models = try paths.map { path in
      let model = try FileKind.reading(path, as: .languageModel, .nGramModel, .mappedNGramModel) {
        try LanguageModelFile.load(path, threads: threads)
      }
      if model.unit == .word { StandardError.warn(of: model.readingRule, in: path) }
      return model
    }
    return try MixtureModel(models, weights: weights?.values, names: paths)
  }
}
