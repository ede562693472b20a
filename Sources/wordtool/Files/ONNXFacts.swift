import WordtoolCore

/// What an ONNX file tells of its graph: who wrote it, which operators it has, what goes in and comes out.
///
/// The file is a message of protocol buffers, `ModelProto` of onnx.proto3. The fields that are looked at are
/// found by walking over all others, whose contents are not touched.
package struct ONNXFacts {
  private var writer = ""
  private var operatorSet: Int?
  /// Operators in the graph.
  package private(set) var nodeCount = 0
  private var operators: Set<String> = []
  /// What goes in, with its shape.
  package private(set) var inputs: [String] = []
  private var outputs: [String] = []

  /// Walks through a file.
  ///
  /// - Throws: ``WordtoolError``: `badData` for a field that does not end in the file, and what opening it
  ///   throws.
  package init(path: String) throws {
    let file = try MappedFile(path: path)
    let message = ProtobufMessage(path: path)
    let bytes = unsafe file.bytes.bindMemory(to: UInt8.self).span
    var version = ""
    try message.forEachField(of: bytes, in: 0..<bytes.count) { number, value in
      switch (number, value) {
      case (2, .bytes(let range)): writer = message.text(bytes, range)
      case (3, .bytes(let range)): version = message.text(bytes, range)
      case (7, .bytes(let range)): try readGraph(bytes, range, message)
      case (8, .bytes(let range)): try readOperatorSet(bytes, range, message)
      default: break
      }
    }
    if !version.isEmpty { writer += " " + version }
  }

  /// The facts for a person.
  var facts: [FileDescription.Fact] {
    var facts: [FileDescription.Fact] = [.text("written by", writer.isEmpty ? "unknown" : writer)]
    if let operatorSet { facts.append(.count("operator set", operatorSet)) }
    return facts + [
      .count("nodes", nodeCount), .text("operators", operators.sorted().joined(separator: ", ")),
      .text("inputs", inputs.joined(separator: ", ")),
      .text("outputs", outputs.joined(separator: ", ")),
    ]
  }

  /// `OperatorSetIdProto`: a domain, empty for ONNX's own, and a version.
  private mutating func readOperatorSet(
    _ bytes: Span<UInt8>, _ range: Range<Int>, _ message: ProtobufMessage
  ) throws {
    var (isOwn, version) = (true, 0)
    try message.forEachField(of: bytes, in: range) { number, value in
      switch (number, value) {
      case (1, .bytes(let range)): isOwn = range.isEmpty
      case (2, .number(let found)): version = Int(clamping: found)
      default: break
      }
    }
    if isOwn { operatorSet = version }
  }

  /// `GraphProto`.
  private mutating func readGraph(
    _ bytes: Span<UInt8>, _ range: Range<Int>, _ message: ProtobufMessage
  ) throws {
    try message.forEachField(of: bytes, in: range) { number, value in
      guard case .bytes(let range) = value else { return }
      switch number {
      case 1:
        nodeCount += 1
        if let name = try message.first(4, of: bytes, in: range) {
          operators.insert(message.text(bytes, name))
        }
      case 11: inputs.append(try Self.described(bytes, range, message))
      case 12: outputs.append(try Self.described(bytes, range, message))
      default: break
      }
    }
  }

  /// `ValueInfoProto`, as `ids [batch, steps]`.
  private static func described(
    _ bytes: Span<UInt8>, _ range: Range<Int>, _ message: ProtobufMessage
  ) throws -> String {
    let name = try message.first(1, of: bytes, in: range).map { message.text(bytes, $0) } ?? ""
    guard let type = try message.first(2, of: bytes, in: range),
      let tensor = try message.first(1, of: bytes, in: type),
      let shape = try message.first(2, of: bytes, in: tensor)
    else { return name }
    var extents: [String] = []
    try message.forEachField(of: bytes, in: shape) { number, value in
      guard number == 1, case .bytes(let range) = value else { return }
      var extent = "?"
      try message.forEachField(of: bytes, in: range) { number, value in
        switch (number, value) {
        case (1, .number(let found)): extent = String(found)
        case (2, .bytes(let range)): extent = message.text(bytes, range)
        default: break
        }
      }
      extents.append(extent)
    }
    return "\(name) [\(extents.joined(separator: ", "))]"
  }
}
