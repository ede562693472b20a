import Libc

/// Where the bytes of an output go, once its name is followed to the end.
package enum OutputTarget {
  /// A descriptor of this process: `-`, `/dev/stdout`, `/dev/fd/3`, `/proc/self/fd/3`, and links to
  /// them. To open such a name anew would begin at the start of the file behind it.
  case descriptor(Int32)
  /// A device or a pipe, which bytes are written straight into.
  case device(String)
  /// A regular file, there or not, without symbolic links in its path.
  case file(String)

  /// As many links as Linux follows.
  private static let longestChain = 40

  /// Follows the symbolic links of `path`, also those that lead to nothing yet.
  ///
  /// - Throws: ``WordtoolError``: `usage` for an empty name; `cannotCreate` for a folder, for a file in
  ///   a folder that is not there, and for links in a circle.
  package init(_ path: String) throws {
    guard !path.isEmpty else {
      throw WordtoolError(.usage, found: "an empty name for an output", expected: "a path")
    }
    func refuse(_ found: String, _ expected: String? = nil, _ remedy: String? = nil)
      -> WordtoolError
    {
      WordtoolError(.cannotCreate, path: path, found: found, expected: expected, remedy: remedy)
    }
    if path == "-" {
      self = .descriptor(STDOUT_FILENO)
      return
    }
    var rest = path
    for _ in 0..<Self.longestChain {
      let (before, name) = Self.split(rest)
      guard let folder = Self.realPath(before) else {
        let code = errno
        throw refuse(
          code == ENOENT ? "no folder \(before)" : WordtoolError.systemMessage(code), nil,
          code == ENOENT ? "make it with mkdir -p" : nil)
      }
      if let number = Self.descriptor(named: name, in: folder) {
        self = .descriptor(number)
        return
      }
      let place = folder == "/" ? "/" + name : folder + "/" + name
      var status = stat()
      guard unsafe lstat(place, &status) == 0 else {
        guard errno == ENOENT, !name.isEmpty else { throw refuse(WordtoolError.systemMessage()) }
        self = .file(place)
        return
      }
      switch status.st_mode & S_IFMT {
      case S_IFLNK:
        guard let link = Self.link(at: place) else { throw refuse(WordtoolError.systemMessage()) }
        rest = link.hasPrefix("/") ? link : folder + "/" + link
      case S_IFDIR: throw refuse("a folder", "the name of a file")
      case S_IFREG where !folder.hasPrefix("/proc/"):
        self = .file(place)
        return
      default:
        self = .device(place)
        return
      }
    }
    throw refuse(WordtoolError.systemMessage(ELOOP))
  }

  /// The folder of a path, and the name in it.
  package static func split(_ path: String) -> (folder: String, name: String) {
    guard let slash = path.lastIndex(of: "/") else { return (".", path) }
    let folder = slash == path.startIndex ? "/" : String(path[..<slash])
    return (folder, String(path[path.index(after: slash)...]))
  }

  /// The path from the root without links; nil, with `errno`, when it leads nowhere.
  private static func realPath(_ path: String) -> String? {
    guard let resolved = unsafe realpath(path, nil) else { return nil }
    defer { unsafe free(resolved) }
    return unsafe String(cString: resolved)
  }

  private static func link(at path: String) -> String? {
    var buffer = [UInt8](repeating: 0, count: Int(PATH_MAX))
    // SAFETY: the call stays inside the length it is given.
    let count = unsafe buffer.withUnsafeMutableBytes { room in
      unsafe room.bindMemory(to: CChar.self).baseAddress.map {
        unsafe readlink(path, $0, room.count)
      }
        ?? -1
    }
    return count < 0 ? nil : String(decoding: buffer[..<count], as: UTF8.self)
  }

  /// The number of the descriptor that an entry of a resolved folder stands for.
  private static func descriptor(named name: String, in folder: String) -> Int32? {
    if folder == "/dev" {
      // Also where /proc, to which these lead, is not mounted.
      if name == "stdout" { return STDOUT_FILENO }
      if name == "stderr" { return STDERR_FILENO }
    }
    guard let number = Int32(name), number >= 0 else { return nil }
    let isOwn = ["/dev/fd", "/proc/self/fd", "/proc/thread-self/fd"].contains {
      realPath($0) == folder
    }
    return isOwn ? number : nil
  }
}

extension OutputTarget {
  /// What two names of one file have in common, be they links of either kind.
  package struct Identity: Hashable, Sendable {
    private var device: UInt64
    private var inode: UInt64
    /// The name in the folder of that number, for a file that is not there yet.
    private var name: String?
    /// Whether it is a regular file, or will be one.
    package var isFile: Bool

    fileprivate init(_ status: stat, name: String? = nil) {
      device = UInt64(truncatingIfNeeded: status.st_dev)
      inode = UInt64(truncatingIfNeeded: status.st_ino)
      self.name = name
      isFile = name != nil || status.st_mode & S_IFMT == S_IFREG
    }

    /// The file or folder of that name; nil when there is none.
    package init?(of path: String) {
      var status = stat()
      guard unsafe stat(path, &status) == 0 else { return nil }
      self.init(status)
    }
  }

  /// Which file it is; nil for what swallows everything, which any number of outputs may share, and
  /// for what cannot be told.
  package var identity: Identity? {
    var status = stat()
    switch self {
    case .descriptor(let number):
      guard unsafe fstat(number, &status) == 0 else { return nil }
    case .device(let path):
      guard unsafe stat(path, &status) == 0 else { return nil }
    case .file(let path):
      guard unsafe stat(path, &status) != 0 else { break }
      let (folder, name) = Self.split(path)
      guard unsafe stat(folder, &status) == 0 else { return nil }
      return Identity(status, name: name)
    }
    let identity = Identity(status)
    return identity == Identity(of: "/dev/null") ? nil : identity
  }
}
