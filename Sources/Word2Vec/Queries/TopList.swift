/// The best of many candidates: by falling score, and by rising row where scores are equal.
///
/// A heap whose root is the worst that is kept. The order is total, so the result does not depend
/// on the order in which candidates come.
package struct TopList: Sendable {
  /// A row and its score.
  package struct Candidate: Sendable {
    /// The higher the better.
    package var score: Float
    /// The row.
    package var row: Int

    static func ranksBefore(_ left: Candidate, _ right: Candidate) -> Bool {
      left.score > right.score || (left.score == right.score && left.row < right.row)
    }
  }

  let capacity: Int
  private var heap: [Candidate] = []
  /// A score below this cannot enter; a score that is not a number never enters.
  private(set) var threshold: Float

  init(capacity: Int, minimum: Float?) {
    self.capacity = capacity
    threshold = minimum ?? -.infinity
  }

  /// Adds a candidate if it is among the best so far.
  mutating func insert(_ candidate: Candidate) {
    guard capacity > 0, candidate.score >= threshold else { return }
    if heap.count < capacity {
      heap.append(candidate)
      var child = heap.count - 1
      while child > 0 {
        let parent = (child - 1) / 2
        guard Candidate.ranksBefore(heap[parent], heap[child]) else { break }
        heap.swapAt(parent, child)
        child = parent
      }
    } else if Candidate.ranksBefore(candidate, heap[0]) {
      heap[0] = candidate
      var parent = 0
      while true {
        var worst = parent
        for child in [2 * parent + 1, 2 * parent + 2]
        where child < heap.count && Candidate.ranksBefore(heap[worst], heap[child]) {
          worst = child
        }
        if worst == parent { break }
        heap.swapAt(parent, worst)
        parent = worst
      }
    }
    if heap.count == capacity { threshold = max(threshold, heap[0].score) }
  }

  /// What is kept, best first.
  var sorted: [Candidate] { heap.sorted(by: Candidate.ranksBefore) }
}
