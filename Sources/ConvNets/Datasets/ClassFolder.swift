import WordtoolCore

/// A folder with one folder of images per class, or with `train` and `test` folders of such.
enum ClassFolder {
  private static let suffixes = ["png", "jpg", "jpeg", "jpe", "jfif", "pgm", "ppm", "pnm"]

  /// Whether a file is an image: its name says so, or else its content.
  static func isImage(at path: String) -> Bool {
    if isImage(path) { return true }
    guard let start = try? ImageBytes.first(16, of: path) else { return false }
    return ImageFormat(sniffing: start) != nil
  }

  /// What is said of files that are no images.
  static let noImage = "no PNG, JPEG or PNM image"

  /// Whether a name says that the file is an image.
  static func isImage(_ name: String) -> Bool {
    let lower = name.lowercased()
    let stem = lower.hasSuffix(".gz") ? String(lower.dropLast(3)) : lower
    return suffixes.contains { stem.hasSuffix("." + $0) }
  }

  /// The folders that mean a part, the first that is there counts.
  private static func folders(of part: ImageDataset.Part) -> [String] {
    switch part {
    case .train: ["train", "training"]
    case .test: ["test", "testing", "val", "valid", "validation"]
    }
  }

  /// Reads the names, not the images. What is no image is passed over and told.
  ///
  /// - Parameters:
  ///   - names: paths below `folder`, in the order of their bytes.
  ///   - part: which of `train` and `test` to take, where the folder has them.
  ///   - classNames: the classes a model knows; without, the names of the folders, sorted.
  static func dataset(
    _ names: [String], folder: String, part: ImageDataset.Part, classNames: [String]?
  ) throws -> ImageDataset {
    let all = names.map { $0.split(separator: "/").map(String.init) }
    var paths: [[String]] = []
    var leftOut: [InputFiles.LeftOut] = []
    for (name, parts) in zip(names, all) {
      if isImage(at: folder + "/" + name) {
        paths.append(parts)
      } else {
        leftOut.append(.init(path: folder + "/" + name, reason: noImage))
      }
    }
    let tops = Set(paths.compactMap { $0.count > 2 ? $0[0] : nil })
    if folders(of: .train).contains(where: tops.contains) {
      guard let top = folders(of: part).first(where: tops.contains) else {
        throw WordtoolError(
          .noSuchInput, path: folder, found: "no folder of images to \(part.rawValue)",
          expected: folders(of: part).joined(separator: " or "))
      }
      func below(_ paths: [[String]]) -> [[String]] {
        paths.filter { $0[0] == top && $0.count > 2 }.map { Array($0.dropFirst()) }
      }
      return try dataset(
        below(paths), of: below(all), below: folder + "/" + top, leftOut: leftOut,
        classNames: classNames)
    }
    guard part == .train else {
      throw WordtoolError(
        .noSuchInput, path: folder, found: "no folder of images to test",
        expected: "folders train and test, each with a folder per class")
    }
    return try dataset(
      paths, of: all, below: folder, leftOut: leftOut, classNames: classNames)
  }

  private static func dataset(
    _ paths: [[String]], of all: [[String]], below folder: String,
    leftOut: [InputFiles.LeftOut], classNames: [String]?
  ) throws -> ImageDataset {
    let labelled = paths.filter { $0.count > 1 }
    guard !labelled.isEmpty else {
      throw WordtoolError(
        .noSuchInput, path: folder, found: "no images in folders",
        expected: "an IDX, CIFAR-10 or optdigits set, or one folder of images per class")
    }
    let found = Set(labelled.map { $0[0] }).sorted {
      $0.utf8.lexicographicallyPrecedes($1.utf8)
    }
    let names = classNames ?? found
    let numbers = Dictionary(
      zip(names, names.indices).map { ($0, Int32($1)) }, uniquingKeysWith: { first, _ in first })
    if let unknown = found.first(where: { numbers[$0] == nil }) {
      throw WordtoolError(
        .badData, path: folder + "/" + unknown, found: "the unknown class '\(unknown)'",
        expected: "one of \(names.joined(separator: ", "))")
    }
    var set = ImageDataset(
      path: folder, classNames: names, labels: labelled.map { numbers[$0[0], default: 0] },
      shape: nil, storage: .files(labelled.map { folder + "/" + $0.joined(separator: "/") }))
    let bare = Set(all.filter { $0.count > 1 }.map { $0[0] }).subtracting(found).sorted()
    set.leftOut =
      leftOut
      + paths.filter { $0.count == 1 }.map {
        .init(path: folder + "/" + $0[0], reason: "an image outside of the folders of classes")
      }
      + bare.map { .init(path: folder + "/" + $0, reason: "a class without an image") }
    return set
  }
}
