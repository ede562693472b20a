import TestSupport
import Tokenize
import Word2Vec
import WordtoolCore

extension MutantFormat {
  private static func corpus() throws -> DocumentCorpus {
    try DocumentCorpus(
      texts: lines, labels: lines.indices.map { ["l\($0 % 2)", "m"] }, rule: .whitespace,
      limits: VocabularyLimits(minimumCount: 1), threads: 1)
  }

  private static func options(
    _ change: (inout DocumentVectorOptions) -> Void
  ) -> DocumentVectorOptions {
    var options = DocumentVectorOptions()
    options.dimension = 4
    options.epochs = 3
    options.subsampling = 0
    change(&options)
    return options
  }

  /// Models of documents: a text is made a vector, and the nearest document is asked.
  static let documentModels: [MutantFormat] =
    [
      ("pv-dbow", options { _ in }), ("pv-dbow with words", options { $0.trainsWords = true }),
      (
        "pv-dm, a tree",
        options {
          $0.model = .memory
          $0.hierarchicalSoftmax = true
        }
      ),
    ].map { name, options in
      MutantFormat(
        name: "document model, \(name)", layout: .safetensors, cost: 20,
        readers: ["DocumentVectors.init(contentsOf:)"]
      ) { folder in
        let model = try DocumentVectors.train(on: corpus(), options: options, threads: 1)
        try model.write(to: folder("model"))
        return Sample(file: try folder.bytes(of: "model")) {
          let model = try DocumentVectors(contentsOf: $0)
          let vector = try model.vector(of: "the sun is red", epochs: 2, learningRate: 0.1)
          let found = try model.nearest(to: vector.values, count: 2)
          return vector.values.map(Double.init) + found.map(\.similarity)
            + found.map { Double($0.labels.count) }
        }
      }
    }
    + [
      MutantFormat(
        name: "checkpoint of documents", layout: .safetensors, cost: 20,
        readers: ["DocumentVectorTrainer.resume(fromCheckpoint:)"]
      ) { folder in
        let corpus = try corpus()
        func trainer() throws -> DocumentVectorTrainer {
          try DocumentVectorTrainer(options: options { _ in }, corpus: corpus)
        }
        func step(_ trainer: DocumentVectorTrainer) throws {
          let stop = StopFlag()
          do {
            try trainer.train(threads: 1, stop: stop) { _ in stop.raise() }
          } catch let error as WordtoolError where error.kind == .interrupted {}
        }
        let first = try trainer()
        try step(first)
        try first.writeCheckpoint(to: folder("checkpoint"))
        return Sample(file: try folder.bytes(of: "checkpoint")) {
          let trainer = try trainer()
          try trainer.resume(fromCheckpoint: $0)
          try step(trainer)
          return trainer.epochLosses + [trainer.guessingLoss]
        }
      }
    ]
}
