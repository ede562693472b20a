import BLASCore
import TestSupport
import Testing
import Tokenize
import Word2Vec
import WordtoolCore

/// Vectors of documents: trained, inferred, asked, written and read.
@Suite struct DocumentVectorTests {
  /// Documents about one of three things, 12 words each; the words of every thing are its own.
  ///
  /// - Parameter fillers: whether words that every document has stand on both sides of each, so that
  ///   the words nearby say nothing of the topic.
  static func documents(
    _ count: Int = 240, seed: UInt64 = 7, fillers: Bool = false
  ) -> (texts: [String], topics: [Int]) {
    var random = SeededGenerator(seed: seed)
    func number() -> Int { Int.random(in: 0..<10, using: &random) }
    let topics = (0..<count).map { $0 % 3 }
    let texts = topics.map { topic in
      (0..<12).map { _ in
        let word = "w\(topic)x\(number())"
        return fillers ? "f\(number()) \(word) f\(number())" : word
      }.joined(separator: " ")
    }
    return (texts, topics)
  }

  static func corpus(_ count: Int = 240, fillers: Bool = false) throws -> DocumentCorpus {
    let (texts, topics) = documents(count, fillers: fillers)
    return try DocumentCorpus(
      texts: texts, names: texts.indices.map { "doc \($0)" }, labels: topics.map { ["t\($0)"] },
      rule: .whitespace, threads: 2)
  }

  static let models: [(name: String, change: @Sendable (inout DocumentVectorOptions) -> Void)] = [
    ("pv-dbow", { _ in }),
    ("pv-dbow with words", { $0.trainsWords = true }),
    (
      "pv-dbow, a tree",
      {
        $0.hierarchicalSoftmax = true
        $0.negativeSamples = 0
      }
    ),
    (
      "pv-dbow with words, a tree and noise",
      {
        $0.trainsWords = true
        $0.hierarchicalSoftmax = true
      }
    ),
    ("pv-dm", { $0.model = .memory }),
    (
      "pv-dm, a tree and noise",
      {
        $0.model = .memory
        $0.hierarchicalSoftmax = true
      }
    ),
  ]

  static func options(_ number: Int) -> DocumentVectorOptions {
    var options = DocumentVectorOptions()
    options.dimension = 20
    options.epochs = 20
    options.subsampling = 0
    models[number].change(&options)
    return options
  }

  @Test("documents of one topic lie together, and so do new texts", arguments: models.indices)
  func topics(number: Int) throws {
    var options = Self.options(number)
    options.learningRate = 0.05
    // PV-DM learns what the words around a word do not tell.
    let fillers = options.model == .memory
    if fillers { (options.windowRadius, options.epochs) = (1, 40) }
    let model = try DocumentVectors.train(
      on: Self.corpus(fillers: fillers), options: options, threads: 2)
    #expect(model.count == 240 && model.labels.names == ["t0", "t1", "t2"])
    let (texts, topics) = Self.documents(30, seed: 99, fillers: fillers)
    let vectors = try model.vectors(of: texts, threads: 2)
    let found = try model.nearest(toEachOf: vectors.map(\.values), count: 5)
    var right = 0
    for (topic, answer) in zip(topics, found) {
      right += answer.count { $0.labels == ["t\(topic)"] }
    }
    #expect(right >= 140, "\(Self.models[number].name): \(right) of 150")
    let own = try model.nearest(
      toEachOf: [model.documents.vector(at: 4)], count: 5, excluding: [[4]])[0]
    #expect(own.allSatisfy { $0.labels == ["t1"] && $0.index != 4 })
    #expect(try model.index(ofDocument: "doc 17") == 17)
    #expect(throws: WordtoolError.self) { try model.index(ofDocument: "doc 240") }
  }

  @Test(
    "a text has the same bits alone, among others, and by any kernels", arguments: models.indices)
  func inference(number: Int) throws {
    let model = try DocumentVectors.train(on: Self.corpus(60), options: Self.options(number))
    var texts = Self.documents(40, seed: 5).texts
    // Longer than a chunk, without a known word, empty.
    texts += [String(repeating: "w0x1 w1x2 nothing ", count: 3_000), "nothing at all", ""]
    let all = try model.vectors(of: texts, epochs: 3, threads: 2)
    for (text, vector) in zip(texts, all) {
      #expect(try model.vector(of: text, epochs: 3) == vector)
    }
    #expect(all[40].knownCount == 6_000 && all[40].unknown == ["nothing"])
    #expect(all[41].knownCount == 0 && all[41].values.allSatisfy { $0 == 0 })
    for kernels in KernelTable.available {
      let others = try model.vectors(
        of: texts, epochs: 3, learningRate: nil, threads: 1, stop: StopFlag(), kernels: kernels)
      #expect(others == all, "\(kernels.name)")
    }
    let other = try model.vector(of: texts[0], epochs: 4)
    #expect(other != all[0])
    #expect(throws: WordtoolError.self) { try model.vector(of: "w0x1", epochs: 0) }
    #expect(throws: WordtoolError.self) { try model.vector(of: "w0x1", learningRate: -1) }
  }

  @Test("a model that is written and read answers with the same bits", arguments: models.indices)
  func file(number: Int) throws {
    let folder = ScratchFolder()
    let model = try DocumentVectors.train(on: Self.corpus(60), options: Self.options(number))
    try model.write(to: folder("a"))
    let read = try DocumentVectors(contentsOf: folder("a"))
    try read.write(to: folder("b"))
    #expect(try folder.bytes(of: "a") == folder.bytes(of: "b"))
    #expect(read.options == model.options && read.labels == model.labels)
    #expect(try read.vector(of: "w0x1 w1x2 w0x3") == model.vector(of: "w0x1 w1x2 w0x3"))
    let vector = model.documents.vector(at: 3)
    #expect(try read.nearest(to: vector) == model.nearest(to: vector))
    if let words = model.words {
      let other = try WordVectors(contentsOf: folder("a"))
      #expect(other.count == words.count && other.vector(at: 5) == words.vector(at: 5))
      // Written as vectors of words it is no model of documents any more.
      try other.write(to: folder("w.safetensors"))
      #expect(try WordVectors(contentsOf: folder("w.safetensors"))["w0x1"] == other["w0x1"])
    } else {
      let error = #expect(throws: WordtoolError.self) { try WordVectors(contentsOf: folder("a")) }
      #expect(error?.description.contains("vectors of documents alone") == true)
    }
  }

  @Test("training that was interrupted goes on to the same bits", arguments: models.indices)
  func resumed(number: Int) throws {
    let folder = ScratchFolder()
    let corpus = try Self.corpus(3_000)
    var options = Self.options(number)
    options.epochs = 2
    let plain = try DocumentVectorTrainer(options: options, corpus: corpus)
    try plain.train(threads: 2)
    let stop = StopFlag()
    let first = try DocumentVectorTrainer(options: options, corpus: corpus)
    let error = #expect(throws: WordtoolError.self) {
      try first.train(threads: 1, stop: stop) { if $0.fraction > 0.3 { stop.raise() } }
    }
    #expect(error?.kind == .interrupted)
    try first.writeCheckpoint(to: folder("checkpoint"))
    let second = try DocumentVectorTrainer(options: options, corpus: corpus)
    try second.resume(fromCheckpoint: folder("checkpoint"))
    #expect(second.position == first.position)
    try second.train(threads: 2)
    try plain.documentVectors().write(to: folder("a"))
    try second.documentVectors().write(to: folder("b"))
    #expect(try folder.bytes(of: "a") == folder.bytes(of: "b"))
    #expect(plain.epochLosses == second.epochLosses)

    var others = options
    others.dimension = 21
    let another = try DocumentVectorTrainer(options: others, corpus: corpus)
    #expect(throws: WordtoolError.self) {
      try another.resume(fromCheckpoint: folder("checkpoint"))
    }
    let fewer = try DocumentVectorTrainer(options: options, corpus: Self.corpus(2_999))
    #expect(throws: WordtoolError.self) { try fewer.resume(fromCheckpoint: folder("checkpoint")) }
  }

  @Test("lines of a file and texts in memory are the same documents")
  func corpora() throws {
    let folder = ScratchFolder()
    let lines = ["", "the king sat", "", "rare", "the king ran", "the end"]
    let path = try folder.write(lines.joined(separator: "\n") + "\n\n", to: "text")
    let limits = VocabularyLimits(minimumCount: 2)
    let file = try DocumentCorpus(
      linesOf: [path], reader: CorpusReader(limits: limits, threads: 2))
    let texts = try DocumentCorpus(texts: lines, limits: limits)
    #expect(file.names == ["2", "5", "6"] && texts.names == file.names)
    #expect(file.vocabulary == texts.vocabulary && file.vocabulary.words == ["the", "king"])
    #expect(file.text.ids.array == texts.text.ids.array)
    #expect(file.text.ids.array == [0, 1, -1, 0, 1, -1, 0, -1])
    #expect(file.emptyCount == 4 && texts.emptyCount == 3)
    #expect(texts.labels.isEmpty && texts.labels[1] == [])
  }

  @Test("mistakes are told by the property")
  func mistakes() throws {
    func told(_ part: String, _ body: () throws -> Void) {
      let error = #expect(throws: WordtoolError.self, performing: body)
      #expect(error?.description.contains(part) == true, "\(String(describing: error))")
    }
    let corpus = try Self.corpus(9)
    told("`trainsWords`") {
      var options = DocumentVectorOptions(model: .memory)
      options.trainsWords = true
      _ = try DocumentVectorTrainer(options: options, corpus: corpus)
    }
    told("`dimension`") {
      var options = DocumentVectorOptions()
      options.dimension = 0
      _ = try DocumentVectors.train(on: corpus, options: options)
    }
    told("`threads`") { _ = try DocumentVectors.train(on: corpus, threads: 0) }
    told("two documents called 'a'") {
      _ = try DocumentCorpus(texts: ["x y", "y z"], names: ["a", "a"])
    }
    told("1 names and 0 labels for 2 texts") {
      _ = try DocumentCorpus(texts: ["x y", "y z"], names: ["a"])
    }
    told("no word") {
      _ = try DocumentCorpus(texts: ["", "!"], limits: VocabularyLimits(minimumCount: 1))
    }
    told("value") {
      let model = try DocumentVectors.train(on: corpus)
      _ = try model.nearest(to: [1, 2])
    }
  }

  @Test("a label of a document that is not there traps")
  func places() async {
    await #expect(processExitsWith: .failure) {
      _ = DocumentLabels([["a"], ["b"]])[2]
    }
  }

  @Test("training suspends its caller")
  func asynchronous() async throws {
    let corpus = try Self.corpus(30)
    let options = Self.options(0)
    let model = try await DocumentVectors.train(on: corpus, options: options)
    func blocking() throws -> DocumentVectors {
      try DocumentVectors.train(on: corpus, options: options)
    }
    let other = try blocking()
    #expect(model.documents.vector(at: 7) == other.documents.vector(at: 7))
  }
}

/// What the trainers of documents give, to the last bit. A change here is deliberate, and CHANGELOG tells it.
@Suite("Pinned documents") struct PinnedDocumentTests {
  /// Results by kernels and threads are one: the rows of the tables, then the vector of a text.
  static let expected: [PinnedResult] = [
    PinnedResult(
      "7416836921c8427ac96c63133e3f7393f25383063ce89ad8e0da4faa36193313",
      [4.027330205815799, 4.040744125474463]),
    PinnedResult(
      "56b9c4ecf12ad187349f767c2e6ce780bf8c18284f2f3b1c55e1132a3d60ff39",
      [3.429216664676276, 2.2896202766023817]),
    PinnedResult(
      "a6df3ca46793df294d5bc71e10cebe8a9bab3fc886660e5604e3977e00aa739b",
      [3.40797363775307, 3.409211720716065]),
    PinnedResult(
      "877da20dab670b9fc768b98c46b535c8d82d71406f9dac86d3e76994b9fc7384",
      [5.6225634643720905, 4.008954189236882]),
    PinnedResult(
      "804096ee1cf6bd49967ed528054b63cbbe15d0e67853d7c4e1f7674b656ba294",
      [2.953500007536894, 1.7453302012270673]),
    PinnedResult(
      "b4505f8b9c4fb60944ab0d36ae2336f3a5fd12dd103a35bcf2ed2dd512a97ab7",
      [6.209227533090919, 4.251015626326779]),
  ]

  private static func run(
    _ options: DocumentVectorOptions, threads: Int, kernels: KernelTable
  ) throws -> PinnedResult {
    let corpus = try DocumentVectorTests.corpus(2_000)
    let trainer = try DocumentVectorTrainer(options: options, corpus: corpus, kernels: kernels)
    try trainer.train(threads: threads)
    let model = try trainer.documentVectors()
    var digest = SHA256()
    for document in 0..<model.count { digest.update(model.documents.vector(at: document)) }
    for word in 0..<(model.words?.count ?? 0) {
      if let words = model.words { digest.update(words.vector(at: word)) }
    }
    let text = "w0x1 w0x2 w1x1 w0x9"
    digest.update(
      try model.vectors(
        of: [text], epochs: nil, learningRate: nil, threads: 1, stop: StopFlag(), kernels: kernels
      )[0].values)
    return PinnedResult(digest.hexadecimal, trainer.epochLosses)
  }

  @Test("vectors of documents", arguments: DocumentVectorTests.models.indices)
  func documents(number: Int) throws {
    var options = DocumentVectorTests.options(number)
    options.dimension = 36
    options.epochs = 2
    options.subsampling = 0.01
    for threads in [1, 2] {
      for kernels in KernelTable.available {
        let result = try Self.run(options, threads: threads, kernels: kernels)
        #expect(
          result == Self.expected[number],
          "\(DocumentVectorTests.models[number].name), \(threads) threads, \(kernels.name)")
      }
    }
  }
}
