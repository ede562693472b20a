/// Makes gzip data without compressing it (RFC 1952 with the stored blocks of RFC 1951).
public enum Gzip {
  /// The bytes as one gzip member.
  public static func stored(_ bytes: [UInt8]) -> [UInt8] {
    var data: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255]
    var start = 0
    repeat {
      let end = min(start + 65535, bytes.count)
      let count = UInt16(end - start)
      data.append(end == bytes.count ? 1 : 0)
      data += [UInt8(count & 255), UInt8(count >> 8), UInt8(~count & 255), UInt8(~count >> 8)]
      data += bytes[start..<end]
      start = end
    } while start < bytes.count
    for value in [crc(bytes), UInt32(truncatingIfNeeded: bytes.count)] {
      data += (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }
    return data
  }

  private static let crcs: [UInt32] = (0..<256).map { byte in
    (0..<8).reduce(UInt32(byte)) { crc, _ in crc & 1 != 0 ? crc >> 1 ^ 0xEDB8_8320 : crc >> 1 }
  }

  /// The checksum of gzip and of PNG's chunks.
  static func crc(_ bytes: [UInt8]) -> UInt32 {
    ~bytes.reduce(~UInt32(0)) { crcs[Int(($0 ^ UInt32($1)) & 255)] ^ $0 >> 8 }
  }
}
