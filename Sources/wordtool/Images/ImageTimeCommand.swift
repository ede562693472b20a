import ArgumentParser
import ConvNets
import Networks
import WordtoolCore

/// `wordtool image time`: how fast a network classifies here.
struct ImageTimeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "time",
    abstract: "Measure how fast a network classifies images.",
    discussion: """
      Passes random images through the network, --repeat times after some that do not count, and \
      prints the median time. The weights are random ones, or a model's; reading images and making \
      them fit is not part of it.

      Example:
        wordtool image time resnet-18
        wordtool image time example-cnn --batch 1000 --threads 1
      """)

  @Argument(
    help: ArgumentHelp(
      "A network's name, layers, or a model that 'image train' wrote.", valueName: "network"),
    completion: Completions.networks)
  var network: String

  @Option(
    help: ArgumentHelp(
      "The size of the images. (default: the network's usual one)", valueName: "HxWxC"))
  var input: ImageExtents?

  @Option(help: ArgumentHelp("How many classes. (default: as usual)", valueName: "n"))
  var classes: Int?

  @Option(help: ArgumentHelp("Images at once.", valueName: "n"))
  var batch = 1

  @Option(name: .customLong("repeat"), help: ArgumentHelp("Passes that count.", valueName: "n"))
  var repeats = 20

  @Option(help: ArgumentHelp("Decides weights and images.", valueName: "n"))
  var seed: UInt64 = 1

  @OptionGroup var threads: ThreadsOptions
  @OptionGroup var json: JSONOptions

  func validate() throws {
    try OptionCheck.whole([
      ("--batch", batch, 1...1 << 16), ("--repeat", repeats, 1...1_000_000),
      ("--classes", classes, 1...1 << 20),
    ])
  }

  struct Answer: Encodable {
    var network: String
    var input: [Int]
    var batch: Int
    var `repeat`: Int
    var parameters: Int
    var multiplyAdds: Int
    /// Of one pass: the median, and the shortest and longest.
    var milliseconds: Double
    var lowestMilliseconds: Double
    var highestMilliseconds: Double
    var imagesPerSecond: Double
    var multiplyAddsPerSecond: Double
    var threads: Int
    var peakResidentBytes: Int
  }

  /// Passes that do not count: caches fill, and weights are laid out.
  private static let warmups = 3
  /// Values of a batch, 4 GB of them.
  private static let maximumValueCount = 1 << 30

  func run() throws {
    let stop = Interrupts.stopFlag()
    let described = try DescribedNetwork(network, input: input, classes: classes)
    let shape = described.input
    guard shape.valueCount <= Self.maximumValueCount / batch else {
      throw WordtoolError(
        .usage, found: "\(batch) images of \(shape)",
        expected: "at most \(Self.maximumValueCount) values")
    }
    let graph = try described.architecture.graph(input: shape, classes: described.classes)
    let execution: NetworkExecution<Float>
    if let path = described.path {
      guard input == nil && classes == nil else {
        throw WordtoolError(
          .usage, path: path, found: "--input or --classes beside a model",
          expected: "neither: the model has them")
      }
      execution = try ImageModel(contentsOf: path, threads: threads.count).execution
    } else {
      execution = try NetworkExecution(graph, threads: threads.count)
      execution.initialize(seed: seed)
    }
    let seconds = try measure(execution, shape, stop).sorted()
    let median = (seconds[(seconds.count - 1) / 2] + seconds[seconds.count / 2]) / 2
    let summary = NetworkSummary(graph)
    let speed = Double(batch) / max(median, 1e-9)
    let answer = Answer(
      network: described.architecture.name, input: shape.extents, batch: batch, repeat: repeats,
      parameters: summary.parameterCount, multiplyAdds: summary.multiplyAdds,
      milliseconds: median * 1000, lowestMilliseconds: seconds[0] * 1000,
      highestMilliseconds: seconds[seconds.count - 1] * 1000, imagesPerSecond: speed,
      multiplyAddsPerSecond: speed * Double(summary.multiplyAdds), threads: threads.count,
      peakResidentBytes: Environment.peakResidentBytes())
    if json.json { return try JSONOutput.write(answer) }
    try StandardOutput.shared.writePairs([
      ("milliseconds", NumberFormat.fixed(answer.milliseconds, 2)),
      (
        "  lowest to highest",
        NumberFormat.fixed(answer.lowestMilliseconds, 2) + " to "
          + NumberFormat.fixed(answer.highestMilliseconds, 2)
      ),
      ("images a second", NumberFormat.fixed(speed, speed < 100 ? 1 : 0)),
      ("multiply-adds a second", NumberFormat.withPrefix(answer.multiplyAddsPerSecond)),
      ("peak memory", NumberFormat.bytes(answer.peakResidentBytes)),
    ])
  }

  /// The seconds of each pass that counts.
  private func measure(
    _ execution: NetworkExecution<Float>, _ shape: ImageShape, _ stop: StopFlag
  ) throws -> [Double] {
    try MemoryRoom.require(
      count: batch * shape.valueCount, of: Float.self,
      for: "\(NumberFormat.counted(batch, "image")) of \(shape)")
    var state = seed
    let images = (0..<batch * shape.valueCount).map { _ in
      // Knuth's constants; any spread of values will do.
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Float(state >> 40) / Float(1 << 23) - 1
    }
    var seconds: [Double] = []
    try unsafe images.withUnsafeBufferPointer { images in
      guard let base = images.baseAddress else { return }
      for pass in 0..<Self.warmups + repeats {
        let start = Environment.seconds()
        _ = try unsafe execution.logits(base, count: batch)
        if pass >= Self.warmups { seconds.append(Environment.seconds() - start) }
        if stop.isRaised {
          throw WordtoolError(
            .interrupted, found: "stopped after \(NumberFormat.counted(pass + 1, "pass"))")
        }
      }
    }
    return seconds
  }
}
