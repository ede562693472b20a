import Libc
import WordtoolCore

/// Finds the files that ship with the project.
///
/// The package manager's own accessor, `Bundle.module`, is not used: it needs Foundation, knows the
/// path of the build folder only, and traps when the bundle is missing. Here the folder is looked
/// for beside the executable, so that the executable and the folder can be copied elsewhere
/// together.
public enum ShippedFiles {
  #if os(macOS)
  private static let bundleNames = [
    "wordtool_CorpusFiles.bundle", "wordtool_CorpusFiles.bundle/Contents/Resources",
  ]
  #else
  private static let bundleNames = ["wordtool_CorpusFiles.resources"]
  #endif

  /// The path of a shipped file.
  ///
  /// Looked for, in this order: in the folder that the environment variable `WORDTOOL_DATA` names
  /// (when it is set, only there), in `wordtool_CorpusFiles.resources` (macOS:
  /// `wordtool_CorpusFiles.bundle`) beside the executable, and in `../share/wordtool` seen from the
  /// executable's folder.
  ///
  /// - Parameter name: the path inside the data folder, such as `atlas/countries.tsv`.
  /// - Throws: `WordtoolError` of kind `noSuchInput` that says where the file was looked for.
  public static func path(of name: String) throws -> String {
    try path(of: name, in: folders())
  }

  /// The path of `name` in the first of `folders` that has it.
  package static func path(of name: String, in folders: [String]) throws -> String {
    for folder in folders {
      let path = "\(folder)/\(name)"
      if unsafe access(path, R_OK) == 0 { return path }
    }
    throw WordtoolError(
      .noSuchInput, path: name, found: "no such file among the data that ships with wordtool",
      expected: "it in " + folders.joined(separator: " or "),
      remedy: "keep the data folder beside the executable, or set WORDTOOL_DATA to it")
  }

  /// The folders that are searched, the first match wins.
  package static func folders() -> [String] {
    if let value = unsafe getenv("WORDTOOL_DATA"), unsafe value.pointee != 0 {
      return unsafe [String(cString: value)]
    }
    var folders: [String] = []
    for start in startFolders() {
      folders += bundleNames.map { "\(start)/\($0)" }
    }
    if let first = startFolders().first {
      folders.append("\(parent(of: first))/share/wordtool")
    }
    return folders
  }

  /// The folder of the executable, then, for tests on macOS, those around the test bundle.
  private static func startFolders() -> [String] {
    var starts: [String] = []
    if let executable = executablePath() { starts.append(parent(of: executable)) }
    #if canImport(Darwin)
    // `swift test` runs the test bundle inside a program of Xcode's; the image that holds this
    // code is <bundle>.xctest/Contents/MacOS/<name>, and the data folder lies beside the bundle.
    var information = Dl_info()
    if dladdr(#dsohandle, &information) != 0, let name = information.dli_fname {
      var folder = parent(of: String(cString: name))
      for _ in 0..<4 {
        if !starts.contains(folder) { starts.append(folder) }
        folder = parent(of: folder)
      }
    }
    #endif
    return starts
  }

  /// The path of the running executable with symbolic links resolved.
  private static func executablePath() -> String? {
    #if canImport(Darwin)
    var size = UInt32(0)
    _NSGetExecutablePath(nil, &size)
    var buffer = [CChar](repeating: 0, count: Int(size) + 1)
    guard _NSGetExecutablePath(&buffer, &size) == 0 else { return nil }
    guard let resolved = realpath(buffer, nil) else { return nil }
    #else
    guard let resolved = unsafe realpath("/proc/self/exe", nil) else { return nil }
    #endif
    defer { unsafe free(resolved) }
    return unsafe String(cString: resolved)
  }

  /// `path` without its last component; "" for what lies in the root folder.
  private static func parent(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return String(path[..<slash])
  }
}
