import Tokenize
import WordtoolCore

/// The features of documents: those of document d are `features[starts[d] ..< starts[d + 1]]`, in
/// the order of the text, repeated as often as they occur, and those of the spelling of its words.
struct DocumentFeatures: Sendable {
  var features: [Int32] = []
  var starts = [0]
  /// What the spelling of words adds; nil for nothing.
  var spellings: Spellings?

  /// How many documents there are.
  var count: Int { starts.count - 1 }

  /// N-grams of characters by distinct words, which is far less than by words of documents.
  struct Spellings: Sendable {
    /// All words of all documents.
    var words: DocumentWords
    /// Those of word w are `features[starts[w] ..< starts[w + 1]]`.
    var features: [Int32] = []
    var starts = [0]
  }

  /// Calls `body` with each feature of a document.
  @inline(__always)
  func forEachFeature(of document: Int, _ body: (Int32) -> Void) {
    for feature in features[starts[document]..<starts[document + 1]] { body(feature) }
    guard let spellings else { return }
    for place in spellings.words.starts[document]..<spellings.words.starts[document + 1] {
      let word = Int(spellings.words.ids[place])
      for at in spellings.starts[word]..<spellings.starts[word + 1] {
        body(spellings.features[at])
      }
    }
  }

  /// Whether a document has no feature.
  func isEmpty(_ document: Int) -> Bool {
    var count = 0
    forEachFeature(of: document) { _ in count += 1 }
    return count == 0
  }
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
    var (characters, spellings): (InnerNGrams?, DocumentFeatures.Spellings?) = (nil, nil)
    if let orders = options.characterOrders {
      let counted = InnerNGrams.counted(documents, orders: orders, minimum: Int(minimum))
      (characters, spellings) = (counted.characters, counted.spellings)
    }
    func result(
      _ features: NGramFeatures, _ documents: DocumentFeatures
    ) -> (NGramFeatures, DocumentFeatures) {
      var documents = documents
      documents.spellings = spellings.map { $0.numbered(from: features.firstCharacters) }
      return (features, documents)
    }
    if let buckets = options.bucketCount {
      let features = NGramFeatures(
        orders: options.orders, words: words, pairs: NumberedPairs(), bucketCount: buckets,
        characters: characters)
      return result(features, features.documents(wordIDs, starts: documents.starts))
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
      orders: options.orders, words: words, pairs: pairs, bucketCount: 0, characters: characters)
    var found = DocumentFeatures()
    found.features.reserveCapacity(wordIDs.count * 2)
    for document in 0..<documents.count {
      for level in levels[(options.orders.lowerBound - 1)...] {
        for place in documents.starts[document]..<documents.starts[document + 1]
        where level[place] >= 0 {
          found.features.append(level[place])
        }
      }
      found.starts.append(found.features.count)
    }
    return result(features, found)
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

extension InnerNGrams {
  /// Counts the n-grams of the words of documents and keeps those that are frequent enough.
  static func counted(
    _ documents: DocumentWords, orders: ClosedRange<Int>, minimum: Int
  ) -> (characters: InnerNGrams, spellings: DocumentFeatures.Spellings) {
    var wordCounts = [Int](repeating: 0, count: documents.table.count)
    for word in documents.ids { wordCounts[Int(word)] += 1 }
    var all = ByteStringTable()
    var counts: [Int] = []
    var spellings = DocumentFeatures.Spellings(words: documents)
    var spelling = Spelling()
    for word in 0..<documents.table.count {
      unsafe documents.table.withBytes(Int32(word)) { bytes in
        unsafe spelling.forEach(of: orders, inUTF8: bytes) { gram in
          let (number, isNew) = unsafe all.add(gram)
          if isNew { counts.append(0) }
          counts[Int(number)] += wordCounts[word]
          spellings.features.append(number)
        }
      }
      spellings.starts.append(spellings.features.count)
    }
    var characters = InnerNGrams(orders: orders)
    var numbers = [Int32](repeating: -1, count: all.count)
    for number in 0..<Int32(all.count) where counts[Int(number)] >= minimum {
      numbers[Int(number)] = characters.table.add(all.bytes(number)).id
    }
    var kept = DocumentFeatures.Spellings(words: documents)
    for word in 0..<documents.table.count {
      for at in spellings.starts[word]..<spellings.starts[word + 1] {
        let number = numbers[Int(spellings.features[at])]
        if number >= 0 { kept.features.append(number) }
      }
      kept.starts.append(kept.features.count)
    }
    return (characters, kept)
  }
}

extension DocumentFeatures.Spellings {
  /// The same with numbers that begin elsewhere.
  fileprivate func numbered(from first: Int) -> Self {
    var copy = self
    for place in copy.features.indices { copy.features[place] += Int32(first) }
    return copy
  }
}
