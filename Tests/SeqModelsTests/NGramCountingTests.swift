import SeqModels
import Testing
import TestSupport
import WordtoolCore

/// The same model for any number of threads and any memory.
@Suite struct NGramCountingTests {
  /// Words of which the first are so frequent that they are slices by themselves.
  private static func text(lines: Int, seed: UInt64) -> String {
    var source = SeededGenerator(seed: seed)
    return (0..<lines).map { _ in
      (0..<Int.random(in: 0...30, using: &source)).map { _ in
        let most = Int.random(in: 1...400, using: &source)
        return "w\(Int.random(in: 0..<most, using: &source) / 3)"
      }.joined(separator: " ") + "\n"
    }.joined()
  }

  @Test(arguments: [(6, TextUnit.word), (3, .word), (6, .char)])
  func theModelDoesNotDependOnThreadsOrMemory(_ order: Int, _ unit: TextUnit) throws {
    let folder = ScratchFolder()
    let text = try folder.write(Self.text(lines: 3000, seed: 5), to: "text")
    var options = NGramOptions()
    options.order = order
    options.unit = unit
    let model = try NGramModel.train(on: [text], options: options, threads: 1)
    try model.write(to: folder("1.arpa"))
    let bytes = try folder.bytes(of: "1.arpa")
    // A limit of nothing makes slices of 4,096 places, far fewer than the text has.
    for (threads, limit) in [(2, 1 << 30), (3, 1), (1, 1), (5, 1 << 20)] {
      let other = try NGramModel.train(
        on: [text], options: options, threads: threads, memoryLimit: limit)
      #expect(other == model, "\(threads) threads, \(limit) bytes")
      try OutputFile.write(to: folder("2.arpa")) { try other.write(to: $0, threads: threads) }
      #expect(try folder.bytes(of: "2.arpa") == bytes)
    }
  }

  @Test func threadsAndMemoryOutOfRangeAreRefused() throws {
    let folder = ScratchFolder()
    let text = try folder.write("a b c\n", to: "text")
    for (threads, limit, name) in [(0, 1, "threads"), (1, 0, "memoryLimit")] {
      let error = #expect(throws: WordtoolError.self) {
        try NGramModel.train(on: [text], threads: threads, memoryLimit: limit)
      }
      #expect(error?.kind == .usage && error?.found.contains(name) == true)
    }
  }
}
