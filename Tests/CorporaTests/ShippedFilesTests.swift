import Corpora
import Libc
import Testing
import WordtoolCore

@Suite("Shipped files")
struct ShippedFilesTests {
  @Test("the bundled tables are found")
  func bundledTableIsFound() throws {
    let path = try ShippedFiles.path(of: "atlas/countries.tsv")
    #expect(path.hasSuffix("/atlas/countries.tsv"))
    #expect(try MappedFile(path: path).bytes.count > 10_000)
  }

  @Test("a missing file is one clear error that says where it was looked for")
  func missingFileSaysWhere() {
    let error = #expect(throws: WordtoolError.self) {
      try ShippedFiles.path(of: "atlas/none.tsv", in: ["/nowhere/a", "/nowhere/b"])
    }
    #expect(error?.kind == .noSuchInput)
    #expect(error?.path == "atlas/none.tsv")
    #expect(error?.description.contains("/nowhere/a or /nowhere/b") == true)
    #expect(error?.description.contains("WORDTOOL_DATA") == true)
    #expect(error?.description.contains("\n") == false)
  }

  @Test("the first folder that has the file wins")
  func firstFolderWins() throws {
    let found = try ShippedFiles.path(of: "atlas/countries.tsv")
    let folder = String(found.dropLast("/atlas/countries.tsv".count))
    let again = try ShippedFiles.path(of: "atlas/countries.tsv", in: ["/nowhere", folder, "/tmp"])
    #expect(again == found)
  }
}

/// A file for one test.
enum TemporaryTable {
  /// Writes `text` to a new file and gives its path.
  static func write(_ text: String) throws -> String {
    var template = Array("/tmp/wordtool-table-XXXXXX".utf8CString)
    let descriptor = mkstemp(&template)
    try #require(descriptor >= 0)
    defer { close(descriptor) }
    let bytes = Array(text.utf8)
    try #require(writeAll(descriptor, bytes) == bytes.count)
    return String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// Removes the file.
  static func remove(_ path: String) {
    unlink(path)
  }

  private static func writeAll(_ descriptor: Int32, _ bytes: [UInt8]) -> Int {
    Libc.write(descriptor, bytes, bytes.count)
  }
}
