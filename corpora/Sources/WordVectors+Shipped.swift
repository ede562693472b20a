public import Word2Vec
public import WordtoolCore

extension WordVectors {
  /// The vectors that ship with the project: words of English Wikipedia, under CC BY-SA 3.0.
  ///
  /// ```swift
  /// import Corpora
  /// import Word2Vec
  ///
  /// let vectors = try WordVectors.shipped()
  /// print(try vectors.neighbors(of: "sweden").map(\.word))
  /// ```
  ///
  /// - Throws: ``WordtoolError`` of kind `noSuchInput` that says where the file was looked for.
  public static func shipped(threads: Int = Workers.defaultCount) throws -> WordVectors {
    try WordVectors(
      contentsOf: ShippedFiles.path(of: ShippedFiles.vectors), options: .init(threads: threads))
  }
}

extension ShippedFiles {
  /// The name of the vectors that ship, inside the folder of shipped files.
  public static let vectors = "vectors/wikipedia-2015.safetensors"
}
