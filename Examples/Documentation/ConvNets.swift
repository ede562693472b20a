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
