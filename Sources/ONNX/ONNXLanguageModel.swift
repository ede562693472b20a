extension ONNXModel {
  /// What a language model predicts the next token from, and the weights of it.
  package enum LanguageFeatures {
    /// Recurrent layers, of one direction, over embeddings [V, E].
    case recurrent(encoder: Tensor, layers: RecurrentWeights)
    /// tanh(W e + b) of the embeddings of `window` tokens, side by side: W is [H, window·E].
    case fixedWindow(encoder: Tensor, weights: Tensor, bias: Tensor, window: Int)
    /// tanh(b + Σ W[j·V + token j]) of `window` tokens: W is [window·V, H].
    case oneHotWindow(weights: Tensor, bias: Tensor, window: Int)
    /// The mean of the embeddings of `window` tokens.
    case bagOfWords(encoder: Tensor, window: Int)
  }

  /// The last layer of a language model.
  package enum SoftmaxWeights {
    /// A matrix [V, features], or nil for the embeddings once more, and a bias [V].
    case full(weights: Tensor?, bias: Tensor)
    /// Clusters: the head [c + tails, features], c the size of the first cluster, and for each tail
    /// its two matrices, one after the other.
    case adaptive(head: Tensor, tails: [(projection: Tensor, output: Tensor)])
  }

  /// The graph of a language model.
  ///
  /// V is the size of the vocabulary, T the number of steps, B that of sequences side by side; T and
  /// B are the caller's.
  ///
  /// - A recurrent model reads `tokens` [T, B], Int64, `h0` and for LSTM `c0` [layers, B, hidden].
  ///   It gives `logits` [T, B, V], and `hn` and `cn` to go on with.
  /// - The others read `tokens` [B, window], the oldest token first, and give `logits` [B, V].
  ///
  /// The softmax of the logits is the distribution of the token that follows. Those of an adaptive
  /// softmax are log probabilities already, which softmax leaves as they are.
  package static func languageModel(
    _ features: LanguageFeatures, _ softmax: SoftmaxWeights, vocabularyCount: Int
  ) -> ONNXModel {
    var model = ONNXModel(name: "language model")
    switch features {
    case .recurrent(let encoder, let layers):
      precondition(layers.directionCount == 1, "a language model reads one way")
      model.addInput("tokens", .int64, [.named("T"), .named("B")])
      let state: [Extent] = [.fixed(layers.layers.count), .named("B"), .fixed(layers.hidden)]
      let hasCells = layers.cell == .lstm
      for name in ["h0", "c0"].prefix(hasCells ? 2 : 1) { model.addInput(name, .float32, state) }
      model.addTensor("encoder.weight", encoder)
      model.addNode("Gather", ["encoder.weight", "tokens"], ["embedded"])
      let values = model.addRecurrentLayers(
        layers, input: "embedded", initial: ("h0", hasCells ? "c0" : nil))
      model.addSoftmax(values.output, softmax)
      model.addOutput("logits", .float32, [.named("T"), .named("B"), .fixed(vocabularyCount)])
      model.addOutput(values.hidden, .float32, state)
      if let cells = values.cells { model.addOutput(cells, .float32, state) }
    case .fixedWindow(let encoder, let weights, let bias, let window):
      model.addWindow(window)
      model.addTensor("encoder.weight", encoder)
      model.addNode("Gather", ["encoder.weight", "tokens"], ["embedded"])
      model.addList("window.joined_shape", [0, window * encoder.shape[1]])
      model.addNode("Reshape", ["embedded", "window.joined_shape"], ["window.joined"])
      model.addProduct("window.joined", model.addTensor("window.weight", weights), "window.product")
      model.addTensor("window.bias", bias)
      model.addNode("Add", ["window.product", "window.bias"], ["window.sums"])
      model.addNode("Tanh", ["window.sums"], ["features"])
      model.addSoftmax("features", softmax)
      model.addOutput("logits", .float32, [.named("B"), .fixed(vocabularyCount)])
    case .oneHotWindow(let weights, let bias, let window):
      model.addWindow(window)
      model.addTensor("window.weight", weights)
      model.addList("window.offsets", (0..<window).map { $0 * vocabularyCount })
      model.addNode("Add", ["tokens", "window.offsets"], ["window.rows"])
      model.addNode("Gather", ["window.weight", "window.rows"], ["window.parts"])
      model.addList("window.axis", [1])
      model.addNode(
        "ReduceSum", ["window.parts", "window.axis"], ["window.product"],
        [("keepdims", .integer(0))])
      model.addTensor("window.bias", bias)
      model.addNode("Add", ["window.product", "window.bias"], ["window.sums"])
      model.addNode("Tanh", ["window.sums"], ["features"])
      model.addSoftmax("features", softmax)
      model.addOutput("logits", .float32, [.named("B"), .fixed(vocabularyCount)])
    case .bagOfWords(let encoder, let window):
      model.addWindow(window)
      model.addTensor("encoder.weight", encoder)
      model.addNode("Gather", ["encoder.weight", "tokens"], ["embedded"])
      model.addNode(
        "ReduceMean", ["embedded"], ["features"],
        [("axes", .integers([1])), ("keepdims", .integer(0))])
      model.addSoftmax("features", softmax)
      model.addOutput("logits", .float32, [.named("B"), .fixed(vocabularyCount)])
    }
    return model
  }

  private mutating func addWindow(_ window: Int) {
    addInput("tokens", .int64, [.named("B"), .fixed(window)])
  }

  /// Adds `output`, the product of `input` with a matrix [outputs, inputs] that is there already.
  mutating func addProduct(_ input: String, _ matrix: String, _ output: String) {
    addNode("Transpose", [matrix], ["\(output).matrix"], [("perm", .integers([1, 0]))])
    addNode("MatMul", [input, "\(output).matrix"], [output])
  }

  /// Adds `logits`.
  private mutating func addSoftmax(_ features: String, _ softmax: SoftmaxWeights) {
    switch softmax {
    case .full(let weights, let bias):
      let matrix = weights.map { addTensor("decoder.weight", $0) } ?? "encoder.weight"
      addProduct(features, matrix, "decoder.product")
      addTensor("decoder.bias", bias)
      addNode("Add", ["decoder.product", "decoder.bias"], ["logits"])
    case .adaptive(let head, let tails):
      let last: [(name: String, value: Attribute)] = [("axis", .integer(-1))]
      addProduct(features, addTensor("decoder.head.weight", head), "decoder.head.product")
      addNode("LogSoftmax", ["decoder.head.product"], ["decoder.head"], last)
      let clusters = tails.indices.map { "decoder.tail.\($0)" }
      addList("decoder.parts", [head.shape[0] - tails.count] + tails.map { _ in 1 })
      addNode(
        "Split", ["decoder.head", "decoder.parts"], ["decoder.frequent"] + clusters, last)
      for (cluster, tail) in zip(clusters, tails) {
        addProduct(
          features, addTensor("\(cluster).0.weight", tail.projection), "\(cluster).inner")
        addProduct(
          "\(cluster).inner", addTensor("\(cluster).1.weight", tail.output), "\(cluster).product")
        addNode("LogSoftmax", ["\(cluster).product"], ["\(cluster).own"], last)
        addNode("Add", ["\(cluster).own", cluster], ["\(cluster).whole"])
      }
      addNode("Concat", ["decoder.frequent"] + clusters.map { "\($0).whole" }, ["logits"], last)
    }
  }
}
