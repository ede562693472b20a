import Libc
import TestSupport
import Testing
import Word2Vec
import WordtoolCore

/// What is kept of large files, so that they open faster the next time.
@Suite struct ReadingNotesTests {
  let folder = ScratchFolder()

  /// Every file is large enough to be noted here.
  private var options: WordVectors.ReadOptions {
    var options = WordVectors.ReadOptions(notesFolder: folder("made/notes"))
    options.leastNotedByteCount = 1
    return options
  }

  /// The names of the notes there are.
  private var notes: [String] { (try? Folder.names(in: folder("made/notes"))) ?? [] }

  /// A word2vec binary with a repeated word, a row of zeros and rows of extreme lengths.
  private func writeOddFile(_ name: String, first: Float = 0.5) throws {
    let rows: [(String, [Float])] = [
      ("one", [first, 0.25, -1]), ("two", [1, 2, 3]), ("one", [9, 9, 9]), ("zero", [0, 0, 0]),
      ("tiny", [1e-38, 2e-38, 0]), ("huge", [3e38, 1e38, 0]), ("naïve", [-1, 0.5, 2]),
    ]
    var bytes = Array("\(rows.count) 3\n".utf8)
    for (word, values) in rows {
      bytes += Array("\(word) ".utf8)
      for value in values { withUnsafeBytes(of: value) { bytes += $0 } }
      bytes.append(0x0A)
    }
    try folder.write(bytes, to: name)
  }

  /// All that vectors answer, to the bit.
  private func answers(_ vectors: WordVectors) throws -> [String] {
    var lines = vectors.warnings
    for row in 0..<vectors.count {
      let values = vectors.vector(at: row).map { String($0.bitPattern) }
      lines.append("\(vectors.word(at: row)) \(vectors.norms[row].bitPattern) \(values)")
      guard vectors.norms[row] > 0 else { continue }
      for threads in [1, 3] {
        let nearest = try vectors.neighbors(
          of: [vectors.word(at: row)], options: SearchOptions(count: 4, threads: threads))
        lines.append(
          nearest.map { "\($0.word) \($0.similarity.bitPattern)" }.joined(separator: " "))
      }
    }
    return lines
  }

  @Test func `a file answers the same with and without notes, and as rows in memory do`() throws {
    try writeOddFile("odd.bin")
    let plain = try WordVectors(contentsOf: folder("odd.bin"))
    #expect(plain.warnings.count == 2 && plain.count == 6)
    let expected = try answers(plain)
    #expect(try answers(WordVectors(contentsOf: folder("odd.bin"), options: options)) == expected)
    #expect(notes.count == 1)
    #expect(try answers(WordVectors(contentsOf: folder("odd.bin"), options: options)) == expected)
    try plain.write(to: folder("copy.safetensors"))
    let copy = try WordVectors(contentsOf: folder("copy.safetensors"))
    #expect(try answers(copy) == Array(expected.dropFirst(2)))
  }

  @Test func `batches of questions see the rows between the words`() throws {
    let placed = try WordVectors(contentsOf: Fixtures.path("gensim.bin"))
    try placed.write(to: folder("rows.safetensors"))
    let inPlace = try WordVectors(contentsOf: folder("rows.safetensors"))
    for count in [1, 7, 8, 9, 27] {
      let words = (0..<count).map { placed.word(at: $0 % placed.count) }
      let ask = { (vectors: WordVectors) in
        try vectors.neighbors(
          of: words.map { try vectors.query([$0]) }, options: SearchOptions(count: 5)
        ).map { $0.map { "\($0.word) \($0.similarity.bitPattern)" } }
      }
      #expect(try ask(placed) == ask(inPlace), "\(count) questions")
    }
  }

  @Test func `notes are used, and only for the file they were made of`() throws {
    try writeOddFile("a.bin")
    let first = try answers(WordVectors(contentsOf: folder("a.bin"), options: options))
    // Notes of a file that names other words: whoever uses them says so.
    let name = try #require(notes.first)
    try writeOddFile("b.bin", first: 0.75)
    let second = try answers(WordVectors(contentsOf: folder("b.bin"), options: options))
    #expect(second != first && notes.count == 2)

    // The file changes, as many bytes as before: its notes no longer hold, and are made anew.
    let before = try folder.bytes(of: "made/notes/\(name)")
    try writeOddFile("a.bin", first: 0.75)
    let changed = try WordVectors(contentsOf: folder("a.bin"), options: options)
    #expect(try answers(changed) == second)
    #expect(try folder.bytes(of: "made/notes/\(name)") != before)
    let again = try WordVectors(contentsOf: folder("a.bin"), options: options)
    #expect(try answers(again) == second)
  }

  @Test func `damaged notes are as good as none`() throws {
    try writeOddFile("odd.bin")
    let expected = try answers(WordVectors(contentsOf: folder("odd.bin"), options: options))
    let name = "made/notes/" + (try #require(notes.first))
    let whole = try folder.bytes(of: name)
    for place in stride(from: 0, to: whole.count, by: 7) {
      var damaged = whole
      damaged[place] ^= 0x11
      try folder.write(damaged, to: name)
      let vectors = try WordVectors(contentsOf: folder("odd.bin"), options: options)
      #expect(try answers(vectors) == expected, "byte \(place)")
    }
    for length in stride(from: 0, to: whole.count, by: 41) {
      try folder.write(Array(whole.prefix(length)), to: name)
      let vectors = try WordVectors(contentsOf: folder("odd.bin"), options: options)
      #expect(try answers(vectors) == expected, "\(length) bytes")
    }
    // Damage was noticed and mended each time.
    #expect(try folder.bytes(of: name) == whole)
  }

  @Test func `nothing is kept of small files, of repaired words and where nothing can be written`()
    throws
  {
    try writeOddFile("odd.bin")
    _ = try WordVectors(
      contentsOf: folder("odd.bin"),
      options: WordVectors.ReadOptions(notesFolder: folder("made/notes")))
    var lossy = options
    lossy.lossy = true
    _ = try WordVectors(contentsOf: folder("odd.bin"), options: lossy)
    #expect(notes.isEmpty)

    var impossible = options
    impossible.notesFolder = folder("odd.bin") + "/notes"
    #expect(try WordVectors(contentsOf: folder("odd.bin"), options: impossible).count == 6)
  }

  @Test func `notes about files that are gone are removed`() throws {
    try writeOddFile("gone.bin")
    _ = try WordVectors(contentsOf: folder("gone.bin"), options: options)
    #expect(notes.count == 1)
    let old = notes
    unlink(folder("gone.bin"))
    try writeOddFile("here.bin")
    _ = try WordVectors(contentsOf: folder("here.bin"), options: options)
    #expect(notes.count == 1 && notes != old)
  }
}
