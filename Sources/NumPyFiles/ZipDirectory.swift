import CZlib
import WordtoolCore

/// What is in a zip archive that is in memory, and where.
///
/// What is checked before anything is used: the directory lies in the file, so does every member, and
/// no member unpacks to more than deflate can make of it. Checksums are checked when a member is read.
@safe package struct ZipDirectory: @unchecked Sendable {
  // Sendable: the bytes are only read, and whoever made this keeps them alive.

  /// One member.
  package struct Entry: Sendable {
    /// Its name.
    package let name: String
    /// Its size once unpacked.
    package let byteCount: Int
    let storedByteCount: Int
    /// 0 for stored, 8 for deflate.
    let method: Int
    let crc: UInt32
    /// Where its own header is.
    let offset: Int
  }

  /// The members in the order of the directory.
  package let entries: [Entry]
  private let bytes: UnsafeRawBufferPointer
  private let path: String

  /// Deflate makes at most 1,032 bytes out of one.
  private static let largestRatio = 1032

  /// Reads the directory at the end of an archive.
  ///
  /// - Throws: `WordtoolError` of kind `badData`.
  package init(_ bytes: UnsafeRawBufferPointer, path: String) throws {
    unsafe self.bytes = bytes
    self.path = path
    let fields = unsafe ZipFields(bytes: bytes, path: path)
    let (start, count, size) = try Self.place(fields)
    guard count <= size / 46 else {
      throw fields.damage(start, "\(count) members in a directory of \(size) bytes")
    }
    var entries: [Entry] = []
    entries.reserveCapacity(count)
    var offset = start
    for _ in 0..<count {
      guard try fields.number(offset, 4) == 0x0201_4B50 else {
        throw fields.damage(offset, "no entry of the directory")
      }
      let nameCount = try fields.number(offset + 28, 2)
      let extraCount = try fields.number(offset + 30, 2)
      let commentCount = try fields.number(offset + 32, 2)
      let name = unsafe String(decoding: try fields.slice(offset + 46, nameCount), as: UTF8.self)
      guard try fields.number(offset + 8, 2) & 1 == 0 else {
        throw WordtoolError(
          .badData, path: path, found: "the member \(name) is encrypted",
          remedy: "unpack it with its password first")
      }
      var sizes = [
        try fields.number(offset + 24, 4), try fields.number(offset + 20, 4),
        try fields.number(offset + 42, 4),
      ]
      try fields.widen(&sizes, extra: offset + 46 + nameCount, count: extraCount)
      let method = try fields.number(offset + 10, 2)
      guard method == 0 || method == 8 else {
        throw WordtoolError(
          .badData, path: path, found: "the member \(name) is packed by method \(method)",
          expected: "stored or deflate", remedy: "pack it anew")
      }
      let (most, isLarge) = sizes[1].multipliedReportingOverflow(by: Self.largestRatio)
      let isPlausible = method == 0 ? sizes[0] == sizes[1] : isLarge || sizes[0] <= most
      guard sizes[1] <= bytes.count, isPlausible else {
        throw fields.damage(offset, "\(sizes[1]) bytes for \(sizes[0]) of the member \(name)")
      }
      entries.append(
        Entry(
          name: name, byteCount: sizes[0], storedByteCount: sizes[1], method: method,
          crc: UInt32(try fields.number(offset + 16, 4)), offset: sizes[2]))
      offset += 46 + nameCount + extraCount + commentCount
    }
    self.entries = entries
  }

  /// Where the directory begins, how many entries it has and how long it is.
  private static func place(_ fields: ZipFields) throws -> (start: Int, count: Int, size: Int) {
    let bytes = unsafe fields.bytes
    // The record at the end may be followed by a comment of up to 64 KiB.
    let lowest = max(0, bytes.count - 22 - 65_535)
    var end = bytes.count - 22
    while end >= lowest, try fields.number(end, 4) != 0x0605_4B50 { end -= 1 }
    guard end >= lowest, end >= 0 else {
      throw fields.damage(bytes.count, "no directory at the end of the archive")
    }
    var count = try fields.number(end + 10, 2)
    var size = try fields.number(end + 12, 4)
    var start = try fields.number(end + 16, 4)
    if count == 0xFFFF || size == 0xFFFF_FFFF || start == 0xFFFF_FFFF, end >= 20,
      try fields.number(end - 20, 4) == 0x0706_4B50
    {
      let wide = try fields.number(end - 12, 8)
      guard try fields.number(wide, 4) == 0x0606_4B50 else {
        throw fields.damage(wide, "no end of the directory")
      }
      count = try fields.number(wide + 32, 8)
      size = try fields.number(wide + 40, 8)
      start = try fields.number(wide + 48, 8)
    }
    guard start <= bytes.count, size <= bytes.count - start else {
      throw fields.damage(end, "a directory of \(size) bytes at \(start)")
    }
    return (start, count, size)
  }

  /// The bytes of a member: where they are, if it is stored, else unpacked. What is in place is valid
  /// as long as the archive.
  ///
  /// - Throws: `WordtoolError`: `badData` for damage; `unavailable` when it needs more than the memory
  ///   there is.
  package func contents(of entry: Entry) throws -> ZipContents {
    let fields = unsafe ZipFields(bytes: bytes, path: path)
    guard try fields.number(entry.offset, 4) == 0x0403_4B50 else {
      throw fields.damage(entry.offset, "no member \(entry.name)")
    }
    let start =
      entry.offset + 30 + (try fields.number(entry.offset + 26, 2))
      + (try fields.number(entry.offset + 28, 2))
    let stored = try unsafe fields.slice(start, entry.storedByteCount)
    let contents: ZipContents
    if entry.method == 0 {
      contents = unsafe ZipContents(inPlace: stored)
    } else {
      contents = try unsafe ZipContents(inflating: stored, to: entry.byteCount, path: path)
    }
    guard unsafe ZipArchive.checksum(contents.bytes) == entry.crc else {
      throw WordtoolError(
        .badData, path: path, found: "the checksum of \(entry.name) is wrong",
        expected: "that of the directory", remedy: "the file is damaged: get it again")
    }
    return contents
  }
}

/// Numbers and bytes at places of an archive.
@safe struct ZipFields {
  let bytes: UnsafeRawBufferPointer
  let path: String

  func damage(_ offset: Int, _ found: String) -> WordtoolError {
    WordtoolError(
      .badData, path: path, at: .byte(offset), found: found,
      expected: "a whole zip archive", remedy: "the file is truncated or damaged")
  }

  func slice(_ offset: Int, _ count: Int) throws -> UnsafeRawBufferPointer {
    guard offset >= 0, count >= 0, unsafe offset <= bytes.count,
      unsafe count <= bytes.count - offset
    else {
      throw unsafe damage(min(max(0, offset), bytes.count), "\(count, "byte") needed at \(offset)")
    }
    return unsafe UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + count])
  }

  func number(_ offset: Int, _ byteCount: Int) throws -> Int {
    var value: UInt64 = 0
    try unsafe slice(offset, byteCount).reversed().forEach { value = value << 8 | UInt64($0) }
    guard let number = Int(exactly: value) else { throw damage(offset, "the number \(value)") }
    return number
  }

  /// Puts 64-bit values in the place of those that do not fit into 32 bits.
  func widen(_ values: inout [Int], extra: Int, count: Int) throws {
    var offset = extra
    while offset + 4 <= extra + count {
      let (kind, size) = (try number(offset, 2), try number(offset + 2, 2))
      if kind == 1 {
        var at = offset + 4
        for place in values.indices
        where values[place] == 0xFFFF_FFFF && at + 8 <= offset + 4 + size {
          values[place] = try number(at, 8)
          at += 8
        }
        return
      }
      offset += 4 + size
    }
  }
}

/// The bytes of a member of an archive.
///
/// Sendable: the bytes are immutable once the initialiser has returned.
@safe package final class ZipContents: @unchecked Sendable {
  /// The bytes. Valid only while this object lives, and what holds the archive.
  package let bytes: UnsafeRawBufferPointer
  /// Whether they stand so in the archive.
  package let isInPlace: Bool

  init(inPlace bytes: UnsafeRawBufferPointer) {
    unsafe self.bytes = bytes
    isInPlace = true
  }

  init(inflating packed: UnsafeRawBufferPointer, to count: Int, path: String) throws {
    guard count <= MemorySizes.available else {
      throw WordtoolError(
        .unavailable, path: path,
        found: "a member of \(AlignedMemory.words(forByteCount: count)) once unpacked",
        expected: "at most the memory of this machine, "
          + AlignedMemory.words(forByteCount: MemorySizes.available))
    }
    let room = UnsafeMutableRawBufferPointer.allocate(byteCount: max(64, count), alignment: 64)
    let target = unsafe UnsafeMutableRawBufferPointer(rebasing: room[..<count])
    do {
      try unsafe Self.inflate(packed, into: target, path: path)
    } catch {
      unsafe room.deallocate()
      throw error
    }
    unsafe bytes = UnsafeRawBufferPointer(target)
    isInPlace = false
  }

  deinit {
    if !isInPlace { unsafe bytes.deallocate() }
  }

  private static func inflate(
    _ packed: UnsafeRawBufferPointer, into target: UnsafeMutableRawBufferPointer, path: String
  ) throws {
    func damage(_ found: String) -> WordtoolError {
      WordtoolError(
        .badData, path: path, found: found, expected: "\(target.count, "byte") of deflate data",
        remedy: "the file is damaged: get it again")
    }
    var stream = unsafe z_stream()
    // Minus 15: 15 bits of window and no header.
    let code = unsafe inflateInit2_(&stream, -15, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
    guard code == Z_OK else {
      throw WordtoolError(.unavailable, path: path, found: "zlib failed to start (code \(code))")
    }
    defer { unsafe inflateEnd(&stream) }
    var (used, stored) = (0, 0)
    var spare: UInt8 = 0
    while true {
      let input = unsafe UnsafeRawBufferPointer(rebasing: packed[used...].prefix(1 << 30))
      let output = unsafe UnsafeMutableRawBufferPointer(rebasing: target[stored...].prefix(1 << 30))
      unsafe stream.next_in = UnsafeMutablePointer(
        mutating: input.baseAddress?.assumingMemoryBound(to: UInt8.self))
      unsafe stream.avail_in = UInt32(input.count)
      let (code, left) = unsafe withUnsafeMutablePointer(to: &spare) { spare in
        // Of a full target zlib still wants an address, to say that the data end there.
        unsafe stream.next_out =
          unsafe output.count > 0 ? output.baseAddress?.assumingMemoryBound(to: UInt8.self) : spare
        unsafe stream.avail_out = UInt32(output.count)
        return unsafe (CZlib.inflate(&stream, Z_NO_FLUSH), Int(stream.avail_out))
      }
      let step = unsafe (input.count - Int(stream.avail_in), output.count - left)
      used += step.0
      stored += step.1
      if code == Z_STREAM_END { break }
      guard code == Z_OK, step.0 + step.1 > 0 else { throw damage("damaged deflate data") }
    }
    guard stored == target.count else { throw damage("\(stored) bytes") }
  }
}
