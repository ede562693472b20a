// The examples of SeqModels.docc, by Scripts/docc.sh --examples.

import SeqModels

func exampleSeqModels1() throws {
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
