import BLASCore

/// How the learning rate of a training moves.
public enum LearningRateSchedule: String, Codable, Hashable, Sendable, CaseIterable {
  /// It stays.
  case constant
  /// Divided by a number after an epoch that was no better on the held-out examples than the best so
  /// far.
  case plateau
  /// Divided by a number after certain epochs.
  case step
  /// Half a cosine, down to zero at the end of the last epoch (Loshchilov and Hutter 2017).
  case cosine
  /// A straight line down to a tenth at the end of the last epoch.
  case linear
}

/// The learning rate of each step of a training: a schedule with its numbers, and a warm-up.
package struct TrainingSchedule: Hashable, Sendable {
  /// How it moves.
  package var schedule: LearningRateSchedule
  /// What it is divided by, by ``LearningRateSchedule/plateau`` and ``LearningRateSchedule/step``.
  package var decay: Double
  /// Steps over which it rises from zero in a straight line.
  package var warmup: Int

  /// A schedule.
  package init(_ schedule: LearningRateSchedule, decay: Double, warmup: Int) {
    self.schedule = schedule
    self.decay = decay
    self.warmup = warmup
  }

  /// The rate of a step.
  ///
  /// - Parameters:
  ///   - step: its number, from 0.
  ///   - base: the rate at the start, divided for every plateau that was met.
  ///   - decays: how often the rate was divided by ``LearningRateSchedule/step`` so far.
  ///   - done: how much of the training, of `total`, was before this step, for a cosine and a line.
  package func rate(
    ofStep step: Int, base: Double, decays: Int, done: Double, of total: Double = 1
  ) -> Double {
    var rate = base
    switch schedule {
    case .constant, .plateau: break
    case .step:
      // One division after the other, as a training without a pause does them; below the smallest
      // number more of them change nothing.
      var left = decays
      while left > 0, rate > 0, decay != 1 {
        rate /= decay
        left -= 1
      }
    case .linear: rate *= 1 - 0.9 * min(total, done) / total
    case .cosine: rate *= (1 + PortableMath.cosine(turns: min(1, done / total) / 2)) / 2
    }
    if step < warmup { rate *= Double(step + 1) / Double(warmup) }
    return rate
  }

  /// The base after an epoch that was not better than the best so far.
  package func baseAfterPlateau(_ base: Double) -> Double {
    schedule == .plateau ? base / decay : base
  }
}
