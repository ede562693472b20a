import Libc

/// The text of one input as UTF-8, in order: what every reader of text stands on. Belongs to one
/// thread.
///
/// - Gzip is unpacked.
/// - A byte order mark is no text. One of UTF-16 or UTF-32 tells the encoding, whatever was said
///   about it.
/// - Lines end in LF or CR LF: a CR alone, as old Macs wrote it, becomes LF.
/// - Documents, images and files with NUL bytes are refused.
///
/// UTF-8 goes through as it is, invalid sequences too. What is converted is valid; what is no text
/// in its encoding is replaced and counted, or an error when strict.
@safe package final class TextSource {
  /// The bytes of a mark of UTF-8 that was dropped.
  package private(set) var markByteCount = 0

  private let source: ByteSource
  private var decoder: (any TextDecoder)?
  private let isStrict: Bool
  private let input: UnsafeMutableRawBufferPointer
  private var start = 0
  private var end = 0
  private var inputHasEnded = false
  /// Bytes of the unpacked file in front of those in `input`.
  private var offset = 0
  /// Bytes of text that have been handed out.
  private var textOffset = 0
  /// Whether the text so far ends in a CR that is not handed out: LF may follow.
  private var holdsReturn = false
  // Text that was looked at, or for which the caller had no room.
  private var spare: [UInt8] = []
  private static let inputSize = 64 << 10

  /// Whether whoever opened the source could say in which encoding the text is.
  package var takesEncoding = false

  /// Whether the bytes of the file are those of the text, but for ends of lines and a mark of UTF-8.
  package var isPlain: Bool { decoder == nil && !source.isCompressed }

  /// The path the source was opened by.
  package var path: String { source.path }
  /// How many bytes of the file, as it is stored, have been read.
  package var storedBytesRead: Int { source.storedBytesRead }
  /// How many sequences were replaced while converting.
  package var replacedCount: Int { decoder?.replacedCount ?? 0 }

  /// Opens a file, or standard input for `-`, and looks at its first bytes.
  ///
  /// - Throws: as ``ByteSource/init(path:)``, and `badData` for what is no text.
  package convenience init(path: String) throws {
    try unsafe self.init(ByteSource(path: path))
  }

  /// Takes an input that nothing has been read from.
  ///
  /// - Parameters:
  ///   - isStrict: whether what is no text in an encoding that is converted is an error.
  ///   - isBeginning: whether a text begins here; within one, bytes that look like a mark are text.
  ///   - sampled: whether `choose` is to see the first 64 KB; otherwise it may see less.
  ///   - choose: what converts the text where no mark tells; nil for UTF-8.
  ///   - wrap: takes the text out of markup: gets what comes behind the mark and what converts it.
  package init(
    _ source: ByteSource, isStrict: Bool = false, isBeginning: Bool = true, sampled: Bool = false,
    decoder choose: (UnsafeRawBufferPointer) throws -> (any TextDecoder)? = { _ in nil },
    markup wrap: (UnsafeRawBufferPointer, (any TextDecoder)?) throws -> (any TextDecoder)? = { $1 }
  ) throws {
    self.source = source
    self.isStrict = isStrict
    unsafe input = .allocate(byteCount: Self.inputSize, alignment: 16)
    guard isBeginning else { return }
    while sampled, end < Self.inputSize, try fill() {}
    // Whoever holds a conversation over a pipe waits for an answer to the few bytes that he sent.
    while Self.starts.contains(where: { $0.count > end && agrees($0[..<end]) }), try fill() {}
    try refuseForeign()
    let chosen = try unsafe choose(UnsafeRawBufferPointer(rebasing: input[..<end]))
    decoder = chosen
    for (mark, unitSize, isBigEndian) in Self.marks where agrees(mark[...]) {
      start = mark.count
      if unitSize == 1 { markByteCount = mark.count }
      decoder =
        unitSize == 1
        ? nil : WideDecoder(unitSize: unitSize, isBigEndian: isBigEndian, isStrict: isStrict)
      break
    }
    decoder = try unsafe wrap(UnsafeRawBufferPointer(rebasing: input[start..<end]), decoder)
  }

  deinit { unsafe input.deallocate() }

  /// Reads the next bytes of UTF-8.
  ///
  /// - Parameter room: where they go; not empty.
  /// - Returns: how many were stored, at least 1; 0 at the end.
  /// - Throws: ``WordtoolError`` of kind `badData` with the byte of the unpacked file, and as
  ///   ``ByteSource/read(into:)``.
  package func read(into room: UnsafeMutableRawBufferPointer) throws -> Int {
    if spare.isEmpty && room.count >= 8 { return try unsafe readText(into: room) }
    if spare.isEmpty {
      spare = [UInt8](repeating: 0, count: 64)
      let count = try unsafe spare.withUnsafeMutableBytes { try unsafe readText(into: $0) }
      spare.removeLast(64 - count)
    }
    let count = min(room.count, spare.count)
    unsafe room.copyBytes(from: spare[..<count])
    spare.removeFirst(count)
    return count
  }

  /// The next bytes of text, which the next reads give again.
  ///
  /// - Returns: `count` bytes, or fewer where the text has no more.
  package func peek(_ count: Int) throws -> [UInt8] {
    while spare.count < count {
      let more = try unsafe withUnsafeTemporaryAllocation(byteCount: 1 << 12, alignment: 16) {
        let count = try unsafe readText(into: $0)
        return unsafe Array($0[..<count])
      }
      if more.isEmpty { break }
      spare += more
    }
    return Array(spare.prefix(count))
  }

  /// All of the text that is left.
  ///
  /// - Throws: as ``read(into:)``, and `badData` for more than `limit` bytes, which
  ///   ``MemorySizes/wholeText`` are without another.
  package func readAll(limit: Int = MemorySizes.wholeText) throws -> [UInt8] {
    var bytes: [UInt8] = []
    try unsafe withUnsafeTemporaryAllocation(byteCount: 1 << 18, alignment: 16) { room in
      while case let count = try unsafe read(into: room), count > 0 {
        guard bytes.count + count <= limit else {
          throw WordtoolError(
            .badData, path: path, found: "more than \(limit) bytes of text",
            expected: "at most so many; the text is taken into memory as a whole")
        }
        unsafe bytes.append(contentsOf: UnsafeRawBufferPointer(rebasing: room[..<count]))
      }
    }
    return bytes
  }

  private func readText(into room: UnsafeMutableRawBufferPointer) throws -> Int {
    let (cr, lf) = (UInt8(ascii: "\r"), UInt8(ascii: "\n"))
    while true {
      var count = 0
      if holdsReturn {
        unsafe room[0] = cr
        count = 1
      }
      let more = try unsafe readBytes(into: UnsafeMutableRawBufferPointer(rebasing: room[count...]))
      count += more
      guard count > 0, let base = room.baseAddress else { return 0 }
      holdsReturn = unsafe room[count - 1] == cr && more > 0
      var at = 0
      // SAFETY: `at` and what memchr finds lie below `count`, which is at most that of the room.
      while at < count, let found = unsafe memchr(base + at, Int32(cr), count - at) {
        at = unsafe UnsafeRawPointer(found) - UnsafeRawPointer(base) + 1
        if unsafe at < count ? room[at] != lf : !holdsReturn { unsafe room[at - 1] = lf }
      }
      if holdsReturn { count -= 1 }
      if count == 0 { continue }
      if let nul = unsafe memchr(base, 0, count) {
        throw unsafe binary(
          UnsafeRawBufferPointer(rebasing: room[..<count]),
          UnsafeRawPointer(nul) - UnsafeRawPointer(base))
      }
      textOffset += count
      return count
    }
  }

  private func readBytes(into room: UnsafeMutableRawBufferPointer) throws -> Int {
    guard let decoder else {
      if start == end { return try unsafe source.read(into: room) }
      // What was looked at when the source was opened.
      let count = min(end - start, room.count)
      unsafe room.copyMemory(from: UnsafeRawBufferPointer(rebasing: input[start..<start + count]))
      start += count
      return count
    }
    while true {
      // No character is longer than four bytes in the encodings that keep no state.
      if end - start < 4 && !inputHasEnded {
        unsafe input.copyMemory(from: UnsafeRawBufferPointer(rebasing: input[start..<end]))
        offset += start
        (start, end) = (0, end - start)
        try fill()
      }
      let step = unsafe decoder.step(
        UnsafeRawBufferPointer(rebasing: input[start..<end]), isLast: inputHasEnded, into: room)
      start += step.consumed
      if let failure = step.failure {
        throw WordtoolError(
          .badData, path: path, at: .byte(offset + max(start - 1, 0)),
          found: "bytes up to here that are not \(decoder.name) (\(failure))",
          expected: "text in \(decoder.name)",
          remedy: "leave out `isStrict` to replace them, or give another `encoding`")
      }
      if step.written > 0 { return step.written }
      if inputHasEnded && start == end { return 0 }
    }
  }

  /// Reads more behind what is in `input`; returns whether there was more.
  @discardableResult private func fill() throws -> Bool {
    let count = try unsafe source.read(
      into: UnsafeMutableRawBufferPointer(rebasing: input[end...]))
    end += count
    inputHasEnded = count == 0
    return count > 0
  }

  /// How text begins that tells its encoding, longer marks first, with the bytes of a code unit.
  private static let marks: [(bytes: [UInt8], unitSize: Int, isBigEndian: Bool)] = [
    ([0xEF, 0xBB, 0xBF], 1, false),
    ([0xFF, 0xFE, 0, 0], 4, false),
    ([0, 0, 0xFE, 0xFF], 4, true),
    ([0xFF, 0xFE], 2, false),
    ([0xFE, 0xFF], 2, true),
  ]

  /// How files begin that people keep beside text and that are none.
  private static let foreign: [(bytes: [UInt8], name: String, remedy: String?)] = [
    (Array("%PDF-".utf8), "a PDF document", "pdftotext"),
    (Array("{\\rtf".utf8), "an RTF document", nil),
    ([0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1], "an OLE file of Windows or Office", nil),
    ([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A], "a PNG image", nil),
    ([0xFF, 0xD8, 0xFF], "a JPEG image", nil),
    (Array("GIF8".utf8), "a GIF image", nil),
  ]

  private static let starts = marks.map(\.bytes) + foreign.map(\.bytes)

  /// Whether the input begins with some bytes.
  private func agrees(_ start: ArraySlice<UInt8>) -> Bool {
    unsafe start.count <= end && zip(start, input).allSatisfy { $0 == $1 }
  }

  private func refuseForeign() throws {
    guard let (_, name, command) = Self.foreign.first(where: { agrees($0.bytes[...]) }) else {
      return
    }
    throw WordtoolError(
      .badData, path: path, found: name, expected: "text",
      remedy: command.map {
        "make it text on the way in with: \($0) \(path == "-" ? "FILE" : path) - | wordtool ... -"
      } ?? "leave it out")
  }

  /// What text in UTF-16 is called that no mark tells of.
  package static let unmarkedUTF16 = "UTF-16 text without a byte order mark"

  /// The encoding of what begins as text in UTF-16 without a mark; nil of anything else.
  private static func unmarkedUTF16(_ start: [UInt8]) -> String? {
    let places = start.indices.filter { start[$0] == 0 }
    guard let first = places.first, 3 * places.count >= start.count,
      Set(places.map { $0 % 2 }).count == 1
    else { return nil }
    return first % 2 == 1 ? "utf-16le" : "utf-16be"
  }

  /// Whether a file begins as text in UTF-16 without a mark.
  package static func isUnmarkedUTF16(_ path: String) -> Bool {
    guard let source = try? ByteSource(path: path) else { return false }
    var start = [UInt8](repeating: 0, count: 64)
    guard let count = try? unsafe start.withUnsafeMutableBytes({ try unsafe source.read(into: $0) })
    else { return false }
    return unmarkedUTF16(Array(start[..<count])) != nil
  }

  /// The error for text with a NUL byte in it.
  private func binary(_ text: UnsafeRawBufferPointer, _ place: Int) -> WordtoolError {
    // Text of scripts whose letters are below U+0100 has a NUL in every second byte.
    if decoder == nil, textOffset == 0, let name = unsafe Self.unmarkedUTF16(Array(text.prefix(64)))
    {
      return WordtoolError(
        .badData, path: path, found: Self.unmarkedUTF16, expected: "UTF-8 text",
        remedy: "read it with `encoding` \(name), or convert it with iconv")
    }
    return WordtoolError(
      .badData, path: path, at: .byte(markByteCount + textOffset + place),
      found: "a NUL byte: a binary file", expected: "text",
      remedy: "leave the file out, or name its `encoding`")
  }
}
