import Word2Vec
import WordtoolCore

/// The numbers of a map as other programs take them: an array of NumPy's, or the files of TensorBoard's
/// Embedding Projector, with the words beside them as `convert` writes them.
struct MapNumbers {
  private let file: OutputFile
  private let format: WordVectors.Format

  /// The format that a name stands for: `.npy`, `.npz`, and the names by which the projector knows its
  /// files, `vectors.tsv`, `tensors.tsv` or `NAME_vectors.tsv`. Nil for pictures and tables.
  static func format(of path: String) -> WordVectors.Format? {
    let suffix = FileSuffix(of: path)
    switch suffix.name {
    case "npy": return .numpy
    case "npz": return .numpyArchive
    case "tsv":
      let name = OutputTarget.split(path).name
      let stem = name.prefix { $0 != "." }.split(separator: "_").last ?? ""
      return ["vectors", "tensor", "tensors"].contains(stem) ? .projector : nil
    default: return nil
    }
  }

  /// Opens the files before the work; nil where the name stands for something else.
  ///
  /// - Throws: ``WordtoolError``: `usage` for a file that is an input too, `cannotCreate`.
  init?(path: String, inputs: [String?]) throws {
    guard let format = Self.format(of: path) else { return nil }
    let list = format.wordListPath(forPath: path)
    try OutputPaths.check([path, list], inputs: inputs)
    self.format = format
    file = try OutputKind.vectors(format).open(path)
    if let list, file.isFile { try OutputKind.list.attempt(list) }
  }

  /// Writes places, a row a word, and the words.
  func write(_ entries: [WordMap.Entry]) throws {
    let values = entries.flatMap { entry in
      ([entry.x, entry.y] + (entry.z.map { [$0] } ?? [])).map { Float($0) }
    }
    let places = try WordVectors(
      words: entries.map(\.word), dimension: entries.first?.z == nil ? 2 : 3, values: values)
    try places.write(to: file, format: format)
    try file.commit()
  }
}
