// The examples of Networks.docc, by Scripts/docc.sh --examples.

import Networks
import SeqModels

func exampleNetworks1() throws {
  var training = NeuralTrainingOptions()
  training.optimizer.method = .adam
  training.optimizer.clipNorm = 5
  training.learningRate = 0.002
  try training.validate()
}
