import ONNX
import SeqModels
import Testing
import TestSupport
import Tokenize
import WordtoolCore

@Suite struct ONNXClassifierTests {
  /// Texts in which one word decides.
  private func texts(_ count: Int) -> LabelledText {
    var texts = LabelledText()
    for number in 0..<count {
      let word = ["good", "bad", "odd"][number % 3]
      texts.append(text: "a \(word) film \(number % 5)", labels: [word])
    }
    return texts
  }

  private func graph(
    _ write: (String) throws -> Void
  ) throws -> (graph: ProtobufReader, about: [String: String]) {
    let folder = ScratchFolder()
    try write(folder("m.onnx"))
    let file = try #require(ProtobufReader(folder.bytes(of: "m.onnx")))
    let about = file.messages(14).map { ($0.strings(1)[0], $0.strings(2)[0]) }
    return (
      try #require(file.messages(7).first), Dictionary(uniqueKeysWithValues: about)
    )
  }

  private func operations(_ graph: ProtobufReader) -> [String] {
    graph.messages(1).map { $0.strings(4)[0] }
  }

  private func names(_ graph: ProtobufReader, _ field: Int) -> [String] {
    graph.messages(field).map { $0.strings(1)[0] }
  }

  @Test func aRecurrentClassifierPoolsTheStepsOfEachText() throws {
    let own = ["Shape", "Gather", "Range", "Unsqueeze", "Cast", "Less", "Unsqueeze", "Where"]
    let attention = [
      "Transpose", "MatMul", "Add", "Tanh", "MatMul", "Where", "Softmax", "Mul", "ReduceSum",
    ]
    let expected: [(PoolingMethod, [String])] = [
      (.last, ["Transpose", "Reshape"]),
      (.mean, own + ["ReduceSum", "Cast", "Unsqueeze", "Div"]), (.max, own + ["ReduceMax"]),
      (.attention, own + attention),
    ]
    for (pooling, operations) in expected {
      var options = SequenceTrainingOptions(rule: .words)
      options.recurrent.hidden = 3
      options.recurrent.isBidirectional = true
      options.embedding = 4
      options.minimumCount = 1
      options.epochs = 1
      options.pooling = pooling
      options.maximumLength = 17
      let trained = try TextClassifier.train(on: texts(12), options: options)
      let (graph, about) = try graph(trained.writeONNX)
      #expect(
        self.operations(graph) == ["Max", "Gather", "LSTM", "Transpose", "Reshape"] + operations
          + ["Transpose", "MatMul", "Add", "Softmax"], "\(pooling)")
      #expect(names(graph, 11) == ["tokens", "lengths"])
      #expect(names(graph, 12) == ["probabilities"])
      #expect(about["model"] == "recurrent" && about["maximum_length"] == "17")
      #expect(about["labels"] == #"["bad","good","odd"]"#)
      #expect(about["vocabulary"]?.hasPrefix(#"["<unk>","a","good","film","0","bad""#) == true)
      #expect(about["tokenizer"]?.contains("lowercase") == true)
    }
  }

  @Test func aTaggerHasProbabilitiesAtEachStep() throws {
    var text = TaggedText()
    text.sentences = [.init(words: ["the", "play"], tags: ["DET", "NOUN"])]
    var options = SequenceTrainingOptions(
      rule: TokenizerRule(segmentation: .whitespace, normalization: .nfc, lowercase: true))
    options.recurrent.cell = .gru
    options.recurrent.hidden = 3
    options.embedding = 4
    options.minimumCount = 1
    options.epochs = 1
    let tagger = try SequenceTagger.train(on: text, options: options)
    let (graph, about) = try graph(tagger.writeONNX)
    #expect(
      operations(graph)
        == ["Max", "Gather", "GRU", "Squeeze", "Transpose", "MatMul", "Add", "Softmax"])
    let extents = graph.messages(12)[0].messages(2)[0].messages(1)[0].messages(2)[0].messages(1)
    #expect(extents.map { $0.strings(2) } == [["T"], ["B"], []])
    #expect(extents.map { $0.integers(1) } == [[], [], [2]])
    #expect(
      about["labels"] == #"["DET","NOUN"]"# && about["vocabulary"] == #"["<unk>","the","play"]"#)
  }

  @Test func linearClassifiersCountFeatures() throws {
    var two = LabelledText()
    for number in 0..<20 {
      two.append(text: number % 2 == 0 ? "so good" : "so bad", labels: ["\(number % 2)"])
    }
    let sum = ["Gather", "Unsqueeze", "Mul", "ReduceSum"]
    let scale = ["Gather", "Mul", "Mul", "ReduceSum", "Sqrt", "Max", "Div"]
    let expected: [(LinearClassifierOptions.Weighting, LabelledText, [String])] = [
      (.counts, texts(30), sum + ["Add", "Sigmoid", "ReduceSum", "Div"]),
      (.naiveBayes, two, ["Min"] + sum + ["Add", "Sigmoid", "Sub", "Concat"]),
      (
        .tfIdf, two,
        ["Min", "Max", "Log", "Add", "Mul"] + sum + scale + ["Add", "Sigmoid", "Sub", "Concat"]
      ),
    ]
    for (weighting, text, operations) in expected {
      let trained = try TextClassifier.train(
        on: text, options: LinearClassifierOptions(weighting: weighting)
      )
      let (graph, about) = try graph(trained.writeONNX)
      #expect(self.operations(graph) == operations, "\(weighting)")
      #expect(names(graph, 11) == ["features", "counts"] && about["orders"] == "1-2")
      if text.count == 20 {
        #expect(about["features"] == #"["so","good","bad","so good","so bad"]"#)
      }
    }
    let options = FastTextOptions(dimension: 4)
    let fastText = try TextClassifier.train(on: texts(12), options: options)
    #expect(
      try operations(graph(fastText.writeONNX).graph) == sum + [
        "ReduceSum", "Max", "Div", "Transpose", "MatMul", "Softmax",
      ])
  }

  @Test func hashedNGramsHaveNoNames() throws {
    let features = NGramFeatureOptions(minimumCount: 1, bucketCount: 100)
    let trained = try TextClassifier.train(
      on: texts(12), options: FastTextOptions(features: features, dimension: 4)
    )
    let error = #expect(throws: WordtoolError.self) { try graph(trained.writeONNX) }
    #expect(error?.kind == .unavailable && error?.description.contains("`bucketCount`") == true)
  }
}
