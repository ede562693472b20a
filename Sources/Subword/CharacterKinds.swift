/// What the pre-tokenizer tells characters apart by, as a table in two levels: pages of 256 code points,
/// each made when the first of its characters comes. Belongs to one thread.
@safe package final class CharacterKinds: @unchecked Sendable {
  // Sendable: its encoder is handed to one caller at a time.

  private let pages: UnsafeMutablePointer<UnsafeMutablePointer<UInt8>?>
  private static let pageCount = 0x1100

  /// The kinds of ASCII.
  let ascii: UnsafePointer<UInt8>

  /// Without any page but that of ASCII.
  package init() {
    unsafe pages = .allocate(capacity: Self.pageCount)
    unsafe pages.initialize(repeating: nil, count: Self.pageCount)
    let first = unsafe Self.page(0)
    unsafe pages[0] = unsafe first
    unsafe ascii = UnsafePointer(first)
  }

  deinit {
    for index in 0..<Self.pageCount { unsafe pages[index]?.deallocate() }
    unsafe pages.deallocate()
  }

  /// The kind of a code point, at most U+10FFFF, as the raw value of ``PreTokenizer/Kind``.
  @inline(__always)
  func kind(of value: UInt32) -> UInt8 {
    let number = Int(value >> 8)
    // SAFETY: no scalar is above U+10FFFF, so the page is one of 0x1100.
    if let page = unsafe pages[number] { return unsafe page[Int(value & 0xFF)] }
    return unsafe fill(number)[Int(value & 0xFF)]
  }

  @inline(never)
  private func fill(_ number: Int) -> UnsafeMutablePointer<UInt8> {
    let page = unsafe Self.page(number)
    unsafe pages[number] = page
    return unsafe page
  }

  private static func page(_ number: Int) -> UnsafeMutablePointer<UInt8> {
    let page = UnsafeMutablePointer<UInt8>.allocate(capacity: 256)
    for low in 0..<256 {
      let kind = Unicode.Scalar(UInt32(number << 8 | low)).map(PreTokenizer.kind(of:)) ?? .other
      unsafe (page + low).initialize(to: kind.rawValue)
    }
    return unsafe page
  }
}
