import Networks
import ONNX
import Tokenize
package import WordtoolCore

extension TextClassifier {
  /// Writes the model as an ONNX graph, for programs that cannot read its own file.
  ///
  /// A recurrent model reads `tokens` [T, B], Int64, the numbers of the words in `vocabulary`, 0 for
  /// one that is not there, and `lengths` [B], Int32, how many words each text has: of a longer text
  /// the last `maximum_length`, and of one without words the word 0. The others read `features`
  /// [B, N], Int64, the places in `features` of the words and n-grams that a text has, each once, and
  /// `counts` [B, N], how often each occurs, 0 for what only fills up the row. All give
  /// `probabilities` [B, L]. T, N and B are the caller's.
  ///
  /// The strings beside the graph are `model`, its kind; `labels` and `vocabulary` or `features` as
  /// JSON arrays, words of an n-gram apart by spaces; `tokenizer`, how text is cut into words; and
  /// `maximum_length` or `orders`, the lengths of the n-grams that count.
  ///
  /// - Throws: `WordtoolError`: `unavailable` for a model of more than 2 GB or with hashed n-grams,
  ///   which have no names; `cannotCreate`, `inputOutput`.
  public func writeONNX(to path: String) throws {
    try OutputFile.write(to: path) { try writeONNX(to: $0) }
  }

  /// Writes the graph into an open file.
  package func writeONNX(to output: OutputFile) throws {
    guard calibration == nil else {
      throw WordtoolError(
        .unavailable, found: "a calibrated model, whose calibration is not written as a graph",
        expected: "one that is not calibrated", remedy: "train it without a calibration")
    }
    var model = try core.onnxModel()
    model.metadata += [
      ("model", core.name), ("labels", ONNXModel.json(labels)),
      ("tokenizer", try StoredJSON.text(rule)),
    ]
    try model.write(to: output)
  }
}

extension SequenceTagger {
  /// Writes the model as an ONNX graph, for programs that cannot read its own file.
  ///
  /// It reads `tokens` [T, B], Int64, the numbers of the words in `vocabulary`, 0 for one that is not
  /// there, and `lengths` [B], Int32, how many words each sentence has; it gives `probabilities`
  /// [T, B, L] of the tags of each word. The strings beside the graph are `model`, `labels` and
  /// `vocabulary` as JSON arrays, and `tokenizer`, the form that words are brought into.
  ///
  /// - Throws: `WordtoolError`: `unavailable` for a model of more than 2 GB, `cannotCreate`, `inputOutput`.
  public func writeONNX(to path: String) throws {
    try OutputFile.write(to: path) { try writeONNX(to: $0) }
  }

  /// Writes the graph into an open file.
  package func writeONNX(to output: OutputFile) throws {
    var model = ONNXModel.sequenceLabels(options, parameters, embeddings, vocabulary)
    model.metadata += [
      ("model", Self.modelName), ("labels", ONNXModel.json(tags)),
      ("tokenizer", try StoredJSON.text(rule)),
    ]
    try model.write(to: output)
  }
}

extension ONNXModel {
  /// A JSON array of strings.
  fileprivate static func json(_ texts: [String]) -> String {
    "[\(texts.map(JSONText.quoted).joined(separator: ","))]"
  }

  /// The graph of a network, and its words.
  fileprivate static func sequenceLabels(
    _ options: SequenceNetworkOptions, _ parameters: Parameters<Float>,
    _ embeddings: Parameters<Float>, _ vocabulary: SequenceVocabulary
  ) -> ONNXModel {
    func tensor(_ name: String) -> Tensor {
      for weights in [parameters, embeddings] {
        if let entry = weights.entry(name) {
          return unsafe Tensor(entry.shape, Array(weights.values.all[entry.range]))
        }
      }
      preconditionFailure("no parameter \(name)")
    }
    let pooling: Pooling? =
      switch options.pooling {
      case nil: nil
      case .last: .last
      case .mean: .mean
      case .max: .max
      case .attention:
        .attention(
          weights: tensor("attention.weight"), bias: tensor("attention.bias"),
          vector: tensor("attention.vector"))
      }
    var model = sequenceLabels(
      encoder: tensor("embedding.weight"),
      layers: RecurrentWeights(options.recurrent, prefix: "rnn.", tensor: tensor),
      pooling: pooling, output: (tensor("output.weight"), tensor("output.bias")))
    model.metadata = [
      ("vocabulary", json((0..<vocabulary.count).map { vocabulary.table.text(Int32($0)) }))
    ]
    return model
  }

  /// Adds the names of the features.
  fileprivate mutating func describe(_ features: NGramFeatures) throws {
    guard features.bucketCount == 0 else {
      throw WordtoolError(
        .unavailable, found: "a model with hashed n-grams", expected: "n-grams with names",
        remedy: "train it without hashed n-grams, or with a `bucketCount` of 0")
    }
    guard features.characters == nil else {
      throw WordtoolError(
        .unavailable, found: "a model with n-grams of characters",
        expected: "words and n-grams of words", remedy: "train it without `characterOrders`")
    }
    // The n-gram that another one continues stands before it.
    var texts = (0..<features.words.count).map { features.words.text(Int32($0)) }
    texts.reserveCapacity(features.count)
    for pair in 0..<features.pairs.count {
      let (prefix, word) = features.pairs[pair]
      texts.append(texts[Int(prefix)] + " " + texts[Int(word)])
    }
    metadata += [
      ("features", Self.json(texts)),
      ("orders", "\(features.orders.lowerBound)-\(features.orders.upperBound)"),
    ]
  }
}

extension RecurrentClassifier {
  func onnxModel() throws -> ONNXModel {
    var model = ONNXModel.sequenceLabels(options, parameters, embeddings, vocabulary)
    model.metadata.append(("maximum_length", "\(maximumLength)"))
    return model
  }
}

extension LinearClassifier {
  func onnxModel() throws -> ONNXModel {
    typealias Tensor = ONNXModel.Tensor
    var model = ONNXModel.linearClassifier(
      .regression(
        weights: Tensor([features.count, questionCount], weights),
        bias: Tensor([questionCount], biases),
        weighting: {
          switch weighting {
          // The ratios are in the weights.
          case .binary, .naiveBayes: .binary
          case .counts: .counts
          case .tfIdf: .tfIdf(Tensor([features.count], inverseDocumentFrequencies))
          }
        }(),
        answer: questionCount == 1 ? .pair : isExclusive ? .shares : .independent))
    try model.describe(features)
    return model
  }
}

extension FastTextClassifier {
  func onnxModel() throws -> ONNXModel {
    func tensor(_ rows: FloatRows, _ numbers: some Sequence<Int>, count: Int) -> ONNXModel.Tensor {
      unsafe ONNXModel.Tensor([count, rows.dimension], numbers.flatMap { unsafe rows[$0] })
    }
    // A graph has a row for each feature.
    var model = ONNXModel.linearClassifier(
      .embeddings(
        tensor(embeddings, (0..<features.count).lazy.map { row(of: $0) }, count: features.count),
        output: tensor(output, 0..<output.count, count: output.count), isExclusive: isExclusive))
    try model.describe(features)
    return model
  }
}

extension FastTextModel {
  func onnxModel() throws -> ONNXModel {
    throw WordtoolError(
      .unavailable, found: "a file of fastText's, whose n-grams are hashed and have no names",
      expected: "a model of train-classifier", remedy: "train it here without `bucketCount`")
  }
}
