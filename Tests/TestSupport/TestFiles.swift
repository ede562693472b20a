import Libc
import WordtoolCore

/// Small files for tests.
public enum TestFiles {
  /// Runs `body` with a new, empty folder, which is removed afterwards.
  public static func withFolder<Result>(_ body: (String) throws -> Result) throws -> Result {
    let folder = ScratchFolder()
    return try withExtendedLifetime(folder) { try body(folder.path) }
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
  public static func names(in path: String) -> [String] {
    guard let handle = opendir(path) else { return [] }
    defer { closedir(handle) }
    var names: [String] = []
    while let entry = readdir(handle) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name != "." && name != ".." { names.append(name) }
    }
    return names.sorted()
  }
}
