import Libc
import TestSupport
import Testing
import WordtoolCore

/// A format of files that is read: a small file of it, and a question to what was read.
struct MutantFormat: Sendable, CustomTestStringConvertible {
  /// A file that is whole, and what is done with a copy of it.
  struct Sample {
    /// The bytes; of a packed format what is packed.
    var file: [UInt8]
    /// Reads a file and asks: the numbers of the answer.
    var ask: (_ path: String) throws -> [Double]
  }

  /// What it is called.
  var name: String
  /// What the names of its files end with.
  var suffix = ""
  /// What the damage may know of it.
  var layout = Mutator.Layout.binary
  /// How much longer a copy takes than one of the quickest format: that many times fewer are read.
  var cost = 1
  /// The public readers it goes through, as ``ReaderList`` finds them in the sources.
  var readers: [String]
  /// Makes the sample.
  var sample: @Sendable (_ folder: ScratchFolder) throws -> Sample

  var testDescription: String { name }

  /// All of them.
  static let all: [MutantFormat] =
    vectors + wordLists + texts + languageModels + classifiers + fastTextClassifiers + encoders
    + images + imageSets
    + imageModels + checkpoints + documentModels + commands
}

/// An answer that no file can have, whatever is wrong with it.
struct WrongAnswer: Error {}

/// Damaged copies of one format's file, read one after the other.
struct MutantRun {
  private let format: MutantFormat
  private let folder = ScratchFolder()
  private let sample: MutantFormat.Sample
  private let mutator: Mutator
  private let path: String
  /// How many copies were read and answered.
  private(set) var accepted = 0

  init(_ format: MutantFormat) throws {
    self.format = format
    sample = try format.sample(folder)
    mutator = Mutator(sample.file, layout: format.layout, seed: FNV1a.hash(format.name))
    path = folder("mutant" + format.suffix)
  }

  /// The size of the file.
  var byteCount: Int { mutator.original.count }

  /// What is wrong with the answer to the file as it is, or nil.
  mutating func faultOfOriginal() -> String? {
    let fault = fault(of: mutator.original)
    return accepted == 1 ? fault : fault ?? "the file is refused as it is"
  }

  /// What is wrong with what becomes of the copy with that number, or nil.
  mutating func fault(of number: Int) -> String? {
    fault(of: mutator.mutant(number)).map { "copy \(number): \($0)" }
  }

  private mutating func fault(of bytes: [UInt8]) -> String? {
    do {
      // Another file under the same name: what an answer still maps stays as it is.
      unlink(path)
      try TestFiles.write(bytes, to: path)
      let answer = try sample.ask(path)
      accepted += 1
      return answer.first { !$0.isFinite }.map { "the answer holds \($0)" }
    } catch let error as WordtoolError {
      let text = error.description
      if text.contains("\n") { return "more than one line: \(text)" }
      return text.contains("no memory for") ? text : nil
    } catch {
      return "an error that is no WordtoolError: \(error)"
    }
  }
}

extension FNV1a {
  fileprivate static func hash(_ text: String) -> UInt64 {
    var hash = FNV1a()
    for byte in text.utf8 { hash.add(byte) }
    return hash.value
  }
}
