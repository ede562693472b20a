import Testing

import Word2Vec

@Suite struct GroupBatchesTests {
  /// The batches of windows of which each is a group, by the numbers of their centres.
  private static func batches(_ centres: [Int32], _ limits: GroupBatches.Limits) -> [Range<Int>] {
    let batches = GroupBatches(limits, groupCapacity: centres.count)
    var words = centres
    for _ in 0..<2 {
      batches.begin()
      words.withUnsafeMutableBufferPointer { words in
        guard let base = words.baseAddress else { return }
        for place in words.indices { batches.add(base, place..<place + 1, upTo: place + 1) }
      }
      batches.finish(groupCount: centres.count)
    }
    return (0..<batches.count).map { batches[$0] }
  }

  @Test func `a batch has so many groups, the last one what is left`() {
    let batches = Self.batches([0, 1, 2, 3, 4, 5, 6], GroupBatches.Limits(groups: 3))
    #expect(batches == [0..<3, 3..<6, 6..<7])
  }

  @Test func `a batch ends with a word that is a centre once more than it may be`() {
    let limits = GroupBatches.Limits(groups: 6, repeats: 2)
    #expect(Self.batches([7, 1, 7, 7, 7, 7, 7, 2], limits) == [0..<4, 4..<7, 7..<8])
    #expect(Self.batches([7, 1, 2, 3, 7, 4, 5, 7], limits) == [0..<6, 6..<8])
  }

  @Test func `without a limit a word is a centre as often as it likes`() {
    let same = [Int32](repeating: 3, count: 70_000)
    #expect(Self.batches(same, GroupBatches.Limits(groups: 100_000)) == [0..<70_000])
  }

  @Test func `groups of several at once are cut where batches end`() {
    let batches = GroupBatches(GroupBatches.Limits(groups: 4), groupCapacity: 20)
    var words: [Int32] = [1, 2]
    words.withUnsafeMutableBufferPointer { words in
      guard let base = words.baseAddress else { return }
      batches.add(base, 0..<1, upTo: 3)
      batches.add(base, 1..<2, upTo: 13)
    }
    batches.finish(groupCount: 13)
    #expect((0..<batches.count).map { batches[$0] } == [0..<4, 4..<8, 8..<12, 12..<13])
  }

  @Test func `without words there are no batches`() {
    #expect(Self.batches([], GroupBatches.Limits(groups: 3)).isEmpty)
  }
}
