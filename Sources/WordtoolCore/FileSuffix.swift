/// What follows the last dot of a file's name, and whether `.gz` follows that.
///
/// `a/wiki.vec.gz` has the suffix `vec` and is compressed; `notes`, `notes.gz` and `.hidden` have none.
package struct FileSuffix: Equatable, Sendable {
  /// The suffix in lower case, without its dot; empty when there is none.
  package let name: String
  /// Whether the name ends in `.gz`.
  package let isCompressed: Bool

  /// Looks at the last component of a path.
  package init(of path: String) {
    var rest = OutputTarget.split(path).name.lowercased()[...]
    isCompressed = rest.hasSuffix(".gz") && rest.count > 3
    if isCompressed { rest = rest.dropLast(3) }
    guard let dot = rest.lastIndex(of: "."), dot > rest.startIndex else {
      name = ""
      return
    }
    name = String(rest[rest.index(after: dot)...])
  }
}

extension WordtoolError {
  /// An output whose name promises what will not be in it.
  ///
  /// - Parameters:
  ///   - suffix: of the name.
  ///   - path: the name.
  ///   - content: what will be in it: "an ARPA file".
  ///   - known: the suffixes that stand for that.
  ///   - remedy: another way to say what is wanted.
  package init(
    suffix: FileSuffix, of path: String, for content: String, known: [String],
    remedy: String? = nil
  ) {
    let names = known.map { "." + $0 }.joined(separator: ", ")
    self.init(
      .usage, path: path, found: "the suffix .\(suffix.name) for \(content)",
      expected: names + " or none", remedy: remedy)
  }
}
