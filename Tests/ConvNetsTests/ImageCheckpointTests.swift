import ConvNets
import Networks
import Testing
import TestSupport
import WordtoolCore

/// Checkpoints are trusted in nothing.
@Suite struct ImageCheckpointTests {
  private static let numbers: [(key: String, value: String)] = [
    ("batch", "0"), ("batch", "-1"), ("batch", "9223372036854775807"), ("epochs", "0"),
    ("epochs", "4611686018427387904"), ("warmup", "-1"), ("decay", "0"), ("momentum", "1"),
    ("epsilon", "-1"), ("rate", "-1"), ("epoch", "-1"), ("epoch", "4611686018427387904"),
    ("step", "-1"), ("step", "9223372036854775807"), ("place", "-1"), ("place", "1000000"),
    ("place", "9223372036854775807"), ("lossCount", "-1"), ("correctCount", "-1"),
    ("examples", "-1"), ("examples", "9223372036854775807"), ("epochsSinceBest", "-1"),
    ("dataHash", "1"), ("dataHash", "-1"),
    ("validShare", "1"), ("labelSmoothing", "-1"),
  ]

  @Test func aChangedNumberInTheHeaderIsBadData() throws {
    let folder = ScratchFolder()
    let set = try StripeSet.make(40, in: folder)
    var training = ImageTrainingOptions()
    training.epochs = 2
    training.batch = 16
    training.validShare = 0.2
    let trainer = try ImageTrainer(
      StripeSet.description(), training: training, set: set, threads: 1)
    let stop = StopFlag()
    expectError("stopped in epoch", kind: .interrupted) {
      _ = try trainer.train(stop: stop, progress: { if $0.steps == 3 { stop.raise() } })
    }
    try trainer.writeCheckpoint(to: folder("checkpoint"))
    let whole = try folder.bytes(of: "checkpoint")
    _ = try ImageTrainer(
      resuming: ImageTrainer.Checkpoint(path: folder("checkpoint")), set: set, threads: 1
    ).train()
    for (key, value) in Self.numbers {
      let changed = try #require(
        SafetensorsHeader.replacing(number: key, with: value, in: whole), "no \(key)")
      let path = try folder.write(changed, to: "changed")
      let error = #expect(throws: WordtoolError.self, "\(key) = \(value)") {
        _ = try ImageTrainer(
          resuming: ImageTrainer.Checkpoint(path: path), set: set, threads: 1)
      }
      #expect(error?.kind == .badData, "\(key) = \(value): \(String(describing: error))")
      #expect(error?.path == path, "\(key) = \(value)")
    }
  }
}
