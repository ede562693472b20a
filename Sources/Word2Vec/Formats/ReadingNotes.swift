import BLASCore
import Libc
import WordtoolCore

/// What reading a large file found out, kept for the next time: its words, the hash table that finds
/// them, and the place and the length of each row. With it the file need not be read to be asked.
///
/// Notes are safetensors in a folder of their own, a file for each path, with the tensors
/// `vocabulary.offsets`, `vocabulary.bytes`, `vocabulary.index` and `norms` as ``SafetensorsVectors``
/// has them, and `rows`, U64 [V], where each row begins; a sum over all of them tells damage. They hold
/// for one state of one file: its number, size and times and a sum over a sample of its bytes must be
/// what they were. Whatever is wrong with notes, they are as good as absent.
struct ReadingNotes {
  private let folder: String
  private let path: String
  private let file: FileContents
  /// What the notes hold for.
  private let state: String

  private static let suffix = ".notes"
  private static let version = "1"

  private enum Key {
    static let version = "notes_version"
    static let path = "path"
    static let state = "state"
    static let dimension = "dimension"
    static let warnings = "warnings"
    static let sum = "sum"
  }

  /// Notes about a file; nil where none are to be kept of it.
  init?(about file: FileContents, options: WordVectors.ReadOptions) {
    // Repaired words are others than the file's.
    guard let folder = options.notesFolder, !options.lossy, let state = file.stateOfFile,
      unsafe file.bytes.count >= options.leastNotedByteCount,
      let resolved = unsafe realpath(file.path, nil)
    else { return nil }
    defer { unsafe free(resolved) }
    path = unsafe String(cString: resolved)
    self.folder = folder
    self.file = file
    self.state = "\(state) \(unsafe Self.sample(of: file.bytes))"
  }

  /// Where the notes about the file are.
  private var notesPath: String {
    var sum = FNV1a()
    for byte in path.utf8 { sum.add(byte) }
    return folder + "/" + String(sum.value, radix: 16) + Self.suffix
  }

  /// A sum over a sample of the bytes: some hundred pieces, the first and the last among them.
  private static func sample(of bytes: UnsafeRawBufferPointer) -> String {
    let (pieces, length) = (128, 256)
    var sum = FNV1a()
    for piece in 0...pieces {
      let start = max(0, (bytes.count - length) / pieces * piece)
      let end = piece == pieces ? bytes.count : min(bytes.count, start + length)
      for offset in max(0, end - length)..<end { unsafe sum.add(bytes[offset]) }
    }
    return String(sum.value, radix: 16)
  }

  /// A sum over facts and the bytes of tensors, in their order in the file.
  private static func sum(of facts: [String?], _ tensors: [UnsafeRawBufferPointer]) -> String {
    var sum = WordHash.hash(Array(facts.map { $0 ?? "" }.joined(separator: "\0").utf8).span)
    for index in unsafe tensors.indices {
      let bytes = unsafe tensors[index].bindMemory(to: UInt8.self)
      sum = unsafe SplitMix.mix(sum ^ WordHash.hash(bytes.span))
    }
    return String(sum, radix: 16)
  }

  /// The vectors of the file by its notes; nil when there are none, or none that hold.
  func vectors(_ format: WordVectors.Format) -> WordVectors? { try? read(format) }

  private func read(_ format: WordVectors.Format) throws -> WordVectors? {
    let tensors = try TensorFile(path: notesPath)
    guard tensors.metadata[Key.version] == Self.version, tensors.metadata[Key.path] == path,
      tensors.metadata[Key.state] == state,
      let dimension = tensors.metadata[Key.dimension].flatMap({ Int($0) }),
      (1...VectorStorage.maximumDimension).contains(dimension),
      unsafe Self.sum(
        of: [tensors.metadata[Key.dimension], tensors.metadata[Key.warnings]],
        tensors.entries.map { unsafe tensors.bytes(of: $0) }) == tensors.metadata[Key.sum],
      let base = unsafe file.bytes.baseAddress
    else { return nil }
    let warnings = try StoredJSON.decode(
      [String].self, from: Array((tensors.metadata[Key.warnings] ?? "[]").utf8))
    let reader = SafetensorsVectors.Reader(tensors: tensors)
    var owners: [AnyObject] = [tensors]
    guard
      let places = try unsafe reader.values("rows", .uint64, as: UInt64.self, owners: &owners),
      places.count <= WordTable.maximumCount
    else { return nil }
    let room = unsafe file.bytes.count - 4 * dimension
    guard room >= 0, unsafe places.allSatisfy({ $0 <= UInt64(room) }) else { return nil }
    let words = try reader.table(count: places.count, owners: &owners)
    guard
      let norms = try unsafe reader.values(
        "norms", .float32, as: Float.self, count: places.count, owners: &owners),
      unsafe norms.allSatisfy({ $0 >= 0 && $0.isFinite })
    else { return nil }
    let rows = unsafe PlacedRows(at: places, dimension: dimension, in: base, owner: file)
    return unsafe WordVectors(
      storage: VectorStorage(
        rows: rows, norms: norms, counts: nil, words: words, owners: owners + [file]),
      metadata: [:], warnings: warnings, format: format, name: file.path, path: file.path)
  }

  /// Keeps what was found out. That it cannot be kept is no fault of the reading and is not told.
  func keep(_ vectors: WordVectors) { try? write(vectors) }

  private func write(_ vectors: WordVectors) throws {
    guard let rows = vectors.storage.rows as? PlacedRows, vectors.metadata.isEmpty else { return }
    try Folder.make(folder)
    removeOrphans()
    let words = vectors.storage.words
    let count = words.count
    var text = unsafe Array(words.bytes[..<Int(words.offsets[count])])
    // What follows the text is to begin at a multiple of 64 bytes.
    text += [UInt8](repeating: 0, count: (64 - (20 * count + 8 + text.count) % 64) % 64)
    try unsafe text.withUnsafeBytes { text in
      let contents = unsafe [
        UnsafeRawBufferPointer(words.offsets), UnsafeRawBufferPointer(rows.offsets),
        UnsafeRawBufferPointer(vectors.storage.norms), text, UnsafeRawBufferPointer(words.slots),
      ]
      let dimension = String(vectors.dimension)
      let warnings = try StoredJSON.text(vectors.warnings)
      let metadata = unsafe [
        Key.version: Self.version, Key.path: path, Key.state: state, Key.dimension: dimension,
        Key.warnings: warnings, Key.sum: Self.sum(of: [dimension, warnings], contents),
      ]
      try OutputFile.write(to: notesPath) { output in
        var writer = try unsafe TensorFileWriter(
          to: output, metadata: metadata,
          tensors: [
            .init("vocabulary.offsets", .uint64, [count + 1]), .init("rows", .uint64, [count]),
            .init("norms", .float32, [count]), .init("vocabulary.bytes", .uint8, [text.count]),
            .init("vocabulary.index", .uint32, [words.slots.count]),
          ])
        for index in unsafe contents.indices { try unsafe writer.write(contents[index]) }
        writer.finish()
      }
    }
  }

  /// Removes notes about files that are no longer there.
  private func removeOrphans() {
    guard let names = try? Folder.names(in: folder) else { return }
    for name in names where name.hasSuffix(Self.suffix) {
      let notes = folder + "/" + name
      guard let tensors = try? TensorFile(path: notes),
        let path = tensors.metadata[Key.path], tensors.metadata[Key.version] != nil,
        unsafe access(path, F_OK) != 0
      else { continue }
      _ = unsafe unlink(notes)
    }
  }
}
