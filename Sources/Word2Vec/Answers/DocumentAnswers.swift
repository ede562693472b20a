package import WordtoolCore

/// The documents nearest to a question.
public struct NearestDocumentsAnswer: Codable, Hashable, Sendable {
  /// A document.
  public struct Document: Codable, Hashable, Sendable {
    /// What it is called.
    public var document: String
    /// The cosine similarity, -1 ... 1.
    public var similarity: Double
    /// Its labels; nil where the model has none.
    public var labels: [String]?
  }

  /// What was asked: a text, or the name of a document.
  public var query: String
  /// The answers, nearest first.
  public var neighbors: [Document]

  /// An answer; without documents the one to a question that has none.
  package init(query: String, neighbors: [Document] = []) {
    self.query = query
    self.neighbors = neighbors
  }
}

/// The vector of a document.
public struct DocumentVectorAnswer: Codable, Hashable, Sendable {
  /// What the document is called.
  public var document: String
  /// [dimension]
  public var vector: [Float]
  /// Its labels; nil where the model has none.
  public var labels: [String]?
}

extension DocumentVectors {
  /// Answers with the vectors of texts, each in its turn; a text without a known word has none.
  ///
  /// - Parameter normalizes: whether each is divided by its length.
  /// - Throws: ``WordtoolError``: as ``vectors(of:epochs:learningRate:threads:stop:)``.
  package func answers(
    toVectorsOf texts: [String], epochs: Int? = nil, learningRate: Float? = nil,
    normalizes: Bool = false, threads: Int, stop: StopFlag
  ) throws -> [Answered<SentenceVectorAnswer>] {
    let found = try vectors(
      of: texts, epochs: epochs, learningRate: learningRate, threads: threads, stop: stop)
    return try zip(texts, found).map { text, vector in
      var answer = Answered<SentenceVectorAnswer>()
      guard try answer.attempt({ try QueryText.check(text) }) != nil else { return answer }
      guard vector.knownCount > 0 else {
        answer.problems.append(.noKnownWord(in: text, of: documents))
        return answer
      }
      answer.note(unknown: vector.unknown)
      answer.answer = SentenceVectorAnswer(
        text: text, vector: normalizes ? Self.unit(vector.values) : vector.values,
        known: vector.knownCount, unknown: vector.unknown)
      return answer
    }
  }

  private static func unit(_ values: [Float]) -> [Float] {
    let length = values.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
    return length > 0 ? values.map { Float(Double($0) / length) } : values
  }

  /// Answers with the vector of a document.
  package func answer(
    toVectorOfDocument name: String, normalizes: Bool = false
  ) throws -> Answered<DocumentVectorAnswer> {
    var answer = Answered<DocumentVectorAnswer>()
    answer.answer = try answer.attempt {
      let index = try index(ofDocument: name)
      let values = documents.vector(at: index)
      return DocumentVectorAnswer(
        document: name, vector: normalizes ? Self.unit(values) : values,
        labels: labels.isEmpty ? nil : labels[index])
    }
    return answer
  }

  /// Answers with the documents nearest to texts.
  ///
  /// - Throws: ``WordtoolError``: as ``vectors(of:epochs:learningRate:threads:stop:)`` and
  ///   ``nearest(toEachOf:count:excluding:threads:stop:)``.
  package func answers(
    toNearestOf texts: [String], count: Int, epochs: Int? = nil, learningRate: Float? = nil,
    threads: Int, stop: StopFlag
  ) throws -> [Answered<NearestDocumentsAnswer>] {
    let vectors = try answers(
      toVectorsOf: texts, epochs: epochs, learningRate: learningRate, threads: threads, stop: stop)
    let found = try nearest(
      toEachOf: vectors.compactMap { $0.answer?.vector }, count: count, threads: threads, stop: stop
    )
    var next = 0
    return zip(texts, vectors).map { text, vector in
      var answer = Answered<NearestDocumentsAnswer>()
      answer.problems = vector.problems
      answer.notes = vector.notes
      guard vector.answer != nil else { return answer }
      answer.answer = self.answer(text, found[next])
      next += 1
      return answer
    }
  }

  /// Answers with the documents nearest to one of them.
  package func answer(
    toNearestOfDocument name: String, count: Int, threads: Int, stop: StopFlag
  ) throws -> Answered<NearestDocumentsAnswer> {
    var answer = Answered<NearestDocumentsAnswer>()
    answer.answer = try answer.attempt {
      let index = try index(ofDocument: name)
      let found = try nearest(
        toEachOf: [documents.vector(at: index)], count: count, excluding: [[index]],
        threads: threads, stop: stop)
      return self.answer(name, found[0])
    }
    return answer
  }

  private func answer(_ query: String, _ found: [NearDocument]) -> NearestDocumentsAnswer {
    NearestDocumentsAnswer(
      query: query,
      neighbors: found.map {
        .init(
          document: $0.name, similarity: $0.similarity, labels: labels.isEmpty ? nil : $0.labels)
      })
  }
}
