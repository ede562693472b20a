import WordtoolCore

extension LayerList {
  /// The layers of a text with what they take, for help and messages.
  public static let grammar = """
    conv N HxW [stride S] [pad P] [dilation D] [groups G] [no-bias], \
    transposed-conv N HxW [stride S] [pad P] [output-pad P] [dilation D] [groups G] [no-bias], \
    max-pool K [stride S] [pad P] [ceil], \
    average-pool K [stride S] [pad P] [ceil] [exclude-pad], \
    adaptive-average-pool HxW, adaptive-max-pool HxW, bn [epsilon E] [momentum M], \
    lrn [size N] [alpha A] [beta B] [k K], dropout RATE, relu, tanh, sigmoid, flatten, \
    fc N [no-bias]
    """

  /// The names that begin a layer.
  static let layerNames = [
    "conv", "transposed-conv", "max-pool", "average-pool", "adaptive-average-pool",
    "adaptive-max-pool", "bn", "lrn", "dropout", "relu", "tanh", "sigmoid", "flatten", "fc",
  ]

  /// Reads layers between commas; N may be `classes`, and every HxW, K, S, P and D one number or two.
  ///
  /// - Throws: `WordtoolError` of kind `usage`, with the byte at which the text is not understood.
  public init(parsing text: some StringProtocol) throws {
    var steps: [Step] = []
    var offset = 0
    for part in text.utf8.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false) {
      var reader = StepReader(part, at: offset)
      steps.append(try reader.step())
      offset += part.count + 1
      if steps.count > Self.maximumStepCount {
        throw WordtoolError(
          .usage, at: .byte(offset), found: "another layer",
          expected: "at most \(Self.maximumStepCount)")
      }
    }
    self.init(steps: steps)
  }
}

/// Reads the words of one layer.
private struct StepReader {
  private var words: [(text: String, offset: Int)] = []
  private var next = 0
  private let end: Int

  /// Larger numbers have no use, and products of some of them still fit.
  private static let largest = 1 << 16

  init(_ bytes: some Collection<UInt8>, at offset: Int) {
    var word: [UInt8] = []
    var place = offset
    for byte in bytes {
      if byte == 0x20 || (0x09...0x0D).contains(byte) {
        if !word.isEmpty {
          words.append((String(decoding: word, as: UTF8.self), place - word.count))
        }
        word = []
      } else {
        word.append(byte)
      }
      place += 1
    }
    if !word.isEmpty { words.append((String(decoding: word, as: UTF8.self), place - word.count)) }
    end = place
  }

  mutating func step() throws -> LayerList.Step {
    let name = try word("a layer: " + LayerList.layerNames.joined(separator: ", "))
    let step: LayerList.Step
    switch name.lowercased() {
    case "conv": step = try convolution()
    case "transposed-conv": step = try transposedConvolution()
    case "max-pool": step = .init(.maxPool(try pooling(ofMeans: false)))
    case "average-pool": step = .init(.averagePool(try pooling(ofMeans: true)))
    case "adaptive-average-pool":
      let extent = try extent(from: 1)
      step = .init(.adaptiveAveragePool(height: extent.height, width: extent.width))
    case "adaptive-max-pool":
      let extent = try extent(from: 1)
      step = .init(.adaptiveMaxPool(height: extent.height, width: extent.width))
    case "bn": step = .init(.batchNorm(try batchNorm()))
    case "lrn": step = .init(.localResponseNorm(try localResponseNorm()))
    case "dropout": step = .init(.dropout(rate: try number("0 to below 1") { $0 >= 0 && $0 < 1 }))
    case "relu": step = .init(.relu)
    case "tanh": step = .init(.tanh)
    case "sigmoid": step = .init(.sigmoid)
    case "flatten": step = .init(.flatten)
    case "fc":
      let outputs = try outputs()
      let layer = Layer.fullyConnected(outputs: outputs ?? 1, hasBias: !takes("no-bias"))
      step = .init(layer, countsClasses: outputs == nil)
    default:
      next -= 1
      throw failure("a layer: " + LayerList.layerNames.joined(separator: ", "))
    }
    if next < words.count { throw failure("a comma, or a setting that '\(name)' has once") }
    return step
  }

  // MARK: Layers

  private mutating func convolution() throws -> LayerList.Step {
    let outputs = try outputs()
    var layer = Layer.Convolution(outputs: outputs ?? 1, kernel: try extent(from: 1))
    var seen: Set<String> = []
    while let name = setting(["stride", "pad", "dilation", "groups", "no-bias"], &seen) {
      switch name {
      case "stride": layer.stride = try extent(from: 1)
      case "pad": layer.padding = try extent(from: 0)
      case "dilation": layer.dilation = try extent(from: 1)
      case "groups": layer.groups = try count(from: 1)
      default: layer.hasBias = false
      }
    }
    return .init(.convolution(layer), countsClasses: outputs == nil)
  }

  private mutating func transposedConvolution() throws -> LayerList.Step {
    let outputs = try outputs()
    var layer = Layer.TransposedConvolution(outputs: outputs ?? 1, kernel: try extent(from: 1))
    var seen: Set<String> = []
    let names = ["stride", "pad", "output-pad", "dilation", "groups", "no-bias"]
    while let name = setting(names, &seen) {
      switch name {
      case "stride": layer.stride = try extent(from: 1)
      case "pad": layer.padding = try extent(from: 0)
      case "output-pad": layer.outputPadding = try extent(from: 0)
      case "dilation": layer.dilation = try extent(from: 1)
      case "groups": layer.groups = try count(from: 1)
      default: layer.hasBias = false
      }
    }
    let limit = Extent(
      max(layer.stride.height, layer.dilation.height), max(layer.stride.width, layer.dilation.width)
    )
    if layer.outputPadding.height >= limit.height || layer.outputPadding.width >= limit.width {
      throw failure(of: "output-pad", "an output-pad below the stride")
    }
    return .init(.transposedConvolution(layer), countsClasses: outputs == nil)
  }

  private mutating func pooling(ofMeans: Bool) throws -> Layer.Pooling {
    var layer = Layer.Pooling(kernel: try extent(from: 1))
    var seen: Set<String> = []
    while let name = setting(["stride", "pad", "ceil"] + (ofMeans ? ["exclude-pad"] : []), &seen) {
      switch name {
      case "stride": layer.stride = try extent(from: 1)
      case "pad": layer.padding = try extent(from: 0)
      case "ceil": layer.roundsUp = true
      default: layer.countsPadding = false
      }
    }
    if 2 * layer.padding.height > layer.kernel.height
      || 2 * layer.padding.width > layer.kernel.width
    {
      throw failure(of: "pad", "a pad of at most half a window")
    }
    return layer
  }

  private mutating func batchNorm() throws -> Layer.BatchNorm {
    var layer = Layer.BatchNorm()
    var seen: Set<String> = []
    while let name = setting(["epsilon", "momentum"], &seen) {
      if name == "epsilon" {
        layer.epsilon = try number("above 0, at most 1") { $0 > 0 && $0 <= 1 }
      } else {
        layer.momentum = try number("above 0, at most 1") { $0 > 0 && $0 <= 1 }
      }
    }
    return layer
  }

  private mutating func localResponseNorm() throws -> Layer.LocalResponseNorm {
    var layer = Layer.LocalResponseNorm()
    var seen: Set<String> = []
    while let name = setting(["size", "alpha", "beta", "k"], &seen) {
      switch name {
      case "size": layer.size = try count(from: 1)
      case "alpha": layer.alpha = try number("0 to 1e6") { $0 >= 0 && $0 <= 1e6 }
      case "beta": layer.beta = try number("0 to 100") { $0 >= 0 && $0 <= 100 }
      default: layer.k = try number("above 0, at most 1e6") { $0 > 0 && $0 <= 1e6 }
      }
    }
    return layer
  }

  // MARK: Words

  private mutating func word(_ expected: String) throws -> String {
    guard next < words.count else { throw failure(expected) }
    next += 1
    return words[next - 1].text
  }

  /// Whether the next word is this one; then it is passed.
  private mutating func takes(_ text: String) -> Bool {
    guard next < words.count, words[next].text.lowercased() == text else { return false }
    next += 1
    return true
  }

  /// The next word if it is a setting that was not there yet.
  private mutating func setting(_ names: [String], _ seen: inout Set<String>) -> String? {
    guard next < words.count else { return nil }
    let name = words[next].text.lowercased()
    guard names.contains(name), seen.insert(name).inserted else { return nil }
    next += 1
    return name
  }

  /// A number of outputs; nil for `classes`.
  private mutating func outputs() throws -> Int? {
    takes("classes") ? nil : try count(from: 1, or: " or 'classes'")
  }

  private mutating func count(from least: Int, or other: String = "") throws -> Int {
    let expected = "a number from \(least) to \(Self.largest)\(other)"
    guard let value = Int(try word(expected)), (least...Self.largest).contains(value) else {
      next -= 1
      throw failure(expected)
    }
    return value
  }

  private mutating func extent(from least: Int) throws -> Extent {
    let expected = "a number or a size such as 3x3, from \(least) to \(Self.largest)"
    let numbers = try word(expected).lowercased()
      .split(separator: "x", omittingEmptySubsequences: false).map { Int($0) ?? -1 }
    guard (1...2).contains(numbers.count),
      numbers.allSatisfy({ (least...Self.largest).contains($0) })
    else {
      next -= 1
      throw failure(expected)
    }
    return Extent(numbers[0], numbers[numbers.count - 1])
  }

  private mutating func number(_ range: String, _ isGood: (Double) -> Bool) throws -> Double {
    guard let value = Double(try word("a number, \(range)")), isGood(value) else {
      next -= 1
      throw failure("a number, \(range)")
    }
    return value
  }

  /// The next word, or the end, is not what was expected.
  private func failure(_ expected: String) -> WordtoolError {
    guard next < words.count else {
      return WordtoolError(
        .usage, at: .byte(end),
        found: words.isEmpty ? "no layer" : "nothing after '\(words[words.count - 1].text)'",
        expected: expected)
    }
    return WordtoolError(
      .usage, at: .byte(words[next].offset), found: "'\(words[next].text)'", expected: expected)
  }

  /// The value of a setting does not go with the others.
  private func failure(of setting: String, _ expected: String) -> WordtoolError {
    let place = words.firstIndex { $0.text.lowercased() == setting } ?? 0
    let value = place + 1 < words.count ? " " + words[place + 1].text : ""
    return WordtoolError(
      .usage, at: .byte(words[place].offset), found: "'\(setting)\(value)'", expected: expected)
  }
}
