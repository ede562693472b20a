import Tokenize
package import WordtoolCore

extension NGramModel {
  /// Writes the model as an ARPA file, which KenLM, SRILM and others read.
  ///
  /// What ARPA has no place for, the unit and the tokenizer rule, stands in lines before the data
  /// that begin with `#`, which those programs skip. Numbers have the shortest digits that give
  /// the same float back.
  ///
  /// - Parameter path: where it goes; `-` is standard output.
  /// - Throws: `WordtoolError`: `cannotCreate`, `inputOutput`.
  public func write(to path: String) throws { try OutputFile.write(to: path) { try write(to: $0) } }

  /// Writes the model into an open file.
  package func write(to file: OutputFile) throws {
    try file.write("\(ARPA.title)\(ARPA.version)\n\(ARPA.unit)\(unit.rawValue)\n")
    if let tokenizerRule {
      try file.write("\(ARPA.tokenizer)\(try StoredJSON.text(tokenizerRule))\n")
    }
    try file.write("\\data\\\n")
    for (index, level) in levels.enumerated() {
      try file.write("ngram \(index + 1)=\(level.words.count)\n")
    }
    for length in 1...order {
      try file.write("\n\\\(length)-grams:\n")
      var writer = LevelWriter(model: self, length: length, file: file)
      try writer.write()
    }
    try file.write("\n\\end\\\n")
  }

  /// Walks through the n-grams of one order.
  private struct LevelWriter {
    let model: NGramModel
    let length: Int
    let file: OutputFile
    var line: [UInt8] = []

    mutating func write() throws {
      for first in 0..<Int32(model.levels[0].words.count) {
        try visit(first, 1, Array(model.table.bytes(first)))
      }
    }

    /// Writes the n-grams that begin with `node`, an n-gram of `depth` tokens spelt `text`.
    private mutating func visit(_ node: Int32, _ depth: Int, _ text: [UInt8]) throws {
      let level = model.levels[depth - 1]
      if depth == length {
        line.removeAll(keepingCapacity: true)
        line.append(contentsOf: level.logProbabilities[Int(node)].description.utf8)
        line.append(UInt8(ascii: "\t"))
        line.append(contentsOf: text)
        if depth < model.order {
          line.append(UInt8(ascii: "\t"))
          line.append(contentsOf: level.backoffs[Int(node)].description.utf8)
        }
        line.append(UInt8(ascii: "\n"))
        return try file.write(line)
      }
      for child in level.firstChild[Int(node)]..<level.firstChild[Int(node) + 1] {
        let word = model.levels[depth].words[Int(child)]
        try visit(child, depth + 1, text + [UInt8(ascii: " ")] + model.table.bytes(word))
      }
    }
  }
}

/// What reader and writer of ARPA files have to agree on.
enum ARPA {
  static let version = 1
  static let title = "# wordtool n-gram model, version "
  static let unit = "# unit: "
  static let tokenizer = "# tokenizer: "
}
