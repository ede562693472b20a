import ConvNets
import Encoders
import Subword

func images(_ samples: Samples) async throws {
  let set = try ImageDataset(contentsOf: samples.images)
  let description = try ImageModelDescription(
    architecture: "fully-connected=8",
    inputShape: ImageShape(height: 8, width: 8, channels: 1), classNames: set.classNames)
  var training = ImageTrainingOptions()
  training.epochs = 20
  let model = try await ImageModel.train(on: set, description: description, training: training)
  try model.write(to: samples.path("image-model"))
  let read = try ImageModel(contentsOf: samples.path("image-model"))
  print("images:", read.classNames, "accuracy", try read.evaluate(set).accuracy)
}

func encoders(_ samples: Samples) async throws {
  let pieces = try await BytePairEncoding.train(
    on: samples.lines, options: BytePairTrainingOptions(vocabularySize: 280))
  try pieces.write(to: samples.path("tokenizer.json"))
  let read = try BytePairEncoding(contentsOf: samples.path("tokenizer.json"))
  let ids = read.encode("moon and stars")
  print("byte pairs there and back:", String(decoding: try read.decode(ids), as: UTF8.self))

  let (bag, counts) = try BagOfWords.fitTransform(Documents(samples.lines))
  try bag.write(to: samples.path("bag"))
  let again = try BagOfWords(contentsOf: samples.path("bag"))
  print("a bag of \(again.featureCount) words, \(counts.rowCount) rows")
}
