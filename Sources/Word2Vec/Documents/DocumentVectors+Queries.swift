package import BLASCore
import Embedding
import Tokenize
public import WordtoolCore

/// One document out of many, and how near it is to what was asked.
public struct NearDocument: Hashable, Sendable {
  /// The number of the document, from 0.
  public let index: Int
  /// What it is called.
  public let name: String
  /// Its labels.
  public let labels: [String]
  /// The cosine similarity, -1 ... 1.
  public let similarity: Double
}

extension DocumentVectors {
  /// Makes a vector of a text: as gensim's `infer_vector`, but that the same text has the same vector each
  /// time, alone or among others.
  ///
  /// - Parameters:
  ///   - text: any text; words that are not in the vocabulary are left out.
  ///   - epochs: passes over its words, at least 1; those of the training if not given.
  ///   - learningRate: the step size at the start, > 0; that of the training if not given.
  /// - Returns: [dimension] values, zeros for a text without a known word.
  /// - Throws: `WordtoolError`: `usage` for numbers out of their range, `diverged` where the vector is no
  ///   longer finite.
  public func vector(
    of text: String, epochs: Int? = nil, learningRate: Float? = nil
  ) throws -> SentenceVector {
    try vectors(of: [text], epochs: epochs, learningRate: learningRate, threads: 1)[0]
  }

  /// Texts that one thread takes at a time.
  private static var piece: Int { 16 }

  /// Makes vectors of texts, on several threads.
  ///
  /// - Throws: `WordtoolError`: `usage` for numbers out of their range, `interrupted` once `stop` is
  ///   raised, `diverged` where a vector is no longer finite.
  public func vectors(
    of texts: [String], epochs: Int? = nil, learningRate: Float? = nil,
    threads: Int = Workers.defaultCount, stop: StopFlag = StopFlag()
  ) throws -> [SentenceVector] {
    try vectors(
      of: texts, epochs: epochs, learningRate: learningRate, threads: threads, stop: stop,
      kernels: .fastest)
  }

  /// As ``vectors(of:epochs:learningRate:threads:stop:)``, by some kernels; any choice gives the same bits.
  package func vectors(
    of texts: [String], epochs: Int?, learningRate: Float?, threads: Int, stop: StopFlag,
    kernels: KernelTable
  ) throws -> [SentenceVector] {
    let epochs = epochs ?? options.epochs
    let rate = learningRate ?? options.learningRate
    try OptionCheck.require("epochs", epochs, in: 1...1_000_000)
    try OptionCheck.require("learningRate", Double(rate), .positive)
    try OptionCheck.requireThreads(threads)
    let decay = LinearDecay(start: rate, floor: options.minimumLearningRateRatio)
    let results = Locked([SentenceVector?](repeating: nil, count: texts.count))
    try VectorStorage.inPieces(of: texts.count, size: Self.piece, threads: threads) { range in
      let inference = DocumentInference(self, kernels: kernels)
      for index in range {
        if stop.isRaised {
          throw WordtoolError(.interrupted, found: "stopped while vectors of texts were made")
        }
        let (ids, known) = self.words(of: texts[index])
        var result = known
        result.values =
          ids.isEmpty
          ? [Float](repeating: 0, count: self.dimension)
          : inference.vector(of: ids, epochs: epochs, decay: decay)
        guard result.values.allSatisfy(\.isFinite) else {
          throw WordtoolError.diverged("the vector of a text is not finite")
        }
        let done = result
        results.withLock { $0[index] = done }
      }
    }
    return results.withLock { $0 }.compactMap(\.self)
  }

  /// The words of a text that are known, and those that are not.
  private func words(of text: String) -> (ids: [Int32], SentenceVector) {
    var ids: [Int32] = []
    var result = SentenceVector(values: [], knownCount: 0, unknown: [])
    var unknown: Set<String> = []
    tokenizer.enumerateTokens(in: text) { token in
      if let id = vocabulary.id(for: token.text) {
        ids.append(id)
      } else if unknown.insert(token.text).inserted {
        result.unknown.append(token.text)
      }
      return true
    }
    result.knownCount = ids.count
    return (ids, result)
  }

  /// The documents nearest to each of some vectors.
  ///
  /// - Parameters:
  ///   - vectors: [dimension] values each, of any length; one of length zero has no answer.
  ///   - count: at most so many answers to each, 0 or more.
  ///   - excluded: for each vector the documents that are no answers, by their numbers; none if not
  ///     given.
  ///   - threads: how many threads to use, at least 1.
  ///   - stop: ends the work early, with an error of kind `interrupted`.
  /// - Returns: the nearest first, by number where they are equally near.
  /// - Throws: `WordtoolError`: `usage` for another number of values, `interrupted` once `stop` is
  ///   raised.
  /// - Complexity: O(Q·N·D): all documents are looked at, so the answers are exact.
  public func nearest(
    toEachOf vectors: [[Float]], count: Int = 10, excluding excluded: [[Int]] = [],
    threads: Int = Workers.defaultCount, stop: StopFlag = StopFlag()
  ) throws -> [[NearDocument]] {
    let queries = try vectors.enumerated().map { number, values in
      try documents.query(
        values: values, excluding: excluded.indices.contains(number) ? excluded[number] : [])
    }
    var options = SearchOptions(count: count, threads: threads)
    options.includesInputs = false
    return try documents.neighbors(of: queries, options: options, stop: stop).map { found in
      found.map {
        NearDocument(
          index: $0.index, name: $0.word, labels: labels[$0.index],
          similarity: Double($0.similarity))
      }
    }
  }

  /// The documents nearest to a vector, as ``nearest(toEachOf:count:excluding:threads:stop:)``.
  public func nearest(to vector: [Float], count: Int = 10) throws -> [NearDocument] {
    try nearest(toEachOf: [vector], count: count, threads: 1)[0]
  }

  /// The number of the document of some name.
  ///
  /// - Throws: `WordtoolError` of kind `unavailable` when there is none.
  public func index(ofDocument name: String) throws -> Int {
    if let index = documents.index(for: name) { return index }
    let examples = (0..<min(3, documents.count)).map { "'\(documents.word(at: $0))'" }
    throw WordtoolError(
      .unavailable, found: "no document '\(name)'",
      expected: "one of \(documents.count) names such as \(examples.joined(separator: ", "))")
  }
}
