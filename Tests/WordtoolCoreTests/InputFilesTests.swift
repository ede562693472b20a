import Libc
import Testing
import TestSupport
import WordtoolCore

@Suite("InputFiles")
struct InputFilesTests {
  @Test("a folder stands for its files, in the order of the bytes of their relative paths")
  func order() throws {
    let folder = ScratchFolder()
    for name in ["d/b/z.txt", "d/b.txt", "d/a", "d/B", "d/é", "d/.hidden", "d/.git/config"] {
      try folder.write("x", to: name)
    }
    let files = try InputFiles.expand([folder("d")])
    #expect(files == ["B", "a", "b.txt", "b/z.txt", "é"].map { folder("d/") + $0 })
    #expect(InputFiles.totalByteCount(files) == 5)
    #expect(InputFiles.totalByteCount(files + ["-"]) == nil)
  }

  @Test("files and standard input stay in the order given")
  func files() throws {
    let folder = ScratchFolder()
    let (b, a) = (try folder.write("b", to: "b"), try folder.write("a", to: "a"))
    #expect(try InputFiles.expand([b, "-", a]) == [b, "-", a])
  }

  @Test("links are followed, and a folder is read once")
  func links() throws {
    let folder = ScratchFolder()
    let file = try folder.write("x", to: "d/file")
    #expect(symlink(file, folder("d/link")) == 0)
    #expect(symlink(folder("d"), folder("d/loop")) == 0)
    #expect(try InputFiles.expand([folder("d")]) == [file, folder("d/link")])
    try folder.write("y", to: "elsewhere/sub/y")
    #expect(symlink(folder("elsewhere"), folder("d/a")) == 0)
    #expect(symlink(folder("elsewhere/sub"), folder("d/z")) == 0)
    #expect(symlink(folder("nothing"), folder("d/broken")) == 0)
    let listing = try InputFiles.texts([folder("d")])
    #expect(listing.files == [folder("d/a/sub/y"), file, folder("d/link")])
    #expect(
      listing.leftOut.map(\.path) == ["d/broken", "d/loop", "d/z"].map { folder($0) })
  }

  @Test("what earlier runs wrote is passed over whatever its name; prose that looks so is not")
  func ownOutputs() throws {
    let folder = ScratchFolder()
    for (name, content) in [
      ("arpa", "a remark\n\\data\\\nngram 1=2\n\n\\1-grams:\n-1\tthe\n"),
      ("vectors", "2 3\nthe 1.5 2 3\ncat 0.5 -1 2\n"), ("glove", "the 1.5 2 3\ncat 0.5 -1 2\n"),
      ("vocabulary", "the 10\ncat 5\nsat 5\n"), ("tokens", "{\n  \"added_tokens\": []}"),
      ("metrics", "{\"epoch\":1,\"loss\":2.5}\n"), ("svg", "<svg width=\"3\"/>"),
      ("matrix", "%%MatrixMarket matrix coordinate real general\n"),
      ("answer", "{\"seed\":1,\"seconds\":2,\"tokensPerSecond\":3.5}\n"),
      ("bpe", "{\"model\": {\"vocab\": {}, \"merges\": []}}"), ("pgm", "P2\n2 1\n255\n0 1\n"),
      ("digits", [String](repeating: "1", count: 65).joined(separator: ",") + "\n"),
      ("one", "2 1\nthe 1.5\ncat -1\n"),
      // One line is longer than what is looked at.
      ("wide", "2 9000\nthe" + String(repeating: " 0.25", count: 9000) + "\n"),
      ("whole", "2 3\nthe 1 2 3\ncat 4 5 6\n"),
    ] {
      try folder.write(content, to: "d/" + name)
    }
    let texts = [
      "2 3\nwords follow here\n", "Chapter 1\nChapter 2\nChapter 3\n", "in 1984\nin 1983\n",
      "{ he said }\n", "1 2 3\n", "pi 3.14 2.71\n", "the end 0\n\\data\\\n", "a 3\na 2\na 1\n",
      "score 1 2 3\nscore 2 3 4\n", "0 1.5 0\n1 -4.5 1\n", "P2 is a place\n",
      "{\"text\": \"the loss\"}\n", "2 3\nthe 4\n",
    ]
    for (place, text) in texts.enumerated() { try folder.write(text, to: "d/text\(place + 10)") }
    let listing = try InputFiles.texts([folder("d")])
    #expect(listing.files == texts.indices.map { folder("d/text\($0 + 10)") })
    #expect(
      listing.leftOut.map(\.reason) == [
        "an answer of wordtool in JSON", "a language model (ARPA)", "a tokenizer.json",
        "images in optdigits format", "vectors", "a matrix", "metrics of a training", "vectors",
        "a PNM image", "an SVG picture", "a tokenizer.json", "vectors", "a vocabulary", "vectors",
        "vectors",
      ])
    // Named, they are refused, and what looks so is read.
    for (path, reason) in listing.leftOut.map({ ($0.path, $0.reason) }) {
      let error = #expect(throws: WordtoolError.self) { try InputFiles.texts([path]) }
      #expect(error?.kind == .badData && error?.path == path && error?.found == reason)
      #expect(error?.expected == "text" && error?.remedy?.contains("standard input") == true)
    }
    #expect(try InputFiles.texts(listing.files).files == listing.files)
  }

  @Test("what is no text in a folder is passed over and told in one line")
  func leftOut() throws {
    let folder = ScratchFolder()
    let text = try folder.write("some text\n", to: "d/a.txt")
    try folder.write([0x50, 0x4B, 3, 4, 20], to: "d/b.docx")
    try folder.write([0x50, 0x4B, 3, 4, 20], to: "d/c.zip")
    try folder.write("%PDF-1.4 text", to: "d/d.pdf")
    try folder.write([0xFF, 0xD8, 0xFF, 0xE0, 0], to: "d/e.jpg")
    try folder.write(Array("text".utf8) + [0, 1, 2, 3, 4, 5], to: "d/f.bin")
    try folder.write(
      Array("d\u{E9}j\u{E0} vu \u{E9}t\u{E9}".unicodeScalars.map { UInt8($0.value) }),
      to: "d/latin.txt")
    try folder.write("x", to: "d/.hidden")
    let wide = try folder.write([0xFF, 0xFE, 0x41, 0], to: "d/wide.txt")
    let listing = try InputFiles.texts([folder("d")])
    #expect(listing.files == [text, wide])
    #expect(listing.leftOut.count == 7)
    let summary = try #require(listing.summary)
    #expect(summary.hasPrefix("7 files were left out: ") && !summary.contains("\n"))
    for part in [
      "zip", "and 1 more", "a PDF document", "a JPEG image", "NUL", "not UTF-8", "hidden",
    ] {
      #expect(summary.contains(part), "\(part): \(summary)")
    }
    // Named, the same file is read, or refused where it is opened.
    #expect(try InputFiles.texts([folder("d/d.pdf")]).files == [folder("d/d.pdf")])
    let latin = try InputFiles.texts([folder("d")], isUTF8: false)
    #expect(latin.files.contains(folder("d/latin.txt")))
  }

  @Test("patterns take and leave out files of folders")
  func patterns() throws {
    let folder = ScratchFolder()
    for name in ["a.txt", "b.md", "drafts/c.txt", "x/d.txt"] {
      try folder.write("text", to: "d/" + name)
    }
    func names(_ included: [String], _ excluded: [String]) throws -> [String] {
      try InputFiles.texts(
        [folder("d")], selection: .init(included: included, excluded: excluded)
      ).files.map { String($0.dropFirst(folder("d/").count)) }
    }
    #expect(try names(["*.txt"], []) == ["a.txt", "drafts/c.txt", "x/d.txt"])
    #expect(try names([], ["drafts", "*.md"]) == ["a.txt", "x/d.txt"])
    #expect(try names(["x/*"], []) == ["x/d.txt"])
    #expect(throws: WordtoolError.self) { _ = try names(["*.rst"], []) }
  }

  @Test("patterns that fit nothing are known")
  func unusedPatterns() throws {
    let folder = ScratchFolder()
    for name in ["a.txt", "b.md", "drafts/c.txt"] { try folder.write("text", to: "d/" + name) }
    func unused(_ paths: [String], _ included: [String], _ excluded: [String]) throws -> [String] {
      try InputFiles.texts(
        paths.map { folder($0) }, selection: .init(included: included, excluded: excluded)
      ).unusedPatterns
    }
    #expect(try unused(["d"], ["*.txt", "a.*"], ["drafts"]) == [])
    #expect(try unused(["d"], ["*.txt", "*.rst"], ["b.md"]) == ["*.rst"])
    #expect(try unused(["d"], [], ["draft", "*.txt,*.rst"]) == ["draft", "*.txt,*.rst"])
    // A pattern is for folders; a file that is named is taken.
    #expect(try unused(["d/a.txt"], ["*.txt"], []) == ["*.txt"])
  }

  @Test("a name that is not UTF-8 is an error and never left out")
  func names() throws {
    let folder = ScratchFolder()
    try folder.write("x", to: "d/a")
    let name = Array(folder("d/").utf8) + [0x63, 0xE9, 0]
    let descriptor = name.withUnsafeBytes { bytes in
      bytes.baseAddress.map {
        open($0.assumingMemoryBound(to: CChar.self), O_CREAT | O_WRONLY, 0o600)
      }
    }
    // A file system may refuse such names.
    guard let descriptor, descriptor >= 0 else { return }
    close(descriptor)
    let error = #expect(throws: WordtoolError.self) { _ = try InputFiles.expand([folder("d")]) }
    #expect(error?.description.contains("not UTF-8") == true)
  }

  @Test("what is missing and a folder without text are errors")
  func errors() throws {
    let folder = ScratchFolder()
    try folder.write("x", to: "d/.hidden")
    for path in [folder("nothing"), folder("d")] {
      let error = #expect(throws: WordtoolError.self) { _ = try InputFiles.expand([path]) }
      #expect(error?.kind == .noSuchInput)
      #expect(error?.path == path)
    }
  }
}
