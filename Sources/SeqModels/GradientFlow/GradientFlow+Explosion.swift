import Networks
public import WordtoolCore

/// A network whose gradient explodes in training, and the same from the same start with clipping.
public struct GradientFlowExplosion: Codable, Hashable, Sendable {
  /// One training step.
  public struct Step: Codable, Hashable, Sendable {
    /// The mean loss of its tokens, in nats.
    public var loss: Double
    /// The norm of the whole gradient, before clipping.
    public var gradientNorm: Double
  }

  /// What became of a training.
  public struct Course: Codable, Hashable, Sendable {
    /// The steps up to the last one whose loss and gradient were finite.
    public var steps: [Step]
    /// Whether the loss or the gradient of the step after those was not.
    public var hasDiverged: Bool
    /// How many steps there were before the curve was measured: all of them, or where it diverged
    /// those before the loss was more than twice what it was at first.
    public var measuredSteps: Int
    /// How far the gradient comes back then.
    public var curve: GradientFlowCurve
  }

  /// The learning rate of stochastic gradient descent.
  public var learningRate: Double
  /// The training without clipping.
  public var unclipped: Course
  /// The training with clipping.
  public var clipped: Course

  private enum CodingKeys: String, CodingKey {
    case learningRate = "rate"
    case unclipped, clipped
  }
}

extension GradientFlow {
  /// The name of the network that is trained without clipping.
  public static let explodingName = "rnn-relu unclipped"
  /// The name of the network that is trained with clipping.
  public static let keptName = "rnn-relu clipped"

  /// Trains a rectifier network by stochastic gradient descent twice from the same start, without
  /// and with clipping, and measures both.
  ///
  /// Rectifiers do not saturate: what a recurrent matrix that has grown too large makes of the
  /// state, and of the gradient on its way back, grows with every step (Pascanu, Mikolov and Bengio
  /// 2013).
  ///
  /// - Parameters:
  ///   - ids: the text, by number.
  ///   - vocabulary: the tokens, by number.
  ///   - options: the network.
  ///   - learningRate: the step size.
  ///   - threads: how many threads to use, at least 1.
  ///   - stop: ends the work early, with an error of kind `interrupted`.
  ///   - progress: called with the share that is done.
  /// - Throws: `WordtoolError`: `badData` for a text shorter than a sequence, `interrupted`.
  public static func explosion(
    ids: [Int32], vocabulary: LanguageVocabulary, options: GradientFlowOptions,
    learningRate: Double,
    threads: Int = Workers.defaultCount, stop: StopFlag = StopFlag(),
    progress: (Double) -> Void = { _ in }
  ) throws -> GradientFlowExplosion {
    try options.validate()
    try OptionCheck.require("learningRate", learningRate, .positive)
    typealias Course = GradientFlowExplosion.Course

    /// A training of so many steps: the network, and what became of it.
    func train(
      clipNorm: Double?, count: Int, progress: (Double) -> Void
    ) throws -> (
      network: LanguageNetwork<Float>, steps: [GradientFlowExplosion.Step], hasDiverged: Bool
    ) {
      let trainer = try trainer(
        of: .rnnReLU, trainingSteps: count, ids: ids, vocabulary: vocabulary, options: options,
        threads: threads
      ) {
        $0.optimizer.method = .sgd
        $0.optimizer.clipNorm = clipNorm
        $0.learningRate = learningRate
      }
      guard count > 0 else { return (trainer.network, [], false) }
      var steps: [GradientFlowExplosion.Step] = []
      var (sum, tokens) = (0.0, 0)
      do {
        _ = try trainer.train(stop: stop) { _ in
        } progress: { report in
          // The trainer adds up losses from the begin of an epoch.
          let position = trainer.position
          if position.lossCount <= tokens { (sum, tokens) = (0, 0) }
          steps.append(
            GradientFlowExplosion.Step(
              loss: (position.lossSum - sum) / Double(max(1, position.lossCount - tokens)),
              gradientNorm: report.gradientNorm))
          (sum, tokens) = (position.lossSum, position.lossCount)
          progress(Double(steps.count) / Double(count))
        }
      } catch let error as WordtoolError where error.kind == .diverged {
        return (trainer.network, steps, true)
      }
      return (trainer.network, steps, false)
    }

    func course(
      clipNorm: Double?, name: String, progress: (Double) -> Void
    ) throws -> Course {
      let training = try train(
        clipNorm: clipNorm, count: options.trainingSteps, progress: progress)
      let steps = training.steps
      guard training.hasDiverged else {
        return Course(
          steps: steps, hasDiverged: false, measuredSteps: steps.count,
          curve: try measure(
            training.network, name: name, ids: ids, options: options, stop: stop)[0])
      }
      let count = steps.firstIndex { $0.loss > 2 * steps[0].loss } ?? max(0, steps.count - 1)
      let network = try train(clipNorm: clipNorm, count: count) { _ in }.network
      return Course(
        steps: steps, hasDiverged: true, measuredSteps: count,
        curve: try measure(network, name: name, ids: ids, options: options, stop: stop)[0])
    }

    return GradientFlowExplosion(
      learningRate: learningRate,
      unclipped: try course(clipNorm: nil, name: explodingName) { progress($0 / 2) },
      clipped: try course(clipNorm: options.clipNorm, name: keptName) { progress((1 + $0) / 2) })
  }
}
