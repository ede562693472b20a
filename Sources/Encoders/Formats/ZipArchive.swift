import CZlib
import WordtoolCore

/// The files inside a zip archive, as NumPy's `.npz` needs them: stored, with the 64-bit extension.
enum ZipArchive {
  /// The checksum of zip and gzip.
  ///
  /// - Parameter before: that of the bytes in front of these.
  static func checksum(_ bytes: [UInt8], after before: UInt32 = 0) -> UInt32 {
    var value = uLong(before)
    bytes.withUnsafeBufferPointer { all in
      var rest = all[...]
      while !rest.isEmpty {
        let part = UnsafeBufferPointer(rebasing: rest.prefix(1 << 30))
        value = crc32(value, part.baseAddress, UInt32(part.count))
        rest = rest.dropFirst(part.count)
      }
    }
    return UInt32(truncatingIfNeeded: value)
  }

  /// Appends little-endian bytes.
  static func append<Number: FixedWidthInteger>(_ number: Number, to bytes: inout [UInt8]) {
    withUnsafeBytes(of: number.littleEndian) { bytes.append(contentsOf: $0) }
  }

  /// Writes members without compression. Times are fixed, so equal members are equal bytes.
  ///
  /// - Parameter members: the contents of each in two parts, one behind the other.
  static func write(
    _ members: [(name: String, head: [UInt8], body: [UInt8])], to output: OutputFile
  ) throws {
    try output.requirePlain("an archive")
    try output.expect(byteCount: members.reduce(0) { $0 + $1.head.count + $1.body.count })
    var directory: [UInt8] = []
    var offset = 0
    for (name, head, body) in members {
      let crc = checksum(body, after: checksum(head))
      let size = head.count + body.count
      // The 64-bit sizes are always there: readers take them whatever the size.
      var local: [UInt8] = []
      append(UInt32(0x0403_4B50), to: &local)
      appendDescription(name, crc, extraLength: 20, to: &local)
      local += Array(name.utf8)
      append(UInt16(1), to: &local)
      append(UInt16(16), to: &local)
      append(UInt64(size), to: &local)
      append(UInt64(size), to: &local)
      try output.write(local)
      try output.write(head)
      try output.write(body)

      append(UInt32(0x0201_4B50), to: &directory)
      append(UInt16(45), to: &directory)
      appendDescription(name, crc, extraLength: 28, to: &directory)
      for value in [0, 0, 0] as [UInt16] { append(value, to: &directory) }
      for value in [0, .max] as [UInt32] { append(value, to: &directory) }
      directory += Array(name.utf8)
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
