import ArgumentParser
import WordtoolCore

/// How a limit of memory is shared out before it is known how large the words and the text are.
extension MemorySize {
  /// What words may take while they are counted, and those that are kept.
  var words: Int { bytes / 2 }
  /// What of the numbers of a text is kept in memory.
  var text: Int { bytes / 8 }
}

/// The limit of a training that holds everything in memory.
struct TrainingMemoryOption: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Hold no more than this in memory: 512M, 4G, 50%. What does not fit is refused before the "
        + "training. (default: no limit)", valueName: "limit"))
  var memory: MemorySize?
}

extension TrainingSession {
  /// Tells what a training is about to hold, and refuses it where `--memory` allows less.
  ///
  /// - Parameters:
  ///   - limit: `--memory`; nil without.
  ///   - remedy: what makes the training smaller.
  /// - Throws: ``WordtoolError`` of kind `unavailable` with the figures.
  func tell(_ estimate: MemoryEstimate, limit: MemorySize? = nil, remedy: String = "") throws {
    if let limit { try estimate.require(atMost: limit.bytes, remedy: remedy) }
    progress.note("memory: about \(estimate.description)")
  }
}
