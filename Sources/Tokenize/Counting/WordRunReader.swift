import Libc
import WordtoolCore

/// Goes through the words of one run, in the order of their bytes.
final class WordRunReader {
  let run: WordRuns.Run
  private let file: TemporaryFile
  private let most: Int
  private var buffer: [UInt8]
  /// What of the buffer is filled, and where the present word's head is in it.
  private var filled = 0
  private var place = 0
  /// Where the rest of the run begins in the file.
  private var offset: Int
  private var length = 0

  /// Whether there is no word any more.
  private(set) var isAtEnd = false
  /// How often the present word was counted.
  private(set) var count: Int64 = 0
  /// The first eight bytes of the present word, the first uppermost: they decide most comparisons.
  private(set) var prefix: UInt64 = 0

  /// Stands at the first word.
  ///
  /// - Parameter bufferSize: bytes that are read at a time; more where a word is longer.
  /// - Throws: ``WordtoolError`` of kind `inputOutput`.
  init(_ run: WordRuns.Run, in file: TemporaryFile, bufferSize: Int) throws {
    self.run = run
    self.file = file
    most = max(WordRuns.headSize, bufferSize)
    buffer = [UInt8](repeating: 0, count: most)
    offset = run.words.lowerBound
    try load()
  }

  /// The bytes of the present word.
  var word: ArraySlice<UInt8> {
    let start = place + WordRuns.headSize
    return buffer[start..<start + length]
  }

  /// Goes to the next word.
  ///
  /// - Throws: ``WordtoolError`` of kind `inputOutput`.
  func advance() throws {
    place += WordRuns.headSize + length
    try load()
  }

  /// Whether the present word's bytes come before those of another reader's.
  func precedes(_ other: WordRunReader) -> Bool {
    if prefix != other.prefix { return prefix < other.prefix }
    return compare(other) < 0
  }

  /// Whether both stand at the same word.
  func hasWord(of other: WordRunReader) -> Bool {
    prefix == other.prefix && length == other.length && compare(other) == 0
  }

  private func compare(_ other: WordRunReader) -> Int {
    unsafe word.withUnsafeBytes { a in
      unsafe other.word.withUnsafeBytes { b in
        let common = min(a.count, b.count)
        if common > 0, let x = a.baseAddress, let y = b.baseAddress {
          // SAFETY: both words have at least `common` bytes.
          let order = unsafe memcmp(x, y, common)
          if order != 0 { return Int(order) }
        }
        return a.count - b.count
      }
    }
  }

  private func load() throws {
    guard try require(WordRuns.headSize) else {
      isAtEnd = true
      return
    }
    let place = place
    unsafe buffer.withUnsafeBytes { bytes in
      unsafe length = Int(bytes.loadUnaligned(fromByteOffset: place, as: UInt32.self))
      unsafe count = bytes.loadUnaligned(
        fromByteOffset: place + MemoryLayout<UInt32>.size, as: Int64.self)
    }
    _ = try require(WordRuns.headSize + length)
    var prefix: UInt64 = 0
    for (place, byte) in word.prefix(8).enumerated() {
      prefix |= UInt64(byte) << UInt64(56 - 8 * place)
    }
    self.prefix = prefix
  }

  /// Brings so many bytes from the present place on into the buffer; returns whether there are any.
  private func require(_ needed: Int) throws -> Bool {
    if filled - place >= needed { return true }
    let rest = filled - place
    let size = max(most, needed)
    if buffer.count < size { buffer += [UInt8](repeating: 0, count: size - buffer.count) }
    let (from, wanted) = (place, min(buffer.count - rest, run.words.upperBound - offset))
    if rest == 0 && wanted == 0 { return false }
    try unsafe buffer.withUnsafeMutableBytes { bytes in
      // SAFETY: both ranges lie in the buffer; `copyMemory` allows them to overlap.
      unsafe UnsafeMutableRawBufferPointer(rebasing: bytes[..<rest])
        .copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[from..<from + rest]))
      try unsafe file.read(
        UnsafeMutableRawBufferPointer(rebasing: bytes[rest..<rest + wanted]), at: offset)
    }
    offset += wanted
    filled = rest + wanted
    place = 0
    precondition(filled >= needed, "a run that ends inside of a word")
    return true
  }
}
