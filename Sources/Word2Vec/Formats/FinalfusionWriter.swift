import WordtoolCore

extension WordVectors {
  /// Writes finalfusion's format: words, rows of length 1, and the lengths they had. Rows that are codes
  /// stay codes where ``keepsCodes(in:)`` says so; all others are floats.
  func writeFinalfusion(to file: OutputFile) throws {
    try file.requirePlain("a finalfusion file")
    var writer = FinalfusionWriter(
      file, storage, codes: keepsCodes(in: .finalfusion) ? storage.rows as? ProductRows : nil)
    try writer.write(metadata: metadata["finalfusion"])
  }

  /// Whether rows are the codes of a product quantizer.
  package var areCodes: Bool { storage.rows is ProductRows }

  /// Whether rows that are codes stay codes in a format: in the project's own, and in finalfusion's where
  /// all parts of a row have one width.
  package func keepsCodes(in format: Format) -> Bool {
    guard let rows = storage.rows as? ProductRows else { return false }
    switch format {
    case .safetensorsPQ: return true
    case .finalfusion: return dimension % rows.quantizer.partCount == 0
    default: return false
    }
  }
}

/// Puts the chunks of a finalfusion file one after another, see ``FinalfusionReader``.
struct FinalfusionWriter {
  private typealias Chunk = FinalfusionReader.Chunk

  private let file: OutputFile
  private let storage: VectorStorage
  /// Rows that are written as codes; nil for floats.
  private let codes: ProductRows?
  /// Bytes that were given to the file.
  private var written = 0
  /// Bytes that follow these.
  private var head: [UInt8] = []

  /// The marks of 32-bit floats, and of bytes.
  private static let (floats, bytes): (UInt32, UInt32) = (10, 1)

  /// - Precondition: the parts of `codes` have one width.
  init(_ file: OutputFile, _ storage: VectorStorage, codes: ProductRows?) {
    self.file = file
    self.storage = storage
    self.codes = codes
  }

  mutating func write(metadata: String?) throws {
    let metadata = metadata.map { Array($0.utf8) }
    var kinds: [Chunk] = [.simpleVocabulary, codes == nil ? .array : .quantizedArray, .norms]
    if metadata != nil { kinds.insert(.metadata, at: 0) }
    head = FinalfusionReader.signature
    append(UInt32(0))
    append(UInt32(kinds.count))
    for kind in kinds { append(kind.rawValue) }
    if let metadata {
      append(Chunk.metadata.rawValue)
      append(UInt64(metadata.count))
      head += metadata
    }
    try writeWords()
    if let codes { try write(codes) } else { try writeRows() }
    try writeLengths()
  }

  private mutating func append<Number: FixedWidthInteger>(_ number: Number) {
    unsafe withUnsafeBytes(of: number.littleEndian) { unsafe head.append(contentsOf: $0) }
  }

  private mutating func append(_ values: some Sequence<Float>) throws {
    for value in values {
      append(value.bitPattern)
      if head.count > 1 << 16 { try flush() }
    }
  }

  private mutating func flush() throws {
    try file.write(head)
    written += head.count
    head = []
  }

  /// Begins a chunk whose numbers begin at a multiple of four bytes.
  ///
  /// - Parameters:
  ///   - fields: the bytes of its head, types included.
  ///   - byteCount: the bytes of the numbers.
  private mutating func begin(
    _ kind: Chunk, byteCount: Int, _ fields: (inout Self) -> Void
  ) {
    append(kind.rawValue)
    let place = head.count
    append(UInt64(0))
    fields(&self)
    // Four zeros where the place is a multiple already.
    let padding = 4 - (written + head.count) % 4
    head += [UInt8](repeating: 0, count: padding)
    let length = UInt64(head.count - place - 8 + byteCount)
    unsafe withUnsafeBytes(of: length.littleEndian) {
      for index in $0.indices { unsafe head[place + index] = $0[index] }
    }
  }

  private mutating func writeWords() throws {
    let words = storage.words
    let textCount = (0..<words.count).reduce(0) { unsafe $0 + words.bytes(at: $1).count }
    append(Chunk.simpleVocabulary.rawValue)
    append(UInt64(8 + 4 * words.count + textCount))
    append(UInt64(words.count))
    let rowBytes = codes.map { $0.quantizer.partCount + 4 } ?? 4 * storage.dimension
    try file.expect(
      byteCount: head.count + textCount + 8 * words.count + words.count * rowBytes)
    for row in 0..<words.count {
      let word = unsafe words.bytes(at: row)
      append(UInt32(word.count))
      unsafe head += Array(word)
      if head.count > 1 << 16 { try flush() }
    }
  }

  private mutating func writeRows() throws {
    let (count, dimension) = (storage.count, storage.dimension)
    begin(.array, byteCount: 4 * count * dimension) {
      $0.append(UInt64(count))
      $0.append(UInt32(dimension))
      $0.append(Self.floats)
    }
    for row in 0..<count { try append(storage.unitVector(row: row)) }
  }

  /// What codes stand for, the factors that make rows of length 1 of them, and the codes.
  private mutating func write(_ rows: ProductRows) throws {
    let (count, quantizer) = (storage.count, rows.quantizer)
    let floatCount = quantizer.rotation.count + quantizer.centroids.count + count
    begin(.quantizedArray, byteCount: 4 * floatCount + count * quantizer.partCount) {
      $0.append(UInt32(quantizer.rotation.isEmpty ? 0 : 1))
      $0.append(UInt32(1))
      $0.append(UInt32(quantizer.partCount))
      $0.append(UInt32(quantizer.dimension))
      $0.append(UInt32(quantizer.centroidCount))
      $0.append(UInt64(count))
      $0.append(Self.bytes)
      $0.append(Self.floats)
    }
    try append(quantizer.rotation)
    try append(quantizer.centroids)
    for row in 0..<count {
      let length = storage.length(of: row)
      let factor = unsafe rows.scales.map { unsafe Double($0[row]) } ?? 1
      try append(CollectionOfOne(length > 0 ? Float(factor / length) : 0))
    }
    for row in 0..<count {
      unsafe head += Array(rows.storedBytes(of: row))
      if head.count > 1 << 16 { try flush() }
    }
  }

  private mutating func writeLengths() throws {
    begin(.norms, byteCount: 4 * storage.count) {
      $0.append(UInt64($0.storage.count))
      $0.append(Self.floats)
    }
    try unsafe append(storage.norms)
    try flush()
  }
}
