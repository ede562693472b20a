import Explorer
import Tokenize
import Word2Vec

/// GloVe, vectors of documents, and a page to look at.
func otherVectors(_ samples: Samples) async throws {
  let corpus = try CorpusReader().read([samples.text])
  var options = GloVeOptions()
  options.dimension = 20
  let glove = try await WordVectors.train(on: corpus, options: options)
  let page = try ExplorerPage(of: glove)
  try page.write(to: samples.path("words.html"))
  print("GloVe:", glove.count, "words, and as many on a page:", page.wordCount == glove.count)

  let documents = try DocumentCorpus(
    texts: Array(samples.lines.prefix(400)),
    labels: (0..<400).map { [$0 % 2 == 0 ? "sky" : "color"] })
  var documentOptions = DocumentVectorOptions()
  documentOptions.dimension = 20
  documentOptions.subsampling = 0
  let model = try await DocumentVectors.train(on: documents, options: documentOptions)
  try model.write(to: samples.path("documents.safetensors"))
  let read = try DocumentVectors(contentsOf: samples.path("documents.safetensors"))
  let question = try read.vector(of: "blue red green grey")
  print("nearest document:", try read.nearest(to: question.values, count: 1)[0].labels)
}
