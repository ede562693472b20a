import WordtoolCore

/// Reads a zip archive without compression (APPNOTE.TXT of PKWARE, 4.3), by its directory, and
/// checks that directory, local headers and checksums agree.
public enum StoredZip {
  /// One file of the archive.
  public struct Member: Hashable, Sendable {
    /// Its name, with folders.
    public var name: String
    /// What it holds.
    public var bytes: [UInt8]
  }

  /// The files in the order of the directory.
  public static func members(of archive: [UInt8]) throws -> [Member] {
    func check(_ condition: Bool, _ at: Int) throws {
      guard condition else {
        throw WordtoolError(.badData, at: .byte(at), found: "no zip archive as it should be")
      }
    }
    func number(_ at: Int, _ size: Int) throws -> Int {
      try check(at >= 0 && at + size <= archive.count, at)
      return (0..<size).reduce(0) { $0 | Int(archive[at + $1]) << (8 * $1) }
    }
    // No comment follows the end record.
    let end = archive.count - 22
    try check(number(end, 4) == 0x0605_4B50, end)
    var (count, at) = (try number(end + 10, 2), try number(end + 16, 4))
    if count == 0xFFFF || at == 0xFFFF_FFFF {
      try check(number(end - 20, 4) == 0x0706_4B50, end - 20)
      let wide = try number(end - 12, 8)
      try check(number(wide, 4) == 0x0606_4B50 && wide + 12 + number(wide + 4, 8) == end - 20, wide)
      (count, at) = (try number(wide + 32, 8), try number(wide + 48, 8))
      try check(at + number(wide + 40, 8) == wide, wide)
    }
    return try (0..<count).map { _ in
      try check(number(at, 4) == 0x0201_4B50 && number(at + 10, 2) == 0, at)
      let (nameLength, extraLength) = (try number(at + 28, 2), try number(at + 30, 2))
      var (size, offset) = (try number(at + 24, 4), try number(at + 42, 4))
      let extra = at + 46 + nameLength
      if size == 0xFFFF_FFFF {
        // The 64-bit field alone, with both sizes and the offset.
        try check(number(extra, 2) == 1 && number(extra + 2, 2) == extraLength - 4, extra)
        try check(number(extra + 4, 8) == number(extra + 12, 8), extra)
        size = try number(extra + 4, 8)
        if offset == 0xFFFF_FFFF { offset = try number(extra + 20, 8) }
      }
      let name = archive[at + 46..<extra]
      let start = offset + 30 + nameLength + (try number(offset + 28, 2))
      try check(number(offset, 4) == 0x0403_4B50 && start + size <= archive.count, offset)
      try check(archive[offset + 30..<offset + 30 + nameLength] == name, offset)
      let bytes = Array(archive[start..<start + size])
      for crc in [at + 16, offset + 14] { try check(number(crc, 4) == Int(Gzip.crc(bytes)), crc) }
      at = extra + extraLength + (try number(at + 32, 2))
      return Member(name: String(decoding: name, as: UTF8.self), bytes: bytes)
    }
  }
}
