import ArgumentParser
import BLASCore
import Tokenize
import Word2Vec
import WordtoolCore

/// `wordtool info`: what vectors are, and what machine this is.
struct InfoCommand: ParsableCommand, ConditionalOptions {
  static let configuration = CommandConfiguration(
    commandName: "info",
    abstract: "Describe a file, and the machine and libraries the tool runs on.",
    discussion: """
      FILE is vectors, a model, a checkpoint, an encoder, a vocabulary, a set of images, tunes, a folder \
      of texts or images or whatever else wordtool reads or writes: its content decides, and the \
      answer names the commands that take it. Without FILE the vectors are described that commands use when none are named, \
      and why it is those.

      Example:
        wordtool info
        wordtool info wiki.safetensors --json
        wordtool info reviews.model
      """)

  @Argument(
    help: ArgumentHelp("The file to describe.", valueName: "file"), completion: .file())
  var path: String?

  @OptionGroup var vectors: VectorsOptions
  @OptionGroup var json: JSONOptions

  struct VectorsInfo: Encodable {
    var path: String
    var chosenBecause: DefaultVectors.Choice.Reason
    var format: String?
    var words: Int
    var dimension: Int
    var counts: Bool
    var metadata: [String: String]
  }

  struct MachineInfo: Encodable {
    var version: String
    var cores: Int
    var memoryBytes: Int
    var simd: String
    var blas: String
    var icu: String
    var unicode: String
  }

  struct Answer: Encodable {
    var vectors: VectorsInfo?
    /// Of a file that holds something else.
    var file: FileDescription?
    var machine: MachineInfo
  }

  var optionRules: [OptionRule] {
    [OptionRule(["--vectors", "-v"], need: "info without a file of its own", isMet: path == nil)]
  }

  func run() throws {
    if let (kind, file) = path.flatMap(FileRecognizer.described), kind != .vectors {
      return try tell(Answer(file: try FileDescription(kind, path: file), machine: Self.machine))
    }
    var described: VectorsInfo?
    var absence: WordtoolError?
    var choice: DefaultVectors.Choice?
    do {
      choice = try DefaultVectors.choose(option: path ?? vectors.vectors)
    } catch let error as WordtoolError {
      // No vectors at all is something to tell, and no reason to hide the machine.
      absence = error
    }
    if let choice {
      let set = try open(choice)
      for warning in set.warnings { StandardError.warn("\(choice.path): \(warning)") }
      VectorSet.warnIfUntrained(set, named: choice.path)
      described = VectorsInfo(
        path: choice.path, chosenBecause: choice.reason, format: set.format?.rawValue,
        words: set.count, dimension: set.dimension, counts: set.counts != nil,
        metadata: set.metadata)
    }
    try tell(Answer(vectors: described, machine: Self.machine), choice, absence)
  }

  private func open(_ choice: DefaultVectors.Choice) throws -> WordVectors {
    do { return try choice.open(vectors.reading.options()) } catch var error as WordtoolError
      where path.map(InputFiles.isReadAgain) == false && error.kind == .badData
    {
      error.remedy = "of what comes through a pipe vectors alone are described; write it to a file"
      throw error
    }
  }

  private func tell(
    _ answer: Answer, _ choice: DefaultVectors.Choice? = nil, _ absence: WordtoolError? = nil
  ) throws {
    if json.json { try JSONOutput.write(answer) } else { try print(answer, choice, absence) }
  }

  private static var machine: MachineInfo {
    MachineInfo(
      version: WordTool.version, cores: Workers.defaultCount,
      memoryBytes: MemorySizes.available,
      simd: (try? KernelTable.selected().name) ?? "unknown",
      blas: BLASLibrary.coreName + ", " + BLASLibrary.configuration,
      icu: TokenizerRule.currentICUVersion,
      unicode: TokenizerRule.currentUnicodeVersion)
  }

  private func print(
    _ answer: Answer, _ choice: DefaultVectors.Choice?, _ absence: WordtoolError?
  ) throws {
    var lines: [(String, String)] = []
    if let set = answer.vectors, let choice {
      lines += [
        ("vectors", set.path), ("chosen because", choice.explanation),
        ("format", set.format ?? "unknown"), ("words", NumberFormat.grouped(set.words)),
        ("dimension", String(set.dimension)), ("word counts", set.counts ? "yes" : "no"),
      ]
      for (name, value) in set.metadata.sorted(by: { $0.key < $1.key }) {
        lines.append((JSONPhrase.name(name), JSONPhrase.phrase(value)))
      }
    } else if let file = answer.file {
      lines += file.lines
    } else if let absence {
      lines.append(("vectors", absence.description))
    }
    let machine = answer.machine
    lines += [
      ("wordtool", machine.version), ("cores", String(machine.cores)),
      ("memory", NumberFormat.bytes(machine.memoryBytes)), ("SIMD kernels", machine.simd),
      ("BLAS", machine.blas), ("ICU", "\(machine.icu), Unicode \(machine.unicode)"),
    ]
    try StandardOutput.shared.writePairs(lines)
  }
}
