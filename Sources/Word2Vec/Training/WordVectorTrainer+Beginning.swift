import BLASCore
import Embedding
public import Tokenize
import WordtoolCore

extension WordVectorTrainer {
  /// Begins with the vectors of another file for the words that have one there; the others stay random.
  ///
  /// With subwords, the rows of n-grams are taken as well where the file has them, and a word's own row is
  /// what makes its vector with them; of a file without n-grams the vector becomes the word's own row, as
  /// fastText takes its pretrained vectors. In floret's table, where words have no rows, all of it begins
  /// with another such table.
  ///
  /// - Parameters:
  ///   - known: vectors of the same dimension.
  ///   - vocabulary: the words, by ID, whose counts the trainer was made with.
  ///   - path: where they come from, for the error.
  /// - Returns: how many words were found.
  /// - Throws: `WordtoolError`: `badData` when the dimension or the n-grams differ, `usage` for another
  ///   number of words.
  @discardableResult
  public func initialize(
    from known: WordVectors, vocabulary: Vocabulary, path: String? = nil
  ) throws -> Int {
    try check(vocabulary)
    guard known.dimension == options.dimension else {
      throw WordtoolError(
        .badData, path: path, found: "vectors of \(known.dimension, "value")",
        expected: "\(options.dimension)", remedy: "use `dimension` \(known.dimension)")
    }
    let grams = try nGrams(of: known, path: path)
    try tables.makeUnique()
    if let grams {
      var row = ownRowCount
      try grams.forEachRow { values in
        try Self.check(values, path, "an n-gram")
        tables.input[row] = values
        row += 1
      }
    }
    // A table makes vectors of all words.
    if ownRowCount == 0 {
      beginning = Beginning(hasNGrams: true)
      return vocabularySize
    }
    var beginning = Beginning(
      hasNGrams: grams != nil, words: [Bool](repeating: false, count: vocabularySize))
    var found = 0
    for id in 0..<vocabulary.count {
      let word = vocabulary.word(at: id)
      // With n-grams of their own, words without a row begin as those make them: by a random row.
      guard
        var vector = grams == nil
          ? known.vector(for: word) : known.index(for: word).map({ known.vector(at: $0) })
      else { continue }
      try Self.check(vector, path, "'\(word)'")
      if let grams { vector = grams.ownRow(of: Array(word.utf8), vector: vector) }
      tables.input[id] = vector
      beginning.words?[id] = true
      found += 1
    }
    self.beginning = beginning
    return found
  }

  /// The n-grams of vectors to begin with: nil where the training or the vectors have none.
  ///
  /// - Throws: `WordtoolError` of kind `badData` for n-grams that are found in another way, and for
  ///   vectors without a table of floret's where there are no other rows.
  private func nGrams(of known: WordVectors, path: String?) throws -> NGramTable? {
    guard let index = subwords?.index else { return nil }
    guard let table = index.isFloret ? known.floretTable : known.nGramTable else {
      guard index.isFloret else { return nil }
      throw WordtoolError(
        .badData, path: path, found: "vectors that are not made of floret's n-grams",
        expected: "a table of floret's, since words have no rows of their own",
        remedy: "train without `hashCount`, or begin with vectors of such a table")
    }
    guard table.index.findsRows(as: index) else {
      func words(_ index: NGramIndex) -> String {
        "n-grams of \(index.shortest) to \(index.longest) characters in "
          + "\(index.bucketCount, "row")"
          + (index.isFloret ? ", \(index.rowsPerNGram, "row") each" : "")
      }
      throw WordtoolError(
        .badData, path: path, found: words(table.index), expected: words(index),
        remedy: "use `shortest` \(table.shortest), `longest` \(table.longest)"
          + (index.isFloret ? ", `hashCount` \(table.index.rowsPerNGram)" : "")
          + " and `bucketCount` \(table.bucketCount)")
    }
    return table
  }

  private static func check(_ vector: [Float], _ path: String?, _ name: String) throws {
    guard let value = vector.first(where: { !$0.isFinite }) else { return }
    throw WordtoolError(
      .badData, path: path, found: "\(value) in the vector of \(name)",
      expected: "finite numbers")
  }

  /// Begins with the context vectors of another file for the words it has; the others stay zero.
  ///
  /// - Parameters:
  ///   - known: context vectors of the same dimension.
  ///   - vocabulary: the words, by ID, whose counts the trainer was made with.
  ///   - path: where they come from, for the error.
  /// - Throws: `WordtoolError`: `badData` when the dimension differs, `usage` without negative sampling
  ///   and with structured skip-gram, which has several for each word.
  public func initializeContext(
    from known: WordVectors, vocabulary: Vocabulary, path: String? = nil
  ) throws {
    try check(vocabulary)
    try OptionCheck.require(
      options.negativeSamples > 0, found: "context vectors for hierarchical softmax alone",
      expected: "`negativeSamples` of at least 1")
    try requireOneContextVector()
    guard known.dimension == options.dimension else {
      throw WordtoolError(
        .badData, path: path, found: "context vectors of \(known.dimension, "value")",
        expected: "\(options.dimension)")
    }
    try tables.makeUnique()
    for id in 0..<vocabulary.count {
      guard let row = known.index(for: vocabulary.word(at: id)) else { continue }
      let vector = known.vector(at: row)
      try Self.check(vector, path, "'\(vocabulary.word(at: id))'")
      tables.output[id] = vector
    }
  }

  /// Keeps the vectors of some words as they are now: they take part in the training and do not change.
  ///
  /// With subwords a vector is made of rows that words share, and all rows of a frozen word are frozen:
  /// what they are to others they remain. Words are frozen then whose rows all began with those of vectors
  /// that have n-grams.
  ///
  /// To be called before training, after ``initialize(from:vocabulary:path:)``; a checkpoint holds
  /// which words are frozen, and is resumed by a trainer that freezes the same.
  ///
  /// - Parameters:
  ///   - isKept: whether a word is frozen.
  ///   - vocabulary: the words, by ID, whose counts the trainer was made with.
  ///   - allNGrams: whether all rows of n-grams are frozen, those of no word as well, so that the vectors
  ///     of words that no text had stay what they were; of no effect without subwords.
  /// - Returns: how many words are frozen.
  /// - Throws: `WordtoolError` of kind `usage` for another number of words, and with subwords where no
  ///   n-grams were begun with: random ones would be kept.
  @discardableResult
  public func freeze(
    vocabulary: Vocabulary, allNGrams: Bool = false, where isKept: (String) -> Bool
  ) throws -> Int {
    try check(vocabulary)
    try OptionCheck.require(
      subwords == nil || beginning?.hasNGrams == true,
      found: "frozen words that are made of n-grams which begin at random",
      expected: "vectors to begin with that have n-grams of the same lengths")
    let words = (0..<vocabulary.count).map { id in
      isKept(vocabulary.word(at: id)) && (subwords == nil || beginning?.words?[id] ?? true)
    }
    let count = words.reduce(0) { $0 + ($1 ? 1 : 0) }
    isFrozen = frozenRows(of: words, allNGrams: allNGrams)
    if !isFrozen.contains(true) { isFrozen = [] }
    return count
  }

  /// Whether each input row is one of frozen words.
  private func frozenRows(of words: [Bool], allNGrams: Bool) -> [Bool] {
    guard let subwords else { return words }
    let end = ownRowCount + subwords.index.bucketCount
    var isFrozen = [Bool](repeating: false, count: end)
    if allNGrams { for row in ownRowCount..<end { isFrozen[row] = true } }
    for word in words.indices where words[word] {
      let rows = unsafe subwords.bags.list[word]
      for index in rows.indices { unsafe isFrozen[Int(rows[index])] = true }
    }
    return isFrozen
  }

  /// The rows that stay as they are, as they are now.
  func frozenRows() throws -> FrozenRows? {
    isFrozen.isEmpty ? nil : try FrozenRows(tables.input, isFrozen: isFrozen)
  }
}

extension TokenizedCorpus {
  /// The text with the words of vectors beside its own: what training goes on with.
  ///
  /// Words of the vectors stay whatever the text has of them, and the text's counts are added to theirs;
  /// of the others those are kept that are within the limits.
  ///
  /// - Parameters:
  ///   - vectors: with counts.
  ///   - limits: for words that the vectors do not have.
  ///   - path: where the vectors come from, for the error.
  /// - Returns: the text, and how many words are new.
  /// - Throws: ``WordtoolError`` of kind `badData` for vectors without counts, and when no word of the
  ///   text is left.
  package func adding(
    to vectors: WordVectors, limits: VocabularyLimits, path: String?
  ) throws -> (TokenizedCorpus, newWords: Int) {
    let builder = VocabularyBuilder()
    for row in 0..<vectors.count {
      guard let count = vectors.counts?[row], count >= 1 else {
        throw WordtoolError(
          .badData, path: path, found: "vectors without counts of their words",
          expected: "counts, which decide how often words are noise",
          remedy: "begin with them in the place of random ones (`init`)")
      }
      builder.add(vectors.word(at: row), count: Int(count))
    }
    var fresh: [Int] = []
    for id in 0..<vocabulary.count {
      let word = vocabulary.word(at: id)
      if vectors.index(for: word) != nil {
        if vocabulary.count(at: id) > 0 { builder.add(word, count: Int(vocabulary.count(at: id))) }
      } else if vocabulary.count(at: id) >= Int64(limits.minimumCount) {
        fresh.append(id)
      }
    }
    // The vocabulary is in the order of counts.
    if let most = limits.maximumSize { fresh = Array(fresh.prefix(max(0, most - vectors.count))) }
    for id in fresh { builder.add(vocabulary.word(at: id), count: Int(vocabulary.count(at: id))) }
    let all = try builder.build(VocabularyLimits(minimumCount: 1))
    let numbers = (0..<vocabulary.count).map { all.id(for: vocabulary.word(at: $0)) }
    let kept = ids.array.compactMap { $0 < 0 ? $0 : numbers[Int($0)] }
    guard kept.contains(where: { $0 >= 0 }) else {
      throw WordtoolError(
        .badData, found: "no word of the text is known or frequent enough",
        remedy: "lower `minimumCount`, or give other text")
    }
    var statistics = statistics
    let text = try TokenIDs(kept)
    statistics.tokensKept = text.tokenCount
    return (
      TokenizedCorpus(vocabulary: all, ids: text, statistics: statistics, rule: rule), fresh.count
    )
  }
}
