import Libc

/// Folders of the file system.
package enum Folder {
  /// All names in a folder but `.` and `..`, in the order of their bytes; bytes that are no UTF-8
  /// become U+FFFD.
  ///
  /// - Throws: ``WordtoolError`` of kind `noSuchInput`.
  package static func names(in folder: String) throws -> [String] {
    guard let handle = unsafe opendir(folder) else {
      throw WordtoolError(.noSuchInput, path: folder, found: WordtoolError.systemMessage())
    }
    defer { unsafe closedir(handle) }
    var names: [String] = []
    while let entry = unsafe readdir(handle) {
      // SAFETY: the name is zero-terminated and lives until the next call of readdir.
      let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { field in
        unsafe field.withMemoryRebound(to: CChar.self, capacity: 256) {
          unsafe String(cString: $0)
        }
      }
      if name != "." && name != ".." { names.append(name) }
    }
    return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  /// Makes a folder and the folders above it, where they are missing.
  ///
  /// - Throws: ``WordtoolError`` of kind `cannotCreate`.
  package static func make(_ path: String) throws {
    var partial = ""
    for part in path.split(separator: "/") {
      partial += (partial.isEmpty && !path.hasPrefix("/") ? "" : "/") + part
      if unsafe mkdir(partial, 0o777) != 0 && errno != EEXIST && access(partial, F_OK) != 0 {
        throw WordtoolError(.cannotCreate, path: partial, found: WordtoolError.systemMessage())
      }
    }
  }
}
