/// How sequences of several lengths lie in one matrix: step after step, and in a step one row for
/// each sequence that is long enough.
///
/// Sequences are sorted by length, the longest first, so that the rows of a step belong to the
/// first sequences. It is PyTorch's `PackedSequence`.
package struct SequenceLayout: Hashable, Sendable {
  /// For each step the number of sequences that reach it; never grows.
  package let batchSizes: [Int]
  /// Where the rows of each step begin, and the end of the last.
  package let offsets: [Int]

  /// The rows of all steps.
  package var rowCount: Int { offsets[offsets.count - 1] }
  /// The longest sequence.
  package var stepCount: Int { batchSizes.count }
  /// The number of sequences.
  package var batch: Int { batchSizes.first ?? 0 }

  /// Sequences of equal length.
  package init(steps: Int, batch: Int) {
    self.init(batchSizes: Array(repeating: batch, count: steps))
  }

  /// Sequences of these lengths, which must not grow and be at least 1.
  package init(lengths: [Int]) {
    precondition(lengths.allSatisfy { $0 >= 1 }, "an empty sequence")
    precondition(zip(lengths, lengths.dropFirst()).allSatisfy(>=), "lengths must not grow")
    var sizes = Array(repeating: 0, count: lengths.first ?? 0)
    for length in lengths { for step in 0..<length { sizes[step] += 1 } }
    self.init(batchSizes: sizes)
  }

  private init(batchSizes: [Int]) {
    self.batchSizes = batchSizes
    var offsets = [0]
    offsets.reserveCapacity(batchSizes.count + 1)
    for size in batchSizes { offsets.append(offsets[offsets.count - 1] + size) }
    self.offsets = offsets
  }

  /// The row of a sequence's element.
  package func row(step: Int, sequence: Int) -> Int { offsets[step] + sequence }

  /// The length of a sequence.
  package func length(of sequence: Int) -> Int {
    // Sizes never grow: the first step without the sequence is its length.
    var low = 0
    var high = batchSizes.count
    while low < high {
      let middle = (low + high) / 2
      if batchSizes[middle] > sequence { low = middle + 1 } else { high = middle }
    }
    return low
  }

  /// Cuts the sequences in consecutive parts with about equally many rows.
  func parts(_ count: Int) -> [Range<Int>] {
    let parts = max(1, min(count, batch))
    var bounds = [0]
    var rows = 0
    for sequence in 0..<batch {
      rows += length(of: sequence)
      if bounds.count < parts, rows * parts >= rowCount * bounds.count {
        bounds.append(sequence + 1)
      }
    }
    while bounds.count <= parts { bounds.append(batch) }
    bounds[parts] = batch
    return zip(bounds, bounds.dropFirst()).map { $0..<$1 }
  }
}
