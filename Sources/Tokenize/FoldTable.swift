import CICUShims

/// What a folder does to single characters, asked of ICU once for each block of 64 code points.
///
/// Most letters have a normal form and a lower case that do not depend on their neighbours, and
/// as many bytes before as after. Words made of these alone need no ICU. Belongs to one thread, and
/// to the one ``WordFolder`` that frees it.
@safe struct FoldTable {
  private let folder: OpaquePointer
  /// The entries of each block of 64 code points, as ``wt_icu_fold_entry`` gives them.
  private let blocks: UnsafeMutablePointer<UnsafeMutablePointer<UInt32>?>
  private static let blockCount = 0x11_0000 >> 6
  private static let whole: UInt32 = 0xFF

  /// - Parameter folder: must outlive the table.
  init(folder: OpaquePointer) {
    unsafe self.folder = folder
    unsafe blocks = .allocate(capacity: Self.blockCount)
    unsafe blocks.initialize(repeating: nil, count: Self.blockCount)
  }

  /// Frees the table, which must not be used again.
  func deallocate() {
    for index in 0..<Self.blockCount { unsafe blocks[index]?.deallocate() }
    unsafe blocks.deallocate()
  }

  @inline(never)
  private func makeBlock(_ index: Int) -> UnsafeMutablePointer<UInt32> {
    let block = UnsafeMutablePointer<UInt32>.allocate(capacity: 64)
    for low in 0..<64 {
      unsafe (block + low).initialize(
        to: wt_icu_fold_entry(folder, UInt32(truncatingIfNeeded: index << 6 | low)))
    }
    unsafe blocks[index] = block
    return unsafe block
  }

  /// What came of folding a word.
  enum Outcome {
    /// The word is folded as it stands; nothing was written.
    case same
    /// The folded word was written.
    case folded
    /// The word has characters that need ICU.
    case needsICU
  }

  /// Folds a word from byte `start` on, which begins a character.
  ///
  /// - Parameters:
  ///   - word: well-formed UTF-8; the bytes before `start` are ASCII and done.
  ///   - out: has room for `count` bytes.
  func fold(
    _ word: UnsafePointer<UInt8>, count: Int, to out: UnsafeMutablePointer<UInt8>, from start: Int
  ) -> Outcome {
    var at = start
    var lastClass: UInt32 = 0
    // SAFETY: characters of well-formed text are whole, so reads and writes stay below `count`;
    // an entry's code point has as many bytes as the one it stands for.
    // Most characters of three bytes have no case: nothing needs to be written for them.
    while at < count, unsafe word[at] & 0xF0 == 0xE0 {
      let scalar =
        unsafe (Int(word[at] & 0x0F) << 6 | Int(word[at + 1] & 0x3F)) << 6
        | Int(word[at + 2] & 0x3F)
      let entry = self.entry(scalar)
      let kind = entry >> 24
      if kind != 0 && (kind == Self.whole || kind < lastClass) { return .needsICU }
      if entry & 0xFF_FFFF != scalar { break }
      lastClass = kind
      at += 3
    }
    if at == count && start == 0 { return .same }
    unsafe (out + start).update(from: word + start, count: at - start)
    while at < count {
      let byte = unsafe word[at]
      if byte < 0x80 {
        // The caller lower-cases ASCII or leaves it; the table knows which.
        let entry = self.entry(Int(byte))
        if entry >> 24 == Self.whole { return .needsICU }
        unsafe out[at] = UInt8(truncatingIfNeeded: entry)
        lastClass = 0
        at += 1
        continue
      }
      let second = Int(unsafe word[at + 1]) & 0x3F
      if byte < 0xE0 {
        let entry = self.entry(Int(byte & 0x1F) << 6 | second)
        let kind = entry >> 24
        if kind != 0 {
          if kind == Self.whole || kind < lastClass { return .needsICU }
        }
        lastClass = kind
        unsafe out[at] = 0xC0 | UInt8(truncatingIfNeeded: (entry >> 6) & 0x1F)
        unsafe out[at + 1] = 0x80 | UInt8(truncatingIfNeeded: entry & 0x3F)
        at += 2
        continue
      }
      let third = Int(unsafe word[at + 2]) & 0x3F
      let isThree = byte < 0xF0
      let fourth = isThree ? 0 : Int(unsafe word[at + 3]) & 0x3F
      let scalar =
        isThree
        ? (Int(byte & 0x0F) << 6 | second) << 6 | third
        : ((Int(byte & 0x07) << 6 | second) << 6 | third) << 6 | fourth
      let entry = self.entry(scalar)
      let kind = entry >> 24
      if kind != 0 {
        if kind == Self.whole || kind < lastClass { return .needsICU }
      }
      lastClass = kind
      if isThree {
        unsafe out[at] = 0xE0 | UInt8(truncatingIfNeeded: (entry >> 12) & 0x0F)
        unsafe out[at + 1] = 0x80 | UInt8(truncatingIfNeeded: (entry >> 6) & 0x3F)
        unsafe out[at + 2] = 0x80 | UInt8(truncatingIfNeeded: entry & 0x3F)
        at += 3
      } else {
        unsafe out[at] = 0xF0 | UInt8(truncatingIfNeeded: (entry >> 18) & 0x07)
        unsafe out[at + 1] = 0x80 | UInt8(truncatingIfNeeded: (entry >> 12) & 0x3F)
        unsafe out[at + 2] = 0x80 | UInt8(truncatingIfNeeded: (entry >> 6) & 0x3F)
        unsafe out[at + 3] = 0x80 | UInt8(truncatingIfNeeded: entry & 0x3F)
        at += 4
      }
    }
    return .folded
  }

  @inline(__always)
  private func entry(_ scalar: Int) -> UInt32 {
    let index = scalar >> 6
    let block = unsafe blocks[index] ?? makeBlock(index)
    return unsafe block[scalar & 63]
  }
}
