import BLASCore
package import WordtoolCore

/// The file of an index: safetensors, see docs/vectors-format.md.
extension ApproximateIndex {
  /// What the header says such a file is.
  static let format = "wordtool-index 1"
  private enum Key {
    static let fingerprint = "vectors_fingerprint"
    static let entry = "entry"
    static let measurements = "recall_at_10"
  }

  /// Writes the index to a file, which appears under its name only when it is complete.
  ///
  /// - Throws: `WordtoolError`: `cannotCreate`, `inputOutput`.
  public func write(to path: String) throws {
    try OutputFile.write(to: path) { try write(to: $0) }
  }

  /// Writes the index to an open file and leaves the commit to the caller.
  package func write(to file: OutputFile) throws {
    let lists = unsafe Int(graph.upperStarts[graph.upperCount])
    let metadata = [
      "format": Self.format,
      Key.fingerprint: String(fingerprint, radix: 16), Key.entry: String(graph.entry),
      Key.measurements: try StoredJSON.text(measurements),
    ]
    var writer = try TensorFileWriter(
      to: file, metadata: metadata,
      tensors: [
        .init("links", .int32, [graph.count, 2 * graph.degree]),
        .init("upper.rows", .uint32, [graph.upperCount]),
        .init("upper.starts", .uint32, [graph.upperCount + 1]),
        .init("upper.links", .int32, [lists, graph.degree]),
      ])
    let parts: [(UnsafeRawPointer, Int)] = unsafe [
      (UnsafeRawPointer(graph.base), graph.count * 2 * graph.degree),
      (UnsafeRawPointer(graph.upperRows), graph.upperCount),
      (UnsafeRawPointer(graph.upperStarts), graph.upperCount + 1),
      (UnsafeRawPointer(graph.upperLinks), lists * graph.degree),
    ]
    for unsafe(base, count) in unsafe parts {
      try unsafe writer.write(UnsafeRawBufferPointer(start: base, count: 4 * count))
    }
    writer.finish()
  }

  /// The most neighbours of a row above the lowest level that a file may have.
  private static let largestDegree = 1 << 16

  /// Reads the index of some vectors; its links stay in the mapped file.
  ///
  /// - Throws: `WordtoolError`: `noSuchInput`; `badData` for a file that is no index, is damaged, or
  ///   belongs to other vectors.
  public init(contentsOf path: String, for vectors: WordVectors) throws {
    let tensors = try ModelFile(path: path, format: Self.format, writtenBy: "wordtool index")
      .tensors
    func failure(_ found: String, _ expected: String, _ remedy: String? = nil) -> WordtoolError {
      WordtoolError(.badData, path: path, found: found, expected: expected, remedy: remedy)
    }
    let expected = Self.fingerprint(of: vectors.storage)
    guard tensors.metadata[Key.fingerprint] == String(expected, radix: 16) else {
      throw failure(
        "the index of other vectors than \(vectors.path ?? "these")", "the index of these",
        "make it anew with 'wordtool index'")
    }
    func numbers<Value: BitwiseCopyable>(
      _ name: String, _ type: TensorFile.ElementType, _ extents: Int, as: Value.Type
    ) throws -> (base: UnsafeMutablePointer<Value>, shape: [Int]) {
      guard let entry = tensors.entry(named: name), entry.type == type,
        entry.shape.count == extents
      else { throw failure("no tensor \"\(name)\" of \(type.rawValue)", "the links of an index") }
      let bytes = unsafe tensors.bytes(of: entry)
      guard let base = bytes.baseAddress, Int(bitPattern: base) % 4 == 0 else {
        throw failure("tensor \"\(name)\" at an odd place", "multiples of 4 bytes")
      }
      // Never written to once the graph is made.
      return unsafe (
        UnsafeMutableRawPointer(mutating: base).assumingMemoryBound(to: Value.self), entry.shape
      )
    }
    let base = try unsafe numbers("links", .int32, 2, as: Int32.self)
    let rows = try unsafe numbers("upper.rows", .uint32, 1, as: UInt32.self)
    let starts = try unsafe numbers("upper.starts", .uint32, 1, as: UInt32.self)
    let links = try unsafe numbers("upper.links", .int32, 2, as: Int32.self)
    let (count, upperCount) = unsafe (base.shape[0], rows.shape[0])
    let (width, lists, degree) = unsafe (base.shape[1], links.shape[0], links.shape[1])
    guard count == vectors.count, (1...Self.largestDegree).contains(degree), width == 2 * degree,
      unsafe starts.shape[0] == upperCount + 1
    else {
      throw unsafe failure(
        "links of shape \(base.shape) and \(links.shape)", "those of \(vectors.count, "word")")
    }
    guard let entry = tensors.metadata[Key.entry].flatMap({ Int($0) }), (0..<count).contains(entry)
    else { throw failure("no row to begin at", "one of \(count)") }
    func isOutside(_ links: UnsafePointer<Int32>, _ all: Int) -> Bool {
      var (low, high) = (Int32(-1), Int32(-1))
      for place in 0..<all {
        unsafe low = min(low, links[place])
        unsafe high = max(high, links[place])
      }
      return low < -1 || Int(high) >= count
    }
    guard !(unsafe isOutside(base.base, count * width)),
      !(unsafe isOutside(links.base, lists * degree))
    else { throw failure("a link to a row that is not there", "rows below \(count)") }
    for place in 0..<upperCount {
      let isRising = unsafe place == 0 || rows.base[place - 1] < rows.base[place]
      guard isRising, unsafe Int(rows.base[place]) < count,
        unsafe starts.base[place] < starts.base[place + 1]
      else { throw failure("upper rows in disorder", "rising rows and bounds") }
    }
    guard unsafe starts.base[0] == 0, unsafe Int(starts.base[upperCount]) == lists else {
      throw failure("bounds of lists that are not those of the file", "0 to \(lists)")
    }
    let measured = tensors.metadata[Key.measurements] ?? "[]"
    guard let measurements = try? StoredJSON.decode([Measurement].self, from: measured),
      measurements.allSatisfy({ $0.effort >= 1 && $0.recall.isFinite })
    else { throw failure("'\(measured.prefix(60))' for what was measured", "efforts and recalls") }
    self.init(
      graph: unsafe NeighborGraph(
        count: count, degree: degree, entry: entry, base: base.base, upperRows: rows.base,
        upperCount: upperCount, upperStarts: starts.base, upperLinks: links.base, owner: tensors),
      fingerprint: expected, measurements: measurements)
  }
}
