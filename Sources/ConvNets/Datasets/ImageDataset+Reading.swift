import WordtoolCore

extension ImageDataset {
  /// Opens a set: a folder with an IDX, CIFAR-10 or optdigits set, a folder with one folder of
  /// images per class, or one file of such a set. Files may be gzip.
  ///
  /// In a folder, `train-*` and `t10k-*` or `test-*` (IDX), `data_batch_*.bin` and
  /// `test_batch*.bin` (CIFAR-10), `*.tra` and `*.tes` (optdigits), and `train/` and `test/` are
  /// the two parts. The labels of an IDX file are found beside it. Folders of images have their
  /// names read here and are decoded later.
  ///
  /// - Parameters:
  ///   - path: the folder or file.
  ///   - part: which part to take; a single file is taken whatever it is.
  ///   - classNames: the classes that a model knows, where the labels must be among them.
  /// - Throws: `WordtoolError`: `noSuchInput`, `inputOutput`, or `badData` when a file is
  ///   truncated, damaged, inconsistent, or has a class that is not among `classNames`.
  public init(contentsOf path: String, part: Part = .train, classNames: [String]? = nil) throws {
    let listing = try InputFiles.list([path])
    let files = listing.files
    if files == [path] {
      self = try Self.file(path, classNames: classNames)
      return
    }
    let prefix = path.utf8.last == UInt8(ascii: "/") ? path : path + "/"
    let names = files.map { String($0.dropFirst(prefix.count)) }
    let top = names.filter { !$0.contains("/") }
    func isPart(_ name: String, _ train: [String], _ test: [String]) -> Bool {
      (part == .train ? train : test).contains { name.hasPrefix($0) }
    }
    func missing(_ kind: String, _ expected: String) -> WordtoolError {
      WordtoolError(
        .noSuchInput, path: path, found: "\(kind) without images to \(part.rawValue)",
        expected: expected)
    }
    let idx = top.filter { $0.contains("images") && ($0.contains("idx3") || $0.contains("idx4")) }
    if !idx.isEmpty {
      guard let name = idx.first(where: { isPart($0, ["train"], ["t10k", "test"]) }) else {
        throw missing("an IDX set", part == .train ? "train-images-*" : "t10k-images-*")
      }
      self = try Self.file(prefix + name, classNames: classNames)
      return
    }
    let cifar = top.filter { isPart($0, ["data_batch"], ["data_batch"]) || isTestBatch($0) }
    if !cifar.isEmpty {
      let chosen = cifar.filter { isTestBatch($0) == (part == .test) }
      guard !chosen.isEmpty else {
        throw missing("a CIFAR-10 set", part == .train ? "data_batch_*.bin" : "test_batch*.bin")
      }
      let set = try CIFARFile.dataset(chosen.map { prefix + $0 }, folder: path) {
        try ImageBytes.read($0)
      }
      self = try set.relabelled(to: classNames ?? set.classNames)
      return
    }
    let digits = top.filter { Self.hasSuffix($0, ".tra") || Self.hasSuffix($0, ".tes") }
    if !digits.isEmpty {
      guard
        let name = digits.first(where: { Self.hasSuffix($0, part == .train ? ".tra" : ".tes") })
      else {
        throw missing("a set of digits", part == .train ? "*.tra" : "*.tes")
      }
      self = try Self.file(prefix + name, classNames: classNames)
      return
    }
    self = try ClassFolder.dataset(
      names, folder: String(prefix.dropLast()), part: part, classNames: classNames)
    leftOut = listing.leftOut + leftOut

    func isTestBatch(_ name: String) -> Bool { name.hasPrefix("test_batch") }
  }

  /// Whether the first bytes and the name of a file look like a set of images and not like one.
  ///
  /// - Throws: `WordtoolError` when the file cannot be read.
  public static func isSet(contentsOf path: String) throws -> Bool {
    // What was read of a pipe to look at it would be lost.
    guard InputFiles.isRegular(path) else { return false }
    let start = try ImageBytes.first(16, of: path)
    if ImageFormat(sniffing: start) != nil { return false }
    return IDXFile.matches(start) || hasSuffix(path, ".bin") || hasSuffix(path, ".tra")
      || hasSuffix(path, ".tes") || hasSuffix(path, ".csv")
  }

  private static func hasSuffix(_ path: String, _ suffix: String) -> Bool {
    path.hasSuffix(suffix) || path.hasSuffix(suffix + ".gz")
  }

  private static func file(_ path: String, classNames: [String]?) throws -> ImageDataset {
    if hasSuffix(path, ".bin") {
      let set = try CIFARFile.dataset([path], folder: path) { try ImageBytes.read($0) }
      return try set.relabelled(to: classNames ?? set.classNames)
    }
    let bytes = try ImageBytes.read(path)
    if IDXFile.matches(bytes) {
      let labelPath = try IDXFile.labelPath(for: path)
      return try IDXFile.dataset(
        images: bytes, path: path, labels: try ImageBytes.read(labelPath), labelPath: labelPath,
        classNames: classNames)
    }
    if hasSuffix(path, ".tra") || hasSuffix(path, ".tes") || hasSuffix(path, ".csv") {
      let set = try OptdigitsFile.dataset(bytes, path: path)
      return try set.relabelled(to: classNames ?? set.classNames)
    }
    let isPickle = bytes.count > 2 && bytes[0] == 0x80 && (2...5).contains(bytes[1])
    throw WordtoolError(
      .badData, path: path, found: isPickle ? "a Python pickle" : "no set of images known here",
      expected: "IDX, CIFAR-10 (.bin), optdigits (.tra, .tes, .csv) or a folder",
      remedy: isPickle ? "take the binary version of CIFAR-10, whose files end in .bin" : nil)
  }
}
