import CZlib
package import WordtoolCore

/// The files inside a zip archive, as NumPy's `.npz` needs them: stored, with the 64-bit extension.
package enum ZipArchive {
  /// A file that is written into an archive.
  @safe package struct Member {
    /// Its name.
    let name: String
    /// Its size.
    let byteCount: Int
    /// Gives its bytes piece by piece. It is called twice, the first time for the checksum, and gives
    /// the same both times.
    let pieces: (_ piece: (UnsafeRawBufferPointer) throws -> Void) throws -> Void

    /// A file whose bytes are made as they are needed.
    package init(
      name: String, byteCount: Int,
      pieces: @escaping (_ piece: (UnsafeRawBufferPointer) throws -> Void) throws -> Void
    ) {
      self.name = name
      self.byteCount = byteCount
      unsafe self.pieces = pieces
    }

    /// A file in two parts, one behind the other.
    package init(name: String, head: [UInt8], body: [UInt8]) {
      unsafe self.init(name: name, byteCount: head.count + body.count) { piece in
        try unsafe head.withUnsafeBytes { try unsafe piece($0) }
        try unsafe body.withUnsafeBytes { try unsafe piece($0) }
      }
    }
  }

  /// The checksum of zip and gzip.
  ///
  /// - Parameter before: that of the bytes in front of these.
  static func checksum(_ bytes: UnsafeRawBufferPointer, after before: UInt32 = 0) -> UInt32 {
    var value = uLong(before)
    var rest = unsafe bytes[...]
    while unsafe !rest.isEmpty {
      let part = unsafe UnsafeRawBufferPointer(rebasing: rest.prefix(1 << 30))
      value = unsafe crc32(
        value, part.baseAddress?.assumingMemoryBound(to: UInt8.self), UInt32(part.count))
      unsafe rest = rest.dropFirst(part.count)
    }
    return UInt32(truncatingIfNeeded: value)
  }

  /// Appends little-endian bytes.
  static func append<Number: FixedWidthInteger>(_ number: Number, to bytes: inout [UInt8]) {
    unsafe withUnsafeBytes(of: number.littleEndian) { unsafe bytes.append(contentsOf: $0) }
  }

  /// Writes members without compression. Times are fixed, so equal members are equal bytes.
  ///
  /// - Throws: ``WordtoolError``: `usage` for a name that asks for gzip; `inputOutput`, before
  ///   anything is written when the disk has not the room.
  package static func write(_ members: [Member], to output: OutputFile) throws {
    try output.requirePlain("an archive")
    try output.expect(byteCount: members.reduce(0) { $0 + $1.byteCount })
    var directory: [UInt8] = []
    var offset = 0
    for member in members {
      var crc: UInt32 = 0
      var size = 0
      try unsafe member.pieces {
        crc = unsafe checksum($0, after: crc)
        size += $0.count
      }
      precondition(size == member.byteCount, "\(size) bytes of \(member.name)")
      // The 64-bit sizes are always there: readers take them whatever the size.
      var local: [UInt8] = []
      append(UInt32(0x0403_4B50), to: &local)
      appendDescription(member.name, crc, extraLength: 20, to: &local)
      local += Array(member.name.utf8)
      append(UInt16(1), to: &local)
      append(UInt16(16), to: &local)
      append(UInt64(size), to: &local)
      append(UInt64(size), to: &local)
      try output.write(local)
      try unsafe member.pieces { try unsafe output.write($0) }

      append(UInt32(0x0201_4B50), to: &directory)
      append(UInt16(45), to: &directory)
      appendDescription(member.name, crc, extraLength: 28, to: &directory)
      for value in [0, 0, 0] as [UInt16] { append(value, to: &directory) }
      for value in [0, .max] as [UInt32] { append(value, to: &directory) }
      directory += Array(member.name.utf8)
      append(UInt16(1), to: &directory)
      append(UInt16(24), to: &directory)
      append(UInt64(size), to: &directory)
      append(UInt64(size), to: &directory)
      append(UInt64(offset), to: &directory)
      offset += local.count + size
    }
    try output.write(directory)
    var end: [UInt8] = []
    append(UInt32(0x0606_4B50), to: &end)
    append(UInt64(44), to: &end)
    for value in [45, 45] as [UInt16] { append(value, to: &end) }
    for value in [0, 0] as [UInt32] { append(value, to: &end) }
    for value in [members.count, members.count, directory.count, offset] {
      append(UInt64(value), to: &end)
    }
    append(UInt32(0x0706_4B50), to: &end)
    append(UInt32(0), to: &end)
    append(UInt64(offset + directory.count), to: &end)
    append(UInt32(1), to: &end)
    append(UInt32(0x0605_4B50), to: &end)
    for value in [0, 0, .max, .max] as [UInt16] { append(value, to: &end) }
    for value in [.max, .max] as [UInt32] { append(value, to: &end) }
    append(UInt16(0), to: &end)
    try output.write(end)
  }

  /// What the header of a member and its entry in the directory have in common.
  private static func appendDescription(
    _ name: String, _ crc: UInt32, extraLength: UInt16, to bytes: inout [UInt8]
  ) {
    // Version 4.5, no flags, stored, midnight of the first day there is: 1980-01-01.
    for value in [45, 0, 0, 0, 0x21] as [UInt16] { append(value, to: &bytes) }
    for value in [crc, .max, .max] { append(value, to: &bytes) }
    append(UInt16(name.utf8.count), to: &bytes)
    append(extraLength, to: &bytes)
  }
}
