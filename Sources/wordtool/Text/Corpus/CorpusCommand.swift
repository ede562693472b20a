import ArgumentParser
import Corpora
import WordtoolCore

/// `wordtool corpus`: texts and other data that the tool makes itself, or downloads.
struct CorpusCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "corpus",
    abstract: "List, make, download and check corpora.",
    discussion: """
      Example:
        wordtool corpus list
        wordtool corpus make atlas
        wordtool corpus get tiny-shakespeare
      """,
    subcommands: [
      CorpusListCommand.self, CorpusMakeCommand.self, CorpusGetCommand.self,
      CorpusVerifyCommand.self,
    ])
}

/// `--catalogue` of the commands that look a corpus up.
struct CatalogueOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "A catalogue of your own, such as that of a mirror; docs/corpora.md has its form. (default: "
        + "the one that ships)", valueName: "file"), completion: .file())
  var catalogue: String?

  /// The catalogue that counts.
  ///
  /// - Throws: ``WordtoolError``: `noSuchInput`, `badData`.
  func read() throws -> CorpusCatalogue {
    try catalogue.map { try CorpusCatalogue(contentsOf: $0) } ?? CorpusCatalogue.shipped()
  }
}

/// NAME and `-o` of the commands that take a corpus's files.
struct CorpusPlaceOptions: ParsableArguments {
  @Argument(
    help: ArgumentHelp("The corpus; 'wordtool corpus list' has them.", valueName: "name"),
    completion: Completions.corpora)
  var name: String

  @Option(
    name: [.customShort("o"), .customLong("output")],
    help: ArgumentHelp(
      "The folder of its files. (default: NAME, in the present folder)", valueName: "folder"),
    completion: .directory)
  var output: String?

  /// The folder.
  var folder: String { output ?? name }

  func validate() throws {
    if output == "" || output == "-" {
      throw ValidationError("a corpus is several files: -o names a folder")
    }
  }
}
