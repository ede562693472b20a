/// Distinct tokens as bytes, numbered in the order they came, with a hash index.
///
/// A value whose numbers depend only on the order of the calls: no random hash seed takes part.
struct TokenTable: Sendable {
  private var bytes: [UInt8] = []
  private var starts: [Int] = [0]
  /// Numbers at the place of their hash, -1 where free; a power of two, at most half full.
  private var slots = [Int32](repeating: -1, count: 1 << 10)

  /// How many tokens there are.
  var count: Int { starts.count - 1 }

  /// The token with a number, 0 ..< `count`.
  func text(_ id: Int32) -> String { String(decoding: utf8(id), as: UTF8.self) }

  /// The bytes of the token with a number.
  func utf8(_ id: Int32) -> ArraySlice<UInt8> { bytes[starts[Int(id)]..<starts[Int(id) + 1]] }

  /// The number of a token, or nil.
  func find(_ token: UnsafeBufferPointer<UInt8>) -> Int32? {
    let id = slots[slot(of: token)]
    return id < 0 ? nil : id
  }

  /// The number of a token, or nil.
  func find(_ token: String) -> Int32? {
    var token = token
    return token.withUTF8 { find($0) }
  }

  /// The number of a token, which is added when it is new.
  mutating func add(_ token: UnsafeBufferPointer<UInt8>) -> (id: Int32, isNew: Bool) {
    let place = slot(of: token)
    if slots[place] >= 0 { return (slots[place], false) }
    precondition(count < Int(Int32.max), "more than \(Int32.max) distinct tokens")
    let id = Int32(count)
    bytes.append(contentsOf: token)
    starts.append(bytes.count)
    slots[place] = id
    if count * 2 > slots.count { grow() }
    return (id, true)
  }

  /// The number of a token, which is added when it is new.
  @discardableResult
  mutating func add(_ token: some Collection<UInt8>) -> (id: Int32, isNew: Bool) {
    Array(token).withUnsafeBufferPointer { add($0) }
  }

  /// Where the token stands, or the free place where it would.
  private func slot(of token: UnsafeBufferPointer<UInt8>) -> Int {
    let mask = slots.count - 1
    var place = Int(truncatingIfNeeded: Self.hash(token)) & mask
    while slots[place] >= 0 {
      let id = Int(slots[place])
      let start = starts[id]
      if starts[id + 1] - start == token.count {
        var same = 0
        while same < token.count, bytes[start + same] == token[same] { same += 1 }
        if same == token.count { return place }
      }
      place = (place + 1) & mask
    }
    return place
  }

  private mutating func grow() {
    slots = [Int32](repeating: -1, count: slots.count * 4)
    for id in 0..<count {
      let range = starts[id]..<starts[id + 1]
      let place = bytes.withUnsafeBufferPointer {
        slot(of: UnsafeBufferPointer(rebasing: $0[range]))
      }
      slots[place] = Int32(id)
    }
  }

  /// FNV-1a, its high bits folded into the low ones that the index uses.
  private static func hash(_ token: UnsafeBufferPointer<UInt8>) -> UInt64 {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in token { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
    return hash ^ (hash >> 29)
  }
}
