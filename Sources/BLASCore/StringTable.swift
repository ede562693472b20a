package import WordtoolCore

/// Strings as model files hold them: all bytes behind one another, and where each begins and the
/// last ends.
///
/// What is checked when a file is read: there is a first offset and it is 0, offsets never fall, the
/// last is the number of bytes, and every string is UTF-8.
package struct StringTable: Sendable {
  /// The bytes of all strings.
  package let bytes: [UInt8]
  /// String i is `bytes[offsets[i] ..< offsets[i + 1]]`.
  package let offsets: [Int64]

  /// The strings of a sequence, in its order.
  package init(_ strings: some Sequence<some Collection<UInt8>>) {
    var bytes: [UInt8] = []
    var offsets: [Int64] = [0]
    for string in strings {
      bytes.append(contentsOf: string)
      offsets.append(Int64(bytes.count))
    }
    self.bytes = bytes
    self.offsets = offsets
  }

  /// The strings of a table, by number.
  package init(_ table: ByteStringTable) {
    let contents = table.contents
    bytes = contents.bytes
    offsets = contents.offsets.map { Int64($0) }
  }

  init(checkedBytes bytes: [UInt8], offsets: [Int64]) {
    self.bytes = bytes
    self.offsets = offsets
  }

  /// How many strings there are.
  package var count: Int { offsets.count - 1 }

  /// The bytes of a string.
  package subscript(index: Int) -> ArraySlice<UInt8> {
    bytes[Int(offsets[index])..<Int(offsets[index + 1])]
  }

  /// The strings as text.
  package var texts: [String] {
    (0..<count).map { String(decoding: self[$0], as: UTF8.self) }
  }

  /// What is wrong with offsets, or nil.
  ///
  /// - Parameters:
  ///   - byteCount: how many bytes they point into.
  ///   - allowsPadding: whether bytes may be left over behind the last string.
  package static func fault(
    in offsets: some RandomAccessCollection<some FixedWidthInteger>, byteCount: Int,
    allowsPadding: Bool = false
  ) -> String? {
    guard let first = offsets.first, let last = offsets.last else { return "is empty" }
    guard first == 0 else { return "begins with \(first)" }
    var before = first
    for offset in offsets {
      if offset < before { return "falls from \(before) to \(offset)" }
      before = offset
    }
    guard last <= byteCount, allowsPadding || last == byteCount else {
      return "ends with \(last) for \(byteCount, "byte")"
    }
    return nil
  }

  /// The first string that is not UTF-8, or nil.
  var firstNotUTF8: Int? {
    // All together are UTF-8 and none begins inside a character: then each is UTF-8.
    if String(validating: bytes, as: UTF8.self) != nil,
      offsets.allSatisfy({ $0 == bytes.count || bytes[Int($0)] & 0xC0 != 0x80 })
    {
      return nil
    }
    return (0..<count).first { String(validating: self[$0], as: UTF8.self) == nil }
  }
}
