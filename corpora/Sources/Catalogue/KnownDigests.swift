import Libc
import WordtoolCore

/// The digests of files that came without one in the catalogue, as they were when they came first.
///
/// The first download is trusted, and every later one is held against it. A line a file, as `sha256sum`
/// has it with the address in place of the name: the digest, two blanks, the address.
struct KnownDigests {
  private let path: String
  private var digests: [String: String] = [:]

  /// Reads the list, which need not be there yet.
  ///
  /// - Throws: `WordtoolError`: `inputOutput`, `badData` for a line of another form.
  init(path: String) throws {
    self.path = path
    guard unsafe access(path, F_OK) == 0 else { return }
    for (number, line) in try LineReader.all(path).enumerated() where !line.isEmpty {
      let digest = String(line.prefix(64))
      guard CorpusCatalogue.isDigest(digest), line.dropFirst(64).hasPrefix("  ") else {
        throw WordtoolError(
          .badData, path: path, at: .line(number + 1), found: line,
          expected: "a SHA-256, two blanks and an address")
      }
      digests[String(line.dropFirst(66))] = digest
    }
  }

  /// The digest that came first from an address.
  func digest(of address: String) -> String? { digests[address] }

  /// Remembers a digest for good.
  ///
  /// - Throws: `WordtoolError`: `cannotCreate`, `inputOutput`.
  mutating func remember(_ digest: String, of address: String) throws {
    digests[address] = digest
    try OutputFile.write(to: path) { file in
      for (address, digest) in digests.sorted(by: { $0.key < $1.key }) {
        try file.write("\(digest)  \(address)\n")
      }
    }
  }
}
