import Networks

/// A recurrent cell with the first values of its weights, as gradient flow compares them.
public enum GradientFlowCase: String, Codable, Hashable, Sendable, CaseIterable {
  /// A tanh network with uniform weights.
  case rnnTanh = "rnn-tanh"
  /// A rectifier network with uniform weights.
  case rnnReLU = "rnn-relu"
  /// A rectifier network whose recurrent matrix begins as the identity, with zero biases (Le,
  /// Jaitly and Hinton 2015).
  case irnn
  /// A gated recurrent unit whose update gate begins nearly open for the state before.
  case gru
  /// Long short-term memory whose forget gate begins nearly open.
  case lstm

  /// What its units compute.
  public var cell: RecurrentCell {
    switch self {
    case .rnnTanh: .rnnTanh
    case .rnnReLU, .irnn: .rnnReLU
    case .gru: .gru
    case .lstm: .lstm
    }
  }

  /// How its weights begin.
  public var initialization: WeightInitialization { self == .irnn ? .identity : .uniform }

  /// Sets what ``WeightInitialization`` does not: the bias of the gate that keeps the state.
  ///
  /// The logarithm of the distance to remember over lets a gate keep a constant share of it that
  /// far (Tallec and Ollivier 2018).
  func setKeepBias(_ bias: Double, in network: LanguageNetwork<Float>) {
    guard cell == .gru || cell == .lstm else { return }
    let hidden = network.options.recurrent.hidden
    for layer in 0..<network.options.recurrent.layers {
      // The second gate of both: f of i, f, g, o, and z of r, z, n.
      let view = network.parameters.view("rnn.bias_ih_l\(layer)")
      for unit in hidden..<2 * hidden { unsafe view.base[unit] += Float(bias) }
    }
  }
}
