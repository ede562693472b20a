import Libc
import WordtoolCore

/// A new folder for one test, removed with everything in it when the object goes.
public final class ScratchFolder: Sendable {
  /// Where the folder is.
  public let path: String

  /// Makes the folder.
  public init() {
    let base = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
    var template = Array("\(base)/wordtool-test-XXXXXX".utf8CString)
    precondition(mkdtemp(&template) != nil, "no folder for the test can be made in \(base)")
    path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
  }

  deinit { Self.remove(path) }

  /// The path of a name inside the folder.
  public func callAsFunction(_ name: String) -> String { path + "/" + name }

  /// Writes a file, makes the folders above it, and returns its path.
  @discardableResult
  public func write(_ bytes: [UInt8], to name: String) throws -> String {
    let parts = name.split(separator: "/").dropLast()
    for count in 0..<parts.count {
      mkdir(self(parts[...count].joined(separator: "/")), 0o777)
    }
    try TestFiles.write(bytes, to: self(name))
    return self(name)
  }

  /// Writes a text file and returns its path.
  @discardableResult
  public func write(_ text: String, to name: String) throws -> String {
    try write(Array(text.utf8), to: name)
  }

  /// The bytes of a file.
  public func bytes(of name: String) throws -> [UInt8] {
    let file = try MappedFile(path: self(name))
    return withExtendedLifetime(file) { Array(file.bytes) }
  }

  /// The names in the folder, sorted.
  public var names: [String] { TestFiles.names(in: path) }

  private static func remove(_ path: String) {
    // A test may have taken the right to write away.
    chmod(path, 0o700)
    for name in TestFiles.names(in: path) {
      let child = path + "/" + name
      if unlink(child) != 0 { remove(child) }
    }
    rmdir(path)
  }
}
