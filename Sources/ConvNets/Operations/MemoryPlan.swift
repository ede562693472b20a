/// Places in one piece of memory for arrays that do not all live at the same time.
///
/// The largest array is placed first, each at the lowest place that no array of its time takes
/// (greedy by size; Pisarchyk and Lee 2020).
struct MemoryPlan {
  /// An array: how large it is, and from which step of the work to which it is needed.
  struct Interval {
    var size: Int
    var first: Int
    var last: Int
  }

  /// Where each array begins.
  private(set) var offsets: [Int]
  /// What all of them take.
  private(set) var total = 0

  init(_ intervals: [Interval]) {
    offsets = [Int](repeating: 0, count: intervals.count)
    let order = intervals.indices.sorted {
      (intervals[$1].size, $0) < (intervals[$0].size, $1)
    }
    var placed: [Int] = []
    for index in order where intervals[index].size > 0 {
      let mine = intervals[index]
      let others = placed.filter {
        intervals[$0].first <= mine.last && mine.first <= intervals[$0].last
      }
      .sorted { offsets[$0] < offsets[$1] }
      var offset = 0
      for other in others {
        if offsets[other] >= offset + mine.size { break }
        offset = max(offset, offsets[other] + intervals[other].size)
      }
      offsets[index] = offset
      total = max(total, offset + mine.size)
      placed.append(index)
    }
  }
}
