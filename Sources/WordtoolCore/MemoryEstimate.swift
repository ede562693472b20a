/// What a job is about to hold of memory, part by part: known before it begins, so that it can be told,
/// and refused where it is more than the job may take.
package struct MemoryEstimate: Hashable, Sendable {
  /// One of the things that are held.
  package struct Part: Hashable, Sendable {
    /// What it is called: "vectors".
    package var name: String
    /// Bytes.
    package var byteCount: Int
  }

  /// In the order in which they were added; none is empty.
  package private(set) var parts: [Part] = []

  /// What the program takes by itself: its pages, tables of Unicode, stacks. Measured: 27 MB on Linux.
  package static let programByteCount = 27_000_000

  /// The program alone.
  package init() { add("the program", Self.programByteCount) }

  /// What the process holds already, its data included: for what comes on top of it.
  package static func ofProcess() -> MemoryEstimate {
    var estimate = MemoryEstimate()
    let held = max(programByteCount, ProcessMemory.residentByteCount)
    estimate.parts = [Part(name: Self.heldName, byteCount: held)]
    return estimate
  }

  /// What ``ofProcess()`` calls what is there.
  package static let heldName = "the program and what was read"

  /// Adds what the process has held at most so far and holds no more, where that is above the sum of
  /// the parts: the peak of the whole run is then behind it.
  package mutating func addPast() {
    let more = ProcessMemory.peakByteCount - byteCount
    add("what reading took", max(0, more))
  }

  /// Adds a part.
  ///
  /// - Parameter byteCount: nil where the bytes cannot be counted.
  package mutating func add(_ name: String, _ byteCount: Int?) {
    let byteCount = byteCount ?? .max
    if byteCount > 0 { parts.append(Part(name: name, byteCount: byteCount)) }
  }

  /// The bytes of a part; 0 where there is none of that name.
  package subscript(name: String) -> Int {
    parts.filter { $0.name == name }.reduce(0) { Self.sum($0, $1.byteCount) }
  }

  /// All bytes.
  package var byteCount: Int { parts.reduce(0) { Self.sum($0, $1.byteCount) } }

  /// A sum that stays at the largest number.
  private static func sum(_ a: Int, _ b: Int) -> Int {
    let (sum, overflow) = a.addingReportingOverflow(b)
    return overflow ? .max : sum
  }

  /// The whole, and the parts that are worth a word, in words: "1.2 GB: vectors 640.0 MB, text 400.0 MB,
  /// other 25.1 MB".
  package var description: String {
    let whole = byteCount
    var told: [String] = []
    var rest = 0
    for part in parts {
      if part.byteCount < whole / 50 || told.count == 5 {
        rest = Self.sum(rest, part.byteCount)
      } else {
        told.append("\(part.name) \(AlignedMemory.words(forByteCount: part.byteCount))")
      }
    }
    if rest > 0 { told.append("other \(AlignedMemory.words(forByteCount: rest))") }
    return AlignedMemory.words(forByteCount: whole) + ": " + told.joined(separator: ", ")
  }

  /// Refuses what does not fit.
  ///
  /// - Parameters:
  ///   - limit: bytes that the job may hold.
  ///   - remedy: what makes it smaller.
  /// - Throws: ``WordtoolError`` of kind `unavailable` with the figures.
  package func require(atMost limit: Int, remedy: String) throws {
    guard byteCount > limit else { return }
    throw WordtoolError(
      .unavailable, found: "memory for a training that takes \(description)",
      expected: "at most \(AlignedMemory.words(forByteCount: limit))", remedy: remedy)
  }
}

/// Who is told what a training is about to hold, as soon as that is known and before it is taken; it throws
/// where that is too much.
package typealias MemoryCheck = (MemoryEstimate) throws -> Void
