import Tokenize
import WordtoolCore

/// Writes a model as an ARPA file, which KenLM, SRILM and others read, on all cores.
///
/// What ARPA has no place for, the unit and the tokenizer rule, stands in lines before the data
/// that begin with `#`, which those programs skip. Numbers have the shortest digits that give
/// the same float back. N-grams come in the order of their tokens' numbers.
struct ARPAWriter {
  private let model: NGramModel
  private let file: OutputFile
  private let threads: Int

  /// - Parameter threads: at least 1; the bytes do not depend on it.
  init(_ model: NGramModel, to file: OutputFile, threads: Int) {
    self.model = model
    self.file = file
    self.threads = threads
  }

  /// - Throws: `WordtoolError`: `inputOutput`; `badData` for a damaged file of our own; `usage` or
  ///   `unavailable` for threads.
  func write() throws {
    try file.write("\(ARPA.title)\(ARPA.version)\n\(ARPA.unit)\(model.unit.rawValue)\n")
    if let rule = model.tokenizerRule {
      try file.write("\(ARPA.tokenizer)\(try StoredJSON.text(rule))\n")
    }
    try file.write("\\data\\\n")
    for (index, count) in model.counts.enumerated() {
      try file.write("ngram \(index + 1)=\(count)\n")
    }
    let pieces = pieces()
    for length in 1...model.order {
      try file.write("\n\\\(length)-grams:\n")
      try write(length, pieces)
    }
    try file.write("\n\\end\\\n")
  }

  /// N-grams with these first tokens are made into text at a time.
  private static let continuationsPerPiece = 1 << 12

  /// Ranges of first tokens that have some continuations together.
  private func pieces() -> [Range<Int>] {
    let levels = model.store.levels
    var pieces: [Range<Int>] = []
    var (first, sum) = (0, 0)
    for token in 0..<model.vocabularyCount {
      sum += 1
      if levels.count > 1 { sum += levels[0].continuations(of: token, in: levels[1]).count }
      if sum < Self.continuationsPerPiece && token + 1 < model.vocabularyCount { continue }
      pieces.append(first..<token + 1)
      (first, sum) = (token + 1, 0)
    }
    return pieces
  }

  /// Writes the n-grams of one length.
  private func write(_ length: Int, _ pieces: [Range<Int>]) throws {
    let store = model.store
    let output = Turns(Output(file: file, counts: [Int](repeating: 0, count: length)))
    let next = PieceCounter()
    try Workers.run(count: min(threads, pieces.count)) { _ in
      var text = ARPAText(store, length: length)
      while let piece = next.take(below: pieces.count) {
        do {
          try text.make(pieces[piece])
        } catch {
          output.fail(piece)
          throw error
        }
        let isOpen: Void? = try output.take(piece) { output in
          for place in output.counts.indices { output.counts[place] += text.counts[place] }
          // Each n-gram continues one other: none is passed twice.
          for (count, level) in zip(output.counts, store.levels) where count > level.count {
            throw ARPAText.damage
          }
          try unsafe text.withBytes { try unsafe output.file.write($0) }
        }
        if isOpen == nil { return }
      }
    }
    let counts = output.take(pieces.count) { $0.counts } ?? []
    guard counts == Array(model.counts.prefix(length)) else { throw ARPAText.damage }
  }

  /// What the pieces write in turn.
  private struct Output: @unchecked Sendable {
    // Sendable: it is touched by the thread whose turn it is.
    let file: OutputFile
    /// How many n-grams of each length up to that of those that are written were passed.
    var counts: [Int]
  }
}

/// What reader and writer of ARPA files have to agree on.
enum ARPA {
  static let version = 1
  static let title = "# wordtool n-gram model, version "
  static let unit = "# unit: "
  static let tokenizer = "# tokenizer: "
}
