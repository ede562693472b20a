package import WordtoolCore

/// The words and labels of a fastText model, and of a pruned one the buckets that were kept.
package struct FastTextDictionary: Sendable {
  /// Where the bytes of each word are in the file; words are numbered by this order.
  package private(set) var words: [Range<Int>] = []
  /// Where the bytes of each label are, its prefix among them.
  package private(set) var labels: [Range<Int>] = []
  /// How often each word and, behind them, each label occurred; 0 and more.
  package private(set) var counts: [Int64] = []
  /// How many tokens the text had.
  package let tokenCount: Int64
  /// The row behind the words' of each bucket that was kept; nil for a model that is not pruned.
  package private(set) var kept: [Int32: Int32]?

  /// Reads what follows the arguments.
  ///
  /// - Throws: `WordtoolError` of kind `badData`.
  package init(_ reader: inout BinaryFields) throws {
    let entryCount = try reader.int32("number of entries")
    let wordCount = try reader.int32("number of words")
    let labelCount = try reader.int32("number of labels")
    tokenCount = try reader.int64("number of tokens")
    let keptCount = try reader.int64("number of kept buckets")
    // An entry has a word's end, a count and a kind.
    guard wordCount >= 0, labelCount >= 0, entryCount == wordCount + labelCount,
      entryCount <= reader.remaining / 10, keptCount <= Int64(reader.remaining / 8)
    else {
      throw reader.error(
        "\(entryCount, "entry") of \(wordCount, "word") and \(labelCount, "label"), "
          + "\(keptCount) kept buckets, in \(reader.remaining, "byte")",
        expected: "as many as the file has room for", remedy: "the file is damaged or truncated")
    }
    words.reserveCapacity(wordCount)
    counts.reserveCapacity(entryCount)
    for entry in 0..<entryCount {
      let place = try reader.string("word \(entry + 1)")
      counts.append(max(0, try reader.int64("count")))
      let kind = try reader.byte("kind of entry")
      // Words come first; what is behind them are labels.
      guard kind == (entry < wordCount ? 0 : 1) else {
        throw reader.error(
          "entry \(entry + 1) of kind \(kind)", expected: "\(wordCount, "word"), then labels",
          remedy: "the file is damaged")
      }
      if entry < wordCount { words.append(place) } else { labels.append(place) }
    }
    guard keptCount >= 0 else { return }
    var kept: [Int32: Int32] = [:]
    for _ in 0..<keptCount {
      let bucket = try reader.int32("kept bucket")
      kept[Int32(truncatingIfNeeded: bucket)] = Int32(
        truncatingIfNeeded: try reader.int32("row of a kept bucket"))
    }
    self.kept = kept
  }
}

/// Where the n-grams of a fastText model have their rows, behind those of its words.
package struct BucketRows: Sendable {
  private let wordCount: Int
  private let bucketCount: Int
  /// Of a pruned model, the buckets that were kept, and their rows behind the words'; nil for all.
  package let kept: [Int32: Int32]?

  /// - Throws: `WordtoolError` of kind `badData` when the matrix has fewer rows than there are words
  ///   and buckets.
  package init(
    wordCount: Int, bucketCount: Int, kept: [Int32: Int32]?, of matrix: any SubwordMatrix,
    path: String
  ) throws {
    self.wordCount = wordCount
    self.bucketCount = bucketCount
    // A model of which no bucket was kept has no n-grams; one that is not pruned has all.
    self.kept = kept
    let rowCount = kept.map { Int($0.values.max() ?? -1) + 1 } ?? bucketCount
    guard matrix.rowCount >= wordCount + rowCount, kept?.values.min() ?? 0 >= 0 else {
      throw WordtoolError(
        .badData, path: path, found: "an input matrix of \(matrix.rowCount, "row")",
        expected: "\(wordCount) for words and \(rowCount) for n-grams",
        remedy: "the file is damaged")
    }
  }

  /// Rows that are known to be there.
  package init(wordCount: Int, bucketCount: Int, kept: [Int32: Int32]?) {
    self.wordCount = wordCount
    self.bucketCount = bucketCount
    self.kept = kept
  }

  /// The buckets that were kept, row by row; nil for all, and where rows are not 0 to their number.
  package var inOrder: [Int32]? {
    guard let kept else { return nil }
    let order = kept.sorted { $0.value < $1.value }
    return order.indices.allSatisfy { order[$0].value == $0 } ? order.map(\.key) : nil
  }

  /// Whether no n-gram has a row.
  package var isEmpty: Bool { bucketCount == 0 || kept?.isEmpty == true }

  /// Whether every bucket has a row of its own.
  package var isWhole: Bool { bucketCount > 0 && kept == nil }

  /// The row of an n-gram of characters; nil where its bucket was not kept.
  ///
  /// - Precondition: not ``isEmpty``.
  package func row(ofHash hash: UInt32) -> Int? { row(ofBucket: Int(hash) % bucketCount) }

  /// The row of a bucket, 0 ..< the number of buckets; nil where it was not kept.
  package func row(ofBucket bucket: Int) -> Int? {
    guard let kept else { return wordCount + bucket }
    return kept[Int32(truncatingIfNeeded: bucket)].map { wordCount + Int($0) }
  }
}
