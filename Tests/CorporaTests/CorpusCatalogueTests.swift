import Corpora
import TestSupport
import Testing
import WordtoolCore

/// The catalogue that ships, and those that are refused.
@Suite struct CorpusCatalogueTests {
  @Test func theShippedCatalogueIsWhole() throws {
    let catalogue = try CorpusCatalogue.shipped()
    #expect(catalogue.corpora.count >= 10)
    for entry in catalogue.corpora {
      #expect(!entry.description.isEmpty && !entry.licence.isEmpty && !entry.source.isEmpty)
      #expect(entry.page.hasPrefix("http"), "\(entry.name)")
      #expect(entry.example.contains("FOLDER") && entry.example.contains("wordtool"))
      for file in entry.files {
        // What no digest vouches for comes from whom a certificate vouches for.
        #expect(
          file.sha256 != nil && file.byteCount != nil || file.address.hasPrefix("https://"),
          "\(file.address)")
      }
    }
    #expect(try catalogue.entry(named: "mnist").byteCount == 11_594_722)
  }

  @Test func aNameThatIsNotThereIsToldWhatThereIs() throws {
    let error = #expect(throws: WordtoolError.self) {
      try CorpusCatalogue.shipped().entry(named: "minst")
    }
    #expect(error?.kind == .usage && error?.description.contains("mnist") == true)
  }

  @Test(arguments: [
    ("", "no catalogue"), ("[]", "no catalogue"), (#"{"version":1}"#, "no catalogue"),
    (#"{"version":2,"corpora":[]}"#, "version 2"),
    (entry(name: "../up"), "a corpus named"), (entry(name: ""), "a corpus named"),
    (entry(file: "../up"), "a file"), (entry(file: ".hidden"), "a file"),
    (entry(file: "a/b"), "a file"), (entry(address: "file:///etc/passwd"), "the address"),
    (entry(address: "https://a b"), "the address"), (entry(digest: "00"), "the digest"),
    (entry(bytes: "-1"), "-1 bytes"),
  ])
  func aCatalogueThatCannotBeRightIsRefused(_ text: String, _ part: String) throws {
    try TestFiles.withFolder { folder in
      try TestFiles.write(text, to: folder + "/c.json")
      let error = #expect(throws: WordtoolError.self) {
        try CorpusCatalogue(contentsOf: folder + "/c.json")
      }
      #expect(error?.kind == .badData && error?.description.contains(part) == true, "\(text)")
    }
  }

  @Test func twoOfOneNameAreRefused() throws {
    let one = Self.entry().dropFirst(#"{"version":1,"corpora":["#.count).dropLast(2)
    try TestFiles.withFolder { folder in
      try TestFiles.write(#"{"version":1,"corpora":[\#(one),\#(one)]}"#, to: folder + "/c.json")
      let error = #expect(throws: WordtoolError.self) {
        try CorpusCatalogue(contentsOf: folder + "/c.json")
      }
      #expect(error?.description.contains("two corpora named") == true)
    }
  }

  /// A catalogue of one file.
  private static func entry(
    name: String = "a", file: String = "f.txt", address: String = "https://example.org/f",
    digest: String = String(repeating: "0", count: 64), bytes: String = "1"
  ) -> String {
    #"{"version":1,"corpora":[{"name":"\#(name)","description":"d","licence":"l","page":"p","#
      + #""source":"s","example":"e","files":[{"name":"\#(file)","address":"\#(address)","#
      + #""bytes":\#(bytes),"sha256":"\#(digest)"}]}]}"#
  }
}
