import Encoders
import SeqModels
import TestSupport
import Tokenize
import WordtoolCore

extension MutantFormat {
  // MARK: Language models

  private static func ask(_ model: some LanguageModel) throws -> [Double] {
    let ids = ["sun", "moon", "nowhere", "red"].map { model.id(of: $0) ?? model.unknownID }
    let values = try model.logProbabilities(of: ids + [model.endID], stop: StopFlag())
    let text = try model.generate(prompt: "", length: 3)
    return values + [text.meanLogProbability ?? 0]
  }

  private static func ask(_ path: String) throws -> [Double] {
    try ask(LanguageModelFile.load(path))
  }

  static let languageModels: [MutantFormat] =
    [
      ("ARPA", Mutator.Layout.text), ("ARPA, gzip", .gzip(.text)),
    ].map { name, layout in
      MutantFormat(
        name: name, suffix: ".arpa", layout: layout, cost: 20,
        readers: ["NGramModel.init(contentsOf:threads:)", "LanguageModelFile.load(_:threads:)"]
      ) { folder in
        var options = NGramOptions()
        options.order = 3
        let text = try folder.write(lines.prefix(6).joined(separator: "\n"), to: "text")
        try NGramModel.train(on: [text], options: options).write(to: folder("model"))
        return Sample(file: try folder.bytes(of: "model"), ask: ask)
      }
    }
    + [
      MutantFormat(
        name: "n-grams, mapped", suffix: ".safetensors", layout: .safetensors, cost: 4,
        readers: ["NGramModel.init(contentsOf:threads:)", "LanguageModelFile.load(_:threads:)"]
      ) { folder in
        var options = NGramOptions()
        options.order = 3
        let text = try folder.write(lines.prefix(6).joined(separator: "\n"), to: "text")
        let model = try NGramModel.train(on: [text], options: options)
        try model.write(to: folder("model"), format: .safetensors)
        return Sample(file: try folder.bytes(of: "model")) { path in
          let model = try NGramModel(contentsOf: path)
          // Written as text every n-gram is looked at.
          try? model.write(to: folder("arpa"))
          return try ask(model) + model.probabilities(after: model.sentenceBegin)
        }
      }
    ]
    + [
      ("recurrent", neural { $0.recurrent.layers = 2 }),
      (
        "recurrent, gated",
        neural {
          $0.recurrent.cell = .gru
          $0.cutoffs = [4]
        }
      ),
      ("fixed window", neural { $0.kind = .fixedWindow }),
      ("bag of words", neural { $0.kind = .bagOfWords }),
      ("characters", neural { $0.unit = .char }),
    ].map { name, options in
      MutantFormat(
        name: "language model, \(name)", suffix: ".lm", layout: .safetensors, cost: 20,
        readers: [
          "NeuralLanguageModel.init(contentsOf:threads:)", "LanguageModelFile.load(_:threads:)",
        ]
      ) { folder in
        var training = NeuralTrainingOptions()
        training.epochs = 1
        let model = try NeuralLanguageModel.train(
          on: [folder.write(text, to: "text")], options: options, training: training, threads: 1)
        try model.write(to: folder("model"))
        return Sample(file: try folder.bytes(of: "model"), ask: ask)
      }
    }

  private static func neural(_ change: (inout NeuralOptions) -> Void) -> NeuralOptions {
    var options = NeuralOptions()
    options.embedding = 4
    options.recurrent.hidden = 4
    options.window = 2
    change(&options)
    return options
  }

  // MARK: Classifiers

  static var labelled: LabelledText {
    var text = LabelledText()
    for (number, line) in lines.enumerated() {
      text.append(text: line, labels: [["sky", "color", "word"][number % 3]])
    }
    return text
  }

  private static var sequences: SequenceTrainingOptions {
    var options = SequenceTrainingOptions()
    options.recurrent.hidden = 4
    options.embedding = 4
    options.minimumCount = 1
    options.epochs = 1
    return options
  }

  private static func classifier(
    _ name: String, _ train: @escaping @Sendable () throws -> TextClassifier
  ) -> MutantFormat {
    MutantFormat(
      name: "classifier, \(name)", layout: .safetensors, cost: 20,
      readers: ["TextClassifier.init(contentsOf:labelPrefix:)", "SequenceModelFile.load(_:)"]
    ) { folder in
      try train().write(to: folder("model"))
      return Sample(file: try folder.bytes(of: "model")) { path in
        guard case .classifier(let model) = try SequenceModelFile.load(path) else { return [] }
        return try model.predictions(for: "sun moon red nowhere", count: 3).map(\.probability)
      }
    }
  }

  static let classifiers: [MutantFormat] = [
    classifier("linear") {
      let options = LinearClassifierOptions(features: NGramFeatureOptions(minimumCount: 1))
      return try TextClassifier.train(on: labelled, options: options)
    },
    classifier("linear, calibrated") {
      try TextClassifier.train(on: labelled, options: LinearClassifierOptions())
        .calibrated(on: labelled, by: .isotonic, threads: 1)
    },
    classifier("linear by tf-idf") {
      let options = LinearClassifierOptions(
        features: NGramFeatureOptions(minimumCount: 1), weighting: .tfIdf)
      return try TextClassifier.train(on: labelled, options: options)
    },
    classifier("linear with n-grams of characters") {
      var options = LinearClassifierOptions(
        features: NGramFeatureOptions(minimumCount: 1), loss: .squaredHinge)
      options.features.characterOrders = 2...3
      return try TextClassifier.train(on: labelled, options: options)
    },
    classifier("fastText") {
      let options = FastTextOptions(
        features: NGramFeatureOptions(minimumCount: 1, bucketCount: 10), dimension: 4, epochs: 1)
      return try TextClassifier.train(on: labelled, options: options, threads: 1)
    },
    classifier("fastText with rows that features share") {
      let options = FastTextOptions(dimension: 4, epochs: 1)
      return try TextClassifier.train(on: labelled, options: options, threads: 1)
    },
    classifier("recurrent") {
      try TextClassifier.train(on: labelled, options: sequences, threads: 1)
    },
    MutantFormat(
      name: "tagger", layout: .safetensors, cost: 20,
      readers: ["SequenceTagger.init(contentsOf:)", "SequenceModelFile.load(_:)"]
    ) { folder in
      var text = TaggedText()
      text.sentences = lines.map { line in
        let words = line.split(separator: " ").map(String.init)
        return TaggedText.Sentence(
          words: words, tags: words.map { $0.count > 3 ? "LONG" : "SHORT" })
      }
      try SequenceTagger.train(on: text, options: sequences, threads: 1)
        .write(to: folder("model"))
      return Sample(file: try folder.bytes(of: "model")) { path in
        guard case .tagger(let tagger) = try SequenceModelFile.load(path) else { return [] }
        return try tagger.answers(for: [["sun", "moon"], ["nowhere"]]).flatMap { $0 }
          .map(\.probability)
      }
    },
  ]

  // MARK: Encoders

  private static let documents = Documents(["sun moon the sun", "red été", ""])
  private static let words = ["sun", "moon", "red", "sun"]
  private static var vocabulary: Vocabulary {
    get throws {
      try Vocabulary([(word: "sun", count: 3), (word: "moon", count: 2), (word: "red", count: 1)])
    }
  }

  private static func encoder(
    _ name: String, _ type: String, layout: Mutator.Layout = .safetensors, suffix: String = "",
    write: @escaping @Sendable (_ path: String) throws -> Void,
    ask: @escaping @Sendable (_ path: String) throws -> [Double]
  ) -> MutantFormat {
    MutantFormat(
      name: name, suffix: suffix, layout: layout, cost: 5, readers: [type]
    ) { folder in
      try write(folder("whole"))
      return Sample(file: try folder.bytes(of: "whole"), ask: ask)
    }
  }

  private static func write(
    _ path: String, _ body: (SparseMatrix, OutputFile) throws -> Void
  ) throws {
    let matrix = try BagOfWords.fitTransform(Documents(lines), threads: 1).counts
    let file = try OutputFile(path: path)
    try body(matrix, file)
    try file.commit()
  }

  static let encoders: [MutantFormat] = [
    encoder("bag of words", "BagOfWords.init(contentsOf:)") {
      try BagOfWords.fit(Documents(lines), threads: 1).write(to: $0)
    } ask: {
      try BagOfWords(contentsOf: $0).transform(documents, threads: 1).values
    },
    encoder("tf-idf", "TfIdf.init(contentsOf:)") {
      let counts = try BagOfWords.fitTransform(Documents(lines), threads: 1).counts
      try TfIdf.fit(counts).write(to: $0)
    } ask: {
      let weights = try TfIdf(contentsOf: $0)
      let columns = weights.idf.indices.prefix(3).map { Int32($0) }
      let counts = try SparseMatrix(
        rowCount: 1, columnCount: weights.idf.count, rowOffsets: [0, columns.count],
        columns: columns, values: columns.map { Double($0 + 1) })
      return try weights.transform(counts).values
    },
    encoder("hashing encoder", "HashingEncoder.init(contentsOf:)") {
      try HashingEncoder(featureCount: 64).write(to: $0)
    } ask: {
      try HashingEncoder(contentsOf: $0).transform(documents, threads: 1).values
    },
    encoder("one-hot encoder", "OneHotEncoder.init(contentsOf:)") {
      try OneHotEncoder.fit([["red", "small"], ["blue", "large"], ["red", "large"]]).write(to: $0)
    } ask: {
      let encoder = try OneHotEncoder(contentsOf: $0)
      let matrix = try encoder.transform([encoder.categories.map { $0.first ?? "red" }])
      return matrix.values + [Double(try encoder.inverse(matrix).count)]
    },
    encoder("fixed window", "FixedWindow.init(contentsOf:)") {
      try FixedWindow(vocabulary: vocabulary).write(to: $0)
    } ask: {
      let (windows, targets) = try FixedWindow(contentsOf: $0).transform(words)
      return windows.values + targets.map(Double.init)
    },
    encoder("big window", "BigWindow.init(contentsOf:)") {
      try BigWindow(vocabulary: vocabulary).write(to: $0)
    } ask: {
      try BigWindow(contentsOf: $0).transform([words]).values
    },
    // A matrix may hold what is not finite.
    encoder("Matrix Market", "SparseMatrix.init(matrixMarket:)", layout: .text) {
      try write($0) { try $0.writeMatrixMarket(to: $1) }
    } ask: {
      [Double(try SparseMatrix(matrixMarket: $0).storedCount)]
    },
  ]
}
