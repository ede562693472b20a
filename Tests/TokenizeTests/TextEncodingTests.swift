import Testing
import TestSupport
import Tokenize
import WordtoolCore

@Suite("TextEncoding")
struct TextEncodingTests {
  private func read(
    _ bytes: [UInt8], _ encoding: String, isStrict: Bool = false, pieceSize: Int = 1 << 20
  ) throws -> (words: [String], invalid: Int) {
    let folder = ScratchFolder()
    var reader = CorpusReader(
      limits: VocabularyLimits(minimumCount: 1), isStrict: isStrict, threads: 1,
      encoding: try #require(TextEncoding(encoding)))
    reader.pieceSize = pieceSize
    let corpus = try reader.read([try folder.write(bytes, to: "t")])
    let words = corpus.ids.array.filter { $0 >= 0 }.map { corpus.vocabulary.word(at: Int($0)) }
    return (words, corpus.statistics.invalidSequenceCount)
  }

  private func utf16(_ text: String, bigEndian: Bool = false, mark: Bool = true) -> [UInt8] {
    ((mark ? [0xFEFF] : []) + Array(text.utf16)).flatMap { unit -> [UInt8] in
      let pair = [UInt8(unit & 255), UInt8(unit >> 8)]
      return bigEndian ? pair.reversed() : pair
    }
  }

  @Test("encodings by name, in pieces of any size", arguments: [1, 2, 3, 7, 1000, 1 << 20])
  func named(pieceSize: Int) throws {
    let text = "Smörgås 👩‍👩‍👧 naïve 東京 end"
    let expected = ["smörgås", "naïve", "東京", "end"]
    for (bytes, name) in [
      (utf16(text), "utf-16"), (utf16(text, bigEndian: true), "UTF-16"),
      (utf16(text, mark: false), "utf-16le"), (utf16(text), "auto"), (Array(text.utf8), "auto"),
      (Array(text.utf8), "utf-8"),
    ] {
      let (words, invalid) = try read(bytes, name, pieceSize: pieceSize)
      #expect(words == expected && invalid == 0, "\(name)")
    }
    #expect(try read([0x73, 0x6D, 0xF6, 0x72], "latin-1", pieceSize: pieceSize).words == ["smör"])
    #expect(try read([0x93, 0x8C, 0x8B, 0x9E], "shift_jis", pieceSize: pieceSize).words == ["東京"])
  }

  @Test("long texts are converted whole")
  func long() throws {
    let text = String(repeating: "ett två tre 👩 fyra\n", count: 20_000)
    let (words, invalid) = try read(utf16(text), "utf-16", pieceSize: 4096)
    #expect(words.count == 80_000 && invalid == 0)
    #expect(words.prefix(5) == ["ett", "två", "tre", "fyra", "ett"])
  }

  @Test("lone surrogates are replaced and counted, or an error with their place when strict")
  func surrogates() throws {
    // a, high surrogate alone, b, low surrogate alone, and a high one at the end.
    let bytes: [UInt8] = [
      0x61, 0, 0x20, 0, 0x00, 0xD8, 0x20, 0, 0x62, 0, 0x20, 0, 0x00, 0xDC, 0x20, 0, 0x63, 0, 0x00,
      0xD8,
    ]
    let (words, invalid) = try read(bytes, "utf-16le")
    #expect(words == ["a", "b", "c"] && invalid == 3)
    let error = #expect(throws: WordtoolError.self) {
      _ = try read(bytes, "utf-16le", isStrict: true)
    }
    #expect(error?.kind == .badData && error?.description.contains("utf-16le") == true)
    guard case .byte(let place) = error?.position else {
      Issue.record("no place")
      return
    }
    #expect((4...8).contains(place))
  }

  @Test("the encoding is detected from marks, validity and statistics")
  func detection() {
    #expect(TextEncoding.detect(Array("plain".utf8)) == .utf8)
    #expect(TextEncoding.detect(Array(Array("smörgås".utf8).dropLast(2))) == .utf8)
    #expect(TextEncoding.detect(utf16("text")) == .named("UTF-16"))
    #expect(TextEncoding.detect([]) == .utf8)
    let french = "Le café est très agréable, et la forêt près de la rivière où l'été passe vite. "
    let latin = String(repeating: french, count: 4).unicodeScalars.map { UInt8($0.value) }
    let found = TextEncoding.detect(latin).description.lowercased()
    #expect(["iso-8859-1", "windows-1252"].contains(found))
  }

  @Test("an unknown encoding is an error")
  func unknown() throws {
    #expect(TextEncoding("") == nil)
    let error = #expect(throws: WordtoolError.self) { try TextEncoding("klingon-8")?.check() }
    #expect(error?.kind == .usage)
    #expect(throws: WordtoolError.self) { _ = try read([0x61], "klingon-8") }
  }
}
