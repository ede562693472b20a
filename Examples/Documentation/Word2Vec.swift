// The examples of Word2Vec.docc, by Scripts/docc.sh --examples.

import Tokenize
import Word2Vec

func exampleWord2Vec1() throws {
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

func exampleWord2Vec2() throws {
  // A model of fastText: words that it never saw have vectors too.
  let vectors = try WordVectors(contentsOf: "cc.sv.300.bin")
  let query = try vectors.query(["Stockholmare"])
  print(try vectors.neighbors(of: [query])[0].map(\.word))
  try vectors.write(to: "sv.safetensors")
}

func exampleWord2Vec3() throws {
  let vectors = try WordVectors(contentsOf: "notes.safetensors")
  let encoder = try SentenceEncoder(vectors)
  let index = try SentenceIndex(of: ["the sun rises", "prices rise again"], encoder: encoder)
  print(try index.nearest(to: ["the moon sets"])[0].map(\.index))

  let corpus = try DocumentCorpus(linesOf: ["letters.txt"])
  let letters = try DocumentVectors.train(on: corpus)
  let vector = try letters.vector(of: "dear grandmother").values
  print(try letters.nearest(to: vector, count: 3).map(\.name))
}
