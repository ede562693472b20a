import Libc
import WordtoolCore

/// Small files for tests.
public enum TestFiles {
  /// Runs `body` with a new, empty folder, which is removed afterwards.
  public static func withFolder<Result>(_ body: (String) throws -> Result) throws -> Result {
    let base = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
    var template = Array("\(base)/wordtool-test-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else {
      throw WordtoolError(.cannotCreate, path: base, found: WordtoolError.systemMessage())
    }
    let folder = String(
      decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    defer { remove(folder) }
    return try body(folder)
  }

  /// Writes a file.
  public static func write(_ text: String, to path: String) throws {
    try write(Array(text.utf8), to: path)
  }

  /// Writes a file.
  public static func write(_ bytes: [UInt8], to path: String) throws {
    guard let file = fopen(path, "w") else {
      throw WordtoolError(.cannotCreate, path: path, found: WordtoolError.systemMessage())
    }
    let written = bytes.withUnsafeBytes {
      fwrite($0.baseAddress ?? UnsafeRawPointer(file), 1, $0.count, file)
    }
    guard fclose(file) == 0, written == bytes.count else {
      throw WordtoolError(.inputOutput, path: path, found: WordtoolError.systemMessage())
    }
  }

  /// The text of a file, or nil when there is none.
  public static func read(_ path: String) -> String? {
    readBytes(path).map { String(decoding: $0, as: UTF8.self) }
  }

  /// The bytes of a file, or nil when there is none.
  public static func readBytes(_ path: String) -> [UInt8]? {
    guard let file = fopen(path, "r") else { return nil }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = fread(&piece, 1, piece.count, file)
      if count == 0 { return bytes }
      bytes.append(contentsOf: piece[..<count])
    }
  }

  /// The names of what is in a folder, sorted.
  public static func names(in folder: String) -> [String] {
    guard let handle = opendir(folder) else { return [] }
    defer { closedir(handle) }
    var names: [String] = []
    while let entry = readdir(handle) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name != "." && name != ".." { names.append(name) }
    }
    return names.sorted()
  }

  private static func remove(_ folder: String) {
    chmod(folder, 0o700)
    for name in names(in: folder) {
      let path = folder + "/" + name
      var status = stat()
      if lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR {
        remove(path)
      } else {
        unlink(path)
      }
    }
    rmdir(folder)
  }
}
