import SeqModels
import WordtoolCore

extension ConvertCommand {
  /// Writes a model of n-grams in the format that the name of the output says.
  ///
  /// - Throws: ``WordtoolError``: `usage` for options that are about vectors and for other names; what
  ///   reading and writing give.
  func convertNGramModel() throws {
    let others: [(name: String, isGiven: Bool)] = [
      ("--format", self.format != nil), ("--replace-blanks", replaceBlanks != nil),
      ("--restrict", restrict.restrict != nil), ("--lossy", reading.lossy),
      ("--word-list", reading.wordList != nil),
    ]
    if let other = others.first(where: \.isGiven)?.name {
      throw WordtoolError(
        .usage, path: input, found: "an n-gram model and \(other), which is for vectors",
        expected: "a name in .safetensors or .arpa alone")
    }
    let format = NGramModel.Format(forPath: output)
    try OutputPaths.check([output], inputs: [input])
    let file = try OutputKind.nGrams(format).open(output)
    try NGramModel(contentsOf: input).write(to: file, format: format)
    try file.commit()
  }
}
