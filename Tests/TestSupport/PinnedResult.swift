import Libc
import WordtoolCore

/// What a small seeded run gave, to its last bit.
public struct PinnedResult: Hashable, Sendable, CustomStringConvertible {
  /// The SHA-256 of its weights, file or pixels.
  public var digest: String
  /// Its losses, or other numbers on the way.
  public var numbers: [Double]

  /// A result as a table has it: the numbers in the shortest form that gives their bits back.
  public init(_ digest: String, _ numbers: [Double] = []) {
    self.digest = digest
    self.numbers = numbers
  }

  /// The result of a run that wrote a safetensors file. The header, whose text has versions in it,
  /// does not count.
  init(tensorFile bytes: [UInt8], _ numbers: [Double] = []) {
    let header = bytes.prefix(8).reversed().reduce(0) { $0 << 8 | Int($1) }
    self.init(SHA256(of: bytes.dropFirst(8 + header)).hexadecimal, numbers)
  }

  /// The result of a run whose model writes itself as a safetensors file.
  public init(_ numbers: [Double], writing: (_ path: String) throws -> Void) throws {
    let folder = ScratchFolder()
    try writing(folder("model"))
    self.init(tensorFile: try folder.bytes(of: "model"), numbers)
  }

  /// The line of a table.
  public var description: String {
    "PinnedResult(\"\(digest)\", [\(numbers.map { "\($0)" }.joined(separator: ", "))])"
  }

  /// Whether all bits are the same.
  public static func == (a: PinnedResult, b: PinnedResult) -> Bool {
    a.digest == b.digest && a.numbers.map(\.bitPattern) == b.numbers.map(\.bitPattern)
  }
}

/// A run whose result a table holds.
public struct PinnedRun: Sendable, CustomStringConvertible {
  /// What is run.
  public let name: String
  /// What it must give.
  public let expected: PinnedResult
  /// Runs it with a number of threads.
  public let run: @Sendable (_ threads: Int) throws -> PinnedResult

  /// A row of the table.
  public init(
    _ name: String, _ expected: PinnedResult,
    run: @escaping @Sendable (_ threads: Int) throws -> PinnedResult
  ) {
    self.name = name
    self.expected = expected
    self.run = run
  }

  /// The name.
  public var description: String { name }

  /// What is wrong with the run on one and on two threads; nil when nothing is.
  public func difference() throws -> String? {
    for threads in [1, 2] {
      let result = try run(threads)
      if result != expected { return "\(name), \(threads) threads: \(result)" }
    }
    return nil
  }
}

extension [PinnedRun] {
  /// What is wrong with all runs and the kernels of a name, in a process that has not chosen any yet.
  public func differences(withKernels name: String) throws -> [String] {
    setenv("WORDTOOL_KERNELS", name, 1)
    return try compactMap { try $0.difference() }
  }
}

/// Texts drawn from a seed: the same words on every machine and with every compiler.
public struct PinnedText: Sendable {
  /// Sentences of words by their numbers; lower numbers come more often, and a word says something
  /// about the next.
  public let sentences: [[Int]]

  /// Draws sentences of three to ten words.
  public init(sentences count: Int, words: Int, seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    func below(_ limit: Int) -> Int { Int(generator.next() % UInt64(limit)) }
    sentences = (0..<count).map { _ in
      var word = below(words)
      return (0..<3 + below(8)).map { _ in
        word = below(3) > 0 ? (5 * word + 2 + below(2)) % words : min(below(words), below(words))
        return word
      }
    }
  }

  /// A sentence in letters.
  public static func text(_ sentence: [Int]) -> String {
    sentence.map { "w\($0)" }.joined(separator: " ")
  }

  /// A line for each sentence.
  public var lines: String { sentences.map { Self.text($0) + "\n" }.joined() }
}
