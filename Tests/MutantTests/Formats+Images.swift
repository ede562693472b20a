import ConvNets
import TestSupport
import WordtoolCore

extension MutantFormat {
  private static let shape = ImageShape(height: 7, width: 6, channels: 1)

  /// An image of made-up values.
  private static func image(_ shape: ImageShape = shape, seed: Int = 1) -> Image {
    Image(
      shape: shape,
      interleaved: (0..<shape.valueCount).map { UInt8(truncatingIfNeeded: $0 * seed * 29) })
  }

  private static let fixtures =
    #filePath.split(separator: "/").dropLast(2).map { "/" + $0 }.joined()
    + "/ConvNetsTests/Fixtures/"

  private static func ask(_ image: Image) -> [Double] {
    image.values.prefix(400).map(Double.init) + [Double(image.shape.valueCount)]
  }

  // MARK: Images

  private static func picture(
    _ name: String, layout: Mutator.Layout, cost: Int = 2,
    _ file: @escaping @Sendable () throws -> [UInt8]
  ) -> MutantFormat {
    MutantFormat(
      name: "image \(name)", layout: layout, cost: cost,
      readers: [
        "Image.init(contentsOf:channels:)", "Image.init(decoding:path:channels:)",
        "ImageFormat.images(_:)",
      ]
    ) { _ in
      Sample(file: try file()) {
        guard try ImageFormat.images([$0]).files == [$0] else { throw WrongAnswer() }
        let image = try Image(contentsOf: $0)
        guard image.channels == 1 || image.channels == 3,
          image.values.allSatisfy({ (0...1).contains($0) })
        else { throw WrongAnswer() }
        return ask(image)
      }
    }
  }

  static let images: [MutantFormat] =
    ["grey.png", "rgb.png", "deep.png", "palette.png", "bits.png", "alpha.png"].map { name in
      picture(name, layout: .png) { TestFiles.readBytes(fixtures + name) ?? [] }
    }
    + ["grey.jpg", "rgb.jpg", "progressive.jpg", "optimal-444.jpg"].map { name in
      picture(name, layout: .binary, cost: 4) { TestFiles.readBytes(fixtures + name) ?? [] }
    }
    + ["rgb.ppm", "grey.pgm"].map { name in
      picture(name, layout: .binary) { TestFiles.readBytes(fixtures + name) ?? [] }
    }
    + [
      picture("ppm in text", layout: .text) {
        Array("P3\n# x\n2 2\n255\n1 2 3 4 5 6\n7 8 9 10 11 12\n".utf8)
      },
      picture("pgm, gzip", layout: .gzip(.binary)) { try image().encoded(as: .pnm) },
    ]
    + [
      MutantFormat(
        name: "image kernel", layout: .text, readers: ["ImageKernel.init(contentsOf:)"]
      ) { _ in
        Sample(file: Array("# blur\n1/9 1/9 1/9\n0.5, -2e-1 3\n1 2 3\n".utf8)) {
          ask(try ImageFilter(ImageKernel(contentsOf: $0)).apply(to: image()))
        }
      },
      MutantFormat(
        name: "list of layers", layout: .text, cost: 5,
        readers: ["LayerList.init(parsing:)"]
      ) { _ in
        let text =
          "conv 6 3x3 stride 1 pad 1, bn, relu, max-pool 2, dropout 0.1, flatten, fc classes"
        return Sample(file: Array(text.utf8)) {
          let text = String(decoding: TestFiles.readBytes($0) ?? [], as: UTF8.self)
          let graph = try LayerList(parsing: text).graph(input: shape, classes: 3)
          return [Double(graph.parameterCount)]
        }
      },
      MutantFormat(
        name: "list of augmentations", layout: .text, cost: 5,
        readers: ["Augmentation.init(parsing:)", "AugmentationStep.init(parsing:)"]
      ) { _ in
        let text = "rotation=15,shift=0.1,zoom=0.2,horizontal-flip,crop=5x5+2,mixup=0.2"
        return Sample(file: Array(text.utf8)) {
          let text = String(decoding: TestFiles.readBytes($0) ?? [], as: UTF8.self)
          return [Double(try Augmentation(parsing: text).steps.count)]
        }
      },
    ]

  // MARK: Sets

  private static func bigEndian(_ value: Int) -> [UInt8] {
    (0..<4).map { UInt8(truncatingIfNeeded: value >> (24 - 8 * $0)) }
  }

  private static let idxImages: [UInt8] =
    [0, 0, 8, 3] + [9, 7, 6].flatMap(bigEndian) + (0..<9 * 42).map { UInt8($0 * 7 % 256) }
  private static let idxLabels: [UInt8] =
    [0, 0, 8, 1] + bigEndian(9) + (0..<9).map { UInt8($0 % 3) }

  /// A set of nine images in three classes.
  static func set(in folder: ScratchFolder) throws -> ImageDataset {
    let path = try folder.write(idxImages, to: "train-images-idx3-ubyte")
    try folder.write(idxLabels, to: "train-labels-idx1-ubyte")
    return try ImageDataset(contentsOf: path)
  }

  private static func ask(_ set: ImageDataset) throws -> [Double] {
    guard set.count > 0 else { return [] }
    return ask(try set.image(at: set.count - 1)) + set.labels.prefix(5).map(Double.init)
  }

  private static let setReaders = [
    "ImageDataset.init(contentsOf:part:classNames:)", "ImageDataset.isSet(contentsOf:)",
  ]

  static let imageSets: [MutantFormat] = [
    MutantFormat(name: "IDX images", suffix: "-images-idx3-ubyte", cost: 2, readers: setReaders) {
      folder in
      try folder.write(idxLabels, to: "mutant-labels-idx1-ubyte")
      return Sample(file: idxImages) {
        _ = try ImageDataset.isSet(contentsOf: $0)
        return try ask(ImageDataset(contentsOf: $0))
      }
    },
    MutantFormat(name: "IDX labels", suffix: "-labels-idx1-ubyte", cost: 2, readers: setReaders) {
      folder in
      let images = try folder.write(idxImages, to: "mutant-images-idx3-ubyte")
      return Sample(file: idxLabels) { _ in
        try ask(ImageDataset(evaluating: images, classNames: ["0", "1", "2"]))
      }
    },
    MutantFormat(name: "CIFAR-10", suffix: ".bin", cost: 5, readers: setReaders) { _ in
      let record = (0..<3072).map { UInt8($0 * 5 % 256) }
      return Sample(file: [3] + record + [7] + record) { try ask(ImageDataset(contentsOf: $0)) }
    },
    MutantFormat(
      name: "optdigits", suffix: ".tra", layout: .text, cost: 5,
      readers: setReaders + ["ImageDataset.init(evaluating:classNames:)"]
    ) { _ in
      let row = (0..<64).map { String($0 % 17) }.joined(separator: ",")
      return Sample(file: Array("\(row),7\n\(row),0\n".utf8)) {
        try ask(ImageDataset(contentsOf: $0))
      }
    },
  ]

  // MARK: Models

  private static let network =
    "conv 2 3x3 pad 1, bn, relu, max-pool 2, dropout 0.1, flatten, fc classes"

  private static func trained(
    _ folder: ScratchFolder, whitening: ZCAWhitening? = nil
  ) throws -> ImageModel {
    var training = ImageTrainingOptions()
    training.epochs = 1
    let set = try set(in: folder)
    return try ImageTrainer(
      description(set), training: training, set: set, whitening: whitening, threads: 1
    ).train()
  }

  static func description(_ set: ImageDataset) throws -> ImageModelDescription {
    try ImageModelDescription(
      architecture: network, inputShape: shape, classNames: set.classNames)
  }

  static let imageModels: [MutantFormat] =
    [false, true].map { isWhitened in
      MutantFormat(
        name: "image model" + (isWhitened ? " with whitening" : ""), layout: .safetensors, cost: 20,
        readers: [
          "ImageModel.init(contentsOf:inputSize:threads:)",
          "ImageModelDescription.init(contentsOf:)",
        ]
      ) { folder in
        let whitening = isWhitened ? try ZCAWhitening(fitting: set(in: folder)) : nil
        try trained(folder, whitening: whitening).write(to: folder("model"))
        return Sample(file: try folder.bytes(of: "model")) {
          _ = try ImageModelDescription(contentsOf: $0)
          return try ImageModel(contentsOf: $0).classify([image()]).flatMap { $0 }.map(Double.init)
        }
      }
    } + [
      MutantFormat(
        name: "image weights", layout: .safetensors, cost: 20,
        readers: [
          "ImageModel.init(weights:architecture:inputShape:classNames:preprocessing:threads:)"
        ]
      ) { folder in
        try trained(folder).write(to: folder("model"))
        var parts = SafetensorsParts(try folder.bytes(of: "model"))
        parts?.metadata = []
        return Sample(file: parts?.file ?? []) {
          let model = try ImageModel(weights: $0, architecture: network, inputShape: shape)
          return try model.classify([image()]).flatMap { $0 }.map(Double.init)
        }
      },
      MutantFormat(
        name: "whitening", layout: .safetensors, cost: 10,
        readers: ["ZCAWhitening.init(contentsOf:)"]
      ) { folder in
        try ZCAWhitening(fitting: set(in: folder)).write(to: folder("zca"))
        return Sample(file: try folder.bytes(of: "zca")) {
          ask(try ZCAWhitening(contentsOf: $0).apply(to: image()))
        }
      },
      MutantFormat(
        name: "whitening of patches", layout: .safetensors, cost: 5,
        readers: ["ZCAWhitening.init(contentsOf:)"]
      ) { folder in
        let options = ZCAWhitening.Options(region: .patch(size: 3), patchCount: 60)
        try ZCAWhitening(fitting: set(in: folder), options: options).write(to: folder("zca"))
        return Sample(file: try folder.bytes(of: "zca")) {
          let whitening = try ZCAWhitening(contentsOf: $0)
          return ask(try whitening.apply(to: image())) + whitening.variances
        }
      },
    ]
}
