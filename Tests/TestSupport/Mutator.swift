import WordtoolCore

/// Makes damaged copies of a file: damage as it happens to bytes and to text, and damage by somebody
/// who knows the format, so that what a header protects is met too. The same seed and number give the
/// same copy.
public struct Mutator: Sendable {
  /// What is known about a file's format.
  public indirect enum Layout: Sendable {
    /// Bytes.
    case binary
    /// Lines, numbers, perhaps JSON.
    case text
    /// A header in JSON with its length before it, and tensors.
    case safetensors
    /// Chunks with checksums.
    case png
    /// Another file, packed.
    case gzip(Layout)
  }

  /// The file as it is.
  public let original: [UInt8]
  /// What is damaged before it is packed; the file itself where nothing is packed.
  private let content: [UInt8]
  private let layout: Layout
  private let seed: UInt64
  private let parts: SafetensorsParts?
  private let chunks: [PNGChunk]

  /// Prepares the damage of one file.
  ///
  /// - Parameters:
  ///   - file: the file; with ``Layout/gzip(_:)`` what is packed.
  ///   - layout: its format.
  ///   - seed: decides every choice.
  public init(_ file: [UInt8], layout: Layout, seed: UInt64) {
    self.layout = layout
    self.seed = seed
    content = file
    var (whole, inner) = (file, layout)
    if case .gzip(let packed) = layout { (whole, inner) = (Gzip.stored(file), packed) }
    original = whole
    if case .safetensors = inner { parts = SafetensorsParts(file) } else { parts = nil }
    if case .png = inner { chunks = PNGChunk.all(in: file) } else { chunks = [] }
  }

  /// The copy of that number.
  public func mutant(_ number: Int) -> [UInt8] {
    var random = SeededGenerator(seed: seed ^ UInt64(number) &* 0xD6E8_FEB8_6659_FD93)
    if case .gzip(let inner) = layout {
      // Half of them reach the reader behind the unpacking.
      if Bool.random(using: &random) {
        return Gzip.stored(damaged(content, inner, &random))
      }
      return damaged(original, .binary, &random)
    }
    return damaged(content, layout, &random)
  }

  private func damaged(
    _ bytes: [UInt8], _ layout: Layout, _ random: inout SeededGenerator
  ) -> [UInt8] {
    var bytes = bytes
    let knows = Int.random(in: 0..<4, using: &random) > 0
    switch layout {
    case .safetensors where knows:
      if let parts { bytes = parts.damaged(&random) }
      if Int.random(in: 0..<8, using: &random) > 0 { return bytes }
    case .png where knows:
      if !chunks.isEmpty { bytes = PNGChunk.damaged(chunks, &random) }
      if Int.random(in: 0..<8, using: &random) > 0 { return bytes }
    default: break
    }
    // Most often one thing is wrong.
    let count = max(1, Int.random(in: -3...3, using: &random))
    for _ in 0..<count {
      if case .text = layout, Int.random(in: 0..<4, using: &random) > 0 {
        Damage.text.randomElement(using: &random)?.apply(to: &bytes, &random)
      } else {
        Damage.allCases.randomElement(using: &random)?.apply(to: &bytes, &random)
      }
    }
    return bytes
  }
}

/// A chunk of a PNG file.
struct PNGChunk: Sendable {
  var name: [UInt8]
  var data: [UInt8]

  private static let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]

  static func all(in file: [UInt8]) -> [PNGChunk] {
    var chunks: [PNGChunk] = []
    var at = signature.count
    while at + 12 <= file.count {
      let length = file[at..<at + 4].reduce(0) { $0 << 8 | Int($1) }
      guard at + 12 + length <= file.count else { break }
      chunks.append(
        PNGChunk(
          name: Array(file[at + 4..<at + 8]), data: Array(file[at + 8..<at + 8 + length])))
      at += 12 + length
    }
    return chunks
  }

  /// The file again, with lengths and checksums that are right.
  static func file(_ chunks: [PNGChunk]) -> [UInt8] {
    var file = signature
    for chunk in chunks {
      let body = chunk.name + chunk.data
      file += bigEndian(UInt32(chunk.data.count)) + body + bigEndian(Gzip.crc(body))
    }
    return file
  }

  private static func bigEndian(_ value: UInt32) -> [UInt8] {
    (0..<4).map { UInt8(truncatingIfNeeded: value >> (24 - 8 * $0)) }
  }

  /// A file in which a chunk's data, name or place is wrong: inside the packed pixels, too.
  static func damaged(_ chunks: [PNGChunk], _ random: inout SeededGenerator) -> [UInt8] {
    var chunks = chunks
    for _ in 0..<max(1, Int.random(in: -2...2, using: &random)) {
      guard let place = chunks.indices.randomElement(using: &random) else { break }
      switch Int.random(in: 0..<10, using: &random) {
      case 0: chunks.remove(at: place)
      case 1: chunks.insert(chunks[place], at: place)
      case 2: chunks.swapAt(place, 0)
      case 3: Damage.bitFlip.apply(to: &chunks[place].name, &random)
      default:
        Damage.allCases.randomElement(using: &random)?.apply(to: &chunks[place].data, &random)
      }
    }
    return file(chunks)
  }
}
