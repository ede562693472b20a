import Libc

/// Turns the paths a user gave into a list of files to read.
public enum InputFiles {
  /// Replaces every folder by the regular files below it.
  ///
  /// The files of a folder come in the order of the bytes of their path below it, which is the
  /// same on every machine. Files and folders whose name begins with a dot are left out; links to
  /// files are followed, links to folders are not. `-` stays as it is.
  ///
  /// - Throws: ``WordtoolError`` of kind `noSuchInput` when a path does not exist or a folder
  ///   cannot be read or holds no file.
  public static func expand(_ paths: [String]) throws -> [String] {
    var files: [String] = []
    for path in paths {
      guard path != "-" else {
        files.append(path)
        continue
      }
      var status = stat()
      guard unsafe stat(path, &status) == 0 else {
        throw WordtoolError(.noSuchInput, path: path, found: WordtoolError.systemMessage())
      }
      guard status.st_mode & S_IFMT == S_IFDIR else {
        files.append(path)
        continue
      }
      var found: [String] = []
      try collect(path, below: "", into: &found)
      guard !found.isEmpty else {
        throw WordtoolError(
          .noSuchInput, path: path, found: "a folder without text",
          expected: "at least one file that is not hidden")
      }
      found.sort { $0.utf8.lexicographicallyPrecedes($1.utf8) }
      let prefix = path.utf8.last == UInt8(ascii: "/") ? path : path + "/"
      files += found.map { prefix + $0 }
    }
    return files
  }

  /// The bytes of all files as they are stored, or nil when one of them is no regular file.
  public static func totalByteCount(_ files: [String]) -> Int? {
    var total = 0
    for file in files {
      var status = stat()
      guard file != "-", unsafe stat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG
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
    var status = stat()
    guard unsafe stat(path, &status) == 0, unsafe access(path, R_OK) == 0 else {
      throw WordtoolError(.noSuchInput, path: path, found: WordtoolError.systemMessage())
    }
    if isFile && status.st_mode & S_IFMT == S_IFDIR {
      throw WordtoolError(
        .noSuchInput, path: path, found: "a folder", expected: "the name of a file")
    }
  }

  private static func collect(
    _ folder: String, below: String, into files: inout [String]
  ) throws {
    guard let handle = unsafe opendir(folder) else {
      throw WordtoolError(.noSuchInput, path: folder, found: WordtoolError.systemMessage())
    }
    defer { unsafe closedir(handle) }
    var folders: [String] = []
    while true {
      errno = 0
      guard let entry = unsafe readdir(handle) else {
        // The end and a failure look alike but for this.
        if errno == 0 { break }
        throw WordtoolError(.inputOutput, path: folder, found: WordtoolError.systemMessage())
      }
      // SAFETY: the name is a zero-terminated array inside the entry, which lives until the next
      // call of readdir.
      let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { field in
        unsafe field.withMemoryRebound(to: CChar.self, capacity: 256) {
          unsafe String(cString: $0)
        }
      }
      if name.utf8.first == UInt8(ascii: ".") { continue }
      var status = stat()
      let path = folder + "/" + name
      guard unsafe lstat(path, &status) == 0 else {
        // Gone since the folder was opened.
        if errno == ENOENT { continue }
        throw WordtoolError(.noSuchInput, path: path, found: WordtoolError.systemMessage())
      }
      switch status.st_mode & S_IFMT {
      case S_IFDIR: folders.append(name)
      case S_IFREG: files.append(below + name)
      case S_IFLNK:
        if unsafe stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG {
          files.append(below + name)
        }
      default: break
      }
    }
    for name in folders {
      try collect(folder + "/" + name, below: below + name + "/", into: &files)
    }
  }
}
