// The examples of Word2Vec.docc, by Scripts/docc.sh --examples.

import Tokenize
import Word2Vec
import WordtoolCore

func exampleWord2Vec1() throws {
  let vectors = try WordVectors(contentsOf: "vectors.safetensors")
  let questions = try AnalogyQuestions(contentsOf: "questions-words.txt")
  let found = try vectors.evaluateAnalogies(questions, limit: 30_000)
  for section in found.sections {
    print(section.name, section.tally.accuracy ?? 0, "of", section.tally.asked)
  }
  print(found.total.accuracyAll ?? 0, found.total.interval ?? 0...1)

  let pairs = try SimilarityPairs(contentsOf: "EN-WS-353-ALL.txt")
  let likeness = try vectors.evaluateSimilarity(pairs)
  print(likeness.spearman ?? 0, "over", likeness.pairs, "pairs, missing", likeness.missing)
}

func exampleWord2Vec2() throws {
  let vectors = try WordVectors(contentsOf: "vectors.safetensors")
  var options = CompressionOptions(encoding: .int8)
  options.most = 100_000
  let small = try vectors.compressed(options).vectors
  try small.write(to: "small.safetensors")

  let index = try ApproximateIndex(of: small)
  try index.write(to: "small.index")
  var quick = small
  try quick.searchApproximately(by: index)
  print(try quick.neighbors(of: "sweden").map(\.word))
}

func exampleWord2Vec3() throws {
  let corpus = try CorpusReader(limits: .init(minimumCount: 5)).read(["notes/", "letters.txt.gz"])
  var options = WordVectorOptions()
  options.dimension = 200
  options.windowRadius = 8
  options.epochs = WordVectorOptions.epochs(forWords: corpus.ids.tokenCount)

  let stop = StopFlag()  // raise it from another thread to end early
  let vectors = try WordVectors.train(on: corpus, options: options, stop: stop) { moment in
    print("\(Int(moment.fraction * 100)) %, loss \(moment.loss ?? 0)")
  }
  try vectors.write(to: "notes.safetensors")
}

func exampleWord2Vec4() throws {
  let corpus = try CorpusReader().read(["wiki/"])
  var options = WordVectorOptions()
  options.replicas = 4
  let vectors = try WordVectors.train(on: corpus, options: options, threads: 8)
  print(vectors.count)
}

func exampleWord2Vec5() throws {
  let whole = try CorpusReader(limits: .init(minimumCount: 1)).read(["notes/"])
  let phrases = try PhraseModel.train(on: whole)
  let joined = try phrases.join(whole, limits: .init(minimumCount: 5))
  let vectors = try WordVectors.train(on: joined)
  print(phrases.phrases.prefix(3).map(\.words), vectors.count)
}

func exampleWord2Vec6() throws {
  let corpus = try CorpusReader().read(["notes/"])
  let vectors = try WordVectors.train(on: corpus)  // in a task: try await

  for neighbor in try vectors.neighbors(of: "sweden", count: 5) {
    print(neighbor.word, neighbor.similarity)
  }
  for answer in try vectors.analogy("king", minus: "man", plus: "woman") {
    print(answer.word, answer.similarity)
  }
  try vectors.write(to: "notes.safetensors")
}

func exampleWord2Vec7() throws {
  // A model of fastText: words that it never saw have vectors too.
  let vectors = try WordVectors(contentsOf: "cc.sv.300.bin")
  let query = try vectors.query(["Stockholmare"])
  print(try vectors.neighbors(of: [query])[0].map(\.word))
  try vectors.write(to: "sv.safetensors")
}

func exampleWord2Vec8() throws {
  let vectors = try WordVectors(contentsOf: "notes.safetensors")
  let encoder = try SentenceEncoder(vectors)
  let index = try SentenceIndex(of: ["the sun rises", "prices rise again"], encoder: encoder)
  print(try index.nearest(to: ["the moon sets"])[0].map(\.index))

  let corpus = try DocumentCorpus(linesOf: ["letters.txt"])
  let letters = try DocumentVectors.train(on: corpus)
  let vector = try letters.vector(of: "dear grandmother").values
  print(try letters.nearest(to: vector, count: 3).map(\.name))
}
