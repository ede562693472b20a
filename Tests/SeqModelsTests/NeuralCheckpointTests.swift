import Networks
import SeqModels
import Testing
import TestSupport
import WordtoolCore

/// Checkpoints are trusted in nothing.
@Suite struct NeuralCheckpointTests {
  private static let ids = (0..<400).map { Int32(2 + $0 * $0 % 7) }

  /// A checkpoint in the middle of the second epoch.
  private static func checkpoint(in folder: ScratchFolder) throws -> [UInt8] {
    let text = (0..<8).map { "w\($0) w\($0)" }.joined(separator: "\n")
    let vocabulary = try NeuralText(
      counting: [try folder.write(text, to: "text.txt")], unit: .word
    ).vocabulary
    var options = NeuralOptions()
    options.embedding = 6
    options.recurrent.hidden = 6
    var training = NeuralTrainingOptions()
    training.batch = 4
    training.bptt = 10
    training.epochs = 3
    let trainer = try NeuralTrainer(
      options, training: training, vocabulary: vocabulary, ids: ids, validIDs: Array(ids[..<40]),
      threads: 1)
    let stop = StopFlag()
    #expect(throws: WordtoolError.self) {
      _ = try trainer.train(stop: stop, progress: { if $0.steps == 13 { stop.raise() } })
    }
    try trainer.writeCheckpoint(to: folder("checkpoint"))
    return try folder.bytes(of: "checkpoint")
  }

  private static let numbers: [(key: String, value: String)] = [
    ("batch", "0"), ("batch", "-1"), ("batch", "9223372036854775807"), ("epochs", "0"),
    ("epochs", "4611686018427387904"), ("warmup", "-1"), ("decay", "0"), ("momentum", "1"),
    ("epsilon", "-1"), ("rate", "-1"), ("epoch", "-1"), ("epoch", "4611686018427387904"),
    ("step", "-1"), ("step", "9223372036854775807"), ("place", "-1"), ("place", "1000000"),
    ("place", "9223372036854775807"), ("lossCount", "-1"), ("correctCount", "-1"),
    ("examples", "-1"), ("examples", "9223372036854775807"), ("epochsSinceBest", "-1"),
    ("dataHash", "1"), ("dataHash", "-1"),
    ("bptt", "0"), ("bptt", "-1"), ("bptt", "9223372036854775807"), ("hidden", "0"),
    ("hidden", "1000000"), ("hidden", "9223372036854775807"), ("embedding", "1048576"),
    ("layers", "1000"), ("layers", "-1"), ("decayAfter", "-1"),
  ]

  @Test func `a changed number in the header is bad data`() throws {
    let folder = ScratchFolder()
    let whole = try Self.checkpoint(in: folder)
    // Nothing changed: it goes on.
    let same = try NeuralTrainer.Checkpoint(path: folder("checkpoint"))
    _ = try NeuralTrainer(
      resuming: same, ids: Self.ids, validIDs: Array(Self.ids[..<40]), threads: 1
    ).train()
    for (key, value) in Self.numbers {
      let changed = try #require(
        SafetensorsHeader.replacing(number: key, with: value, in: whole), "no \(key)")
      let path = try folder.write(changed, to: "changed")
      let error = #expect(throws: WordtoolError.self, "\(key) = \(value)") {
        _ = try NeuralTrainer(
          resuming: NeuralTrainer.Checkpoint(path: path), ids: Self.ids,
          validIDs: Array(Self.ids[..<40]), threads: 1)
      }
      #expect(error?.kind == .badData, "\(key) = \(value): \(String(describing: error))")
      #expect(error?.path == path, "\(key) = \(value)")
    }
  }

  @Test func `a position at the end of the training ends at once`() throws {
    let folder = ScratchFolder()
    let whole = try Self.checkpoint(in: folder)
    for epoch in ["3", "4", "1000000"] {
      let changed = try #require(
        SafetensorsHeader.replacing(number: "epoch", with: epoch, in: whole))
      let checkpoint = try NeuralTrainer.Checkpoint(
        path: folder.write(changed, to: "changed"))
      let trainer = try NeuralTrainer(
        resuming: checkpoint, ids: Self.ids, validIDs: Array(Self.ids[..<40]), threads: 1)
      var steps = 0
      _ = try trainer.train(progress: { _ in steps += 1 })
      #expect(steps == 0, "epoch \(epoch)")
    }
  }

  @Test func `options that no training can have name their property`() throws {
    for (name, change) in [
      ("batch", { $0.batch = 0 }), ("bptt", { $0.bptt = 0 }), ("epochs", { $0.epochs = .max }),
      ("learningRate", { $0.learningRate = .nan }), ("dropout.input", { $0.dropout.input = 1 }),
      ("clipNorm", { $0.optimizer.clipNorm = 0 }), ("patience", { $0.patience = 0 }),
    ] as [(String, (inout NeuralTrainingOptions) -> Void)] {
      var training = NeuralTrainingOptions()
      change(&training)
      let error = #expect(throws: WordtoolError.self) { try training.validate() }
      #expect(error?.kind == .usage && error?.found.contains("`\(name)`") == true, "\(name)")
    }
  }

  @Test func `a network larger than the machine's memory is an error`() throws {
    let folder = ScratchFolder()
    let vocabulary = try NeuralText(
      counting: [try folder.write("a b c", to: "text.txt")], unit: .word
    ).vocabulary
    var options = NeuralOptions()
    options.recurrent.hidden = 10_000_000
    let error = #expect(throws: WordtoolError.self) {
      _ = try NeuralTrainer(
        options, training: NeuralTrainingOptions(), vocabulary: vocabulary, ids: [0, 1, 0],
        threads: 1)
    }
    #expect(error?.kind == .unavailable)
  }
}
