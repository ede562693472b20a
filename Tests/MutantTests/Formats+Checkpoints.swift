import ConvNets
import Embedding
import Networks
import SeqModels
import TestSupport
import Tokenize
import Word2Vec
import WordtoolCore

/// Trainings that were interrupted, and go on for a step.
extension MutantFormat {
  /// What a step says, whether or not the training then stops as it was asked to.
  private static func interrupted(_ body: (StopFlag) throws -> Void) throws {
    do {
      try body(StopFlag())
    } catch let error as WordtoolError where error.kind == .interrupted {}
  }

  /// The checkpoint of a trainer of word vectors after its first step.
  private static func wordVectors<Trainer: CorpusTrainer & SendableMetatype>(
    _ name: String, _ make: @escaping @Sendable (_ counts: [Int64]) throws -> Trainer
  ) -> MutantFormat {
    MutantFormat(
      name: "checkpoint of \(name)", layout: .safetensors, cost: 20,
      readers: ["\(Trainer.self).resume(fromCheckpoint:corpus:)"]
    ) { folder in
      let path = try folder.write(text, to: "text")
      let corpus = try CorpusReader(rule: .whitespace, threads: 1).read([path])
      let first = try make(corpus.vocabulary.counts)
      try interrupted { stop in
        try first.train(on: corpus.ids, threads: 1, stop: stop, pausing: nil) { _ in stop.raise() }
      }
      try first.writeCheckpoint(to: folder("checkpoint"), corpus: corpus)
      return Sample(file: try folder.bytes(of: "checkpoint")) {
        let trainer = try make(corpus.vocabulary.counts)
        try trainer.resume(fromCheckpoint: $0, corpus: corpus)
        var answer: [Double] = []
        try interrupted { stop in
          try trainer.train(on: corpus.ids, threads: 1, stop: stop, pausing: nil) {
            answer = [$0.fraction, $0.loss ?? 0, $0.learningRate ?? 0]
            stop.raise()
          }
        }
        return answer + trainer.epochLosses
      }
    }
  }

  static let checkpoints: [MutantFormat] = [
    wordVectors("embeddings") {
      var options = WordVectorOptions()
      options.dimension = 4
      options.epochs = 3
      options.subsampling = 0
      return try WordVectorTrainer(options: options, counts: $0)
    },
    wordVectors("GloVe") {
      var options = GloVeOptions()
      options.dimension = 4
      options.epochs = 3
      return try GloVeTrainer(options: options, counts: $0)
    },
    MutantFormat(
      name: "checkpoint of a language model", layout: .safetensors, cost: 40,
      readers: ["NeuralTrainer.Checkpoint.init(path:)"]
    ) { folder in
      let path = try folder.write(text, to: "text")
      let neural = try NeuralText(counting: [path], unit: .word)
      let ids = try neural.ids(of: [path])
      let valid = Array(ids.prefix(20))
      var options = NeuralOptions()
      options.embedding = 4
      options.recurrent.hidden = 4
      var training = NeuralTrainingOptions()
      training.epochs = 3
      training.batch = 4
      training.bptt = 10
      training.optimizer.method = .adam
      training.learningRate = 0.01
      let trainer = try NeuralTrainer(
        options, training: training, vocabulary: neural.vocabulary, ids: ids, validIDs: valid,
        threads: 1)
      try interrupted { stop in
        _ = try trainer.train(stop: stop, progress: { if $0.steps == 6 { stop.raise() } })
      }
      try trainer.writeCheckpoint(to: folder("checkpoint"))
      return Sample(file: try folder.bytes(of: "checkpoint")) {
        let trainer = try NeuralTrainer(
          resuming: NeuralTrainer.Checkpoint(path: $0), ids: ids, validIDs: valid, threads: 1)
        var answer: [Double] = []
        try interrupted { stop in
          _ = try trainer.train(
            stop: stop,
            progress: {
              answer = [$0.loss, $0.learningRate, $0.gradientNorm, $0.fraction]
              stop.raise()
            })
        }
        return answer
      }
    },
    MutantFormat(
      name: "checkpoint of an image model", layout: .safetensors, cost: 40,
      readers: ["ImageTrainer.Checkpoint.init(path:)"]
    ) { folder in
      let set = try set(in: folder)
      var training = ImageTrainingOptions()
      training.epochs = 3
      training.batch = 3
      training.validShare = 0.3
      training.augmentation = "horizontal-flip"
      let trainer = try ImageTrainer(description(set), training: training, set: set, threads: 1)
      try interrupted { stop in
        _ = try trainer.train(stop: stop, progress: { if $0.steps == 3 { stop.raise() } })
      }
      try trainer.writeCheckpoint(to: folder("checkpoint"))
      return Sample(file: try folder.bytes(of: "checkpoint")) {
        let trainer = try ImageTrainer(
          resuming: ImageTrainer.Checkpoint(path: $0), set: set, threads: 1)
        var answer: [Double] = []
        try interrupted { stop in
          _ = try trainer.train(
            stop: stop,
            progress: {
              answer = [$0.loss, $0.learningRate, $0.gradientNorm, $0.fraction]
              stop.raise()
            })
        }
        return answer
      }
    },
  ]
}
