import Embedding
import WordtoolCore

/// How a training is watched and ended.
struct TrainingControl {
  var threads: Int
  var stop: StopFlag
  var pausing: TrainingPause?
  var progress: ((TrainingProgress) -> Void)?
  /// Is told when the text cannot be read.
  let failure: ReadFailure

  init(
    threads: Int, stop: StopFlag, pausing: TrainingPause?,
    progress: ((TrainingProgress) -> Void)?
  ) {
    self.threads = threads
    self.stop = stop
    self.pausing = pausing
    self.progress = progress
    failure = ReadFailure(stop: stop)
  }
}
