import WordtoolCore

/// A special token, which is found in the text as it stands and never merged.
public struct SpecialToken: Codable, Hashable, Sendable {
  /// The text, at least one character.
  public var content: String
  /// Whether the token marks something and is left out of decoded text on request.
  public var isSpecial: Bool

  /// Describes a token.
  public init(_ content: String, isSpecial: Bool = true) {
    self.content = content
    self.isSpecial = isSpecial
  }
}

/// Byte-level byte-pair encoding: text as numbers of frequent byte sequences, and back without
/// loss, whatever the bytes are.
///
/// ```swift
/// let encoding = try BytePairEncoding.train(
///   on: texts, options: BytePairTrainingOptions(vocabularySize: 8000))
/// let ids = encoding.encode("the food was good")
/// try encoding.decodedText(ids)  // the food was good
/// ```
///
/// Text is cut into pieces by GPT-2's pattern; within a piece, which starts as single bytes, the
/// pair of neighbours that was learnt first is joined first, leftmost first, until no neighbours
/// make a pair. Sennrich et al. 2016; bytes after Radford et al. 2019.
///
/// A value: copies share their storage, and any number of threads may use it.
public struct BytePairEncoding: Sendable {
  /// One learnt pair and what it becomes, by token numbers.
  public struct Merge: Hashable, Sendable {
    /// The left token.
    public let left: Int32
    /// The right token.
    public let right: Int32
    /// The token both become.
    public let result: Int32
  }

  /// The merges in the order they are applied in.
  public let merges: [Merge]
  /// Special tokens with their numbers, by number.
  public let specialTokens: [(token: SpecialToken, id: Int32)]
  /// Whether a space is put before text that does not begin with one.
  public let addsPrefixSpace: Bool
  /// Whether text is cut by the pattern at all.
  public let splitsByPattern: Bool
  /// Whether a piece that is a token as a whole is taken as such before any merge.
  public let ignoresMerges: Bool

  /// The bytes of every token by number; nil where a number is not used.
  let tokens: [[UInt8]?]
  /// What makes tokens of texts.
  let rules: EncodingRules
  private let encoders = TextEncoders()

  /// Puts an encoding together.
  ///
  /// - Throws: ``WordtoolError`` of kind `badData`, without a path, when the parts do not fit.
  init(
    tokens: [[UInt8]?], merges: [Merge], specialTokens: [(token: SpecialToken, id: Int32)],
    addsPrefixSpace: Bool = false, splitsByPattern: Bool = true, ignoresMerges: Bool = false
  ) throws {
    var specials = Set<Int32>()
    for (token, id) in specialTokens {
      guard !token.content.isEmpty, id >= 0, Int(id) < tokens.count else {
        throw WordtoolError(
          .badData, found: "the special token '\(token.content)' with the number \(id)",
          expected: "some text and a number below \(tokens.count)")
      }
      specials.insert(id)
    }
    var byteIDs = [Int32](repeating: -1, count: 256)
    var wholePieces: [[UInt8]: Int32] = [:]
    for (id, bytes) in tokens.enumerated() {
      guard let bytes, !specials.contains(Int32(id)) else { continue }
      if bytes.count == 1 { byteIDs[Int(bytes[0])] = Int32(id) }
      if ignoresMerges { wholePieces[bytes] = Int32(id) }
    }
    let missing = byteIDs.indices.filter { byteIDs[$0] < 0 }
    guard missing.isEmpty else {
      throw WordtoolError(
        .badData, found: "no token for \(missing.count) of 256 bytes",
        expected: "a byte-level vocabulary, which can spell any text",
        remedy: "train it with the whole byte-level alphabet to begin with")
    }
    self.tokens = tokens
    self.merges = merges
    self.specialTokens = specialTokens.sorted { $0.id < $1.id }
    self.addsPrefixSpace = addsPrefixSpace
    self.splitsByPattern = splitsByPattern
    self.ignoresMerges = ignoresMerges
    rules = EncodingRules(
      parts: TextParts(
        specialTokens: self.specialTokens, addsPrefixSpace: addsPrefixSpace,
        splitsByPattern: splitsByPattern),
      byteIDs: byteIDs, merges: MergeTable(merges), wholePieces: wholePieces)
  }

  /// How many numbers there are: tokens are numbered 0 ..< `vocabularySize`.
  public var vocabularySize: Int { tokens.count }

  /// The bytes of a token, or nil when the number is not used.
  public func bytes(ofToken id: Int32) -> [UInt8]? {
    id >= 0 && Int(id) < tokens.count ? tokens[Int(id)] : nil
  }

  /// The numbers of a text's tokens.
  public func encode(_ text: String) -> [Int32] {
    var text = text
    return text.withUTF8 { unsafe encode($0) }
  }

  /// The numbers of the tokens of some bytes, which need not be UTF-8.
  public func encode(_ bytes: Span<UInt8>) -> [Int32] {
    unsafe bytes.withUnsafeBufferPointer { unsafe encode($0) }
  }

  private func encode(_ bytes: UnsafeBufferPointer<UInt8>) -> [Int32] {
    numbers { unsafe $0.write(bytes) }
  }

  /// The numbers that an encoder writes.
  private func numbers(_ write: (TextEncoder) -> Void) -> [Int32] {
    let work = encoders.take(rules, tokenCount: vocabularySize)
    defer {
      // One long text is no reason to keep the memory for another.
      work.output.removeAll(keepingAtMost: 1 << 20)
      encoders.giveBack(work)
    }
    write(work)
    return unsafe Array(work.output.bytes.bindMemory(to: Int32.self))
  }

  /// The numbers of a text's tokens, with merges left out at random: BPE-dropout (Provilkov et al.
  /// 2020), which shows a model many spellings of a word.
  ///
  /// - Parameters:
  ///   - text: the text.
  ///   - dropout: the probability that a merge is passed over, 0 ... 1. At 1 every byte is a token.
  ///   - seed: decides the choices.
  /// - Throws: `WordtoolError` of kind `usage` for a dropout that is no probability.
  public func encode(_ text: String, dropout: Double, seed: UInt64) throws -> [Int32] {
    var text = text
    return try text.withUTF8 { try unsafe encode($0, dropout: dropout, seed: seed) }
  }

  /// The numbers of the tokens of some bytes, with merges left out at random.
  ///
  /// - Throws: `WordtoolError` of kind `usage` for a dropout that is no probability.
  public func encode(_ bytes: Span<UInt8>, dropout: Double, seed: UInt64) throws -> [Int32] {
    try unsafe bytes.withUnsafeBufferPointer { try unsafe encode($0, dropout: dropout, seed: seed) }
  }

  private func encode(
    _ bytes: UnsafeBufferPointer<UInt8>, dropout: Double, seed: UInt64
  ) throws -> [Int32] {
    try OptionCheck.require("dropout", dropout, .probability)
    if dropout == 0 { return unsafe encode(bytes) }
    return numbers { unsafe $0.write(bytes, dropout: dropout, seed: seed) }
  }

  /// The bytes that tokens stand for.
  ///
  /// - Parameters:
  ///   - ids: the numbers of pieces.
  ///   - skipsSpecialTokens: leaves out tokens that mark something.
  /// - Throws: `WordtoolError` of kind `badData` for a number that is not used.
  public func decode(_ ids: some Sequence<Int32>, skipsSpecialTokens: Bool = false) throws
    -> [UInt8]
  {
    let skipped = skippedTokens(skipsSpecialTokens)
    var bytes: [UInt8] = []
    for id in ids {
      guard let token = self.bytes(ofToken: id) else {
        throw WordtoolError(
          .badData, found: "the token number \(id)", expected: "0 to \(tokens.count - 1)")
      }
      if !skipped.contains(id) { bytes += token }
    }
    return bytes
  }

  /// The tokens that decoding leaves out.
  func skippedTokens(_ skipsSpecialTokens: Bool) -> Set<Int32> {
    Set(specialTokens.filter { skipsSpecialTokens && $0.token.isSpecial }.map(\.id))
  }

  /// The text that tokens stand for; bytes that are not UTF-8 become U+FFFD.
  ///
  /// - Throws: as ``decode(_:skipsSpecialTokens:)``.
  public func decodedText(
    _ ids: some Sequence<Int32>, skipsSpecialTokens: Bool = false
  ) throws -> String {
    String(
      decoding: try decode(ids, skipsSpecialTokens: skipsSpecialTokens), as: UTF8.self)
  }
}
