import Tokenize
import WordtoolCore

/// Writes a model as an ARPA file, which KenLM, SRILM and others read.
///
/// What ARPA has no place for, the unit and the tokenizer rule, stands in lines before the data
/// that begin with `#`, which those programs skip. Numbers have the shortest digits that give
/// the same float back.
struct ARPAWriter {
  private let model: NGramModel
  private let file: OutputFile
  /// The length of the n-grams that are written now.
  private var length = 1
  /// How many n-grams of each shorter length were passed on the way to these, and these themselves.
  private var passed: [Int] = []
  private var line: [UInt8] = []

  init(_ model: NGramModel, to file: OutputFile) {
    self.model = model
    self.file = file
  }

  /// - Throws: `WordtoolError`: `inputOutput`; `badData` for a damaged file of our own.
  mutating func write() throws {
    try file.write("\(ARPA.title)\(ARPA.version)\n\(ARPA.unit)\(model.unit.rawValue)\n")
    if let rule = model.tokenizerRule {
      try file.write("\(ARPA.tokenizer)\(try StoredJSON.text(rule))\n")
    }
    try file.write("\\data\\\n")
    for (index, count) in model.counts.enumerated() {
      try file.write("ngram \(index + 1)=\(count)\n")
    }
    for length in 1...model.order {
      self.length = length
      passed = [Int](repeating: 0, count: length)
      try file.write("\n\\\(length)-grams:\n")
      for first in 0..<model.vocabularyCount { try visit(first, 1, text(of: first)) }
      guard passed == Array(model.counts.prefix(length)) else { throw damage }
    }
    try file.write("\n\\end\\\n")
  }

  private func text(of word: Int) -> [UInt8] { unsafe Array(model.store.words.bytes(at: word)) }

  /// Parts of a sound file continue each other exactly once.
  private var damage: WordtoolError {
    WordtoolError(
      .badData, found: "n-grams that do not continue each other",
      expected: "each in one place", remedy: "the file of the model is damaged")
  }

  /// Writes the n-grams that begin with the one at `place`, of `depth` tokens spelt `text`.
  private mutating func visit(_ place: Int, _ depth: Int, _ text: [UInt8]) throws {
    let level = model.store.levels[depth - 1]
    passed[depth - 1] += 1
    guard passed[depth - 1] <= level.count else { throw damage }
    if depth == length { return try writeLine(place, level, text) }
    let next = model.store.levels[depth]
    var children = level.continuations(of: place, in: next).map {
      (word: Int(next.word(at: $0)), place: $0)
    }
    children.sort { $0.word < $1.word }
    for child in children {
      guard (0..<model.vocabularyCount).contains(child.word) else { throw damage }
      try visit(child.place, depth + 1, text + [UInt8(ascii: " ")] + self.text(of: child.word))
    }
  }

  private mutating func writeLine(_ place: Int, _ level: NGramLevel, _ text: [UInt8]) throws {
    line.removeAll(keepingCapacity: true)
    line.append(contentsOf: Float(level.logProbability(at: place)).description.utf8)
    line.append(UInt8(ascii: "\t"))
    line.append(contentsOf: text)
    if level.isContinued {
      line.append(UInt8(ascii: "\t"))
      line.append(contentsOf: Float(level.backoff(at: place)).description.utf8)
    }
    line.append(UInt8(ascii: "\n"))
    try file.write(line)
  }
}

/// What reader and writer of ARPA files have to agree on.
enum ARPA {
  static let version = 1
  static let title = "# wordtool n-gram model, version "
  static let unit = "# unit: "
  static let tokenizer = "# tokenizer: "
}
