// The examples of SeqModels.docc, by Scripts/docc.sh --examples.

import SeqModels

func exampleSeqModels1() throws {
  let train = try LabelledText(contentsOf: "train.tsv")
  let model = try TextClassifier.train(on: train, options: LinearClassifierOptions())
  try model.write(to: "reviews.model")

  let report = try model.evaluate(LabelledText(contentsOf: "test.tsv"))
  for label in report.labels {
    print(label.name, label.precision ?? 0, label.recall ?? 0, label.f1)
  }
  for guess in try model.predictions(for: "a film to remember", count: 2) {
    print(guess.label, guess.probability)
  }
}

func exampleSeqModels2() throws {
  var tagged = TaggedText()
  try tagged.append(contentsOf: "train.tags")
  let tagger = try SequenceTagger.train(on: tagged, options: SequenceTrainingOptions())
  print(try tagger.tags(for: [["the", "old", "man"]])[0])
}

func exampleSeqModels3() throws {
  try NeuralLanguageModel(contentsOf: "words.lm").writeONNX(to: "words.onnx")
  try TextClassifier(contentsOf: "reviews.model").writeONNX(to: "reviews.onnx")
  try SequenceTagger(contentsOf: "tags.model").writeONNX(to: "tags.onnx")
}

func exampleSeqModels4() throws {
  let model = try NGramModel(contentsOf: "words.lm")
  try model.write(to: "words.arpa")  // KenLM reads it
  print(model.order, model.vocabularyCount)
}

func exampleSeqModels5() throws {
  let network = try SmallRecurrentNetwork(unitCount: 2, seed: 1)
  let steps = try ExplainedBackpropagation(
    through: network, inputs: [1, 0, 0, 0], targets: [nil, nil, nil, 1])
  print("the loss of the last step is", steps.loss)
}

func exampleSeqModels6() throws {
  let counted = try NGramModel.train(on: ["train.txt"])
  var options = NeuralOptions()
  options.recurrent.hidden = 200
  let network = try NeuralLanguageModel.train(
    on: ["train.txt"], options: options, valid: ["valid.txt"])
  for model: any LanguageModel in [counted, network] {
    print(try model.perplexity(of: ["test.txt"]).perplexity)
  }
}

func exampleSeqModels7() throws {
  let counted = try NGramModel(contentsOf: "words.arpa")
  let network = try NeuralLanguageModel(contentsOf: "words.lm")
  let tuning = try MixtureModel([counted, network]).tuned(on: ["valid.txt"])
  print(tuning.mixture.weights, try tuning.mixture.perplexity(of: ["test.txt"]).perplexity)
}

func exampleSeqModels8() throws {
  let model = try NeuralLanguageModel(contentsOf: "plays.lm")
  var sampling = SamplingOptions()
  sampling.temperature = 0.8
  sampling.topP = 0.95
  print(try model.generate(prompt: "to be", length: 60, options: sampling).text)
  for found in try model.beamSearch(prompt: "to be", length: 20, width: 8, count: 3) {
    print(found.text)
  }
}

func exampleSeqModels9() throws {
  let counted = try NGramModel.train(on: ["notes/"])  // in a task: try await
  print(try counted.perplexity(of: ["held-out.txt"]).perplexity)
  try counted.write(to: "notes.arpa")

  var options = NeuralOptions()
  options.recurrent.hidden = 256
  let network = try NeuralLanguageModel.train(
    on: ["notes/"], options: options, valid: ["held-out.txt"])
  print(try network.generate(prompt: "once upon", length: 50).text)

  let reviews = try LabelledText(contentsOf: "reviews.tsv")
  let classifier = try TextClassifier.train(on: reviews, options: LinearClassifierOptions())
  print(try classifier.predictions(for: "a wonderful film")[0].label)
  print(classifier.training?.epochs ?? 0, "epochs")
}
