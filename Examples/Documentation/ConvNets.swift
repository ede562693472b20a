// The examples of ConvNets.docc, by Scripts/docc.sh --examples.

import ConvNets

func exampleConvNets1() throws {
  let set = try ImageDataset(contentsOf: "digits/")
  var preprocessing = ImagePreprocessing()
  try preprocessing.learn(.feature, from: set)
  let description = try ImageModelDescription(
    architecture: "conv 16 3x3, relu, max-pool 2, flatten, fc classes",
    inputShape: ImageShape(height: 28, width: 28, channels: 1), classNames: set.classNames,
    preprocessing: preprocessing)
  let model = try ImageModel.train(on: set, description: description)  // in a task: try await
  try model.write(to: "digits.safetensors")

  let image = try Image(contentsOf: "seven.png", channels: 1)
  print(try model.classify([image])[0])
}

func exampleConvNets2() throws {
  let set = try ImageDataset(contentsOf: "train/")
  let description = try ImageModelDescription(
    architecture: "lenet-5", inputShape: ImageShape(height: 28, width: 28, channels: 1),
    classNames: set.classNames)
  var training = ImageTrainingOptions()
  training.epochs = 12
  let model = try ImageModel.train(on: set, description: description, training: training)
  print(try model.evaluate(ImageDataset(contentsOf: "test/")).accuracy)
  try model.write(to: "digits.model")
}

func exampleConvNets3() throws {
  let graph = try Architecture("resnet-18").graph(
    input: ImageShape(height: 224, width: 224, channels: 3), classes: 1000)
  let summary = NetworkSummary(graph)
  print(summary.parameterCount, "parameters,", summary.multiplyAdds, "multiply-adds")

  let model = try ImageModel(contentsOf: "digits.model")
  let seven = try Image(contentsOf: "seven.png", channels: 1)
  let label = try model.label(ofClass: "7")
  let odds = try model.occlusionMap(of: seven, label: label, window: 5, stride: 1)
  print(odds.shape, try model.saliency(of: seven, label: label).shape)
}

func exampleConvNets4() throws {
  let photo = try Image(contentsOf: "photo.jpg", channels: 1)
  if let sobel = ImageKernel(named: "sobel-x") {
    try ImageFilter(sobel).apply(to: photo).write(to: "edges.png")
  }
  let small = photo.resized(height: 32, width: 32)
  print(small.shape)

  let set = try ImageDataset(contentsOf: "digits/")
  let whitening = try ZCAWhitening(fitting: set)
  print("how far from white:", try whitening.deviation(on: set))
  try whitening.write(to: "whitening.safetensors")
}
