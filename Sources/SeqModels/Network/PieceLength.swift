import BLASCore

/// How many tokens of each part a training step reads.
///
/// With ``NeuralTrainingOptions/hasJitter`` the length is drawn anew for each step (Merity, Keskar and
/// Socher 2018): with probability 0.95 around `bptt`, else around half of it, normally distributed
/// with a deviation of 5, at least 5. So pieces do not begin at the same tokens in every epoch, and
/// each token has others before it that its gradient reaches. The step's rate is scaled by its length
/// over `bptt`, for the mean of fewer losses would count as much as that of many; where losses are
/// summed over the steps they count by their number already, and the rate stays.
package struct PieceLength: Hashable {
  /// Time steps, where the text has so many left.
  package var steps: Int
  /// What the learning rate is multiplied by.
  package var rateFactor = 1.0

  /// The length of a step; the number of the step alone decides what is drawn.
  package init(_ training: NeuralTrainingOptions, step: Int) {
    steps = training.bptt
    guard training.hasJitter == true else { return }
    var random = RandomSource(seed: training.seed, .pieceLength, UInt64(step))
    let mean = Double(training.bptt) * (random.nextUnitFloat() < 0.95 ? 1 : 0.5)
    // The sum of twelve uniform numbers has the variance 1, and the same bits on every machine.
    let deviate = (0..<12).reduce(-6.0) { sum, _ in sum + Double(random.nextUnitFloat()) }
    steps = max(5, Int(mean + 5 * deviate))
    if training.lossAverage == .tokens { rateFactor = Double(steps) / Double(training.bptt) }
  }
}
