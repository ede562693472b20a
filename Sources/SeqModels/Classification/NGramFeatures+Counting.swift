import Tokenize
import WordtoolCore

/// The features of documents: those of document d are `features[starts[d] ..< starts[d + 1]]`, in
/// the order of the text, repeated as often as they occur.
struct DocumentFeatures: Sendable {
  var features: [Int32] = []
  var starts = [0]

  /// How many documents there are.
  var count: Int { starts.count - 1 }
}

extension NGramFeatures {
  /// Counts the words and n-grams of documents, keeps those that are frequent enough, and gives the
  /// documents as the features they have.
  static func counted(
    _ documents: DocumentWords, options: NGramFeatureOptions
  ) -> (features: NGramFeatures, documents: DocumentFeatures) {
    let minimum = Int32(clamping: options.minimumCount)
    var (kept, level) = keepFrequent(
      documents.ids, count: documents.table.count, minimum: minimum, offset: 0)
    var words = ByteStringTable()
    for old in kept { words.add(documents.table.bytes(old)) }
    let wordIDs = level
    if let buckets = options.bucketCount {
      let features = NGramFeatures(
        orders: options.orders, words: words, pairs: NumberedPairs(), bucketCount: buckets)
      return (features, features.documents(wordIDs, starts: documents.starts))
    }
    var pairs = NumberedPairs()
    // levels[n][p] is the n-gram that ends at place p, or -1.
    var levels = [wordIDs]
    for order in stride(from: 2, through: options.orders.upperBound, by: 1) {
      var table = NumberedPairs(expectedCount: wordIDs.count / 4)
      var next = [Int32](repeating: -1, count: wordIDs.count)
      for document in 0..<documents.count {
        let first = documents.starts[document] + order - 1
        for place in stride(from: first, to: documents.starts[document + 1], by: 1)
        where level[place - 1] >= 0 && wordIDs[place] >= 0 {
          next[place] = table.add(level[place - 1], wordIDs[place])
        }
      }
      (kept, level) = keepFrequent(
        next, count: table.count, minimum: minimum, offset: Int32(words.count + pairs.count))
      for old in kept { _ = pairs.add(table[Int(old)].left, table[Int(old)].right) }
      levels.append(level)
    }
    let features = NGramFeatures(
      orders: options.orders, words: words, pairs: pairs, bucketCount: 0)
    var result = DocumentFeatures()
    result.features.reserveCapacity(wordIDs.count * 2)
    for document in 0..<documents.count {
      for level in levels[(options.orders.lowerBound - 1)...] {
        for place in documents.starts[document]..<documents.starts[document + 1]
        where level[place] >= 0 {
          result.features.append(level[place])
        }
      }
      result.starts.append(result.features.count)
    }
    return (features, result)
  }

  /// Numbers that occur at least `minimum` times get new numbers in the order they first occur.
  ///
  /// - Returns: the old numbers in the order of the new, and the new numbers place by place, -1
  ///   where the number is not kept.
  private static func keepFrequent(
    _ ids: [Int32], count: Int, minimum: Int32, offset: Int32
  ) -> (kept: [Int32], ids: [Int32]) {
    var counts = [Int32](repeating: 0, count: count)
    for id in ids where id >= 0 && counts[Int(id)] < Int32.max { counts[Int(id)] += 1 }
    var numbers = [Int32](repeating: -1, count: count)
    var kept: [Int32] = []
    let result = ids.map { id in
      guard id >= 0, counts[Int(id)] >= minimum else { return Int32(-1) }
      if numbers[Int(id)] < 0 {
        numbers[Int(id)] = offset + Int32(kept.count)
        kept.append(id)
      }
      return numbers[Int(id)]
    }
    return (kept, result)
  }

  private func documents(_ ids: [Int32], starts: [Int]) -> DocumentFeatures {
    var result = DocumentFeatures()
    result.features.reserveCapacity(ids.count * orders.count)
    for document in 0..<starts.count - 1 {
      forEachFeature(of: ids[starts[document]..<starts[document + 1]]) {
        result.features.append($0)
      }
      result.starts.append(result.features.count)
    }
    return result
  }
}
