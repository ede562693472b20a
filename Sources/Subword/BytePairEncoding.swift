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
  /// The number of the token of each single byte.
  let byteIDs: [Int32]
  /// The rank of each pair.
  let ranks: PairTable
  let wholePieces: [[UInt8]: Int32]
  private let encoders = PieceEncoders()

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
    var ranks = PairTable(expectedCount: merges.count)
    for (rank, merge) in merges.enumerated() {
      ranks.set(merge.left, merge.right, to: Int32(rank))
    }
    self.tokens = tokens
    self.merges = merges
    self.specialTokens = specialTokens.sorted { $0.id < $1.id }
    self.addsPrefixSpace = addsPrefixSpace
    self.splitsByPattern = splitsByPattern
    self.ignoresMerges = ignoresMerges
    self.byteIDs = byteIDs
    self.ranks = ranks
    self.wholePieces = wholePieces
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

  func encode(_ bytes: UnsafeBufferPointer<UInt8>) -> [Int32] {
    var ids: [Int32] = []
    let work = encoders.take()
    defer { encoders.giveBack(work) }
    unsafe forEachPiece(bytes, special: { ids.append($0) }) { piece in
      if unsafe work.cache.append(piece, to: &ids) { return }
      let start = ids.count
      unsafe encodePiece(piece, work, into: &ids)
      unsafe work.cache.store(piece, ids[start...])
    }
    return ids
  }

  /// The numbers of a text's tokens, with merges left out at random: BPE-dropout (Provilkov et al.
  /// 2020), which shows a model many spellings of a word.
  ///
  /// - Parameters:
  ///   - dropout: the probability that a merge is passed over, 0 ... 1. At 1 every byte is a token.
  ///   - seed: decides the choices.
  /// - Throws: ``WordtoolError`` of kind `usage` for a dropout that is no probability.
  public func encode(_ text: String, dropout: Double, seed: UInt64) throws -> [Int32] {
    var text = text
    return try text.withUTF8 { try unsafe encode($0, dropout: dropout, seed: seed) }
  }

  /// The numbers of the tokens of some bytes, with merges left out at random.
  ///
  /// - Throws: ``WordtoolError`` of kind `usage` for a dropout that is no probability.
  public func encode(_ bytes: Span<UInt8>, dropout: Double, seed: UInt64) throws -> [Int32] {
    try unsafe bytes.withUnsafeBufferPointer { try unsafe encode($0, dropout: dropout, seed: seed) }
  }

  private func encode(
    _ bytes: UnsafeBufferPointer<UInt8>, dropout: Double, seed: UInt64
  ) throws -> [Int32] {
    try OptionCheck.require("dropout", dropout, .probability)
    if dropout == 0 { return unsafe encode(bytes) }
    var ids: [Int32] = []
    let work = PieceEncoder()
    var random = DropoutSource(state: seed)
    unsafe forEachPiece(bytes, special: { ids.append($0) }) { piece in
      unsafe work.encode(
        piece, byteIDs: byteIDs, ranks: ranks, merges: merges,
        isDropped: { random.nextUnit() < dropout }, into: &ids)
    }
    return ids
  }

  /// The bytes that tokens stand for.
  ///
  /// - Parameter skipsSpecialTokens: leaves out tokens that mark something.
  /// - Throws: ``WordtoolError`` of kind `badData` for a number that is not used.
  public func decode(_ ids: some Sequence<Int32>, skipsSpecialTokens: Bool = false) throws
    -> [UInt8]
  {
    let skipped = Set(specialTokens.filter { skipsSpecialTokens && $0.token.isSpecial }.map(\.id))
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

  /// The text that tokens stand for; bytes that are not UTF-8 become U+FFFD.
  ///
  /// - Throws: as ``decode(_:skipsSpecialTokens:)``.
  public func decodedText(
    _ ids: some Sequence<Int32>, skipsSpecialTokens: Bool = false
  ) throws -> String {
    String(
      decoding: try decode(ids, skipsSpecialTokens: skipsSpecialTokens), as: UTF8.self)
  }

  private func encodePiece(
    _ piece: UnsafeBufferPointer<UInt8>, _ work: PieceEncoder, into ids: inout [Int32]
  ) {
    if ignoresMerges, let id = unsafe wholePieces[Array(piece)] {
      ids.append(id)
      return
    }
    unsafe work.encode(
      piece, byteIDs: byteIDs, ranks: ranks, merges: merges, isDropped: nil, into: &ids)
  }

  /// Calls one of two bodies for each special token and each piece between them, in order.
  func forEachPiece(
    _ text: UnsafeBufferPointer<UInt8>, special: (Int32) -> Void,
    piece: (UnsafeBufferPointer<UInt8>) -> Void
  ) {
    func plain(_ range: Range<Int>) {
      if range.isEmpty { return }
      let part = unsafe UnsafeBufferPointer(rebasing: text[range])
      if addsPrefixSpace, unsafe part[0] != 0x20 {
        unsafe ([0x20] + Array(part)).withUnsafeBufferPointer { unsafe pieces($0) }
      } else {
        unsafe pieces(part)
      }
    }
    func pieces(_ part: UnsafeBufferPointer<UInt8>) {
      guard splitsByPattern else {
        unsafe piece(part)
        return
      }
      var cutter = unsafe PreTokenizer(part)
      while let range = cutter.next() { unsafe piece(UnsafeBufferPointer(rebasing: part[range])) }
    }
    guard !specialTokens.isEmpty else {
      plain(0..<text.count)
      return
    }
    let contents = specialTokens.map { (bytes: Array($0.token.content.utf8), id: $0.id) }
    var starts = [Bool](repeating: false, count: 256)
    for content in contents { starts[Int(content.bytes[0])] = true }
    var done = 0
    var at = 0
    while at < text.count {
      guard unsafe starts[Int(text[at])] else {
        at += 1
        continue
      }
      // The longest of those that begin here.
      var best: (length: Int, id: Int32) = (0, -1)
      for content in contents where content.bytes.count > best.length {
        let end = at + content.bytes.count
        if end <= text.count, unsafe text[at..<end].elementsEqual(content.bytes) {
          best = (content.bytes.count, content.id)
        }
      }
      if best.length == 0 {
        at += 1
        continue
      }
      plain(done..<at)
      special(best.id)
      at += best.length
      done = at
    }
    plain(done..<text.count)
  }
}
