// The examples of Embedding.docc, by Scripts/docc.sh --examples.

import Embedding
import Tokenize
import Word2Vec
import WordtoolCore

func exampleEmbedding1() throws {
  let corpus = try CorpusReader().read(["notes/"])
  let trainer = try WordVectorTrainer(options: WordVectorOptions(), vocabulary: corpus.vocabulary)
  let pause = TrainingPause(every: .seconds(300)) {
    try trainer.writeCheckpoint(to: "notes.checkpoint", corpus: corpus)
  }
  try trainer.train(on: corpus.ids, pausing: pause)
  print(trainer.position.epoch, trainer.epochLosses)
}

func exampleEmbedding2() throws {
  let corpus = try CorpusReader().read(["notes/"])
  let trainer = try WordVectorTrainer(options: WordVectorOptions(), vocabulary: corpus.vocabulary)
  let stop = StopFlag()  // raise it from another thread to end early
  let pause = TrainingPause(every: .seconds(60)) {
    try trainer.writeCheckpoint(to: "notes.checkpoint", corpus: corpus)
  }
  do {
    try trainer.train(on: corpus.ids, stop: stop, pausing: pause)
  } catch let error as WordtoolError where error.kind == .interrupted {
    try trainer.writeCheckpoint(to: "notes.checkpoint", corpus: corpus)
    print("stopped in epoch", trainer.position.epoch, "at chunk", trainer.position.chunk)
  }
}
