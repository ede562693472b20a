extension ONNXModel {
  /// A classifier of the features of a text, whatever their order.
  package enum LinearClassifier {
    /// The mean of the embeddings [V, E], then a layer [L, E] without bias, then softmax, or a logistic
    /// function for each label where they do not exclude each other.
    case embeddings(Tensor, output: Tensor, isExclusive: Bool)
    /// Logistic regression: weights [V, Q] and a bias [Q].
    case regression(weights: Tensor, bias: Tensor, weighting: Weighting, answer: Answer)
  }

  /// What the number of times a feature occurs counts.
  package enum Weighting {
    /// 1 if it occurs.
    case binary
    /// As often as it occurs.
    case counts
    /// 1 + ln count, in rows that have the length 1 when each value is multiplied with its feature's
    /// inverse document frequency, [V].
    case tfIdf(Tensor)
  }

  /// What the answers to yes-or-no questions say of the labels.
  package enum Answer {
    /// One question for two labels, answered with the second.
    case pair
    /// A question for each label, the answers scaled to add up to 1.
    case shares
    /// A question for each label.
    case independent
  }

  /// The graph of a linear classifier.
  ///
  /// It reads `features` [B, N], Int64, and `counts` [B, N], how often each of them occurs in the
  /// text; 0 for features that only fill up the row. No feature stands twice in a row. It gives
  /// `probabilities` [B, L]. B and N are the caller's.
  package static func linearClassifier(_ classifier: LinearClassifier) -> ONNXModel {
    var model = ONNXModel(name: "linear classifier")
    model.addInput("features", .int64, [.named("B"), .named("N")])
    model.addInput("counts", .float32, [.named("B"), .named("N")])
    model.addList("feature.axis", [1])
    model.addList("value.axis", [2])
    let labels: Int
    switch classifier {
    case .embeddings(let embeddings, let output, let isExclusive):
      labels = output.shape[0]
      model.addWeightedSum(
        of: model.addTensor("embedding.weight", embeddings), by: "counts", as: "sum")
      model.addFeatureSum("counts", "total", keepsAxis: true)
      model.addTensor("number.one", [], [1])
      model.addNode("Max", ["total", "number.one"], ["divisor"])
      model.addNode("Div", ["sum", "divisor"], ["mean"])
      model.addProduct("mean", model.addTensor("output.weight", output), "logits")
      if isExclusive {
        model.addNode("Softmax", ["logits"], ["probabilities"], [("axis", .integer(-1))])
      } else {
        model.addNode("Sigmoid", ["logits"], ["probabilities"])
      }
    case .regression(let weights, let bias, let weighting, let answer):
      labels = answer == .pair ? 2 : bias.values.count
      switch (weighting, answer) {
      case (.counts, .shares), (.counts, .independent): break
      default: model.addTensor("number.one", [], [1])
      }
      let values = model.addValues(weighting)
      let table = model.addTensor("weight", weights)
      model.addWeightedSum(of: table, by: values, as: "sum")
      var sum = "sum"
      if case .tfIdf(let frequencies) = weighting {
        model.addTensor("idf", frequencies)
        model.addNode("Gather", ["idf", "features"], ["value.idf"])
        model.addNode("Mul", [values, "value.idf"], ["value.product"])
        model.addNode("Mul", ["value.product", "value.product"], ["value.square"])
        model.addFeatureSum("value.square", "squares", keepsAxis: true)
        model.addNode("Sqrt", ["squares"], ["length"])
        // A text without features has the length 0 and the sum 0.
        model.addTensor("number.least", [], [.leastNormalMagnitude])
        model.addNode("Max", ["length", "number.least"], ["divisor"])
        model.addNode("Div", ["sum", "divisor"], ["scaled"])
        sum = "scaled"
      }
      model.addTensor("bias", bias)
      model.addNode("Add", [sum, "bias"], ["logits"])
      model.addAnswer(answer)
    }
    model.addOutput("probabilities", .float32, [.named("B"), .fixed(labels)])
    return model
  }

  /// Adds what the features of a row count, [B, N], and returns its name.
  private mutating func addValues(_ weighting: Weighting) -> String {
    if case .counts = weighting { return "counts" }
    addNode("Min", ["counts", "number.one"], ["value.binary"])
    guard case .tfIdf = weighting else { return "value.binary" }
    addNode("Max", ["counts", "number.one"], ["value.count"])
    addNode("Log", ["value.count"], ["value.logarithm"])
    addNode("Add", ["value.logarithm", "number.one"], ["value.damped"])
    addNode("Mul", ["value.damped", "value.binary"], ["values"])
    return "values"
  }

  /// Adds the sum [B, columns] of a table's rows that the features stand for, each times its value.
  private mutating func addWeightedSum(of table: String, by values: String, as name: String) {
    addNode("Gather", [table, "features"], ["\(name).rows"])
    addNode("Unsqueeze", [values, "value.axis"], ["\(name).values"])
    addNode("Mul", ["\(name).rows", "\(name).values"], ["\(name).parts"])
    addFeatureSum("\(name).parts", name, keepsAxis: false)
  }

  private mutating func addFeatureSum(_ input: String, _ output: String, keepsAxis: Bool) {
    addNode(
      "ReduceSum", [input, "feature.axis"], [output], [("keepdims", .integer(keepsAxis ? 1 : 0))])
  }

  /// Adds `probabilities`, made of `logits`.
  private mutating func addAnswer(_ answer: Answer) {
    addNode("Sigmoid", ["logits"], [answer == .independent ? "probabilities" : "answers"])
    switch answer {
    case .independent: break
    case .pair:
      addNode("Sub", ["number.one", "answers"], ["others"])
      addNode("Concat", ["others", "answers"], ["probabilities"], [("axis", .integer(1))])
    case .shares:
      addFeatureSum("answers", "answer.sum", keepsAxis: true)
      addNode("Div", ["answers", "answer.sum"], ["probabilities"])
    }
  }
}
