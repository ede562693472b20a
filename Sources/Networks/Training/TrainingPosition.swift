package import WordtoolCore

/// Where a training stands: what its checkpoint has to know beside weights and options.
package struct TrainingPosition: Codable, Hashable, Sendable {
  /// Epochs that are complete.
  package var epoch = 0
  /// Steps taken in all.
  package var step = 0
  /// Where in the epoch the next step begins, in the trainer's own units.
  package var place = 0
  /// The sum of the losses since the epoch began, and how many they are.
  package var lossSum = 0.0
  package var lossCount = 0
  /// Examples since the epoch began whose answer was right, where the trainer counts them.
  package var correctCount = 0
  /// Examples trained on in all.
  package var examples = 0
  /// The learning rate at the start, divided for every plateau that was met.
  package var rate: Double
  /// What the held-out examples said.
  package var stopping = EarlyStopping()
  /// What the optimiser counts: its steps, and those its average is of.
  package var optimizerCounts = [0, 0]
  /// Whether it keeps an average.
  package var isAveraging = false
  /// Tells one set of examples from another.
  package var dataHash: UInt64

  /// The start of a training.
  package init(rate: Double, dataHash: UInt64) {
    self.rate = rate
    self.dataHash = dataHash
  }

  /// The mean loss since the epoch began.
  package var meanLoss: Double { lossSum / Double(max(1, lossCount)) }

  /// Goes on to the next epoch.
  package mutating func beginNextEpoch() {
    epoch += 1
    place = 0
    lossSum = 0
    lossCount = 0
    correctCount = 0
  }

  /// What no training of any size leaves, or nil.
  var impossibleProperty: String? {
    let limit = TrainingLimits.count
    let counts = [
      ("step", step), ("place", place), ("lossCount", lossCount), ("correctCount", correctCount),
      ("examples", examples),
    ]
    if !(0...TrainingLimits.epochs).contains(epoch) { return "epoch" }
    if let (name, _) = counts.first(where: { !(0...limit).contains($0.1) }) { return name }
    if !lossSum.isFinite { return "lossSum" }
    if !(rate.isFinite && rate >= 0) { return "rate" }
    if !stopping.isPossible { return "stopping" }
    if optimizerCounts.count != 2 || !optimizerCounts.allSatisfy((0...limit).contains) {
      return "optimizerCounts"
    }
    if optimizerCounts[1] > 0 && !isAveraging { return "optimizerCounts" }
    return nil
  }

  /// Refuses a position that a training over these examples cannot have.
  ///
  /// - Parameters:
  ///   - hash: of the examples that are there now.
  ///   - placeCount: how many places an epoch has.
  ///   - examples: what the examples are called: "text", "images".
  /// - Throws: `WordtoolError` of kind `badData`.
  package func check(
    dataHash hash: UInt64, placeCount: Int, examples: String, path: String
  ) throws {
    guard dataHash == hash else {
      throw WordtoolError(
        .badData, path: path, found: "a checkpoint of \(examples)",
        expected: "what the training began with")
    }
    guard place <= placeCount else {
      throw WordtoolError(
        .badData, path: path, found: "a training that stands at place \(place) of an epoch",
        expected: "0 to \(placeCount)")
    }
  }
}

/// What the header of a checkpoint says: how the training goes, and where it stands.
///
/// The strings lie in the safetensors file's metadata as JSON, under `training` and `position`; the
/// file's `format` has a name and a version. Nothing in them is trusted.
package struct CheckpointHeader<Options: TrainingOptions> {
  /// How it was trained.
  package var options: Options
  /// Where it stands.
  package var position: TrainingPosition

  /// A header to write.
  package init(options: Options, position: TrainingPosition) {
    self.options = options
    self.position = position
  }

  /// Reads the header of a file.
  ///
  /// - Throws: `WordtoolError` of kind `badData` that names the property no training leaves.
  package init(metadata: [String: String], path: String) throws {
    func part<Part: Decodable>(_ name: String, _: Part.Type) throws -> Part {
      guard let text = metadata[name] else {
        throw WordtoolError(.badData, path: path, found: "no `\(name)` in the header")
      }
      do {
        return try StoredJSON.decode(Part.self, from: text)
      } catch {
        throw WordtoolError(
          .badData, path: path, found: "a `\(name)` in the header that cannot be read",
          remedy: "a checkpoint of another version has to be trained anew")
      }
    }
    options = try part("training", Options.self)
    position = try part("position", TrainingPosition.self)
    do {
      try options.validate()
    } catch var error as WordtoolError {
      error.kind = .badData
      error.path = path
      throw error
    }
    if let property = position.impossibleProperty {
      throw WordtoolError(
        .badData, path: path, found: "a position whose `\(property)` no training leaves")
    }
  }

  /// The strings to write.
  package var metadata: [String: String] {
    get throws {
      ["training": try StoredJSON.text(options), "position": try StoredJSON.text(position)]
    }
  }
}
