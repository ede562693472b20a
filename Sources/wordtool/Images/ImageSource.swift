import ConvNets
import WordtoolCore

/// What an argument that may be one image or a set stands for.
struct ImageSource {
  /// The set; nil for one image.
  let dataset: ImageDataset?
  private let single: Image?
  private let path: String

  /// Opens a set, or reads the image.
  init(_ path: String, part: ImageDataset.Part) throws {
    self.path = path
    let isSet =
      try path != "-"
      && (InputFiles.expand([path]) != [path] || ImageDataset.isSet(contentsOf: path))
    dataset = isSet ? try ImageDataset(contentsOf: path, part: part) : nil
    single =
      isSet
      ? nil
      : try FileKind.reading(path, as: .image, .idxImages, .cifar, .optdigits) {
        try Image(contentsOf: path)
      }
  }

  /// How many images there are.
  var count: Int { dataset?.count ?? 1 }

  /// One of them, from `index` 0 on.
  ///
  /// - Throws: `WordtoolError` of kind `usage` when there are not so many.
  func image(at index: Int) throws -> Image {
    guard (0..<count).contains(index) else {
      throw WordtoolError(
        .usage, path: path, found: "--index \(index)",
        expected: dataset == nil
          ? "0: the file is one image" : "0 to \(count - 1), the images of the set")
    }
    if let single { return single }
    guard let dataset else { preconditionFailure("neither a set nor an image") }
    return try dataset.image(at: index)
  }

  /// The name of one of them, for messages.
  func name(at index: Int) -> String { dataset?.name(at: index) ?? path }

  /// The name of its class, where there is one.
  func label(at index: Int) -> String? { dataset.map { $0.classNames[Int($0.labels[index])] } }
}
