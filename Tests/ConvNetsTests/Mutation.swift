import TestSupport

/// Damage as it happens to files: bits turned, bytes replaced, parts lost, doubled or moved.
enum Mutation {
  /// A damaged copy.
  static func apply(
    to bytes: [UInt8], round: Int, _ generator: inout SeededGenerator
  ) -> [UInt8] {
    var bytes = bytes
    let damages = 1 + round % 4
    for _ in 0..<damages where !bytes.isEmpty {
      let place = Int.random(in: 0..<bytes.count, using: &generator)
      switch Int.random(in: 0..<9, using: &generator) {
      case 0, 1: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
      case 2: bytes[place] = UInt8.random(in: 0...255, using: &generator)
      case 3: bytes[place] = [0, 0x7F, 0x80, 0xFF].randomElement(using: &generator) ?? 0
      case 4: bytes.removeLast(bytes.count - place)
      case 5:
        let end = min(bytes.count, place + Int.random(in: 1...16, using: &generator))
        bytes.removeSubrange(place..<end)
      case 6:
        let end = min(bytes.count, place + Int.random(in: 1...16, using: &generator))
        bytes.insert(contentsOf: bytes[place..<end], at: place)
      case 7:
        // The header, where extents are.
        bytes[min(place, place % 32)] = UInt8.random(in: 0...255, using: &generator)
      default:
        let end = min(bytes.count, place + 4)
        for index in place..<end { bytes[index] = 0xFF }
      }
    }
    return bytes
  }
}
