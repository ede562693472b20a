import BLASCore
import Networks
import WordtoolCore

extension ClassifierFileContents {
  /// Adds the weights and words of a network.
  mutating func add(
    _ options: SequenceNetworkOptions, _ parameters: Parameters<Float>,
    _ embeddings: Parameters<Float>, _ vocabulary: SequenceVocabulary
  ) throws {
    self["network"] = try StoredJSON.text(options)
    for weights in [embeddings, parameters] {
      for entry in weights.entries {
        unsafe add(
          entry.name, .float32, entry.shape,
          Array(
            UnsafeBufferPointer(
              start: weights.values.base + entry.range.lowerBound, count: entry.range.count)))
      }
    }
    add("vocabulary", StringTable(vocabulary.table))
  }
}

extension ModelFile {
  /// The network and its words.
  func network(
    labelCount: Int, isTagger: Bool
  ) throws -> (SequenceNetwork<Float>, SequenceVocabulary) {
    let options = try decoded("network", as: SequenceNetworkOptions.self)
    let recurrent = options.recurrent
    let sizes = [
      recurrent.layers, recurrent.hidden, recurrent.projection ?? 1, options.embedding,
      options.vocabulary,
    ]
    guard sizes.allSatisfy({ (1...1 << 30).contains($0) }), options.hasFrozenEmbeddings,
      recurrent.layers <= RecurrentOptions.maximumLayers, options.labels == labelCount,
      recurrent.cell == .lstm || (recurrent.projection == nil && !recurrent.hasPeepholes),
      (options.pooling == nil) == isTagger
    else { throw failure("a network of impossible shape") }
    let vocabulary = SequenceVocabulary(table: try table("vocabulary"))
    guard vocabulary.count == options.vocabulary else {
      throw failure("\(vocabulary.count, "word")", "\(options.vocabulary), one an embedding")
    }
    // The weights are there before memory is taken for them.
    let shapes = options.parameterShapes() + options.embeddingShapes(rows: options.vocabulary)
    for (name, shape) in shapes { _ = try unsafe bytes(name, .float32, shape) }
    let network = try SequenceNetwork<Float>(options, threads: 1)
    for weights in [network.parameters, network.embeddings] {
      for entry in weights.entries {
        let values = try floats(entry.name, entry.shape)
        unsafe (weights.values.base + entry.range.lowerBound).update(
          from: values, count: values.count)
      }
    }
    return (network, vocabulary)
  }
}

extension RecurrentClassifier {
  init(_ file: ModelFile) throws {
    let labels = try file.labels()
    let (network, vocabulary) = try file.network(labelCount: labels.count, isTagger: false)
    try self.init(
      labels: labels, rule: try file.rule(),
      maximumLength: try file.integer("maximum_length", in: 1...Int(Int32.max)),
      vocabulary: vocabulary, network: network)
  }

  func write(to output: OutputFile, _ calibration: Calibration?) throws {
    var contents = try ClassifierFileContents(model: name, rule: rule)
    contents["maximum_length"] = "\(maximumLength)"
    try contents.add(options, parameters, embeddings, vocabulary)
    contents.add("labels", texts: labels.map { Array($0.utf8) })
    if let calibration { contents.add(calibration) }
    try contents.write(to: output)
  }
}
