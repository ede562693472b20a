import ConvNets
import WordtoolCore

/// Tells what a folder holds: a set of images, the checkpoint of a training, texts. Folders of vectors are
/// left to the reader of vectors.
enum FolderRecognizer {
  /// Files of models that are folders: of spaCy, of model2vec, of sentence-transformers.
  private static let modelFiles: Set<String> = [
    "key2row", "strings.json", "tokenizer.json", "modules.json",
  ]

  /// What is in a folder, and the path that describes it: the folder, or a file in it.
  ///
  /// - Returns: nil for what is no folder, for one of vectors, and for one of which no command takes
  ///   anything.
  static func kind(of path: String) -> (kind: FileKind, path: String)? {
    guard Environment.isFolder(path), let names = try? Folder.names(in: path),
      modelFiles.isDisjoint(with: names)
    else { return nil }
    let prefix = path.hasSuffix("/") ? path : path + "/"
    for name in names.sorted() where FileStart.isTensorFile(prefix + name) {
      if FileRecognizer.kind(of: prefix + name) == .vectorCheckpoint {
        return (.vectorCheckpoint, prefix + name)
      }
    }
    let texts = (try? InputFiles.texts([path]))?.files.count ?? 0
    // A folder of notes may have a few pictures in it.
    if imageSets(path).reduce(0, { $0 + $1.set.count }) > texts { return (.imageFolder, path) }
    return texts > 0 ? (.textFolder, path) : nil
  }

  /// The parts of a set of images that a folder has.
  private static func imageSets(_ path: String) -> [(part: String, set: ImageDataset)] {
    let train = try? ImageDataset(contentsOf: path)
    let test = try? ImageDataset(contentsOf: path, part: .test)
    // Without parts both are the same.
    let isOne = train != nil && train?.count == test?.count && train?.classNames == test?.classNames
    return [("images to train", train), ("images to test", isOne ? nil : test)].compactMap {
      name, set in set.map { (name, $0) }
    }
  }

  /// What a folder of images holds.
  static func imageFacts(_ path: String) -> [FileDescription.Fact] {
    let sets = imageSets(path)
    var facts: [FileDescription.Fact] = sets.map { .count($0.part, $0.set.count) }
    if let set = sets.first?.set {
      let names = set.classNames.prefix(10).joined(separator: ", ")
      facts += [
        .count("classes", set.classNames.count),
        .text("class names", names + (set.classNames.count > 10 ? ", ..." : "")),
      ]
      // Images in folders are looked at when they are used.
      if let shape = set.shape { facts.append(.text("rows x columns x channels", "\(shape)")) }
    }
    return facts
  }

  /// What a folder of texts holds, and what would be left out.
  ///
  /// - Throws: ``WordtoolError`` as ``InputFiles/texts(_:selection:isUTF8:takesHTML:)``.
  static func textFacts(_ path: String) throws -> [FileDescription.Fact] {
    let listing = try InputFiles.texts([path])
    var facts: [FileDescription.Fact] = [.count("texts", listing.files.count)]
    if let bytes = InputFiles.totalByteCount(listing.files) {
      facts.append(.count("bytes of text", bytes))
    }
    if let summary = listing.summary { facts.append(.text("not read", summary)) }
    return facts
  }
}
