import Libc

/// Cuts texts at special tokens, and what is between them into pieces.
struct TextParts: Sendable {
  /// Whether a space is put before a part that does not begin with one.
  let addsPrefixSpace: Bool
  /// Whether parts are cut by the pattern at all.
  let splitsByPattern: Bool
  private let specials: [(bytes: [UInt8], id: Int32)]
  /// The bytes that special tokens begin with: whether each is one, and it if it is the only one.
  private let starts: [Bool]
  private let onlyStart: UInt8?

  init(
    specialTokens: [(token: SpecialToken, id: Int32)], addsPrefixSpace: Bool, splitsByPattern: Bool
  ) {
    self.addsPrefixSpace = addsPrefixSpace
    self.splitsByPattern = splitsByPattern
    specials = specialTokens.map { (Array($0.token.content.utf8), $0.id) }
    let first = Set(specials.map { $0.bytes[0] })
    starts = (0..<256).map { first.contains(UInt8($0)) }
    onlyStart = first.count == 1 ? first.first : nil
  }

  /// Calls one of two bodies for each special token and each part between them, in order.
  ///
  /// - Parameters:
  ///   - slack: how many bytes behind the text may be read.
  ///   - part: gets bytes, and how many behind them may be read.
  func forEachPart(
    _ text: UnsafeBufferPointer<UInt8>, slack: Int = 0, special: (Int32) -> Void,
    part: (UnsafeBufferPointer<UInt8>, _ slack: Int) -> Void
  ) {
    func plain(_ range: Range<Int>) {
      if range.isEmpty { return }
      let bytes = unsafe UnsafeBufferPointer(rebasing: text[range])
      guard addsPrefixSpace, unsafe bytes[0] != 0x20 else {
        return unsafe part(bytes, slack + text.count - range.upperBound)
      }
      let padding = 16
      var copy: [UInt8] = [0x20]
      copy.reserveCapacity(bytes.count + 1 + padding)
      unsafe copy.append(contentsOf: bytes)
      for _ in 0..<padding { copy.append(0) }
      unsafe copy.withUnsafeBufferPointer {
        unsafe part(UnsafeBufferPointer(rebasing: $0[..<(bytes.count + 1)]), padding)
      }
    }
    var done = 0
    var at = 0
    while let start = unsafe specialStart(in: text, from: at) {
      at = start
      // The longest of those that begin here.
      var best: (length: Int, id: Int32) = (0, -1)
      for content in specials where content.bytes.count > best.length {
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

  /// The first place where a special token may begin.
  private func specialStart(in text: UnsafeBufferPointer<UInt8>, from start: Int) -> Int? {
    guard !specials.isEmpty, start < text.count, let base = text.baseAddress else { return nil }
    if let onlyStart {
      // SAFETY: the bytes from `start` on are those of the text.
      return unsafe memchr(base + start, Int32(onlyStart), text.count - start)
        .map { unsafe UnsafeRawPointer($0) - UnsafeRawPointer(base) }
    }
    return unsafe text[start...].firstIndex { starts[Int($0)] }
  }

  /// Calls `body` for each piece of a part, in order.
  ///
  /// - Parameter body: gets the piece, and how many bytes behind it may be read.
  @inline(__always)
  func forEachPiece(
    of part: UnsafeBufferPointer<UInt8>, slack: Int, kinds: CharacterKinds,
    _ body: (UnsafePointer<UInt8>, _ count: Int, _ slack: Int) -> Void
  ) {
    guard let base = part.baseAddress, part.count > 0 else { return }
    let (end, readable) = (part.count, part.count &+ slack)
    guard splitsByPattern else { return unsafe body(base, end, slack) }
    let cutter = unsafe PieceCutter(base, end: end, readable: readable, kinds: kinds)
    var at = 0
    while at < end {
      let next = cutter.end(from: at)
      // SAFETY: pieces lie one behind another inside the part.
      unsafe body(base + at, next &- at, readable &- next)
      at = next
    }
  }
}
