import CZlib
import WordtoolCore

/// The files inside a zip archive, as NumPy's `.npz` needs them: stored or deflated, with or
/// without the 64-bit extension. Nothing else of the format is taken.
enum ZipArchive {
  /// Reads all members.
  ///
  /// - Parameters:
  ///   - path: named in errors.
  ///   - limit: the most bytes the members may have together.
  /// - Throws: ``WordtoolError`` of kind `badData`.
  static func members(
    of bytes: UnsafeRawBufferPointer, path: String, limit: Int
  ) throws -> [(name: String, bytes: [UInt8])] {
    let reader = Reader(bytes: bytes, path: path)
    var (count, offset) = try reader.directory()
    var members: [(name: String, bytes: [UInt8])] = []
    var total = 0
    while count > 0 {
      let entry = try reader.entry(&offset)
      let (sum, overflow) = total.addingReportingOverflow(entry.size)
      guard !overflow, sum <= limit else {
        throw reader.fail(offset, "members of more than \(limit) bytes together")
      }
      total = sum
      members.append((entry.name, try reader.contents(entry)))
      count -= 1
    }
    return members
  }

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

  private struct Entry {
    var name: String
    var method: Int
    var crc: UInt32
    var storedSize: Int
    var size: Int
    var offset: Int
  }

  private struct Reader {
    let bytes: UnsafeRawBufferPointer
    let path: String

    func fail(_ offset: Int, _ found: String) -> WordtoolError {
      WordtoolError(
        .badData, path: path, at: .byte(offset), found: found, expected: "a zip archive",
        remedy: "the file is damaged or no .npz")
    }

    func number<Number: FixedWidthInteger>(_ type: Number.Type, at offset: Int) throws -> Int {
      guard offset >= 0, offset <= bytes.count - MemoryLayout<Number>.size else {
        throw fail(offset, "the end of the file")
      }
      let value = Number(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: type))
      guard let number = Int(exactly: value) else { throw fail(offset, "the number \(value)") }
      return number
    }

    /// How many members there are, and where the directory starts.
    func directory() throws -> (count: Int, offset: Int) {
      guard bytes.count >= 22 else { throw fail(0, "\(bytes.count) bytes") }
      var at = bytes.count - 22
      let lowest = max(0, at - 0xFFFF)
      while try number(UInt32.self, at: at) != 0x0605_4B50 {
        guard at > lowest else { throw fail(bytes.count, "no directory at the end") }
        at -= 1
      }
      var count = try number(UInt16.self, at: at + 10)
      var offset = try number(UInt32.self, at: at + 16)
      if count == 0xFFFF || offset == 0xFFFF_FFFF {
        guard at >= 20, try number(UInt32.self, at: at - 20) == 0x0706_4B50 else {
          throw fail(at, "no 64-bit directory")
        }
        let record = try number(UInt64.self, at: at - 12)
        guard try number(UInt32.self, at: record) == 0x0606_4B50 else {
          throw fail(record, "no 64-bit directory")
        }
        count = try number(UInt64.self, at: record + 32)
        offset = try number(UInt64.self, at: record + 48)
      }
      // Each entry takes 46 bytes at least.
      guard offset <= bytes.count, count <= (bytes.count - offset) / 46 else {
        throw fail(offset, "\(count) members")
      }
      return (count, offset)
    }

    /// Reads the entry of the directory at `at` and moves behind it.
    func entry(_ at: inout Int) throws -> Entry {
      guard try number(UInt32.self, at: at) == 0x0201_4B50 else { throw fail(at, "no entry") }
      if try number(UInt16.self, at: at + 8) & 1 != 0 { throw fail(at, "an encrypted member") }
      var entry = Entry(
        name: "", method: try number(UInt16.self, at: at + 10),
        crc: UInt32(try number(UInt32.self, at: at + 16)),
        storedSize: try number(UInt32.self, at: at + 20),
        size: try number(UInt32.self, at: at + 24),
        offset: try number(UInt32.self, at: at + 42))
      let nameLength = try number(UInt16.self, at: at + 28)
      let extraLength = try number(UInt16.self, at: at + 30)
      let commentLength = try number(UInt16.self, at: at + 32)
      let end = at + 46 + nameLength + extraLength + commentLength
      guard end <= bytes.count else { throw fail(at, "an entry beyond the end of the file") }
      entry.name = String(decoding: bytes[at + 46..<at + 46 + nameLength], as: UTF8.self)
      var extra = at + 46 + nameLength
      let extraEnd = extra + extraLength
      while extra + 4 <= extraEnd {
        let id = try number(UInt16.self, at: extra)
        let next = extra + 4 + (try number(UInt16.self, at: extra + 2))
        guard next <= extraEnd else { throw fail(extra, "an extra field beyond its end") }
        if id == 1 {
          var field = extra + 4
          func wide(_ value: Int) throws -> Int {
            guard value == 0xFFFF_FFFF, field + 8 <= next else { return value }
            defer { field += 8 }
            return try number(UInt64.self, at: field)
          }
          entry.size = try wide(entry.size)
          entry.storedSize = try wide(entry.storedSize)
          entry.offset = try wide(entry.offset)
        }
        extra = next
      }
      at = end
      return entry
    }

    func contents(_ entry: Entry) throws -> [UInt8] {
      guard entry.offset <= bytes.count - 30,
        try number(UInt32.self, at: entry.offset) == 0x0403_4B50
      else { throw fail(entry.offset, "no member '\(entry.name)'") }
      let start =
        entry.offset + 30 + (try number(UInt16.self, at: entry.offset + 26))
        + (try number(UInt16.self, at: entry.offset + 28))
      guard start <= bytes.count, entry.storedSize <= bytes.count - start else {
        throw fail(start, "the member '\(entry.name)' beyond the end of the file")
      }
      let stored = UnsafeRawBufferPointer(rebasing: bytes[start..<start + entry.storedSize])
      var contents: [UInt8]
      switch entry.method {
      case 0:
        guard entry.size == entry.storedSize else {
          throw fail(start, "\(entry.storedSize) bytes for a member of \(entry.size)")
        }
        contents = Array(stored)
      case 8:
        // Deflate cannot do better than 1032 to 1.
        guard entry.size / 1032 <= entry.storedSize else {
          throw fail(start, "\(entry.size) bytes out of \(entry.storedSize)")
        }
        contents = try inflated(stored, size: entry.size, at: start)
      default: throw fail(start, "compression method \(entry.method)")
      }
      guard checksum(contents) == entry.crc else {
        throw fail(start, "another checksum for '\(entry.name)'")
      }
      return contents
    }

    private func inflated(
      _ stored: UnsafeRawBufferPointer, size: Int, at start: Int
    ) throws -> [UInt8] {
      let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
      stream.initialize(to: z_stream())
      defer { stream.deallocate() }
      guard
        inflateInit2_(stream, -15, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK
      else { throw WordtoolError(.unavailable, path: path, found: "zlib failed to start") }
      defer { inflateEnd(stream) }
      // One byte more than promised, so that more than promised is noticed.
      var contents = [UInt8](repeating: 0, count: size + 1)
      let done = contents.withUnsafeMutableBufferPointer { room -> Bool in
        var used = 0
        var made = 0
        while true {
          let input = UnsafeRawBufferPointer(rebasing: stored[used...].prefix(1 << 30))
          let output = UnsafeMutableBufferPointer(rebasing: room[made...].prefix(1 << 30))
          stream.pointee.next_in = UnsafeMutablePointer(
            mutating: input.assumingMemoryBound(to: UInt8.self).baseAddress)
          stream.pointee.avail_in = UInt32(input.count)
          stream.pointee.next_out = output.baseAddress
          stream.pointee.avail_out = UInt32(output.count)
          let code = inflate(stream, Z_NO_FLUSH)
          let (usedNow, madeNow) = (
            input.count - Int(stream.pointee.avail_in), output.count - Int(stream.pointee.avail_out)
          )
          used += usedNow
          made += madeNow
          if code == Z_STREAM_END { return made == size }
          if code != Z_OK || usedNow + madeNow == 0 { return false }
        }
      }
      guard done else { throw fail(start, "damaged compressed data") }
      contents.removeLast()
      return contents
    }
  }
}
