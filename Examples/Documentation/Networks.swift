// The examples of Networks.docc, by Scripts/docc.sh --examples.

import ConvNets
import Networks
import SeqModels

func exampleNetworks1() throws {
  var text = NeuralTrainingOptions()
  text.optimizer.method = .sgd
  text.optimizer.clipNorm = 5
  text.learningRate = 1
  text.schedule = .plateau
  text.decay = 4
  try text.validate()  // names the property that is out of range

  var images = ImageTrainingOptions()
  images.optimizer.method = .sgd
  images.optimizer.momentum = 0.9
  images.optimizer.isNesterov = true
  images.optimizer.weightDecay = 5e-4
  images.learningRate = 0.1
  images.schedule = .cosine
  images.warmup = 200
  try images.validate()
  print(text.optimizer, images.optimizer)
}

func exampleNetworks2() throws {
  func tell(_ report: NeuralTrainer.Report) {
    print(report.epoch, report.steps, report.loss, report.learningRate, report.gradientNorm)
    print(report.tokens, "tokens,", report.validPerplexity ?? 0)
  }
  tell(NeuralTrainer.Report(NeuralTrainer.Measured()))
}

func exampleNetworks3() throws {
  var training = NeuralTrainingOptions()
  training.optimizer.method = .adam
  training.optimizer.clipNorm = 5
  training.learningRate = 0.002
  try training.validate()
}
