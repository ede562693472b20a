import WordtoolCore

/// How vectors are made smaller. What is asked for is done in the order of the properties: fewer words,
/// without the top components, fewer values, fewer bits.
public struct CompressionOptions: Codable, Hashable, Sendable {
  /// How the values that are left are kept.
  public enum Encoding: Codable, Hashable, Sendable {
    /// As floats.
    case floats
    /// As IEEE 754 numbers of 16 bits.
    case float16
    /// As bytes with one factor a row.
    case int8
    /// As codes of a product quantizer, so many bytes a row, with or without a learned rotation, and
    /// one factor a row.
    case product(codeBytes: Int, rotates: Bool)
  }

  /// Only so many words stay, the most frequent ones: by their counts, or the first ones where there are
  /// none; nil for all.
  public var most: Int?
  /// Only words with at least this count stay; nil for all.
  public var minimumCount: Int64?
  /// How many of the directions in which vectors differ most are taken out of them, after their mean.
  /// Nil leaves the mean as well.
  ///
  /// - SeeAlso: Mu and Viswanath 2018, "All-but-the-Top: Simple and Effective Postprocessing for Word
  ///   Representations"; it takes about a hundredth of the dimension.
  public var allButTheTop: Int?
  /// How many values stay, those along the principal axes of the vectors at length 1; nil for all.
  public var principalAxes: Int?
  /// How values are kept.
  public var encoding: Encoding
  /// Where random choices start.
  public var seed: UInt64

  /// Bytes with one factor a row, and nothing else.
  public init(encoding: Encoding = .int8, seed: UInt64 = 1) {
    self.encoding = encoding
    self.seed = seed
  }

  /// The largest dimension of vectors whose axes are looked for: the work grows with its third power.
  public static let maximumDimension = OrthogonalMap.maximumDimension

  /// Refuses numbers out of their range.
  ///
  /// - Throws: `WordtoolError` of kind `usage` that names the property.
  public func validate() throws {
    if let most { try OptionCheck.require("most", most, in: 1 ... .max) }
    if let minimumCount {
      try OptionCheck.require("minimumCount", Int(minimumCount), in: 1 ... .max)
    }
    if let allButTheTop { try OptionCheck.require("allButTheTop", allButTheTop, in: 0...4096) }
    if let principalAxes {
      try OptionCheck.require("principalAxes", principalAxes, in: 1...4096)
    }
    if case .product(let codeBytes, _) = encoding {
      try OptionCheck.require("codeBytes", codeBytes, in: 1...4096)
    }
  }
}

/// Vectors that were made smaller, and what they were made of.
public struct CompressedVectors: Sendable {
  /// The smaller ones.
  public let vectors: WordVectors
  /// The same words as they were.
  public let originals: WordVectors
  /// The mean over the words of |x - y|² / |x|², x the vector before fewer values and bits, y what is
  /// left of it; the change that ``CompressionOptions/allButTheTop`` makes is no error.
  public let reconstructionError: Double
}
