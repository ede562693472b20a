import Synchronization
import WordtoolCore

extension CorpusRun {
  /// Merges the threads' tables, decides the vocabulary, and brings the numbers of all pieces
  /// into one run of final numbers.
  func finish(
    _ results: [Result], statistics: CorpusStatistics
  ) throws -> TokenizedCorpus {
    var statistics = statistics
    let vocabulary: Vocabulary
    var maps: [[Int32]] = []
    if let given {
      vocabulary = given
    } else {
      (vocabulary, maps, statistics.distinctWordCount) = try merge(results.map(\.table))
    }
    let edges = try renumber(maps)
    let ids = try gather(edges)
    guard ids.tokenCount > 0 else {
      throw WordtoolError(
        .badData, path: files.count == 1 ? files[0] : nil,
        found: statistics.tokensRead == 0
          ? "no words" : "none of the \(statistics.tokensRead) words is in the vocabulary",
        expected: "text with words in it")
    }
    statistics.tokensKept = ids.tokenCount
    return TokenizedCorpus(
      vocabulary: vocabulary, ids: ids, statistics: statistics, rule: reader.rule)
  }

  /// The vocabulary, for each thread the final number (or -2) of each of its numbers, and how
  /// many distinct words there are.
  private func merge(
    _ tables: [WordTable]
  ) throws -> (Vocabulary, [[Int32]], Int) {
    let all = VocabularyBuilder()
    var maps: [[Int32]] = []
    for table in tables {
      maps.append(
        (0..<table.count).map { index in
          unsafe all.table.add(table.bytes(index), count: table.tally(index))
        })
    }
    let distinct = VocabularyBuilder(ranks?.union(all.table) ?? all.table)
    let order: [Int32]
    do {
      order = try distinct.sortedNumbers(reader.limits)
    } catch var error as WordtoolError {
      if error.path == nil && files.count == 1 { error.path = files[0] }
      throw error
    }
    let sorted = WordTable(expectedCount: order.count)
    for number in order {
      _ = unsafe sorted.add(
        distinct.table.bytes(Int(number)), count: distinct.table.tally(Int(number)))
    }
    let final = (0..<all.distinctCount).map { number in
      let found = unsafe sorted.find(all.table.bytes(number))
      return found < 0 ? -2 : found
    }
    for index in maps.indices {
      for place in maps[index].indices { maps[index][place] = final[Int(maps[index][place])] }
    }
    return (Vocabulary(sorted), maps, distinct.distinctCount)
  }

  /// What the neighbours of a piece need to know of its numbers.
  struct Edges: Sendable {
    var count = 0
    var lineCount = 0
    var startsWithLineEnd = false
    var endsWithLineEnd = false
  }

  /// Replaces the numbers of all pieces by final ones, in place and on all threads.
  private func renumber(_ maps: [[Int32]]) throws -> [Edges] {
    let pieceCount = blocks.count
    let next = Atomic<Int>(0)
    let edges = Locked([Edges](repeating: Edges(), count: pieceCount))
    try Workers.run(count: reader.threads) { _ in
      let keeps = self.reader.keepsEmptyLines
      while true {
        let piece = next.wrappingAdd(1, ordering: .relaxed).oldValue
        if piece >= pieceCount || self.stop.isRaised { break }
        var edge = Edges()
        unsafe try self.blocks.update(piece) { ids, worker in
          let count =
            unsafe maps.isEmpty
            ? Self.compact(ids, keeps) { $0 } : Self.compact(ids, keeps, maps[worker])
          edge = unsafe Edges(
            count: count,
            lineCount: ids[..<count].reduce(0) { $0 + ($1 == TokenIDs.lineEnd ? 1 : 0) },
            startsWithLineEnd: count > 0 && ids[0] == TokenIDs.lineEnd,
            endsWithLineEnd: count > 0 && ids[count - 1] == TokenIDs.lineEnd)
          return count
        }
        edges.withLock { [edge] in $0[piece] = edge }
      }
    }
    try checkStop()
    return edges.withLock { $0 }
  }

  private func checkStop() throws {
    if stop.isRaised {
      throw WordtoolError(.interrupted, found: "stopped while reading text")
    }
  }

  private static func compact(
    _ ids: UnsafeMutableBufferPointer<Int32>, _ keepsEmptyLines: Bool, _ map: [Int32]
  ) -> Int {
    unsafe map.withUnsafeBufferPointer { map in
      // SAFETY: every number but -1 is one of the thread that the map is for.
      unsafe compact(ids, keepsEmptyLines) { unsafe map[Int($0)] }
    }
  }

  /// Drops the words whose final number is negative and joins line ends that then meet.
  @inline(__always)
  private static func compact(
    _ ids: UnsafeMutableBufferPointer<Int32>, _ keepsEmptyLines: Bool,
    _ final: (Int32) -> Int32
  ) -> Int {
    var count = 0
    for index in ids.indices {
      let id = unsafe ids[index]
      if id == TokenIDs.lineEnd {
        let isEmpty = unsafe count > 0 && ids[count - 1] == TokenIDs.lineEnd
        if isEmpty && !keepsEmptyLines { continue }
        unsafe ids[count] = id
        count += 1
      } else {
        let number = final(id)
        if number < 0 { continue }
        unsafe ids[count] = number
        count += 1
      }
    }
    return count
  }

  /// Puts the numbers of all pieces behind one another, letting go of each piece as it goes.
  private func gather(_ edges: [Edges]) throws -> TokenIDs {
    let isAfterLineEnd =
      ranks.map {
        $0.beginsAfterLineEnd(
          self.layout(edges, afterLineEnd: true).endsWithLineEnd,
          self.layout(edges, afterLineEnd: false).endsWithLineEnd)
      } ?? true
    let layout = self.layout(edges, afterLineEnd: isAfterLineEnd)
    let (offsets, skips, total, lines) = (layout.offsets, layout.skips, layout.count, layout.lines)
    let place = ranks?.place(count: total, lineCount: lines)
    let stride = MemoryLayout<Int32>.stride
    let mapping =
      total * stride > reader.memoryLimit
      ? try AlignedMemory(byteCount: total * stride, folder: reader.temporaryFolder)
      : try AlignedMemory(byteCount: total * stride)
    let next = Atomic<Int>(0)
    let pieceCount = edges.count
    try Workers.run(count: reader.threads) { [offsets, skips] _ in
      while true {
        let piece = next.wrappingAdd(1, ordering: .relaxed).oldValue
        if piece >= pieceCount { break }
        // SAFETY: pieces go to places that do not overlap.
        let target = unsafe UnsafeMutableRawBufferPointer(
          rebasing: mapping.bytes[(offsets[piece] * stride)...])
        try unsafe self.blocks.move(piece, skipping: skips[piece], to: target)
      }
    }
    guard let place else { return TokenIDs(mapping: mapping, count: total, lineCount: lines) }
    return TokenIDs(
      mapping: mapping, held: place.start..<place.start + total, count: place.count,
      lineCount: place.lineCount, folder: mapping.isFile ? reader.temporaryFolder : nil)
  }

  /// Where the numbers of all pieces go.
  private struct Layout {
    /// Of each piece: where it goes, and how many of its first numbers do not.
    var offsets: [Int] = []
    var skips: [Int] = []
    var count = 0
    var lines = 0
    var endsWithLineEnd: Bool
  }

  /// - Parameter afterLineEnd: whether what comes before ends with a line end, or is not there.
  private func layout(_ edges: [Edges], afterLineEnd: Bool) -> Layout {
    var layout = Layout(endsWithLineEnd: afterLineEnd)
    for edge in edges {
      // A line end at the start of the text, or behind another, says nothing.
      let skip =
        edge.startsWithLineEnd && layout.endsWithLineEnd && !reader.keepsEmptyLines ? 1 : 0
      layout.offsets.append(layout.count)
      layout.skips.append(skip)
      layout.count += edge.count - skip
      layout.lines += edge.lineCount - skip
      if edge.count > skip { layout.endsWithLineEnd = edge.endsWithLineEnd }
    }
    return layout
  }
}
