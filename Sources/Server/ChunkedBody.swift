/// A body that comes in chunks, RFC 9112, section 7.1.
struct ChunkedBody {
  private enum Place {
    case size
    case data(left: Int)
    case dataEnd
    case trailer
  }

  private let limits: ServerLimits
  private var place = Place.size
  private var trailerBytes = 0
  /// The content of the chunks so far.
  private(set) var content: [UInt8] = []

  /// A line with a chunk's size may be as long as this; what extensions say is not looked at.
  private static let longestLine = 256

  init(limits: ServerLimits) { self.limits = limits }

  /// Reads on from a place, which moves; true at the end of the body.
  mutating func read(_ bytes: [UInt8], from start: inout Int) throws(HTTPFailure) -> Bool {
    while true {
      switch place {
      case .size:
        guard let line = try line(of: bytes, from: &start) else { return false }
        let size = try Self.size(in: line)
        guard size <= limits.bodyBytes - content.count else {
          throw HTTPFailure(
            413, found: "a body of more than \(limits.bodyBytes) bytes",
            expected: "at most \(limits.bodyBytes)")
        }
        place = size == 0 ? .trailer : .data(left: size)
      case .data(let left):
        let count = min(left, bytes.count - start)
        content += bytes[start..<start + count]
        start += count
        guard count == left else {
          place = .data(left: left - count)
          return false
        }
        place = .dataEnd
      case .dataEnd:
        guard bytes.count - start >= 2 else { return false }
        guard bytes[start] == 0x0D, bytes[start + 1] == 0x0A else {
          throw HTTPFailure(400, found: "a chunk that is longer than it says", expected: "its size")
        }
        start += 2
        place = .size
      case .trailer:
        guard let line = try line(of: bytes, from: &start) else { return false }
        if line.isEmpty { return true }
        trailerBytes += line.count
        guard trailerBytes <= limits.headBytes else {
          throw HTTPFailure(431, found: "trailers of more than \(limits.headBytes) bytes")
        }
      }
    }
  }

  /// A line without its end; nil until it is whole.
  private func line(
    of bytes: [UInt8], from start: inout Int
  ) throws(HTTPFailure) -> ArraySlice<UInt8>? {
    guard let end = bytes[start...].prefix(Self.longestLine).firstIndex(of: 0x0A) else {
      guard bytes.count - start < Self.longestLine else {
        throw HTTPFailure(400, found: "a line of more than \(Self.longestLine) bytes among chunks")
      }
      return nil
    }
    guard end > start, bytes[end - 1] == 0x0D else {
      throw HTTPFailure(400, found: "a line feed alone", expected: "lines that end with CR LF")
    }
    defer { start = end + 1 }
    return bytes[start..<end - 1]
  }

  /// The hexadecimal number that a line begins with.
  private static func size(in line: ArraySlice<UInt8>) throws(HTTPFailure) -> Int {
    let digits = line.prefix { $0 != UInt8(ascii: ";") && $0 != 0x20 && $0 != 0x09 }
    // 15 digits fit a whole number whatever they are.
    guard (1...15).contains(digits.count),
      digits.allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }),
      let size = Int(String(decoding: digits, as: UTF8.self), radix: 16)
    else {
      throw HTTPFailure(400, found: "a chunk without a size", expected: "a hexadecimal number")
    }
    return size
  }
}
