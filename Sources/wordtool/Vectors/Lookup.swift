import ArgumentParser
import Word2Vec
import WordtoolCore

/// Finds the words people ask for, and tells them about those that are not there.
///
/// An unknown word is reported on standard error with near spellings and the command goes on; if
/// nothing at all could be answered it ends with exit code 1, under `--strict` at once.
struct Lookup {
  let set: VectorSet
  private let strict: Bool
  private var answered = 0
  private var missed = 0

  init(_ set: VectorSet, _ options: LookupOptions) {
    self.set = set
    strict = options.strict
  }

  /// The vocabulary's spelling of `word`, or nil after telling that there is none.
  mutating func known(_ word: String) throws -> String? {
    if let row = set.row(of: word) { return set.vectors.word(at: row) }
    let near = set.vectors.nearSpellings(of: word)
    try tell(
      WordtoolError(
        .unavailable, found: "'\(word)' is not in the vocabulary",
        remedy: near.isEmpty ? nil : "near spellings: \(near.joined(separator: ", "))"))
    return nil
  }

  /// The vocabulary's spellings of `words`; nil when one of them is unknown, after telling about
  /// each.
  mutating func allKnown(_ words: [String]) throws -> [String]? {
    let found = try words.map { try known($0) }
    let spellings = found.compactMap { $0 }
    return spellings.count == words.count ? spellings : nil
  }

  /// Tells of a word that is missing; under `--strict` that is the end.
  mutating func tell(_ error: WordtoolError) throws {
    missed += 1
    if strict { throw error }
    StandardError.note(error.description)
  }

  /// Notes that a question was answered.
  mutating func countAnswer() { answered += 1 }

  /// Ends with exit code 1 when words were missing and nothing was answered.
  func finish() throws {
    if answered == 0 && missed > 0 { throw ExitCode(1) }
  }
}
