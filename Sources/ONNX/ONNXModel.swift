package import WordtoolCore

/// A network as ONNX describes it: nodes that take named values and give named values.
///
/// Field numbers are those of onnx.proto, version 3. A value is named once; nodes stand in an order
/// in which each uses only what stands before it.
package struct ONNXModel {
  /// The set of operators the graph is written in. 14 is the first in which GRU, LSTM and RNN have
  /// their present form, and is read by every runtime since 2021.
  package static let operatorSet = 14
  /// The version of the file's layout that belongs to ``operatorSet``.
  package static let layoutVersion = 7
  /// The longest message that protobuf's readers accept.
  static let maximumByteCount = Int(Int32.max)

  /// What a value or a tensor is made of.
  package enum ElementType: Int {
    case float32 = 1
    case int32 = 6
    case int64 = 7
  }

  /// One extent of an input or an output.
  package enum Extent: Hashable {
    /// Always so long.
    case fixed(Int)
    /// As long as the caller likes, but the same wherever the name stands.
    case named(String)
  }

  /// An option of a node.
  package enum Attribute {
    case integer(Int)
    case integers([Int])
    case number(Float)
    case string(String)
    case strings([String])
  }

  /// Numbers with their shape.
  package struct Tensor: Equatable, Sendable {
    /// The extents, outermost first.
    package var shape: [Int]
    /// The numbers, row by row.
    package var values: [Float]

    /// Numbers with their shape.
    package init(_ shape: [Int], _ values: [Float]) {
      precondition(values.count == shape.reduce(1, *), "\(values.count) values for \(shape)")
      self.shape = shape
      self.values = values
    }
  }

  /// What the graph is called.
  package let name: String
  /// Free-form strings, by key.
  package var metadata: [(key: String, value: String)] = []
  private var nodes: [ProtobufMessage] = []
  private var tensors: [ProtobufMessage] = []
  private var inputs: [ProtobufMessage] = []
  private var outputs: [ProtobufMessage] = []
  private var taken: Set<String> = []

  /// An empty graph.
  package init(name: String) { self.name = name }

  /// Declares a value that the caller gives.
  package mutating func addInput(_ name: String, _ type: ElementType, _ shape: [Extent]) {
    claim(name)
    inputs.append(Self.valueInfo(name, type, shape))
  }

  /// Declares which value the caller gets.
  package mutating func addOutput(_ name: String, _ type: ElementType, _ shape: [Extent]) {
    precondition(taken.contains(name), "no node gives \(name)")
    outputs.append(Self.valueInfo(name, type, shape))
  }

  /// Adds constants of single precision; returns their name.
  ///
  /// - Precondition: as many values as the shape has elements.
  @discardableResult
  package mutating func addTensor(_ name: String, _ shape: [Int], _ values: [Float]) -> String {
    precondition(values.count == shape.reduce(1, *), "\(values.count) values for \(shape)")
    let bytes = unsafe values.map(\.bitPattern.littleEndian).withUnsafeBytes { unsafe Array($0) }
    return addTensor(name, .float32, shape, bytes)
  }

  /// Adds constants of single precision; returns their name.
  @discardableResult
  package mutating func addTensor(_ name: String, _ tensor: Tensor) -> String {
    addTensor(name, tensor.shape, tensor.values)
  }

  /// Adds a list of whole numbers; returns its name.
  @discardableResult
  package mutating func addList(_ name: String, _ values: [Int]) -> String {
    let bytes = unsafe values.map { Int64($0).littleEndian }.withUnsafeBytes { unsafe Array($0) }
    return addTensor(name, .int64, [values.count], bytes)
  }

  /// Adds a whole number; returns its name.
  @discardableResult
  package mutating func addScalar(_ name: String, _ value: Int) -> String {
    let bytes = unsafe withUnsafeBytes(of: Int64(value).littleEndian) { unsafe Array($0) }
    return addTensor(name, .int64, [], bytes)
  }

  /// Adds a whole number of 32 bits; returns its name.
  @discardableResult
  package mutating func addScalar(_ name: String, int32 value: Int32) -> String {
    let bytes = unsafe withUnsafeBytes(of: value.littleEndian) { unsafe Array($0) }
    return addTensor(name, .int32, [], bytes)
  }

  /// Adds a node.
  ///
  /// - Parameters:
  ///   - operation: the operator's name, such as `MatMul`.
  ///   - inputs: names of values; empty for an optional one that is left out.
  ///   - outputs: names of the values that are made here; empty for one that nobody needs.
  ///   - attributes: in the order in which they are written.
  package mutating func addNode(
    _ operation: String, _ inputs: [String], _ outputs: [String],
    _ attributes: [(name: String, value: Attribute)] = []
  ) {
    for input in inputs where !input.isEmpty {
      precondition(taken.contains(input), "\(operation) uses \(input), which nothing gives")
    }
    for output in outputs where !output.isEmpty { claim(output) }
    var node = ProtobufMessage()
    for input in inputs { node.add(1, input) }
    for output in outputs { node.add(2, output) }
    node.add(3, "\(operation).\(outputs.first { !$0.isEmpty } ?? "")")
    node.add(4, operation)
    for attribute in attributes { node.add(5, Self.message(attribute.name, attribute.value)) }
    nodes.append(node)
  }

  /// The whole file's bytes, in pieces.
  ///
  /// - Throws: `WordtoolError` of kind `unavailable` when the model is larger than the format allows.
  package func encoded() throws -> [[UInt8]] {
    var graph = ProtobufMessage()
    for node in nodes { graph.add(1, node) }
    graph.add(2, name)
    for tensor in tensors { graph.add(5, tensor) }
    for input in inputs { graph.add(11, input) }
    for output in outputs { graph.add(12, output) }
    var operators = ProtobufMessage()
    operators.add(1, "")
    operators.add(2, Self.operatorSet)
    var model = ProtobufMessage()
    model.add(1, Self.layoutVersion)
    model.add(2, "wordtool")
    model.add(7, graph)
    model.add(8, operators)
    for (key, value) in metadata {
      var entry = ProtobufMessage()
      entry.add(1, key)
      entry.add(2, value)
      model.add(14, entry)
    }
    guard model.byteCount <= Self.maximumByteCount else {
      throw WordtoolError(
        .unavailable, found: "a model of \(model.byteCount, "byte")",
        expected: "at most \(Self.maximumByteCount), the most that one ONNX file holds")
    }
    return model.pieces
  }

  /// Writes the model into an open file.
  ///
  /// - Throws: `WordtoolError`: `unavailable` for a model that is too large, `inputOutput`.
  package func write(to file: OutputFile) throws {
    try file.requirePlain("an ONNX graph")
    for piece in try encoded() { try file.write(piece) }
  }

  private mutating func claim(_ name: String) {
    precondition(taken.insert(name).inserted, "two values are called \(name)")
  }

  private mutating func addTensor(
    _ name: String, _ type: ElementType, _ shape: [Int], _ bytes: [UInt8]
  ) -> String {
    claim(name)
    var tensor = ProtobufMessage()
    tensor.add(1, packed: shape)
    tensor.add(2, type.rawValue)
    tensor.add(8, name)
    tensor.add(9, bytes: bytes)
    tensors.append(tensor)
    return name
  }

  /// ValueInfoProto: a name, the element type and the shape.
  private static func valueInfo(
    _ name: String, _ type: ElementType, _ shape: [Extent]
  ) -> ProtobufMessage {
    var extents = ProtobufMessage()
    for extent in shape {
      var dimension = ProtobufMessage()
      switch extent {
      case .fixed(let length): dimension.add(1, length)
      case .named(let name): dimension.add(2, name)
      }
      extents.add(1, dimension)
    }
    var tensor = ProtobufMessage()
    tensor.add(1, type.rawValue)
    tensor.add(2, extents)
    var kind = ProtobufMessage()
    kind.add(1, tensor)
    var value = ProtobufMessage()
    value.add(1, name)
    value.add(2, kind)
    return value
  }

  /// AttributeProto; field 20 says which of the others holds the value.
  private static func message(_ name: String, _ value: Attribute) -> ProtobufMessage {
    var message = ProtobufMessage()
    message.add(1, name)
    switch value {
    case .number(let number):
      message.add(2, number)
      message.add(20, 1)
    case .integer(let number):
      message.add(3, number)
      message.add(20, 2)
    case .string(let text):
      message.add(4, text)
      message.add(20, 3)
    case .integers(let numbers):
      for number in numbers { message.add(8, number) }
      message.add(20, 7)
    case .strings(let texts):
      for text in texts { message.add(9, text) }
      message.add(20, 8)
    }
    return message
  }
}
