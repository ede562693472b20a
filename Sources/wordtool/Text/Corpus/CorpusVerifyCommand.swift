import ArgumentParser
import Corpora
import WordtoolCore

/// `wordtool corpus verify`.
struct CorpusVerifyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Check the files of a corpus that was downloaded.",
    discussion: """
      Reads the files and compares their SHA-256 with the catalogue, or with what they had when they \
      came first. Exit code 0: all are right; 65: one is another; 66: one is missing.

      Example:
        wordtool corpus verify mnist -o data/mnist
      """)

  @OptionGroup var place: CorpusPlaceOptions
  @OptionGroup var catalogue: CatalogueOptions
  @OptionGroup var json: JSONOptions

  struct Row: Encodable {
    var path: String
    var state: CorpusDownload.State
    @Nullable var sha256: String?
    @Nullable var expected: String?
  }

  func run() throws {
    let entry = try catalogue.read().entry(named: place.name)
    let download = CorpusDownload(
      entry, folder: place.folder, knownDigests: try CorpusGetCommand.knownDigests())
    let found = try download.verify()
    if json.json {
      try JSONOutput.write(
        found.map {
          Row(path: $0.path, state: $0.state, sha256: $0.sha256, expected: $0.expected)
        })
    } else {
      for file in found {
        let remark =
          file.state == .other
          ? ": SHA-256 \(file.sha256 ?? ""), expected \(file.expected ?? "")" : ""
        try StandardOutput.shared.writeLine("\(file.path)\t\(file.state.rawValue)\(remark)")
      }
    }
    if found.contains(where: { $0.state == .other }) { throw ExitCode(65) }
    if found.contains(where: { $0.state == .missing }) { throw ExitCode(66) }
  }
}
