package import WordtoolCore

/// Writes a safetensors file: the header first, then the tensors' bytes in the order announced.
///
/// The same tensors and metadata give the same bytes: keys are sorted by their UTF-8 bytes, and the
/// header is padded with spaces so that the data starts at a multiple of 64 bytes.
package struct TensorFileWriter: ~Copyable {
  /// One tensor to come.
  package struct Announcement {
    let name: String
    let type: TensorFile.ElementType
    let shape: [Int]

    /// Announces a tensor.
    package init(_ name: String, _ type: TensorFile.ElementType, _ shape: [Int]) {
      self.name = name
      self.type = type
      self.shape = shape
    }

    var byteCount: Int { shape.reduce(type.byteCount, *) }
  }

  private let output: OutputFile
  private let announced: [Announcement]
  private var current = 0
  private var written = 0

  /// Writes the header.
  ///
  /// - Throws: `WordtoolError`: `usage` for a name that asks for gzip, since such files are mapped;
  ///   `inputOutput`, before anything is written when the disk has not the room.
  /// - Precondition: no two tensors have one name.
  package init(to output: OutputFile, metadata: [String: String], tensors: [Announcement]) throws {
    self.output = output
    announced = tensors
    var members: [(key: String, text: String)] = []
    if !metadata.isEmpty {
      let pairs = metadata.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
      let text = pairs.map { "\(JSONText.quoted($0.key)):\(JSONText.quoted($0.value))" }
      members.append(("__metadata__", "{\(text.joined(separator: ","))}"))
    }
    var names = ByteStringTable(expectedCount: tensors.count)
    var begin = 0
    for tensor in tensors {
      precondition(names.add(tensor.name.utf8).isNew, "two tensors \(tensor.name)")
      let end = begin + tensor.byteCount
      let shape = tensor.shape.map(String.init).joined(separator: ",")
      members.append(
        (
          tensor.name,
          "{\"data_offsets\":[\(begin),\(end)],\"dtype\":\"\(tensor.type.rawValue)\",\"shape\":[\(shape)]}"
        ))
      begin = end
    }
    members.sort { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
    let body = members.map { "\(JSONText.quoted($0.key)):\($0.text)" }.joined(separator: ",")
    var header = Array("{\(body)}".utf8)
    while (8 + header.count) % 64 != 0 { header.append(0x20) }
    let length = UInt64(header.count)
    try output.requirePlain("safetensors")
    try output.expect(byteCount: 8 + header.count + begin)
    try output.write((0..<8).map { UInt8(truncatingIfNeeded: length >> (8 * $0)) })
    try output.write(header)
    skipEmptyTensors()
  }

  /// Appends bytes of the tensor whose turn it is.
  ///
  /// - Precondition: they do not reach beyond that tensor's end.
  package mutating func write(_ bytes: UnsafeRawBufferPointer) throws {
    guard bytes.count > 0 else { return }
    precondition(current < announced.count, "bytes after the last tensor")
    written += bytes.count
    let tensor = announced[current]
    precondition(
      written <= tensor.byteCount, "\(written) bytes for \(tensor.name) of \(tensor.byteCount)")
    try unsafe output.write(bytes)
    if written == tensor.byteCount {
      current += 1
      written = 0
      skipEmptyTensors()
    }
  }

  /// Ends the file; it still has to be committed.
  ///
  /// - Precondition: every tensor was written whole.
  package consuming func finish() {
    precondition(current == announced.count, "the tensor \(announced[current].name) is incomplete")
  }

  private mutating func skipEmptyTensors() {
    while current < announced.count, announced[current].byteCount == 0 { current += 1 }
  }
}
