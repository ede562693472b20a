import Corpora
import Tokenize
import Word2Vec
import WordtoolCore

func wordVectors(_ samples: Samples) async throws {
  let options = {
    var options = WordVectorOptions()
    options.dimension = 20
    options.subsampling = 0  // the text is small: every occurrence counts
    return options
  }()
  let corpus = try CorpusReader().read([samples.text])

  // Progress comes as an asynchronous sequence, read while the training runs.
  let moments = TrainingMoments()
  async let trained = WordVectors.train(on: corpus, options: options, progress: moments)
  var last: TrainingProgress?
  for await moment in moments { last = moment }
  let vectors = try await trained
  print("trained: \(vectors.count) words, done \(last?.fraction == 1)")
  print("near sun:", try vectors.neighbors(of: "sun", count: 3).map(\.word).sorted())
  print("a vector has", vectors["moon"]?.count ?? 0, "values; nothing:", vectors["nothing"] == nil)

  // A cancelled task ends its training.
  var long = options
  long.epochs = 1_000_000
  let task = Task { [long] in try await WordVectors.train(on: corpus, options: long) }
  task.cancel()
  do {
    _ = try await task.value
    print("was not cancelled")
  } catch is CancellationError {
    print("cancelled")
  }

  // Errors have a type, a kind, a place and a remedy.
  do {
    _ = try await WordVectors(contentsOf: samples.path("none.vec"))
  } catch let error as WordtoolError {
    print("an error of kind \(error.kind), about a path: \(error.path != nil)")
  }
  do {
    var wrong = options
    wrong.dimension = 0
    try wrong.validate()
  } catch let error as WordtoolError {
    print("refused:", error.description)
  }

  try vectors.write(to: samples.path("vectors.safetensors"))
  let read = try await WordVectors(contentsOf: samples.path("vectors.safetensors"))
  print(
    "read back the same:", read.words.elementsEqual(vectors.words) && read["sun"] == vectors["sun"])

  let shipped = try WordVectors.shipped()
  let answers = try shipped.analogy("king", minus: "man", plus: "woman", count: 3)
  print("queen among the first three:", answers.contains { $0.word == "queen" })
}
