import BLASCore
import Networks

extension NetworkExecution {
  /// Draws the weights a training starts from.
  ///
  /// Filters: He's normal distribution, deviation √(2 / (outputs · rows · columns)) (He et al. 2015,
  /// with the fan of the way back, as torchvision does), biases 0. Fully connected layers: uniform
  /// within ±1 / √inputs, biases too (PyTorch's). Batch normalisation: weight 1, bias 0. Running
  /// means become 0, running variances 1.
  ///
  /// - Parameter seed: decides every draw; each array has a stream of its own.
  package func initialize(seed: UInt64) {
    for (number, entry) in parameters.entries.enumerated() {
      var random = RandomSource(seed: seed, 0x696d_6167_6573, UInt64(number))
      let values = unsafe parameters.values.base + entry.range.lowerBound
      let name = entry.name[..<(entry.name.lastIndex(of: ".") ?? entry.name.endIndex)]
      guard let node = graph.node(named: String(name)) else {
        preconditionFailure("no layer of '\(entry.name)'")
      }
      let isWeight = entry.name.hasSuffix(".weight")
      let input = graph.nodes[graph.nodes[node].inputs[0]].shape
      switch graph.nodes[node].layer {
      case .convolution, .transposedConvolution:
        let fan = entry.shape.count == 4 ? entry.shape[0] * entry.shape[2] * entry.shape[3] : 1
        let deviation = (2 / Double(fan)).squareRoot()
        for index in 0..<entry.range.count {
          unsafe values[index] = isWeight ? Scalar(deviation * random.nextNormal()) : 0
        }
      case .fullyConnected:
        let limit = 1 / Double(input.valueCount).squareRoot()
        for index in 0..<entry.range.count {
          unsafe values[index] = Scalar(random.nextSymmetric(limit))
        }
      default: unsafe values.update(repeating: isWeight ? 1 : 0, count: entry.range.count)
      }
    }
    for entry in statistics.entries {
      unsafe (statistics.values.base + entry.range.lowerBound).update(
        repeating: entry.name.hasSuffix(".running_var") ? 1 : 0, count: entry.range.count)
    }
    parametersChanged()
  }
}
