import Networks
import SeqModels
import Tokenize
import WordtoolCore

func languageModels(_ samples: Samples) async throws {
  let counted = try await NGramModel.train(on: [samples.text])
  try counted.write(to: samples.path("model.arpa"))
  let before = try counted.perplexity(of: [samples.text]).perplexity
  let after = try NGramModel(contentsOf: samples.path("model.arpa"))
    .perplexity(of: [samples.text]).perplexity
  print("n-grams read back within a thousandth:", abs(before / after - 1) < 1e-3)

  var options = NeuralOptions()
  options.recurrent.hidden = 16
  options.embedding = 16
  var training = NeuralTrainingOptions()
  training.epochs = 1
  let network = try await NeuralLanguageModel.train(
    on: [samples.text], options: options, training: training)
  try network.write(to: samples.path("model.lm"))
  let read = try NeuralLanguageModel(contentsOf: samples.path("model.lm"))
  let prompt = "sun moon"
  print(
    "an LSTM read back writes the same:",
    try network.generate(prompt: prompt, length: 10).text
      == read.generate(prompt: prompt, length: 10).text)
}

func classifiers(_ samples: Samples) async throws {
  let text = samples.labelled
  var recurrent = SequenceTrainingOptions()
  recurrent.recurrent.hidden = 8
  recurrent.embedding = 8
  recurrent.epochs = 10
  recurrent.learningRate = 0.01
  var averaged = FastTextOptions()
  averaged.dimension = 8
  let models = [
    try await TextClassifier.train(on: text, options: LinearClassifierOptions()),
    try await TextClassifier.train(on: text, options: averaged),
    try await TextClassifier.train(on: text, options: recurrent),
  ]
  for model in models {
    try model.write(to: samples.path("classifier"))
    let read = try TextClassifier(contentsOf: samples.path("classifier"))
    let answer = try read.predictions(for: "moon sky star")
    print("\(read.modelName): \(answer[0].label)")
  }
  let tagger = try await SequenceTagger.train(on: samples.tagged, options: recurrent)
  try tagger.write(to: samples.path("tagger"))
  let read = try SequenceTagger(contentsOf: samples.path("tagger"))
  print("tags:", try read.tags(for: [["red", "blue"]])[0])
}
