/// Chunks of co-occurrences: which words occur near which, how often, and how much that counts.
///
/// Plain memory of a fixed capacity, filled from the front by whoever prepares the chunk.
@safe package final class CooccurrenceChunk {
  // SAFETY: taken by `init`, given back by `deinit`; who fills it keeps to the capacity.
  /// The number of each co-occurrence's word.
  package let words: UnsafeMutablePointer<Int32>
  /// The number of the word near it.
  package let contexts: UnsafeMutablePointer<Int32>
  /// The logarithm of how often they occur together.
  package let logs: UnsafeMutablePointer<Float>
  /// What the square of the difference from it counts for, 0 ... 1.
  package let weights: UnsafeMutablePointer<Float>
  /// How many there are.
  package var count = 0
  /// How many there is room for.
  package let capacity: Int

  /// - Parameter capacity: the most co-occurrences of a chunk.
  package init(capacity: Int) {
    self.capacity = capacity
    unsafe words = .allocate(capacity: capacity)
    unsafe contexts = .allocate(capacity: capacity)
    unsafe logs = .allocate(capacity: capacity)
    unsafe weights = .allocate(capacity: capacity)
  }

  deinit {
    unsafe words.deallocate()
    unsafe contexts.deallocate()
    unsafe logs.deallocate()
    unsafe weights.deallocate()
  }
}
