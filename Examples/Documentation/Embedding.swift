// The examples of Embedding.docc, by Scripts/docc.sh --examples.

import Embedding
import Tokenize
import Word2Vec

func exampleEmbedding1() throws {
  let corpus = try CorpusReader().read(["notes/"])
  let trainer = try WordVectorTrainer(options: WordVectorOptions(), vocabulary: corpus.vocabulary)
  let pause = TrainingPause(every: .seconds(300)) {
    try trainer.writeCheckpoint(to: "notes.checkpoint", corpus: corpus)
  }
  try trainer.train(on: corpus.ids, pausing: pause)
  print(trainer.position.epoch, trainer.epochLosses)
}
