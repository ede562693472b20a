import WordtoolCore

extension ImageDataset {
  /// Folders that mean a part of a set.
  private static let partFolders: Set<String> = [
    "train", "training", "test", "testing", "val", "valid", "validation",
  ]

  /// Opens the images to judge a model by: the test part of a folder that has parts, otherwise all
  /// images of the file or folder.
  ///
  /// - Parameters:
  ///   - path: as for ``init(contentsOf:part:classNames:)``.
  ///   - classNames: the classes that the model knows.
  /// - Throws: as ``init(contentsOf:part:classNames:)``.
  public init(evaluating path: String, classNames: [String]) throws {
    let files = try InputFiles.expand([path])
    let prefix = path.utf8.last == UInt8(ascii: "/") ? path : path + "/"
    let names = files.map { $0.dropFirst(prefix.count).split(separator: "/").map(String.init) }
    // A folder of folders of images alone, one per class, has no parts.
    let isWhole =
      files != [path]
      && names.allSatisfy { name in
        name.count == 1
          ? !ClassFolder.isPartOfSet(name[0])
          : name.count == 2 || !Self.partFolders.contains(name[0])
      }
    try self.init(contentsOf: path, part: isWhole ? .train : .test, classNames: classNames)
  }
}

extension ClassFolder {
  /// Whether a file beside the folders makes the whole a set of another kind.
  fileprivate static func isPartOfSet(_ name: String) -> Bool {
    name.contains("idx3") || name.contains("idx4") || name.hasPrefix("data_batch")
      || name.hasPrefix("test_batch")
      || [".tra", ".tra.gz", ".tes", ".tes.gz"].contains(
        where: name.hasSuffix)
  }
}
