import ONNX
import SeqModels
import Testing
import TestSupport
import WordtoolCore

@Suite struct ONNXTests {
  typealias Weights = RecurrentWeights
  typealias Tensor = ONNXModel.Tensor

  /// Values that tell where they come from: 100 times the number of the row, and that of the column.
  private func ramp(_ rows: Int, _ columns: Int, from start: Float = 0) -> Tensor {
    Tensor(
      [rows, columns],
      (0..<rows).flatMap { row in (0..<columns).map { start + Float(100 * row + $0) } })
  }

  private func column(_ count: Int, from start: Float) -> Tensor {
    Tensor([count], (0..<count).map { start + Float($0) })
  }

  private func stack(
    _ cell: RecurrentWeights.Cell, hidden: Int = 2, inputs: Int = 3, layers: Int = 1,
    directions: Int = 1
  ) -> Weights {
    let rows = [RecurrentWeights.Cell.lstm: 4, .gru: 3][cell, default: 1] * hidden
    return Weights(
      cell: cell, hidden: hidden,
      layers: (0..<layers).map { index in
        (0..<directions).map { _ in
          Weights.Layer(
            input: ramp(rows, index == 0 ? inputs : hidden * directions),
            recurrent: ramp(rows, hidden, from: 10_000),
            biases: (column(rows, from: 0), column(rows, from: 1000)))
        }
      })
  }

  private func languageModel(_ layers: Weights, tied: Bool) -> ONNXModel {
    .languageModel(
      .recurrent(encoder: ramp(5, 3), layers: layers),
      .full(weights: tied ? nil : ramp(5, layers.outputSize, from: 7), bias: column(5, from: 0)),
      vocabularyCount: 5)
  }

  private func graph(_ model: ONNXModel) throws -> ProtobufReader {
    let file = try #require(ProtobufReader(Array(model.encoded().joined())))
    return try #require(file.messages(7).first)
  }

  /// The constants by name.
  private func tensors(_ graph: ProtobufReader) -> [String: Tensor] {
    var tensors: [String: Tensor] = [:]
    for tensor in graph.messages(5) where tensor.integers(2) == [1] {
      let bytes = tensor.bytes(9)[0]
      let values = stride(from: 0, to: bytes.count, by: 4).map { start in
        Float(
          bitPattern: bytes[start..<start + 4].reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        )
      }
      tensors[tensor.strings(8)[0]] = Tensor(tensor.packed(1), values)
    }
    return tensors
  }

  private func operations(_ graph: ProtobufReader) -> [String] {
    graph.messages(1).map { $0.strings(4)[0] }
  }

  @Test func theFileSaysWhatItIsAndHoldsTheGraph() throws {
    var model = languageModel(stack(.lstm), tied: false)
    model.metadata = [("unit", "word")]
    let file = try #require(ProtobufReader(Array(model.encoded().joined())))
    #expect(file.integers(1) == [7] && file.strings(2) == ["wordtool"])
    #expect(file.messages(8).map { $0.integers(2) } == [[14]])
    #expect(file.messages(14).map { $0.strings(1) + $0.strings(2) } == [["unit", "word"]])
    let graph = try #require(file.messages(7).first)
    #expect(operations(graph) == ["Gather", "LSTM", "Squeeze", "Transpose", "MatMul", "Add"])
    #expect(graph.messages(11).map { $0.strings(1) } == [["tokens"], ["h0"], ["c0"]])
    #expect(graph.messages(12).map { $0.strings(1) } == [["logits"], ["hn"], ["cn"]])
    let logits = try #require(graph.messages(12).first?.messages(2).first?.messages(1).first)
    #expect(logits.integers(1) == [1])
    let extents = logits.messages(2)[0].messages(1)
    #expect(extents.map { $0.strings(2) } == [["T"], ["B"], []])
    #expect(extents.map { $0.integers(1) } == [[], [], [5]])
  }

  @Test func gatesStandInTheOrderOfONNX() throws {
    // Two units: the rows of the gates begin at 0, 2, 4, 6.
    for (cell, order) in [
      (RecurrentWeights.Cell.lstm, [0, 1, 6, 7, 2, 3, 4, 5]), (.gru, [2, 3, 0, 1, 4, 5]),
      (.rnnTanh, [0, 1]),
      (.rnnReLU, [0, 1]),
    ] {
      let tensors = tensors(try graph(languageModel(stack(cell), tied: true)))
      let rows = order.count
      let input = order.flatMap { row in (0..<3).map { Float(100 * row + $0) } }
      let recurrent = order.flatMap { row in (0..<2).map { Float(10_000 + 100 * row + $0) } }
      let biases = order.map(Float.init) + order.map { Float(1000 + $0) }
      #expect(tensors["rnn.l0.W"] == Tensor([1, rows, 3], input))
      #expect(tensors["rnn.l0.R"] == Tensor([1, rows, 2], recurrent))
      #expect(tensors["rnn.l0.B"] == Tensor([1, 2 * rows], biases))
    }
  }

  @Test func eachCellIsAskedForAsPyTorchComputesIt() throws {
    func attributes(_ cell: RecurrentWeights.Cell) throws -> [ProtobufReader] {
      try graph(languageModel(stack(cell), tied: true)).messages(1)[1].messages(5)
    }
    let gru = try attributes(.gru)
    #expect(gru.map { $0.strings(1)[0] } == ["hidden_size", "linear_before_reset"])
    #expect(gru.map { $0.integers(3)[0] } == [2, 1] && gru.map { $0.integers(20)[0] } == [2, 2])
    let relu = try attributes(.rnnReLU)
    #expect(relu[1].strings(1) == ["activations"] && relu[1].strings(9) == ["Relu"])
    #expect(relu[1].integers(20) == [8])
    #expect(try attributes(.rnnTanh).count == 1 && attributes(.lstm).count == 1)
  }

  @Test func tiedWeightsAreStoredOnce() throws {
    let weights = stack(.gru, hidden: 3)
    #expect(tensors(try graph(languageModel(weights, tied: true)))["decoder.weight"] == nil)
    let untied = tensors(try graph(languageModel(weights, tied: false)))
    #expect(untied["decoder.weight"] == ramp(5, 3, from: 7))
  }

  @Test func severalLayersShareTheStateBetweenThem() throws {
    let graph = try graph(languageModel(stack(.lstm, layers: 2), tied: false))
    #expect(
      operations(graph) == [
        "Gather", "Split", "Split", "LSTM", "Squeeze", "LSTM", "Squeeze", "Concat", "Concat",
        "Transpose", "MatMul", "Add",
      ])
    let second = graph.messages(1)[5]
    #expect(
      second.strings(1) == [
        "rnn.l0.output", "rnn.l1.W", "rnn.l1.R", "rnn.l1.B", "", "rnn.h0_l1", "rnn.c0_l1",
      ])
    #expect(second.strings(2) == ["rnn.l1.steps", "rnn.l1.hidden", "rnn.l1.cells"])
    #expect(graph.messages(12).map { $0.strings(1) } == [["logits"], ["hn"], ["cn"]])
  }

  @Test func aProjectionBecomesPartOfTheRecurrentMatrix() throws {
    let projection = Tensor([1, 2], [0.5, 2])
    let layer = Weights.Layer(
      input: ramp(8, 3), recurrent: Tensor([8, 1], (0..<8).map(Float.init)),
      projection: projection)
    let model = languageModel(Weights(cell: .lstm, hidden: 2, layers: [[layer]]), tied: false)
    let graph = try graph(model)
    let tensors = tensors(graph)
    let product = [0, 1, 6, 7, 2, 3, 4, 5].flatMap { [Float($0) * 0.5, Float($0) * 2] }
    #expect(tensors["rnn.l0.R"] == Tensor([1, 8, 2], product))
    #expect(tensors["rnn.l0.projection"] == Tensor([1, 2, 1], [0.5, 2]))
    #expect(tensors["rnn.l0.B"] == nil && graph.messages(1)[1].strings(1)[3] == "")
    #expect(operations(graph)[1...4] == ["LSTM", "MatMul", "MatMul", "Squeeze"])
  }

  @Test func peepholesFollowTheStateInTheOrderOfONNX() throws {
    var weights = stack(.lstm)
    weights.layers[0][0].peepholes = (
      column(2, from: 0), column(2, from: 10), column(2, from: 20)
    )
    let graph = try graph(languageModel(weights, tied: false))
    #expect(tensors(graph)["rnn.l0.P"] == Tensor([1, 6], [0, 1, 20, 21, 10, 11]))
    #expect(
      graph.messages(1)[1].strings(1)[4...] == ["", "h0", "c0", "rnn.l0.P"])
  }

  @Test func twoDirectionsAreOneNodeWithTheirOutputsSideBySide() throws {
    var model = ONNXModel(name: "both ways")
    model.addInput("x", .float32, [.named("T"), .named("B"), .fixed(3)])
    model.addInput("lengths", .int32, [.named("B")])
    let values = model.addRecurrentLayers(
      stack(.gru, layers: 2, directions: 2), input: "x", initial: nil, lengths: "lengths")
    model.addOutput(values.output, .float32, [.named("T"), .named("B"), .fixed(4)])
    let graph = try graph(model)
    #expect(
      operations(graph) == [
        "GRU", "Transpose", "Reshape", "GRU", "Transpose", "Reshape", "Concat",
      ])
    #expect(graph.messages(1)[0].strings(1)[4...] == ["lengths"])
    #expect(graph.messages(1)[0].messages(5)[1].strings(4) == ["bidirectional"])
    #expect(tensors(graph)["rnn.l1.W"]?.shape == [2, 6, 4])
    #expect(values.last == "rnn.l1.hidden" && values.hidden == "hn")
  }

  @Test func anAdaptiveSoftmaxGivesTheLogarithmsOfItsClusters() throws {
    let model = ONNXModel.languageModel(
      .recurrent(encoder: ramp(7, 3), layers: stack(.gru)),
      .adaptive(
        head: ramp(4, 2), tails: [(ramp(1, 2), ramp(3, 1)), (ramp(1, 2, from: 5), ramp(2, 1))]),
      vocabularyCount: 7)
    let graph = try graph(model)
    let tail = ["Transpose", "MatMul", "Transpose", "MatMul", "LogSoftmax", "Add"]
    let softmax = ["Transpose", "MatMul", "LogSoftmax", "Split"] + tail + tail + ["Concat"]
    #expect(operations(graph) == ["Gather", "GRU", "Squeeze"] + softmax)
    let join = try #require(graph.messages(1).last)
    #expect(
      join.strings(1) == ["decoder.frequent", "decoder.tail.0.whole", "decoder.tail.1.whole"])
    let parts = try #require(graph.messages(5).first { $0.strings(8) == ["decoder.parts"] })
    #expect(parts.integers(2) == [7] && parts.packed(1) == [3])
    #expect(
      parts.bytes(9) == [
        [2, 0, 0, 0, 0, 0, 0, 0] + [1, 0, 0, 0, 0, 0, 0, 0] + [1, 0, 0, 0, 0, 0, 0, 0]
      ])
  }

  @Test func modelsOfAWindowReadItsTokens() throws {
    let models: [ONNXModel.LanguageFeatures] = [
      .fixedWindow(encoder: ramp(5, 3), weights: ramp(2, 6), bias: column(2, from: 0), window: 2),
      .oneHotWindow(weights: ramp(10, 2), bias: column(2, from: 0), window: 2),
      .bagOfWords(encoder: ramp(5, 2), window: 2),
    ]
    let expected = [
      ["Gather", "Reshape", "Transpose", "MatMul", "Add", "Tanh"],
      ["Add", "Gather", "ReduceSum", "Add", "Tanh"], ["Gather", "ReduceMean"],
    ]
    for (features, operations) in zip(models, expected) {
      let graph = try graph(
        .languageModel(
          features, .full(weights: ramp(5, 2), bias: column(5, from: 0)), vocabularyCount: 5))
      #expect(self.operations(graph) == operations + ["Transpose", "MatMul", "Add"])
      #expect(graph.messages(11).map { $0.strings(1) } == [["tokens"]])
      #expect(graph.messages(12).map { $0.strings(1) } == [["logits"]])
    }
  }

  @Test func theSameModelGivesTheSameBytes() throws {
    let bytes = try (0..<2).map { _ in
      Array(try languageModel(stack(.lstm, hidden: 40, layers: 2), tied: false).encoded().joined())
    }
    #expect(bytes[0] == bytes[1] && bytes[0].count > 50_000)
    let folder = ScratchFolder()
    let model = languageModel(stack(.lstm, hidden: 40, layers: 2), tied: false)
    try OutputFile.write(to: folder("m.onnx")) { try model.write(to: $0) }
    #expect(try folder.bytes(of: "m.onnx") == bytes[0])
  }
}
