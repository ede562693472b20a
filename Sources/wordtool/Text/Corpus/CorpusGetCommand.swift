import ArgumentParser
import Corpora
import WordtoolCore

/// `wordtool corpus get`.
struct CorpusGetCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "get",
    abstract: "Download a corpus, checked by its SHA-256.",
    discussion: """
      Nothing is put in place before its digest is that of the catalogue, and no file that is there \
      is replaced without --replace. An interrupted download goes on where it was when the same \
      command runs again. Files for which the catalogue has no digest are trusted when they come first; \
      the digest they had is kept and asked of them ever after.

      libcurl does the work, by the system's certificates and proxies.

      Example:
        wordtool corpus get tiny-shakespeare
        wordtool corpus get mnist -o data/mnist
      """)

  @OptionGroup var place: CorpusPlaceOptions

  @Flag(help: "Replace files that are there with another content.")
  var replace = false

  @OptionGroup var catalogue: CatalogueOptions
  @OptionGroup var json: JSONOptions
  @OptionGroup var progress: ProgressOptions

  struct Summary: Encodable {
    struct File: Encodable {
      var path: String
      var bytes: Int
      var sha256: String
      /// `downloaded`, or `present` for what was there.
      var state: String
      /// What the digest was held against: `catalogue`, `earlier use` or `first use`.
      var check: CorpusDownload.Check
    }

    var name: String
    var folder: String
    var licence: String
    var page: String
    var example: String
    var files: [File]
  }

  func run() throws {
    let entry = try catalogue.read().entry(named: place.name)
    try OutputFolder.make(place.folder)
    let stop = Interrupts.stopFlag()
    let bar = progress.makeProgress()
    let download = CorpusDownload(
      entry, folder: place.folder, replacing: replace, knownDigests: try Self.knownDigests())
    let outcomes: [CorpusDownload.Outcome]
    do {
      defer { bar.finish() }
      outcomes = try download.run(stop: stop) { moment in
        bar.update(
          .init(
            phase: "download",
            fraction: moment.totalByteCount.map {
              min(1, Double(moment.byteCount) / Double(max(1, $0)))
            }, count: moment.byteCount, unit: "B"))
      }
    }
    try tell(entry, outcomes)
  }

  private func tell(
    _ entry: CorpusCatalogue.Entry, _ outcomes: [CorpusDownload.Outcome]
  ) throws {
    let example = entry.example.replacing("FOLDER", with: place.folder)
    if json.json {
      return try JSONOutput.write(
        Summary(
          name: entry.name, folder: place.folder, licence: entry.licence, page: entry.page,
          example: example,
          files: outcomes.map {
            .init(
              path: $0.path, bytes: $0.byteCount, sha256: $0.sha256,
              state: $0.wasThere ? "present" : "downloaded", check: $0.check)
          }))
    }
    for outcome in outcomes {
      let check =
        switch outcome.check {
        case .catalogue: "SHA-256 as in the catalogue"
        case .earlierUse: "SHA-256 as when it came first"
        case .firstUse: "trusted on first use: the catalogue has no digest, this one is kept"
        }
      try StandardOutput.shared.writeLine(
        "\(outcome.path): \(NumberFormat.grouped(outcome.byteCount)) bytes"
          + (outcome.wasThere ? ", there already" : "") + "; \(check)")
    }
    try StandardOutput.shared.writeLine("licence: \(entry.licence) (\(entry.page))")
    try StandardOutput.shared.writeLine("try: \(example)")
  }

  /// The file of the digests of what is trusted on first use; nil without a home folder.
  ///
  /// - Throws: ``WordtoolError`` of kind `cannotCreate`.
  static func knownDigests() throws -> String? {
    guard let folder = Environment.dataFolder else { return nil }
    try Folder.make(folder)
    return folder + "/known-digests"
  }
}
