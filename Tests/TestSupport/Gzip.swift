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

  private static func crc(_ bytes: [UInt8]) -> UInt32 {
    var crc = ~UInt32(0)
    for byte in bytes {
      crc ^= UInt32(byte)
      for _ in 0..<8 { crc = crc & 1 != 0 ? crc >> 1 ^ 0xEDB8_8320 : crc >> 1 }
    }
    return ~crc
  }
}
