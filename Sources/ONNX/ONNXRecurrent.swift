/// The weights of a stack of recurrent layers with PyTorch's shapes and order of gates, on their way
/// into an ONNX graph.
package struct RecurrentWeights {
  package typealias Tensor = ONNXModel.Tensor

  /// The cells that ONNX has operators for.
  package enum Cell {
    case rnnTanh, rnnReLU, lstm, gru

    /// How many gates, or sums, a unit has.
    var gateCount: Int {
      switch self {
      case .rnnTanh, .rnnReLU: 1
      case .gru: 3
      case .lstm: 4
      }
    }
  }

  /// The weights of one layer in one direction. G is the number of gates, H the number of units,
  /// R the size of what goes back into the layer: H, or less with a projection.
  package struct Layer {
    /// From the input, [G·H, inputs].
    package var input: Tensor
    /// From the step before, [G·H, R].
    package var recurrent: Tensor
    /// Both biases, each [G·H]; nil for none.
    package var biases: (input: Tensor, recurrent: Tensor)?
    /// From units to what the layer gives, [R, H], for LSTM; nil for none.
    package var projection: Tensor?
    /// The peephole weights of i, f and o, each [H], for LSTM; nil for none.
    package var peepholes: (input: Tensor, forget: Tensor, output: Tensor)?

    /// The weights of one layer in one direction.
    package init(
      input: Tensor, recurrent: Tensor, biases: (input: Tensor, recurrent: Tensor)? = nil,
      projection: Tensor? = nil, peepholes: (input: Tensor, forget: Tensor, output: Tensor)? = nil
    ) {
      self.input = input
      self.recurrent = recurrent
      self.biases = biases
      self.projection = projection
      self.peepholes = peepholes
    }
  }

  /// The kind of cell.
  package var cell: Cell
  /// Units of a layer, in one direction.
  package var hidden: Int
  /// One list for each layer: one direction, or the forward and the backward one.
  package var layers: [[Layer]]

  /// A stack of layers.
  ///
  /// - Precondition: at least one layer, each with the same one or two directions.
  package init(cell: Cell, hidden: Int, layers: [[Layer]]) {
    precondition(
      layers.allSatisfy { $0.count == layers[0].count && (1...2).contains($0.count) }
        && !layers.isEmpty, "layers of \(layers.map(\.count)) directions")
    self.cell = cell
    self.hidden = hidden
    self.layers = layers
  }

  /// 1, or 2 for a stack that reads both ways.
  package var directionCount: Int { layers[0].count }

  /// How many numbers a step of the last layer gives.
  package var outputSize: Int {
    (layers[layers.count - 1][0].projection?.shape[0] ?? hidden) * directionCount
  }
}

extension RecurrentWeights.Cell {
  /// Where ONNX's blocks stand in PyTorch's: i, o, f, c there and i, f, g, o here; z, r, h there
  /// and r, z, n here.
  fileprivate var gateOrder: [Int] {
    switch self {
    case .rnnTanh, .rnnReLU: [0]
    case .lstm: [0, 3, 1, 2]
    case .gru: [1, 0, 2]
    }
  }

  /// The operator that computes it.
  fileprivate var operation: String {
    switch self {
    case .rnnTanh, .rnnReLU: "RNN"
    case .lstm: "LSTM"
    case .gru: "GRU"
    }
  }
}

extension ONNXModel {
  /// What a stack of layers made of its input.
  package struct RecurrentValues {
    /// The last layer at every step, [T, B, outputs].
    package var output: String
    /// The state of every layer after the last step, [layers·directions, B, hidden].
    package var hidden: String
    /// The cells of every layer after the last step, for LSTM.
    package var cells: String?
    /// The last layer's state after its last step, [directions, B, outputs of a direction].
    package var last: String
  }

  /// Adds the nodes of a stack of recurrent layers.
  ///
  /// ONNX knows no projection. The layer `h = P·u` feeds `R·h` back, which is `(R·P)·u`: the node has
  /// that product for its recurrent matrix, and `P` is applied to what it gives. So with a
  /// projection the state that goes in and out is `u`, of H numbers, instead of PyTorch's `h`.
  ///
  /// - Parameters:
  ///   - weights: the layers.
  ///   - input: the name of a value [T, B, inputs].
  ///   - initial: the names of the state to begin with, [layers·directions, B, hidden], and for LSTM
  ///     of the cells; nil for zeros.
  ///   - lengths: the name of an Int32 value [B], how many steps each sequence has; nil for all.
  ///   - prefix: begins the names of constants and values.
  ///   - final: what the state after the last step, and for LSTM the cells, will be called.
  package mutating func addRecurrentLayers(
    _ weights: RecurrentWeights, input: String, initial: (hidden: String, cells: String?)?,
    lengths: String? = nil, prefix: String = "rnn",
    final: (hidden: String, cells: String) = ("hn", "cn")
  ) -> RecurrentValues {
    let directions = weights.directionCount
    func split(_ state: String?, _ model: inout ONNXModel) -> [String] {
      guard let state else { return weights.layers.map { _ in "" } }
      guard weights.layers.count > 1 else { return [state] }
      let parts = weights.layers.indices.map { "\(prefix).\(state)_l\($0)" }
      model.addNode("Split", [state], parts, [("axis", .integer(0))])
      return parts
    }
    let hidden = split(initial?.hidden, &self)
    let cells = split(initial?.cells, &self)
    var below = input
    var lastHidden: [String] = []
    var lastCells: [String] = []
    var last = ""
    // One direction: its axis is dropped. Two: the last two of [T, B, 2, R] become one.
    let shape =
      directions == 1
      ? addList("\(prefix).direction_axis", [1]) : addList("\(prefix).joined_shape", [0, 0, -1])
    for (index, layer) in weights.layers.enumerated() {
      let name = "\(prefix).l\(index)"
      var inputs = [below] + addConstants(layer, weights, name)
      inputs.insert(contentsOf: [lengths ?? "", hidden[index]], at: 4)
      let isLSTM = weights.cell == .lstm
      if isLSTM { inputs.insert(cells[index], at: 6) }
      while inputs.last?.isEmpty == true { inputs.removeLast() }
      let isOnly = weights.layers.count == 1
      last = isOnly ? final.hidden : "\(name).hidden"
      lastHidden.append(last)
      var outputs = ["\(name).steps", last]
      if isLSTM {
        outputs.append(isOnly ? final.cells : "\(name).cells")
        lastCells.append(outputs[2])
      }
      addNode(weights.cell.operation, inputs, outputs, attributes(weights))
      var steps = "\(name).steps"  // [T, directions, B, H]
      if layer[0].projection != nil {
        let matrices = layer.map { $0.projection }.compactMap { $0 }
        // [directions, H, R], one for each direction as MatMul multiplies matrices of a batch.
        let matrix = addTensor(
          "\(name).projection", [directions, weights.hidden, matrices[0].shape[0]],
          matrices.flatMap(Self.transposed))
        addNode("MatMul", [steps, matrix], ["\(name).projected"])
        addNode("MatMul", [last, matrix], ["\(name).last"])
        steps = "\(name).projected"
        last = "\(name).last"
      }
      below = "\(name).output"
      if directions == 1 {
        addNode("Squeeze", [steps, shape], [below])
      } else {
        addNode(
          "Transpose", [steps], ["\(name).by_step"], [("perm", .integers([0, 2, 1, 3]))])
        addNode("Reshape", ["\(name).by_step", shape], [below])
      }
    }
    for (states, name) in [(lastHidden, final.hidden), (lastCells, final.cells)]
    where states.count > 1 {
      addNode("Concat", states, [name], [("axis", .integer(0))])
    }
    return RecurrentValues(
      output: below, hidden: final.hidden, cells: lastCells.isEmpty ? nil : final.cells, last: last)
  }

  /// The constants of a layer: W, R and B, the place of what is given at run time left out, and for
  /// LSTM with peepholes P.
  private mutating func addConstants(
    _ layer: [RecurrentWeights.Layer], _ weights: RecurrentWeights, _ name: String
  ) -> [String] {
    let (hidden, directions) = (weights.hidden, layer.count)
    let rows = weights.cell.gateCount * hidden
    func gates(_ tensor: RecurrentWeights.Tensor) -> [Float] {
      precondition(tensor.shape[0] == rows, "\(name) has the shape \(tensor.shape)")
      let width = tensor.values.count / rows
      return weights.cell.gateOrder.flatMap {
        tensor.values[$0 * hidden * width..<($0 + 1) * hidden * width]
      }
    }
    let columns = layer[0].input.shape[1]
    var names = [
      addTensor(
        "\(name).W", [directions, rows, columns], layer.flatMap { gates($0.input) }),
      addTensor(
        "\(name).R", [directions, rows, hidden],
        layer.flatMap { gates($0.projection.map($0.recurrent.times) ?? $0.recurrent) }),
    ]
    let biases = layer.compactMap(\.biases)
    if biases.isEmpty {
      names.append("")
    } else {
      names.append(
        addTensor(
          "\(name).B", [directions, 2 * rows],
          biases.flatMap { gates($0.input) + gates($0.recurrent) }))
    }
    let peepholes = layer.compactMap(\.peepholes)
    if !peepholes.isEmpty {
      names.append(
        addTensor(
          "\(name).P", [directions, 3 * hidden],
          peepholes.flatMap { $0.input.values + $0.output.values + $0.forget.values }))
    }
    return names
  }

  private func attributes(_ weights: RecurrentWeights) -> [(name: String, value: Attribute)] {
    var attributes: [(name: String, value: Attribute)] = [
      ("hidden_size", .integer(weights.hidden))
    ]
    if weights.directionCount == 2 { attributes.append(("direction", .string("bidirectional"))) }
    switch weights.cell {
    case .rnnTanh: break
    case .rnnReLU:
      attributes.append(
        ("activations", .strings(Array(repeating: "Relu", count: weights.directionCount))))
    case .lstm: break
    // PyTorch's candidate: the reset gate is applied after the recurrent product and its bias.
    case .gru: attributes.append(("linear_before_reset", .integer(1)))
    }
    return attributes
  }

  private static func transposed(_ tensor: RecurrentWeights.Tensor) -> [Float] {
    let (rows, columns) = (tensor.shape[0], tensor.shape[1])
    return (0..<columns).flatMap { column in
      (0..<rows).map { tensor.values[$0 * columns + column] }
    }
  }
}

extension ONNXModel.Tensor {
  /// The matrix product with `other`, summed in double precision.
  func times(_ other: Self) -> Self {
    let (rows, inner, columns) = (shape[0], shape[1], other.shape[1])
    precondition(other.shape[0] == inner, "\(shape) times \(other.shape)")
    var product = [Float](repeating: 0, count: rows * columns)
    var sums = [Double](repeating: 0, count: columns)
    for row in 0..<rows {
      for column in 0..<columns { sums[column] = 0 }
      for index in 0..<inner {
        let factor = Double(values[row * inner + index])
        for column in 0..<columns {
          sums[column] += factor * Double(other.values[index * columns + column])
        }
      }
      for column in 0..<columns { product[row * columns + column] = Float(sums[column]) }
    }
    return Self([rows, columns], product)
  }
}
