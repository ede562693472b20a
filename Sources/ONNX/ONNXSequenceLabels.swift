extension ONNXModel {
  /// How the outputs of all steps become the features of one sequence, with the weights of it.
  package enum Pooling {
    /// The state after the last step; of the direction from the end, that after the first.
    case last
    /// The mean of all steps.
    case mean
    /// The largest of all steps, unit by unit.
    case max
    /// The sum of all steps, weighted by the softmax of v · tanh(W h + b): W is [F, F], b and v [F].
    case attention(weights: Tensor, bias: Tensor, vector: Tensor)
  }

  /// The graph of a recurrent network that names labels: one for each sequence, or one for each step.
  ///
  /// It reads `tokens` [T, B], Int64, and `lengths` [B], Int32, how many steps of each sequence are
  /// its own; of an empty one the first step counts, whatever token fills it up. What stands behind
  /// them changes nothing. It gives `probabilities`, [B, L], or without pooling [T, B, L]. T and B are
  /// the caller's.
  ///
  /// - Parameters:
  ///   - encoder: the embeddings, [V, E].
  ///   - pooling: nil for a label at each step.
  ///   - output: the last layer, [L, F] and [L].
  package static func sequenceLabels(
    encoder: Tensor, layers: RecurrentWeights, pooling: Pooling?,
    output: (weights: Tensor, bias: Tensor)
  ) -> ONNXModel {
    var model = ONNXModel(name: pooling == nil ? "tagger" : "classifier")
    model.addInput("tokens", .int64, [.named("T"), .named("B")])
    model.addInput("lengths", .int32, [.named("B")])
    model.addScalar("length.least", int32: 1)
    model.addNode("Max", ["lengths", "length.least"], ["own.lengths"])
    model.addTensor("embedding.weight", encoder)
    model.addNode("Gather", ["embedding.weight", "tokens"], ["embedded"])
    let values = model.addRecurrentLayers(
      layers, input: "embedded", initial: nil, lengths: "own.lengths")
    let features = pooling.map { model.addPooling($0, values) } ?? values.output
    model.addLabels(features, output)
    let labels = Extent.fixed(output.bias.values.count)
    model.addOutput(
      "probabilities", .float32,
      pooling == nil ? [.named("T"), .named("B"), labels] : [.named("B"), labels])
    return model
  }

  /// Adds `probabilities`: the softmax of a linear layer.
  mutating func addLabels(_ features: String, _ output: (weights: Tensor, bias: Tensor)) {
    addProduct(features, addTensor("output.weight", output.weights), "output.product")
    addTensor("output.bias", output.bias)
    addNode("Add", ["output.product", "output.bias"], ["logits"])
    addNode("Softmax", ["logits"], ["probabilities"], [("axis", .integer(-1))])
  }

  /// Adds a value [B, F] and returns its name.
  private mutating func addPooling(_ pooling: Pooling, _ values: RecurrentValues) -> String {
    let byStep: [(name: String, value: Attribute)] = [
      ("axes", .integers([0])), ("keepdims", .integer(0)),
    ]
    switch pooling {
    case .last:
      // [directions, B, R]: the directions side by side.
      addNode("Transpose", [values.last], ["last.by_text"], [("perm", .integers([1, 0, 2]))])
      addList("last.shape", [0, -1])
      addNode("Reshape", ["last.by_text", "last.shape"], ["features"])
    case .mean:
      addOwnSteps(values.output, as: "own", elsewhere: 0)
      addStepSum("own", "sum")
      addNode("Cast", ["own.lengths"], ["length"], [("to", .integer(ElementType.float32.rawValue))])
      addList("length.axis", [1])
      addNode("Unsqueeze", ["length", "length.axis"], ["length.column"])
      addNode("Div", ["sum", "length.column"], ["features"])
    case .max:
      addOwnSteps(values.output, as: "own", elsewhere: -.greatestFiniteMagnitude)
      addNode("ReduceMax", ["own"], ["features"], byStep)
    case .attention(let weights, let bias, let vector):
      addOwnSteps(values.output, as: "own", elsewhere: 0)
      addProduct("own", addTensor("attention.weight", weights), "attention.product")
      addTensor("attention.bias", bias)
      addNode("Add", ["attention.product", "attention.bias"], ["attention.sums"])
      addNode("Tanh", ["attention.sums"], ["attention.units"])
      addTensor("attention.vector", [vector.values.count, 1], vector.values)
      addNode("MatMul", ["attention.units", "attention.vector"], ["attention.scores"])
      addTensor("attention.least", [], [-.greatestFiniteMagnitude])
      addNode(
        "Where", ["own.steps", "attention.scores", "attention.least"], ["attention.own"])
      addNode("Softmax", ["attention.own"], ["attention.shares"], [("axis", .integer(0))])
      addNode("Mul", ["own", "attention.shares"], ["attention.parts"])
      addStepSum("attention.parts", "features")
    }
    return "features"
  }

  /// Adds the sum [B, F] of all steps [T, B, F].
  private mutating func addStepSum(_ input: String, _ output: String) {
    addList("\(output).axis", [0])
    addNode("ReduceSum", [input, "\(output).axis"], [output], [("keepdims", .integer(0))])
  }

  /// Adds `name`, the steps [T, B, F] of each sequence and a number behind them, and `name`.steps
  /// [T, B, 1], which steps are its own.
  private mutating func addOwnSteps(_ input: String, as name: String, elsewhere: Float) {
    let int64: [(name: String, value: Attribute)] = [
      ("to", .integer(ElementType.int64.rawValue))
    ]
    addScalar("zero", 0)
    addScalar("one", 1)
    addNode("Shape", ["tokens"], ["extents"])
    addNode("Gather", ["extents", "zero"], ["step.count"])
    addNode("Range", ["zero", "step.count", "one"], ["step.numbers"])
    addList("step.axis", [1])
    addNode("Unsqueeze", ["step.numbers", "step.axis"], ["step.column"])
    addNode("Cast", ["own.lengths"], ["step.lengths"], int64)
    addNode("Less", ["step.column", "step.lengths"], ["\(name).table"])
    addList("\(name).axis", [2])
    addNode("Unsqueeze", ["\(name).table", "\(name).axis"], ["\(name).steps"])
    addTensor("\(name).elsewhere", [], [elsewhere])
    addNode("Where", ["\(name).steps", input, "\(name).elsewhere"], [name])
  }
}
