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
    let edges: [Edges]
    if let given {
      vocabulary = given
      edges = try renumber((0..<blocks.count).map { [$0] }) { _ in nil }
    } else if runs.file == nil {
      let maps: [[Int32]]
      (vocabulary, maps, statistics.distinctWordCount) = try merge(results)
      edges = try renumber((0..<blocks.count).map { [$0] }) { maps[$0] }
    } else {
      let numbers: [Int32]
      (vocabulary, numbers, statistics.distinctWordCount) = try mergeRuns(results)
      edges = try renumber(piecesByTable()) { [runs] table in
        try runs.all.first { $0.table == table }.map {
          try runs.finalNumbers(of: $0, numbers)
        }
      }
    }
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

  /// Merges the threads' tables and decides the vocabulary.
  func count(
    _ results: [Result], statistics: CorpusStatistics
  ) throws -> (Vocabulary, CorpusStatistics) {
    var statistics = statistics
    let vocabulary: Vocabulary
    if runs.file == nil {
      (vocabulary, _, statistics.distinctWordCount) = try merge(results)
    } else {
      (vocabulary, _, statistics.distinctWordCount) = try mergeRuns(results)
    }
    statistics.tokensKept = Int(clamping: vocabulary.totalCount)
    return (vocabulary, statistics)
  }

  /// The vocabulary, for each table the final number (or -2) of each of its numbers, and how many
  /// distinct words there are.
  private func merge(_ results: [Result]) throws -> (Vocabulary, [[Int32]], Int) {
    let all = VocabularyBuilder()
    var maps = [[Int32]](repeating: [], count: runs.tableCount)
    for result in results {
      maps[result.tableNumber] = (0..<result.table.count).map { index in
        unsafe all.table.add(result.table.bytes(index), count: result.table.tally(index))
      }
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

  /// The vocabulary of tables that were put aside, the final number (or -2) of each word that was kept
  /// first, and how many distinct words there are.
  private func mergeRuns(_ results: [Result]) throws -> (Vocabulary, [Int32], Int) {
    for result in results where result.table.count > 0 {
      try runs.put(result.table, number: result.tableNumber)
      result.table.removeAll()
    }
    do {
      let merge = try WordMerge(
        runs, least: reader.limits.minimumCount, byteLimit: reader.wordLimit ?? .max, stop: stop)
      guard !merge.counts.isEmpty else {
        throw reader.limits.withoutFrequentWords(largest: merge.largestCount)
      }
      let (vocabulary, numbers) = merge.vocabulary(most: reader.limits.maximumSize)
      return (vocabulary, numbers, merge.distinctCount)
    } catch var error as WordtoolError {
      if error.path == nil && files.count == 1 { error.path = files[0] }
      throw error
    }
  }

  /// The pieces of each table together, so that its numbers are read once.
  private func piecesByTable() -> [[Int]] {
    var groups = [[Int]](repeating: [], count: runs.tableCount)
    for (piece, table) in blocks.tables.enumerated() where table >= 0 {
      groups[table].append(piece)
    }
    return groups.filter { !$0.isEmpty }
  }

  /// What the neighbours of a piece need to know of its numbers.
  struct Edges: Sendable {
    var count = 0
    var lineCount = 0
    var startsWithLineEnd = false
    var endsWithLineEnd = false
  }

  /// Replaces the numbers of all pieces by final ones, in place and on all threads.
  ///
  /// - Parameters:
  ///   - groups: pieces that a thread takes together; those of a group are of one table.
  ///   - map: the final numbers of a table's words; nil where the numbers are final.
  private func renumber(
    _ groups: [[Int]], map: @escaping @Sendable (_ table: Int) throws -> [Int32]?
  ) throws -> [Edges] {
    let next = Atomic<Int>(0)
    let tables = blocks.tables
    let edges = Locked([Edges](repeating: Edges(), count: tables.count))
    try Workers.run(count: reader.threads) { _ in
      let keeps = self.reader.keepsEmptyLines
      while true {
        let group = next.wrappingAdd(1, ordering: .relaxed).oldValue
        if group >= groups.count || self.stop.isRaised { break }
        let table = tables[groups[group][0]]
        let map = table < 0 ? nil : try map(table)
        for piece in groups[group] {
          let edge = try self.renumber(piece, map, keepsEmptyLines: keeps)
          edges.withLock { $0[piece] = edge }
        }
      }
    }
    try checkStop()
    return edges.withLock { $0 }
  }

  private func renumber(
    _ piece: Int, _ map: [Int32]?, keepsEmptyLines keeps: Bool
  ) throws -> Edges {
    var edge = Edges()
    unsafe try blocks.update(piece) { ids, _ in
      let count =
        unsafe map.map { unsafe Self.compact(ids, keeps, $0) } ?? Self.compact(ids, keeps) { $0 }
      edge = unsafe Edges(
        count: count,
        lineCount: ids[..<count].reduce(0) { $0 + ($1 == TokenIDs.lineEnd ? 1 : 0) },
        startsWithLineEnd: count > 0 && ids[0] == TokenIDs.lineEnd,
        endsWithLineEnd: count > 0 && ids[count - 1] == TokenIDs.lineEnd)
      return count
    }
    return edge
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
    let place = ranks?.place(count: layout.count, lineCount: layout.lines)
    let part = place.map {
      TokenIDs.Part(
        held: $0.start..<$0.start + layout.count, count: $0.count, lineCount: $0.lineCount)
    }
    let whole = part ?? TokenIDs.Part(held: nil, count: layout.count, lineCount: layout.lines)
    let byteCount = layout.count * MemoryLayout<Int32>.stride
    if byteCount > reader.memoryLimit {
      let file = try TemporaryFile(folder: reader.temporaryFolder)
      try file.resize(to: byteCount)
      try unsafe gather(layout) { bytes, offset in try unsafe file.write(bytes, at: offset) }
      return try TokenIDs(file: file, part: whole)
    }
    let memory = try AlignedMemory(
      byteCount: byteCount, purpose: "a text of \(layout.count, "token")")
    try unsafe gather(layout) { bytes, offset in
      // SAFETY: pieces go to places that do not overlap.
      unsafe UnsafeMutableRawBufferPointer(
        rebasing: memory.bytes[offset..<offset + bytes.count]
      ).copyMemory(from: bytes)
    }
    return TokenIDs(mapping: memory, part: whole)
  }

  /// Puts the numbers of all pieces to their places, on all threads.
  ///
  /// - Parameter put: stores bytes at a byte offset.
  private func gather(
    _ layout: Layout,
    put: @escaping @Sendable (UnsafeRawBufferPointer, _ offset: Int) throws -> Void
  ) throws {
    let next = Atomic<Int>(0)
    try Workers.run(count: reader.threads) { _ in
      while true {
        let piece = next.wrappingAdd(1, ordering: .relaxed).oldValue
        if piece >= layout.offsets.count { break }
        try unsafe self.blocks.take(piece, skipping: layout.skips[piece]) {
          try unsafe put($0, layout.offsets[piece] * MemoryLayout<Int32>.stride)
        }
      }
    }
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
