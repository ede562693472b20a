extension ONNXModel {
  /// The graph of a recurrent language model.
  ///
  /// V is the size of the vocabulary, T the number of steps, B that of sequences side by side; T and
  /// B are the caller's. Inputs: `tokens` [T, B], Int64; `h0` and for LSTM `c0`
  /// [layers, B, hidden]. Outputs: `logits` [T, B, V], of which the softmax is the distribution of
  /// the token that follows; `hn` and `cn`, to go on with.
  ///
  /// - Parameters:
  ///   - encoder: the embeddings, [V, E].
  ///   - recurrent: the layers between, of one direction.
  ///   - decoder: the matrix behind them, [V, outputs]; nil for the embeddings once more.
  ///   - bias: added to the logits, [V]; nil for none.
  package static func languageModel(
    encoder: RecurrentWeights.Tensor, recurrent: RecurrentWeights,
    decoder: RecurrentWeights.Tensor?, bias: RecurrentWeights.Tensor?
  ) -> ONNXModel {
    precondition(recurrent.directionCount == 1, "a language model reads one way")
    var model = ONNXModel(name: "language model")
    model.addInput("tokens", .int64, [.named("T"), .named("B")])
    let state: [Extent] = [
      .fixed(recurrent.layers.count), .named("B"), .fixed(recurrent.hidden),
    ]
    model.addInput("h0", .float32, state)
    let hasCells = recurrent.cell == .lstm
    if hasCells { model.addInput("c0", .float32, state) }
    model.addTensor("encoder.weight", encoder.shape, encoder.values)
    model.addNode("Gather", ["encoder.weight", "tokens"], ["embedded"])
    let values = model.addRecurrentLayers(
      recurrent, input: "embedded", initial: ("h0", hasCells ? "c0" : nil))
    var matrix = "encoder.weight"
    if let decoder {
      matrix = model.addTensor("decoder.weight", decoder.shape, decoder.values)
    }
    model.addNode("Transpose", [matrix], ["decoder.transposed"], [("perm", .integers([1, 0]))])
    model.addNode(
      "MatMul", [values.output, "decoder.transposed"], [bias == nil ? "logits" : "products"])
    if let bias {
      model.addTensor("decoder.bias", bias.shape, bias.values)
      model.addNode("Add", ["products", "decoder.bias"], ["logits"])
    }
    model.addOutput("logits", .float32, [.named("T"), .named("B"), .fixed(encoder.shape[0])])
    model.addOutput(values.hidden, .float32, state)
    if let cells = values.cells { model.addOutput(cells, .float32, state) }
    return model
  }
}
