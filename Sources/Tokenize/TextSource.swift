import WordtoolCore

/// The text of one input as UTF-8, in order. Belongs to one thread.
///
/// UTF-8 goes through as it is, invalid sequences too; other encodings are converted, and what is
/// not text in them is replaced and counted, or an error when strict.
@safe package final class TextSource {
  private let source: ByteSource
  private var decoder: TextDecoder?
  private let isStrict: Bool
  private let input: UnsafeMutableRawBufferPointer
  private var start = 0
  private var end = 0
  private var inputHasEnded = false
  /// Bytes in front of those in `input`, of the unpacked file.
  private var offset = 0
  // Room for a character where the caller has less.
  private var spare: [UInt8] = []
  private static let inputSize = 64 << 10

  var path: String { source.path }
  var storedBytesRead: Int { source.storedBytesRead }
  /// How many sequences were replaced while converting.
  package var replacedCount: Int { decoder?.replacedCount ?? 0 }
  /// Whether the text was converted, so that it is UTF-8 for certain.
  var isConverted: Bool { decoder != nil }

  /// - Throws: as ``ByteSource/init(path:)``, and `usage` for an unknown encoding.
  package init(path: String, encoding: TextEncoding, isStrict: Bool) throws {
    source = try ByteSource(path: path)
    self.isStrict = isStrict
    // With this, all is there that `deinit` needs; before it, a failure would not call `deinit`.
    unsafe input = .allocate(byteCount: encoding == .utf8 ? 0 : Self.inputSize, alignment: 16)
    var encoding = encoding
    if encoding == .automatic {
      while unsafe end < input.count {
        let count = try unsafe source.read(
          into: UnsafeMutableRawBufferPointer(rebasing: input[end...]))
        if count == 0 { break }
        end += count
      }
      encoding = unsafe TextEncoding.detect(Array(input[..<end]))
    }
    if case .named(let name) = encoding {
      decoder = try TextDecoder(name: name, isStrict: isStrict)
    }
  }

  deinit { unsafe input.deallocate() }

  /// Reads the next bytes of UTF-8; 0 at the end.
  package func read(into room: UnsafeMutableRawBufferPointer) throws -> Int {
    guard let decoder else {
      if start == end { return try unsafe source.read(into: room) }
      // What was looked at to detect the encoding.
      let count = min(end - start, room.count)
      unsafe room.copyMemory(from: UnsafeRawBufferPointer(rebasing: input[start..<start + count]))
      start += count
      return count
    }
    if !spare.isEmpty { return unsafe takeSpare(room) }
    if room.count < 4 {
      spare = [UInt8](repeating: 0, count: 64)
      let count = try unsafe spare.withUnsafeMutableBytes { try unsafe decode(decoder, into: $0) }
      spare.removeLast(64 - count)
      return count == 0 ? 0 : unsafe takeSpare(room)
    }
    return try unsafe decode(decoder, into: room)
  }

  private func takeSpare(_ room: UnsafeMutableRawBufferPointer) -> Int {
    let count = min(room.count, spare.count)
    unsafe room.copyBytes(from: spare[..<count])
    spare.removeFirst(count)
    return count
  }

  private func decode(
    _ decoder: TextDecoder, into room: UnsafeMutableRawBufferPointer
  ) throws -> Int {
    while true {
      if start == end && !inputHasEnded {
        offset += end
        start = 0
        end = try unsafe source.read(into: input)
        inputHasEnded = end == 0
      }
      let step = unsafe decoder.step(
        UnsafeRawBufferPointer(rebasing: input[start..<end]), isLast: inputHasEnded, into: room)
      start += step.consumed
      guard step.failure == 0 else {
        throw WordtoolError(
          .badData, path: source.path, at: .byte(offset + max(start - 1, 0)),
          found: "bytes up to here that are not \(decoder.name) (\(icuErrorName(step.failure)))",
          expected: "text in \(decoder.name)",
          remedy: "leave out `isStrict` to replace them, or give another `encoding`")
      }
      if step.written > 0 { return step.written }
      if inputHasEnded && start == end { return 0 }
    }
  }
}
