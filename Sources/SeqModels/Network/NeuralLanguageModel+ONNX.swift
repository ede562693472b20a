import Networks
package import ONNX
package import WordtoolCore

extension NeuralLanguageModel {
  /// Writes the model as an ONNX graph, for programs that cannot read its own file.
  ///
  /// A recurrent model reads `tokens` [T, B] and the state `h0`, for an LSTM `c0` too, each
  /// [layers, B, hidden]; it gives `logits` [T, B, V] and the state to go on with, `hn` and `cn`. A
  /// fixed window or a bag of words reads `tokens` [B, window], the oldest first, and gives `logits`
  /// [B, V]. T and B are the caller's; V is the size of the vocabulary. The softmax of the logits is
  /// the distribution of the next token. A text begins with the token `</s>` and, if the model is
  /// recurrent, zeros for its state; a window is filled up with `</s>`.
  ///
  /// The strings beside the graph are `vocabulary`, all tokens as a JSON array, `unit`, and for
  /// words `tokenizer`, how text is cut into them. With a projection the state has the units before
  /// it: PyTorch's state of `projection` numbers is not that of ONNX.
  ///
  /// - Throws: `WordtoolError`: `unavailable` for a model of more than 2 GB, `cannotCreate`, `inputOutput`.
  public func writeONNX(to path: String) throws {
    try OutputFile.write(to: path) { try writeONNX(to: $0) }
  }

  /// Writes the graph into an open file.
  package func writeONNX(to output: OutputFile) throws {
    var model = ONNXModel.languageModel(
      onnxFeatures, onnxSoftmax, vocabularyCount: vocabulary.count)
    let tokens = (0..<Int32(vocabulary.count)).map { JSONText.quoted(vocabulary.text(of: $0)) }
    model.metadata = [
      ("vocabulary", "[\(tokens.joined(separator: ","))]"), ("unit", options.unit.rawValue),
    ]
    if options.unit == .word {
      model.metadata.append(("tokenizer", try StoredJSON.text(options.rule)))
    }
    try model.write(to: output)
  }

  private func tensor(_ name: String) -> ONNXModel.Tensor {
    guard let entry = network.parameters.entry(name) else {
      preconditionFailure("no parameter \(name)")
    }
    return unsafe ONNXModel.Tensor(entry.shape, Array(network.parameters.values.all[entry.range]))
  }

  private var onnxFeatures: ONNXModel.LanguageFeatures {
    switch options.kind {
    case .recurrent:
      .recurrent(encoder: tensor("encoder.weight"), layers: onnxLayers)
    case .fixedWindow where options.isOneHot:
      .oneHotWindow(
        weights: tensor("window.weight"), bias: tensor("window.bias"), window: options.window)
    case .fixedWindow:
      .fixedWindow(
        encoder: tensor("encoder.weight"), weights: tensor("window.weight"),
        bias: tensor("window.bias"), window: options.window)
    case .bagOfWords:
      .bagOfWords(encoder: tensor("encoder.weight"), window: options.window)
    }
  }

  private var onnxLayers: RecurrentWeights {
    RecurrentWeights(options.recurrent, prefix: "rnn.", tensor: tensor)
  }

  private var onnxSoftmax: ONNXModel.SoftmaxWeights {
    if options.cutoffs.isEmpty {
      return .full(
        weights: options.isTied ? nil : tensor("decoder.weight"), bias: tensor("decoder.bias"))
    }
    return .adaptive(
      head: tensor("decoder.head.weight"),
      tails: options.cutoffs.indices.map {
        (tensor("decoder.tail.\($0).0.weight"), tensor("decoder.tail.\($0).1.weight"))
      })
  }
}

extension RecurrentWeights.Cell {
  init(_ cell: RecurrentCell) {
    switch cell {
    case .rnnTanh: self = .rnnTanh
    case .rnnReLU: self = .rnnReLU
    case .lstm: self = .lstm
    case .gru: self = .gru
    }
  }
}

extension RecurrentWeights {
  /// The weights of a stack by their names.
  ///
  /// - Parameter tensor: gives the weights of a name that
  ///   ``RecurrentOptions/parameterShapes(inputCount:prefix:)`` lists.
  package init(
    _ options: RecurrentOptions, prefix: String, tensor: (String) -> ONNXModel.Tensor
  ) {
    self.init(
      cell: Cell(options.cell), hidden: options.hidden,
      layers: (0..<options.layers).map { layer in
        (0..<options.directions).map { direction in
          func weights(_ name: String) -> Tensor {
            tensor(RecurrentOptions.name(prefix, name, layer: layer, direction: direction))
          }
          var result = Layer(
            input: weights("weight_ih"), recurrent: weights("weight_hh"),
            biases: (weights("bias_ih"), weights("bias_hh")))
          if options.projection != nil { result.projection = weights("weight_hr") }
          if options.hasPeepholes {
            result.peepholes = (weights("weight_ci"), weights("weight_cf"), weights("weight_co"))
          }
          return result
        }
      })
  }
}
