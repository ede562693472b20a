public import WordtoolCore

/// The n-grams of characters that the vectors of words are made of (Bojanowski, Grave, Joulin and
/// Mikolov: Enriching Word Vectors with Subword Information, TACL 2017).
///
/// A word is written between `<` and `>`; its n-grams are all runs of `shortest` to `longest`
/// characters of that. They share rows by their hash, fastText's. A word's vector is the mean of its own
/// row and of theirs, so that words that were never seen have vectors too.
///
/// With ``hashCount`` words have no rows of their own: a word between its marks and each of its n-grams
/// have so many rows of one small table, found by as many hashes, and a word's vector is the mean of all
/// of these. That is floret's table (Boyd and Warmerdam, floret: lightweight, robust word vectors,
/// explosion.ai 2022), of the Bloom embeddings of Serrà and Karatzoglou (Getting Deep Recommenders Fit,
/// RecSys 2017).
public struct SubwordOptions: TrainingOptions {
  /// The fewest characters of an n-gram, 1 ... 100.
  public var shortest = 3
  /// The most characters of an n-gram, `shortest` ... 100.
  public var longest = 6
  /// Rows that n-grams share, 1 ... 100,000,000; nil for four for each n-gram of the text's words, at
  /// most 2,000,000, fastText's number, and at most 50,000 with ``hashCount``.
  public var bucketCount: Int?
  /// Rows of each word and of each n-gram in floret's table, 1 ... 4; nil for fastText's way, in which
  /// an n-gram has one row and a word a row of its own.
  public var hashCount: Int?

  /// The defaults, fastText's.
  public init() {}

  /// Checks every range.
  ///
  /// - Throws: `WordtoolError` of kind `usage` that names the property.
  public func validate() throws {
    try OptionCheck.require("shortest", shortest, in: 1...100)
    try OptionCheck.require("longest", longest, in: shortest...100)
    if let bucketCount {
      try OptionCheck.require("bucketCount", bucketCount, in: 1...100_000_000)
    }
    if let hashCount { try OptionCheck.require("hashCount", hashCount, in: 1...4) }
  }
}
