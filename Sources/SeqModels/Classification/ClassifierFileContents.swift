import BLASCore
import Tokenize
import WordtoolCore

/// A model file in the making: facts and tensors, then written in one go.
@safe struct ClassifierFileContents {
  // SAFETY: a pointer is handed over for the length of one call.
  private var metadata: [String: String]
  private var tensors: [(announcement: TensorFileWriter.Announcement, write: Write)] = unsafe []

  /// Hands the bytes of a tensor, in one piece or several, to a function.
  typealias Write = ((UnsafeRawBufferPointer) throws -> Void) throws -> Void

  /// The facts that every classifier has.
  init(model: String, rule: TokenizerRule) throws {
    metadata = [
      "format": ModelFile.classifierFormat, "model": model,
      "tokenizer_rule": try StoredJSON.text(rule),
    ]
  }

  /// A fact of the header.
  subscript(name: String) -> String? {
    get { metadata[name] }
    set { metadata[name] = newValue }
  }

  /// Adds a tensor whose elements are in an array.
  mutating func add<Element: BitwiseCopyable>(
    _ name: String, _ type: TensorFile.ElementType, _ shape: [Int], _ values: [Element]
  ) {
    precondition(values.count == shape.reduce(1, *), "\(name): \(values.count) values for \(shape)")
    unsafe tensors.append(
      (
        TensorFileWriter.Announcement(name, type, shape),
        { write in try unsafe values.withUnsafeBytes { try unsafe write($0) } }
      ))
  }

  /// Adds rows of floats.
  mutating func add(_ name: String, _ rows: FloatRows) {
    unsafe tensors.append(
      (
        TensorFileWriter.Announcement(name, .float32, [rows.count, rows.dimension]),
        { write in for row in 0..<rows.count { try unsafe write(UnsafeRawBufferPointer(rows[row])) }
        }
      ))
  }

  /// Adds texts as `name.bytes` and `name.offsets`.
  mutating func add(_ name: String, texts: some Collection<some Collection<UInt8>>) {
    add(name, StringTable(texts))
  }

  /// Adds texts as `name.bytes` and `name.offsets`.
  mutating func add(_ name: String, _ texts: StringTable) {
    add("\(name).offsets", .int64, [texts.offsets.count], texts.offsets)
    add("\(name).bytes", .uint8, [texts.bytes.count], texts.bytes)
  }

  /// Adds the words and n-grams.
  mutating func add(_ features: NGramFeatures) {
    self["lowest_order"] = "\(features.orders.lowerBound)"
    self["highest_order"] = "\(features.orders.upperBound)"
    self["buckets"] = "\(features.bucketCount)"
    let pairs = (0..<features.pairs.count).flatMap {
      let pair = features.pairs[$0]
      return [pair.left, pair.right]
    }
    add("ngrams", .int32, [features.pairs.count, 2], pairs)
    add("vocabulary", StringTable(features.words))
    guard let characters = features.characters else { return }
    self["lowest_character_order"] = "\(characters.orders.lowerBound)"
    self["highest_character_order"] = "\(characters.orders.upperBound)"
    add("characters", StringTable(characters.table))
  }

  /// Adds what probabilities are changed by.
  mutating func add(_ calibration: Calibration) {
    self["calibration"] = calibration.method.rawValue
    switch calibration.map {
    case .temperature(let value): self["temperature"] = "\(value)"
    case .isotonic(let functions):
      let counts = functions.map { Int64($0.points.count) }
      let ends = counts.indices.map { counts[...$0].reduce(0, +) }
      let points = functions.flatMap(\.points).flatMap { [$0.x, $0.y] }
      add("isotonic.ends", .int64, [ends.count], ends)
      add("isotonic.points", .float32, [points.count / 2, 2], points)
    }
  }

  /// Writes everything; the file still has to be committed.
  func write(to output: OutputFile) throws {
    var writer = try unsafe TensorFileWriter(
      to: output, metadata: metadata, tensors: tensors.map(unsafe \.announcement))
    try unsafe tensors.forEach { try unsafe $0.write { try unsafe writer.write($0) } }
    writer.finish()
  }
}

extension LinearClassifier {
  init(_ file: ModelFile) throws {
    labels = try file.labels()
    rule = try file.rule()
    isExclusive = try file.flag("exclusive")
    features = try file.features()
    weighting = try file.choice("weighting")
    loss = file.tensors.metadata["loss"] == nil ? .logistic : try file.choice("loss")
    let questions = isExclusive && labels.count == 2 ? 1 : labels.count
    weights = try file.floats("weight", [features.count, questions])
    biases = try file.floats("bias", [questions])
    inverseDocumentFrequencies =
      weighting == .tfIdf ? try file.floats("idf", [features.count]) : []
    tokenizer = try WordTokenizer(rule: rule)
  }

  func write(to output: OutputFile, _ calibration: Calibration?) throws {
    var contents = try ClassifierFileContents(model: name, rule: rule)
    contents["exclusive"] = "\(isExclusive)"
    contents["weighting"] = weighting.rawValue
    // Files of old do not say it.
    if loss != .logistic { contents["loss"] = loss.rawValue }
    contents.add("weight", .float32, [features.count, questionCount], weights)
    contents.add("bias", .float32, [questionCount], biases)
    if weighting == .tfIdf {
      contents.add("idf", .float32, [features.count], inverseDocumentFrequencies)
    }
    contents.add(features)
    contents.add("labels", texts: labels.map { Array($0.utf8) })
    if let calibration { contents.add(calibration) }
    try contents.write(to: output)
  }
}

extension FastTextClassifier {
  init(_ file: ModelFile) throws {
    let features = try file.features()
    guard features.characters == nil else {
      throw file.failure("n-grams of characters", "words and n-grams of words")
    }
    let isShared = file.tensors.entry(named: "rows") != nil
    let embeddings = try file.rows(
      "embedding.weight", count: isShared ? -1 : features.count, dimension: -1)
    let labels = try file.labels()
    let places =
      isShared ? try file.values("rows", .int32, [features.count], zero: Int32(0)) : []
    if let feature = places.firstIndex(where: { $0 < 0 || $0 >= embeddings.count }) {
      throw file.failure(
        "row \(places[feature]) of feature \(feature)", "0 to \(embeddings.count - 1)")
    }
    let loss: FastTextOptions.Loss =
      file.tensors.metadata["loss"] == nil ? .softmax : try file.choice("loss")
    guard !loss.needsFastTextFile else {
      throw file.failure("the loss '\(loss.rawValue)'", "softmax or ova")
    }
    try self.init(
      labels: labels, rule: try file.rule(), features: features, rowPlaces: places,
      embeddings: embeddings,
      output: try file.rows(
        "output.weight", count: labels.count, dimension: embeddings.dimension),
      loss: loss)
  }

  func write(to output: OutputFile, _ calibration: Calibration?) throws {
    var contents = try ClassifierFileContents(model: name, rule: rule)
    // Files of old do not say it.
    if loss != .softmax { contents["loss"] = loss.rawValue }
    contents.add("embedding.weight", embeddings)
    contents.add("output.weight", self.output)
    if !rowPlaces.isEmpty { contents.add("rows", .int32, [rowPlaces.count], rowPlaces) }
    contents.add(features)
    contents.add("labels", texts: labels.map { Array($0.utf8) })
    if let calibration { contents.add(calibration) }
    try contents.write(to: output)
  }
}
