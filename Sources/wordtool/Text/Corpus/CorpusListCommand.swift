import ArgumentParser
import Corpora
import WordtoolCore

/// `wordtool corpus list`.
struct CorpusListCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list",
    abstract: "List the corpora that can be had.",
    discussion: """
      What is made here needs no network; what is downloaded is checked by the digests that --json \
      shows, with the addresses and where each digest was read.

      Example:
        wordtool corpus list
        wordtool corpus list --json
      """)

  @OptionGroup var catalogue: CatalogueOptions
  @OptionGroup var json: JSONOptions

  struct Entry: Encodable {
    var name: String
    /// The words of a text that is made here.
    @Nullable var words: Int?
    var licence: String
    var get: String
    var description: String
    /// The bytes of what is downloaded, where they are known.
    @Nullable var bytes: Int?
    @Nullable var page: String?
    /// Where the digests were read.
    @Nullable var source: String?
    var files: [CorpusCatalogue.File]

    /// What it amounts to, in words.
    var size: String {
      if let words { return "\(NumberFormat.grouped(words)) words" }
      return bytes.map { AlignedMemory.words(forByteCount: $0) } ?? "size unknown"
    }

    static let atlas = Entry(
      name: Atlas.name, words: Atlas.defaultWords, licence: Atlas.licence,
      get: "wordtool corpus make \(Atlas.name)",
      description: "generated English about countries, people, animals, numbers and grammar",
      bytes: nil, page: nil, source: nil, files: [])

    static func download(_ entry: CorpusCatalogue.Entry) -> Entry {
      Entry(
        name: entry.name, words: nil, licence: entry.licence,
        get: "wordtool corpus get \(entry.name)", description: entry.description,
        bytes: entry.byteCount, page: entry.page, source: entry.source, files: entry.files)
    }
  }

  func run() throws {
    let entries = [Entry.atlas] + (try catalogue.read().corpora.map(Entry.download))
    if json.json { return try JSONOutput.write(entries) }
    for (number, entry) in entries.enumerated() {
      guard StandardOutput.isTerminal else {
        try StandardOutput.shared.writeLine(
          [entry.name, entry.size, entry.description, entry.licence, entry.get]
            .joined(separator: "\t"))
        continue
      }
      if number > 0 { try StandardOutput.shared.writeLine("") }
      try StandardOutput.shared.writePairs([
        ("corpus", entry.name), (entry.words == nil ? "size" : "words", entry.size),
        ("what", entry.description), ("licence", entry.licence), ("get it by", entry.get),
      ])
    }
  }
}
