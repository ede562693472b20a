import ArgumentParser
import Embedding
import Tokenize
import Word2Vec
import WordtoolCore

/// Where training begins.
struct BeginningOptions: ParsableArguments {
  @Option(
    name: .customLong("init"),
    help: ArgumentHelp(
      "Begin with the vectors of the words in this file instead of random ones.",
      valueName: "vectors"), completion: .file())
  var initial: String?
  @Option(
    help: ArgumentHelp(
      "Go on with vectors of train-embeddings and new text: their words stay, counts are added, frequent "
        + "words of the text join them.", valueName: "vectors"), completion: .file())
  var update: String?
  @Option(
    help: ArgumentHelp(
      "The context vectors that --save-context wrote beside the vectors of --update. (default: zeros)",
      valueName: "vectors"), completion: .file())
  var updateContext: String?
  @Option(
    help: ArgumentHelp(
      "Keep words of --init or --update as they are there: all, or those in a file, one a line. With "
        + "--subwords their n-grams stay as well, of all every one.",
      valueName: "words"), completion: .file())
  var freeze: String?

  /// The file of vectors that training begins with.
  var path: String? { initial ?? update }

  var optionRules: [OptionRule] {
    [
      OptionRule(["--freeze"], need: "--init or --update", isMet: path != nil),
      OptionRule(["--update-context"], need: "--update", isMet: update != nil),
    ]
  }

  func validate() throws {
    if initial != nil && update != nil {
      throw ValidationError("--init and --update exclude each other")
    }
  }

  /// The words of --freeze; nil for all.
  func frozenWords() throws -> Set<String>? {
    guard let freeze, freeze != "all" else { return nil }
    return Set(try TokenProcessing.stopWords(contentsOf: freeze))
  }
}

/// Where a training that takes long keeps what it needs to be continued.
struct CheckpointOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Keep a checkpoint in this folder: every so often, and when interrupted.",
      valueName: "folder"), completion: .directory)
  var checkpoint: String?
  @Option(help: ArgumentHelp("The time between two checkpoints.", valueName: "seconds"))
  var checkpointEvery: Double = 300
  /// Thirty years.
  private static let mostSeconds = 1e9
  @Option(
    help: ArgumentHelp(
      "Continue from the checkpoint in this folder, and keep it up to date there.",
      valueName: "folder"), completion: .directory)
  var resume: String?

  func validate() throws {
    if folder?.isEmpty == true || resume?.isEmpty == true {
      throw ValidationError("an empty name for the folder of checkpoints")
    }
    try OptionCheck.positive([("--checkpoint-every", checkpointEvery)])
    guard checkpointEvery <= Self.mostSeconds else {
      throw ValidationError(
        "--checkpoint-every \(checkpointEvery); expected at most \(Int(Self.mostSeconds)) seconds")
    }
  }

  /// The folder that is written to, if any.
  var folder: String? { checkpoint ?? resume }

  /// The checkpoint's file in a folder.
  private static func file(in folder: String) -> String { folder + "/skipgram.checkpoint" }

  /// Makes the folder, and tells the files of a training where its checkpoint is kept.
  ///
  /// - Throws: ``WordtoolError`` of kind `cannotCreate`.
  func add(to files: inout TrainingFiles) throws {
    if let checkpoint, Ranks.isFirst { try OutputFolder.make(checkpoint) }
    files.checkpoint = folder.map { .init(path: Self.file(in: $0), name: $0) }
    files.resume = resume.map(Self.file)
  }

  /// Saves checkpoints now and then while a training goes on; nil where none are kept. Of several ranks
  /// all pause, and the first saves.
  func pausing(_ files: TrainingFiles, save: @escaping (String) throws -> Void) -> TrainingPause? {
    files.checkpoint.map { checkpoint in
      .init(every: .seconds(checkpointEvery)) {
        if Ranks.isFirst { try save(checkpoint.path) }
      }
    }
  }
}
