import Libc
import WordtoolCore

extension CorpusDownload {
  /// What was found under the name of a file.
  public enum State: String, Codable, Sendable {
    /// The file with the digest that it must have.
    case right
    /// A file with another digest.
    case other
    /// A file of which no digest is known.
    case unknown
    /// Nothing.
    case missing
  }

  /// A file as it was found.
  public struct Finding: Codable, Hashable, Sendable {
    /// Its path.
    public var path: String
    /// What is there.
    public var state: State
    /// The digest of what is there.
    public var sha256: String?
    /// The digest that it must have, where one is known.
    public var expected: String?
  }

  /// Looks at the files that should be in the folder, and downloads nothing.
  ///
  /// - Returns: what was found, in the order of the catalogue.
  /// - Throws: `WordtoolError` of kind `inputOutput` or `noSuchInput` when a file cannot be read.
  public func verify() throws -> [Finding] {
    let known = try knownDigests.map(KnownDigests.init)
    return try entry.files.map { file in
      let path = folder + "/" + file.name
      let expected = file.sha256 ?? known?.digest(of: file.address)
      guard unsafe access(path, F_OK) == 0 else {
        return Finding(path: path, state: .missing, expected: expected)
      }
      var digest = SHA256()
      try digest.update(contentsOf: path)
      let found = digest.hexadecimal
      let state: State = expected == nil ? .unknown : found == expected ? .right : .other
      return Finding(path: path, state: state, sha256: found, expected: expected)
    }
  }
}
