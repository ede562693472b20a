import WordtoolCore

/// What a recurrent layer computes at each step.
public enum RecurrentCell: String, Codable, Hashable, Sendable, CaseIterable {
  /// h = tanh(W x + U h⁻ + b) (Elman 1990).
  case rnnTanh = "rnn-tanh"
  /// h = max(0, W x + U h⁻ + b).
  case rnnReLU = "rnn-relu"
  /// Long short-term memory with a forget gate (Hochreiter and Schmidhuber 1997, Gers 2000).
  case lstm
  /// Gated recurrent unit (Cho et al. 2014), the reset gate after the product.
  case gru

  /// How many gates, or sums, a unit has; rows of the weights come gate after gate.
  package var gateCount: Int {
    switch self {
    case .rnnTanh, .rnnReLU: 1
    case .gru: 3
    case .lstm: 4
    }
  }
}

/// How weights begin.
public enum WeightInitialization: String, Codable, Hashable, Sendable, CaseIterable {
  /// Uniform between -r and r; r is `initRange`, or 1/√hidden where none is set.
  case uniform
  /// Uniform with the variance 2 / (inputs + outputs) (Glorot and Bengio 2010).
  case glorot
  /// Recurrent weights are a random orthogonal matrix (Saxe et al. 2014), the others Glorot's.
  case orthogonal
  /// Recurrent weights are the identity, biases zero, input weights small (IRNN: Le, Jaitly and
  /// Hinton 2015).
  case identity
}

/// The shape of a stack of recurrent layers.
public struct RecurrentOptions: Codable, Hashable, Sendable {
  /// The most layers there may be; so many have masks and first weights of their own.
  public static let maximumLayers = 100

  /// What each unit computes.
  public var cell = RecurrentCell.lstm
  /// Layers, each reading the one below.
  public var layers = 1
  /// Units of a layer in one direction.
  public var hidden = 200
  /// Whether a second set of units reads from the end to the start.
  public var isBidirectional = false
  /// Outputs of an LSTM layer after its projection (Sak et al. 2014), or nil for none.
  public var projection: Int?
  /// Whether an LSTM's gates see the cell.
  public var hasPeepholes = false

  /// One layer of 200 LSTM units.
  public init() {}

  /// - Throws: `WordtoolError` of kind `usage` that names the first property that is out of range, or
  ///   that the cell does not have.
  public func validate() throws {
    try OptionCheck.require("recurrent.layers", layers, in: 1...Self.maximumLayers)
    try OptionCheck.require("recurrent.hidden", hidden, in: 1...1 << 30)
    try OptionCheck.require("recurrent.projection", projection ?? 1, in: 1...1 << 30)
    for (name, isThere) in [("projection", projection != nil), ("hasPeepholes", hasPeepholes)] {
      try OptionCheck.require(
        cell == .lstm || !isThere, found: "`recurrent.\(name)` with the cell \(cell.rawValue)",
        expected: "the cell lstm")
    }
  }

  /// Directions, 1 or 2.
  var directions: Int { isBidirectional ? 2 : 1 }
  /// Outputs of one direction.
  var outputPerDirection: Int { projection ?? hidden }
  /// Outputs of a layer.
  public var outputCount: Int { outputPerDirection * directions }

  /// The names and shapes of the weights, in PyTorch's naming and order of gates.
  package func parameterShapes(inputCount: Int, prefix: String) -> [(name: String, shape: [Int])] {
    var shapes: [(name: String, shape: [Int])] = []
    for layer in 0..<layers {
      for direction in 0..<directions {
        let inputs = layer == 0 ? inputCount : outputCount
        shapes += directionShapes(
          inputCount: inputs,
          name: { Self.name(prefix, $0, layer: layer, direction: direction) })
      }
    }
    return shapes
  }

  static func name(_ prefix: String, _ weight: String, layer: Int, direction: Int) -> String {
    "\(prefix)\(weight)_l\(layer)\(direction == 1 ? "_reverse" : "")"
  }

  private func directionShapes(
    inputCount: Int, name: (String) -> String
  ) -> [(name: String, shape: [Int])] {
    let gates = cell.gateCount * hidden
    var shapes = [
      (name: name("weight_ih"), shape: [gates, inputCount]),
      (name: name("weight_hh"), shape: [gates, outputPerDirection]),
      (name: name("bias_ih"), shape: [gates]),
      (name: name("bias_hh"), shape: [gates]),
    ]
    if let projection {
      shapes.append((name: name("weight_hr"), shape: [projection, hidden]))
    }
    if hasPeepholes {
      for gate in ["i", "f", "o"] {
        shapes.append((name: name("weight_c\(gate)"), shape: [hidden]))
      }
    }
    return shapes
  }
}
