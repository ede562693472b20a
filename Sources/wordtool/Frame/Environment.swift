import Libc
import WordtoolCore

/// What the tool reads from its surroundings.
enum Environment {
  /// The value of a variable, nil when it is unset or empty.
  static func value(_ name: String) -> String? {
    guard let raw = unsafe getenv(name), unsafe raw.pointee != 0 else { return nil }
    return unsafe String(cString: raw)
  }

  /// Whether colour and bold type are wanted: NO_COLOR (any value) and TERM=dumb say no.
  static var allowsColor: Bool { value("NO_COLOR") == nil && allowsRedrawing }

  /// Whether the terminal can wipe and redraw a line.
  static var allowsRedrawing: Bool { value("TERM") != nil && value("TERM") != "dumb" }

  /// `$XDG_DATA_HOME/wordtool`, by default `~/.local/share/wordtool`; nil without a home folder.
  ///
  /// A relative XDG_DATA_HOME is invalid by the XDG specification and ignored.
  static var dataFolder: String? {
    if let folder = value("XDG_DATA_HOME"), folder.hasPrefix("/") { return folder + "/wordtool" }
    return value("HOME").map { $0 + "/.local/share/wordtool" }
  }

  /// `$XDG_CACHE_HOME/wordtool`, by default `~/.cache/wordtool`: what may be lost at any time. Nil
  /// without a home folder, and when WORDTOOL_CACHE is `off`.
  static var cacheFolder: String? {
    if value("WORDTOOL_CACHE") == "off" { return nil }
    if let folder = value("XDG_CACHE_HOME"), folder.hasPrefix("/") { return folder + "/wordtool" }
    return value("HOME").map { $0 + "/.cache/wordtool" }
  }

  /// The path from the root of the file system, without `.` and `..` at its start.
  static func absolutePath(_ path: String) -> String {
    if let resolved = unsafe realpath(path, nil) {
      defer { unsafe free(resolved) }
      return unsafe String(cString: resolved)
    }
    guard !path.hasPrefix("/"), let folder = unsafe getcwd(nil, 0) else { return path }
    defer { unsafe free(folder) }
    return unsafe String(cString: folder) + "/" + path
  }

  /// Whether something stands under that path.
  static func exists(_ path: String) -> Bool { unsafe access(path, F_OK) == 0 }

  /// Whether a folder stands under that path.
  static func isFolder(_ path: String) -> Bool {
    var status = stat()
    return unsafe stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  /// The bytes of a file; nil where there is none.
  static func byteCount(of path: String) -> Int? {
    var status = stat()
    guard unsafe stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
    return Int(status.st_size)
  }

  /// Seconds on a clock that never runs backwards.
  static func seconds() -> Double {
    var time = timespec()
    unsafe clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }

  /// The most memory this process has had resident, in bytes.
  static func peakResidentBytes() -> Int { ProcessMemory.peakByteCount }
}
