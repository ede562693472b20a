import Libc

/// Turns the paths a user gave into a list of files to read.
public enum InputFiles {
  /// What is taken of folders. Files that are named themselves are always taken.
  public struct Selection: Hashable, Sendable {
    /// Patterns of the shell (`*`, `?`, `[a-z]`); if there are any, a file must match one. A pattern
    /// with a slash is compared with the path below the folder, another with the file's name.
    public var included: [String]
    /// Patterns of files and folders that are passed over.
    public var excluded: [String]

    /// Takes everything unless something is said.
    public init(included: [String] = [], excluded: [String] = []) {
      self.included = included
      self.excluded = excluded
    }

    /// The patterns that fit a file or folder.
    static func fitting(_ patterns: [String], _ path: String) -> [String] {
      let name = path.split(separator: "/").last.map(String.init) ?? path
      return patterns.filter { pattern in
        unsafe fnmatch(pattern, pattern.contains("/") ? path : name, 0) == 0
      }
    }
  }

  /// A file or folder that was passed over.
  public struct LeftOut: Hashable, Sendable {
    /// Its path.
    public var path: String
    /// What it is: `hidden`, `a PDF document`.
    public var reason: String

    package init(path: String, reason: String) {
      self.path = path
      self.reason = reason
    }
  }

  /// The reason that names with a dot in front are left out for.
  package static let hidden = "hidden"
  /// The reason that pages of HTML are left out for.
  package static let html = "an HTML page"
  /// The reasons that text in other encodings is left out for.
  package static let foreignEncodings = [notUTF8, TextSource.unmarkedUTF16]
  static let notUTF8 = "not UTF-8"

  /// The files that some paths stand for.
  public struct Listing: Hashable, Sendable {
    /// What is to be read, in order.
    public var files: [String] = []
    /// What was found in folders and is passed over.
    public var leftOut: [LeftOut] = []
    /// The patterns of the selection that fit nothing, in its order.
    public var unusedPatterns: [String] = []

    package init(files: [String] = [], leftOut: [LeftOut] = []) {
      self.files = files
      self.leftOut = leftOut
    }

    /// What was left out in one line, with an example for each reason: `3 files were left out: 2
    /// hidden (d/.x), 1 a PDF document (d/y.pdf)`; nil for nothing.
    public var summary: String? {
      var examples: [String: (count: Int, path: String)] = [:]
      var order: [String] = []
      for item in leftOut {
        if examples[item.reason] == nil { order.append(item.reason) }
        examples[item.reason, default: (0, item.path)].count += 1
      }
      let parts = order.map { reason in
        let (count, path) = examples[reason] ?? (0, "")
        return "\(reason) (\(path)\(count > 1 ? " and \(count - 1) more" : ""))"
      }
      guard !leftOut.isEmpty else { return nil }
      let isOne = leftOut.count == 1
      return "\(leftOut.count) \(isOne ? "file was" : "files were") left out: "
        + parts.joined(separator: ", ")
    }
  }

  /// Replaces every folder by the files below it.
  ///
  /// The files of a folder come in the order of the bytes of their path below it, which is the
  /// same on every machine. What is hidden (its name begins with a dot) and what is no regular file
  /// is left out. Links are followed; a folder is read once, however many links lead to it. `-`
  /// stays as it is.
  ///
  /// - Throws: ``WordtoolError``: `noSuchInput` when a path does not exist, or a folder cannot be
  ///   read, holds no file or a name that is not UTF-8; `usage` for no path at all.
  public static func expand(_ paths: [String]) throws -> [String] { try list(paths).files }

  /// - Parameter refuse: says why a file of a folder is left out, if it is.
  package static func list(
    _ paths: [String], _ selection: Selection = Selection(),
    refuse: (String) throws -> String? = { _ in nil }
  ) throws -> Listing {
    try OptionCheck.require(!paths.isEmpty, found: "no paths to read", expected: "at least one")
    var listing = Listing()
    var used: Set<String> = []
    for path in paths {
      guard path != "-" else {
        listing.files.append(path)
        continue
      }
      guard let status = status(path) else {
        throw WordtoolError(.noSuchInput, path: path, found: WordtoolError.systemMessage())
      }
      guard status.st_mode & S_IFMT == S_IFDIR else {
        listing.files.append(path)
        continue
      }
      var walk = FolderWalk(
        root: path.utf8.last == UInt8(ascii: "/") ? path : path + "/", selection: selection)
      try walk.run(status)
      listing.leftOut += walk.leftOut
      used.formUnion(walk.used)
      let before = listing.files.count
      for name in walk.files.sorted(by: { $0.utf8.lexicographicallyPrecedes($1.utf8) }) {
        let file = walk.root + name
        if let reason = try refuse(file) {
          listing.leftOut.append(LeftOut(path: file, reason: reason))
        } else {
          listing.files.append(file)
        }
      }
      guard listing.files.count > before else {
        throw WordtoolError(
          .noSuchInput, path: path, found: "a folder without text",
          expected: "at least one file that is not hidden"
            + (selection.included.isEmpty ? "" : " and fits a pattern"), remedy: listing.summary)
      }
    }
    listing.unusedPatterns = (selection.included + selection.excluded).filter { !used.contains($0) }
    return listing
  }

  /// The bytes of all files as they are stored, or nil when one of them is no regular file.
  public static func totalByteCount(_ files: [String]) -> Int? {
    var total = 0
    for file in files {
      guard file != "-", let status = status(file), status.st_mode & S_IFMT == S_IFREG
      else { return nil }
      total += Int(status.st_size)
    }
    return total
  }

  /// Fails unless a file or folder is there and may be read. Nothing is opened: a pipe given by
  /// name, such as `<(zcat text.gz)`, would lose its first bytes. `-` is always there.
  ///
  /// - Parameter isFile: whether a folder is refused.
  /// - Throws: ``WordtoolError`` of kind `noSuchInput`.
  package static func check(_ path: String, isFile: Bool = false) throws {
    guard path != "-" else { return }
    guard let status = status(path), unsafe access(path, R_OK) == 0 else {
      throw WordtoolError(.noSuchInput, path: path, found: WordtoolError.systemMessage())
    }
    if isFile && status.st_mode & S_IFMT == S_IFDIR {
      throw WordtoolError(
        .noSuchInput, path: path, found: "a folder", expected: "the name of a file")
    }
  }

  /// Whether a path leads to a file that can be opened again: no pipe, no standard input. What is not
  /// there counts as a file, so that whoever opens it says so.
  package static func isRegular(_ path: String) -> Bool {
    guard path != "-" else { return false }
    guard let status = status(path) else { return true }
    return status.st_mode & S_IFMT == S_IFREG
  }

  /// Whether what a path leads to can be read twice: a file or a folder.
  package static func isReadAgain(_ path: String) -> Bool {
    guard path != "-", let status = status(path) else { return false }
    return [S_IFREG, S_IFDIR].contains(status.st_mode & S_IFMT)
  }

  /// What the system says of a file; nil with `errno` set.
  fileprivate static func status(_ path: String) -> stat? {
    var status = stat()
    return unsafe stat(path, &status) == 0 ? status : nil
  }

}

/// One look through a folder and what is below it.
private struct FolderWalk {
  /// The folder, with a slash at its end.
  let root: String
  let selection: InputFiles.Selection
  /// Paths below `root`.
  var files: [String] = []
  var leftOut: [InputFiles.LeftOut] = []
  /// The patterns that fitted something.
  var used: Set<String> = []
  private var seen: Set<[UInt64]> = []
  private var linked: [(name: String, status: stat)] = []

  init(root: String, selection: InputFiles.Selection) {
    self.root = root
    self.selection = selection
  }

  mutating func run(_ status: stat) throws {
    try collect("", status)
    // Behind all others, so that what is inside the folder is found under its own name.
    while !linked.isEmpty {
      let (name, status) = linked.removeFirst()
      try collect(name + "/", status)
    }
  }

  /// Whether a pattern fits a file or folder.
  private mutating func matches(_ patterns: [String], _ path: String) -> Bool {
    let fitting = InputFiles.Selection.fitting(patterns, path)
    used.formUnion(fitting)
    return !fitting.isEmpty
  }

  private mutating func leave(_ name: String, _ reason: String) {
    leftOut.append(.init(path: root + name, reason: reason))
  }

  private static func identity(_ status: stat) -> [UInt64] {
    [UInt64(truncatingIfNeeded: status.st_dev), UInt64(truncatingIfNeeded: status.st_ino)]
  }

  private mutating func collect(_ below: String, _ status: stat) throws {
    guard seen.insert(Self.identity(status)).inserted else {
      leave(String(below.dropLast()), "a folder that is read already by another name")
      return
    }
    let names = try self.names(in: root + below)
    if names.isEmpty, !below.isEmpty { leave(String(below.dropLast()), "an empty folder") }
    for name in names {
      let path = below + name
      if matches(selection.excluded, path) { continue }
      if name.utf8.first == UInt8(ascii: ".") {
        // What an output is written to until it is complete, this run's own among them.
        if TemporaryOutput.isOne(name) { continue }
        leave(path, InputFiles.hidden)
        continue
      }
      var status = stat()
      guard unsafe lstat(root + path, &status) == 0 else {
        // Gone since the folder was opened.
        if errno == ENOENT { continue }
        throw WordtoolError(.noSuchInput, path: root + path, found: WordtoolError.systemMessage())
      }
      let isLink = status.st_mode & S_IFMT == S_IFLNK
      if isLink {
        guard let target = InputFiles.status(root + path) else {
          leave(path, "a link that leads nowhere")
          continue
        }
        status = target
      }
      switch status.st_mode & S_IFMT {
      case S_IFDIR where isLink: linked.append((path, status))
      case S_IFDIR: try collect(path + "/", status)
      case S_IFREG:
        if selection.included.isEmpty || matches(selection.included, path) {
          files.append(path)
        }
      default: leave(path, "no regular file")
      }
    }
  }

  /// The names in a folder, sorted by their bytes.
  private mutating func names(in folder: String) throws -> [String] {
    guard let handle = unsafe opendir(folder) else {
      throw WordtoolError(.noSuchInput, path: folder, found: WordtoolError.systemMessage())
    }
    defer { unsafe closedir(handle) }
    var names: [String] = []
    while true {
      errno = 0
      guard let entry = unsafe readdir(handle) else {
        // The end and a failure look alike but for this.
        if errno == 0 { break }
        throw WordtoolError(.inputOutput, path: folder, found: WordtoolError.systemMessage())
      }
      // SAFETY: the name is a zero-terminated array inside the entry, which lives until the next
      // call of readdir.
      let (name, shown) = unsafe withUnsafePointer(to: &entry.pointee.d_name) { field in
        unsafe field.withMemoryRebound(to: CChar.self, capacity: 256) {
          unsafe (String(validatingCString: $0), String(cString: $0))
        }
      }
      guard let name else {
        if matches(selection.excluded, shown) { continue }
        throw WordtoolError(
          .noSuchInput, path: folder, found: "the name '\(shown)', which is not UTF-8",
          expected: "names in UTF-8", remedy: "rename it, for instance with convmv")
      }
      if name != "." && name != ".." { names.append(name) }
    }
    return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }
}
