public import WordtoolCore

extension WordVectors {
  /// Writes the vectors to a file, which appears under its name only when it is complete.
  ///
  /// - Parameters:
  ///   - path: the file, or `-` for standard output; text and word2vec binary become gzip under a name
  ///     that ends in `.gz`. Formats of two files put the words beside it: into `NAME.words` beside
  ///     `NAME.npy`, `metadata.tsv` beside `vectors.tsv`, `NAME_metadata.tsv` beside `NAME.tsv`.
  ///   - format: the format; nil lets the suffix of `path` decide.
  ///   - threads: how many threads make text; the bytes do not depend on it.
  /// - Throws: `WordtoolError`: `cannotCreate`, `inputOutput`, `usage` for a suffix that stands for
  ///   no format, or `unavailable` for a word that the format cannot hold.
  public func write(
    to path: String, format: Format? = nil, threads: Int = Workers.defaultCount
  ) throws {
    let format = try format ?? Format(forPath: path)
    try OutputFile.write(to: path) { try write(to: $0, format: format, threads: threads) }
  }

  /// Writes the vectors to an open file and leaves the commit to the caller.
  ///
  /// - Throws: as ``write(to:format:threads:)``.
  package func write(
    to file: OutputFile, format: Format, threads: Int = Workers.defaultCount
  ) throws {
    try located {
      for row in 0..<count { try storage.check(row: row) }
    }
    switch format {
    case .safetensors: try dequantized().writeSafetensors(to: file)
    case .safetensorsInt8: try quantizedWithoutLoss().writeSafetensors(to: file)
    case .safetensorsFloat16: try halved().writeSafetensors(to: file, isHalf: true)
    case .safetensorsPQ where storage.rows is ProductRows: try writeSafetensors(to: file)
    case .numpyArchive: try writeNumPyArchive(to: file)
    case .finalfusion: try writeFinalfusion(to: file)
    case .fastTextModel: try writeFastTextModel(to: file)
    case .floret: try writeFloret(to: file, threads: threads)
    case .floretModel: try writeFloretModel(to: file)
    case .numpy, .projector:
      try writeTable(to: file, format: format, threads: threads)
    case .word2vecBinary: try writeWord2VecBinary(to: file)
    case .word2vecText, .fastTextVec, .glove:
      try writeText(to: file, format: format, threads: threads)
    case .safetensorsPQ, .safetensorsTable, .spacy, .model2vec, .staticEmbedding:
      throw WordtoolError(
        .usage, found: "the format \(format.rawValue)",
        expected: "one that is written: " + Format.writable.map(\.rawValue).joined(separator: ", "))
    }
  }
}
