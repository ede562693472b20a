import WordtoolCore

/// Sorted sums of pairs that threads have put aside: in a temporary file, and the last ones in memory.
///
/// Keys are cut into slices that all runs share, so that the parts of one slice can be added up without
/// the others. Where the cuts are decides how much memory a slice takes and nothing else.
final class PairRuns: Sendable {
  /// The first key of every slice but the first.
  private let cuts: [UInt64]
  private let folder: String
  private let state = Locked(State())

  /// One run: `starts[s] ..< starts[s + 1]` are its sums in slice s.
  private struct Run: Sendable {
    enum Place: Sendable {
      case memory(AlignedMemory)
      /// From a byte offset on.
      case file(offset: Int)
    }
    var place: Place
    var starts: [Int]
  }

  private struct State {
    var runs: [Run] = []
    var file: TemporaryFile?
    var fileUsed = 0
  }

  /// - Parameters:
  ///   - cuts: in ascending order, the first key of every slice but the first.
  ///   - folder: where the temporary file goes, once there is a run for it.
  init(cuts: [UInt64], folder: String) {
    self.cuts = cuts
    self.folder = folder
  }

  /// How many slices there are.
  var sliceCount: Int { cuts.count + 1 }
  /// How many runs there are.
  var count: Int { state.withLock { $0.runs.count } }
  /// How many runs went to the file.
  var spilledCount: Int {
    state.withLock { state in
      state.runs.count {
        if case .file = $0.place { true } else { false }
      }
    }
  }

  /// Writes a sorted run to the file.
  ///
  /// - Throws: ``WordtoolError``: `cannotCreate` or `inputOutput`.
  func spill(_ sums: UnsafeBufferPointer<PairSum>) throws {
    let bytes = UnsafeRawBufferPointer(sums)
    let starts = unsafe starts(in: sums)
    let (file, offset) = try state.withLock { state in
      let file = try state.file ?? TemporaryFile(folder: folder)
      state.file = file
      defer { state.fileUsed += bytes.count }
      return (file, state.fileUsed)
    }
    try unsafe file.write(bytes, at: offset)
    state.withLock { $0.runs.append(Run(place: .file(offset: offset), starts: starts)) }
  }

  /// Keeps a copy of a sorted run in memory.
  ///
  /// - Throws: ``WordtoolError`` of kind `unavailable` without memory.
  func keep(_ sums: UnsafeBufferPointer<PairSum>) throws {
    guard !sums.isEmpty else { return }
    let bytes = UnsafeRawBufferPointer(sums)
    let memory = try AlignedMemory(byteCount: bytes.count, purpose: "counts of pairs")
    unsafe memory.bytes.copyMemory(from: bytes)
    let starts = unsafe starts(in: sums)
    state.withLock { $0.runs.append(Run(place: .memory(memory), starts: starts)) }
  }

  private func starts(in sums: UnsafeBufferPointer<PairSum>) -> [Int] {
    var starts = [0]
    for cut in cuts {
      var (low, high) = (starts[starts.count - 1], sums.count)
      while low < high {
        let middle = (low + high) / 2
        if unsafe sums[middle].key < cut { low = middle + 1 } else { high = middle }
      }
      starts.append(low)
    }
    return starts + [sums.count]
  }

  /// Lends the sums of a slice over all runs, in the order of the keys, each key once.
  ///
  /// - Throws: ``WordtoolError``: `unavailable` without memory, `inputOutput`; what `body` throws.
  func withSums<Result>(
    ofSlice slice: Int, _ body: (UnsafeBufferPointer<PairSum>) throws -> Result
  ) throws -> Result {
    let (runs, file) = state.withLock { ($0.runs, $0.file) }
    let total = runs.reduce(0) { $0 + $1.starts[slice + 1] - $1.starts[slice] }
    let memory = try AlignedMemory(count: 2 * total, of: PairSum.self, purpose: "counts of pairs")
    let all = unsafe memory.buffer(of: PairSum.self, count: 2 * total)
    guard total > 0, let base = all.baseAddress else {
      return try unsafe body(UnsafeBufferPointer(start: nil, count: 0))
    }
    let size = MemoryLayout<PairSum>.stride
    var filled = 0
    for run in runs {
      let bytes = run.starts[slice] * size..<run.starts[slice + 1] * size
      let target = unsafe UnsafeMutableRawBufferPointer(
        rebasing: memory.bytes[filled * size..<filled * size + bytes.count])
      switch run.place {
      case .memory(let sums):
        unsafe target.copyMemory(from: UnsafeRawBufferPointer(rebasing: sums.bytes[bytes]))
      case .file(let offset):
        try unsafe file?.read(target, at: offset + bytes.lowerBound)
      }
      filled += bytes.count / size
    }
    let sorted = unsafe PairSort.sort(base, base + total, count: total)
    var last = 0
    for index in 1..<max(1, total) {
      let next = unsafe sorted[index]
      if unsafe next.key == sorted[last].key {
        unsafe sorted[last].units &+= next.units
      } else {
        last += 1
        unsafe sorted[last] = next
      }
    }
    return try unsafe body(UnsafeBufferPointer(start: sorted, count: last + 1))
  }
}
