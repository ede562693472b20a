package import WordtoolCore

/// A safetensors file: named arrays of numbers, mapped into memory and read in place.
///
/// The layout is that of the published format: eight bytes with the header's length N, little
/// endian; N bytes of JSON that begin with `{` and may end in spaces; the tensors' bytes. What is
/// checked before anything is used:
///
/// 1. N is at most 100 MB and at most what the file holds.
/// 2. The header is one JSON object without repeated keys, names being compared by their bytes.
///    `__metadata__` maps strings to strings, and no two of its keys are canonically equal;
///    every other member has `dtype`, `shape` and `data_offsets`, and nothing else.
/// 3. A tensor's byte count is the product of its shape and its element's size, without overflow.
/// 4. The tensors fill the bytes after the header: no overlap, no hole, nothing left over.
@safe package final class TensorFile: Sendable {
  /// The element types of the format.
  package enum ElementType: String, Sendable, CaseIterable {
    case bool = "BOOL"
    case uint8 = "U8"
    case int8 = "I8"
    case float8e5m2 = "F8_E5M2"
    case float8e4m3 = "F8_E4M3"
    case uint16 = "U16"
    case int16 = "I16"
    case float16 = "F16"
    case bfloat16 = "BF16"
    case uint32 = "U32"
    case int32 = "I32"
    case float32 = "F32"
    case uint64 = "U64"
    case int64 = "I64"
    case float64 = "F64"

    /// Bytes of one element.
    package var byteCount: Int {
      switch self {
      case .bool, .uint8, .int8, .float8e5m2, .float8e4m3: 1
      case .uint16, .int16, .float16, .bfloat16: 2
      case .uint32, .int32, .float32: 4
      case .uint64, .int64, .float64: 8
      }
    }
  }

  /// What the header says about one tensor.
  package struct Entry: Hashable, Sendable {
    /// Its name.
    package let name: String
    /// The type of its elements.
    package let type: ElementType
    /// Its extents, outermost first; empty for a single number.
    package let shape: [Int]
    /// Where its bytes are, counted from the start of the file.
    package let range: Range<Int>

    /// How many elements it has.
    package var elementCount: Int { range.count / type.byteCount }
  }

  /// The longest header that is accepted; the format's own limit.
  package static let maximumHeaderByteCount = 100_000_000

  /// The name of the file, for messages.
  package let path: String
  /// The free-form strings of the header.
  package let metadata: [String: String]
  /// The tensors in the order of their bytes.
  package let entries: [Entry]
  /// The names of `entries`, by their bytes: to a `Dictionary` two spellings of a letter in Unicode
  /// would be one name.
  private let names: ByteStringTable
  private let contents: Contents

  /// Whether bytes look like the start of such a file: a plausible length, then `{`.
  package static func matches(_ bytes: UnsafeRawBufferPointer) -> Bool {
    // SAFETY: nine bytes are there; the load needs no alignment.
    unsafe bytes.count >= 9 && bytes[8] == UInt8(ascii: "{")
      && UInt64(littleEndian: bytes.loadUnaligned(as: UInt64.self)) < 1 << 40
  }

  /// The error for tensors that PyTorch keeps in its own way: a zip archive, or a pickle.
  package static func refusal(
    ofForeign bytes: UnsafeRawBufferPointer, path: String
  ) -> WordtoolError? {
    let isArchive = unsafe bytes.starts(with: [0x50, 0x4B, 3, 4])
    // SAFETY: the first nine bytes are there when they are looked at.
    let isPickle = unsafe bytes.count > 9 && bytes[0] == 0x80 && bytes[1] <= 5 && bytes[8] != 0x7B
    guard isArchive || isPickle else { return nil }
    return WordtoolError(
      .badData, path: path,
      found: isArchive ? "a zip archive, as PyTorch and NumPy write it" : "a Python pickle",
      expected: "a safetensors file", remedy: WordtoolError.pyTorchRemedy)
  }

  /// Maps the file at `path` and checks its header.
  ///
  /// - Throws: `WordtoolError`: `noSuchInput`, or `badData` for the first broken rule.
  package convenience init(path: String) throws {
    let file = try MappedFile(path: path)
    try unsafe self.init(bytes: file.bytes, path: path, owner: file)
  }

  /// Checks the header of a file that is in memory already.
  ///
  /// - Parameters:
  ///   - bytes: the whole file.
  ///   - path: its name, for messages.
  ///   - owner: whatever keeps the bytes valid and unchanged; it is held as long as this object.
  /// - Throws: `WordtoolError` of kind `badData` for the first broken rule.
  package init(
    bytes: UnsafeRawBufferPointer, path: String, owner: any AnyObject & Sendable
  ) throws {
    if let error = unsafe Self.refusal(ofForeign: bytes, path: path) { throw error }
    let fail = { @Sendable (offset: Int, found: String, expected: String?) in
      WordtoolError(
        .badData, path: path, at: .byte(offset), found: found, expected: expected,
        remedy: "the file is damaged or not safetensors")
    }
    guard bytes.count >= 10 else {
      throw fail(0, "\(bytes.count, "byte")", "a header of at least 10 bytes")
    }
    // SAFETY: ten bytes are there; the load needs no alignment.
    let length = unsafe UInt64(littleEndian: bytes.loadUnaligned(as: UInt64.self))
    guard length <= UInt64(Self.maximumHeaderByteCount) else {
      throw fail(0, "a header of \(length, "byte")", "at most \(Self.maximumHeaderByteCount)")
    }
    let start = 8 + Int(length)
    guard start <= bytes.count else {
      throw fail(
        0, "a header of \(length, "byte") in a file of \(bytes.count)", "a file that holds it")
    }
    let text = unsafe Array(bytes[8..<start])
    guard text.first == UInt8(ascii: "{") else { throw fail(8, "no '{'", "a JSON object") }
    let json: JSONText
    do {
      json = try JSONText.parse(text, refusingRepeatedKeys: true)
    } catch let failure {
      throw fail(8 + failure.offset, "\(failure.found) in the header", nil)
    }
    guard case .object(let members) = json else { throw fail(8, "no object", "a JSON object") }

    var metadata: [String: String] = [:]
    var entries: [Entry] = []
    let data = bytes.count - start
    for (name, value) in members {
      if name == "__metadata__" {
        guard case .object(let pairs) = value else {
          throw fail(8, "__metadata__ is no object", "strings by name")
        }
        for (key, value) in pairs {
          guard case .string(let text) = value else {
            throw fail(8, "__metadata__ \"\(key)\" is no string", "a string")
          }
          guard metadata.updateValue(text, forKey: key) == nil else {
            throw fail(
              8, "the key \(JSONText.quoted(key)) of __metadata__ in two spellings of Unicode",
              "every key once")
          }
        }
      } else {
        do {
          let relative = try Self.entry(name, value, dataByteCount: data)
          entries.append(
            Entry(
              name: name, type: relative.type, shape: relative.shape,
              range: relative.range.lowerBound + start..<relative.range.upperBound + start))
        } catch let failure {
          throw fail(8, "tensor \"\(name)\": \(failure.found)", failure.expected)
        }
      }
    }
    // Empty tensors first among equals, so that they do not look like an overlap.
    entries.sort { a, b in
      let (x, y) = (
        (a.range.lowerBound, a.range.upperBound), (b.range.lowerBound, b.range.upperBound)
      )
      return x != y ? x < y : a.name.utf8.lexicographicallyPrecedes(b.name.utf8)
    }
    var end = start
    for entry in entries {
      guard entry.range.lowerBound == end else {
        let kind = entry.range.lowerBound < end ? "overlaps the one before it" : "leaves a hole"
        throw fail(
          entry.range.lowerBound, "tensor \"\(entry.name)\" \(kind)", "data from \(end) on")
      }
      end = entry.range.upperBound
    }
    guard end == bytes.count else {
      throw fail(end, "\(bytes.count - end, "byte") after the last tensor", "none")
    }
    self.path = path
    unsafe contents = Contents(bytes: bytes, owner: owner)
    self.metadata = metadata
    self.entries = entries
    var names = ByteStringTable(expectedCount: entries.count)
    for entry in entries {
      guard names.add(entry.name.utf8).isNew else {
        throw fail(8, "tensor \(JSONText.quoted(entry.name)) twice", "every name once")
      }
    }
    self.names = names
  }

  /// The tensor of that name, or nil.
  package func entry(named name: String) -> Entry? {
    names.find(name).map { entries[Int($0)] }
  }

  /// The bytes of a tensor. Valid only while the file object lives.
  package func bytes(of entry: Entry) -> UnsafeRawBufferPointer {
    // SAFETY: the initialiser has checked that every range is inside the file.
    unsafe UnsafeRawBufferPointer(rebasing: contents.bytes[entry.range])
  }

  /// Copies the bytes of a tensor, and gives the memory they took in a mapped file back as it goes:
  /// a large model is then not in memory twice.
  package func copyBytes(of entry: Entry, into target: UnsafeMutableRawBufferPointer) {
    precondition(target.count == entry.range.count, "\(target.count) bytes for \(entry.name)")
    let file = contents.owner as? MappedFile
    var start = 0
    while start < target.count {
      let end = min(target.count, start + Self.copyPiece)
      let range = entry.range.lowerBound + start..<entry.range.lowerBound + end
      // SAFETY: both ranges are inside their buffers: the lengths are equal, and the initialiser has
      // checked that the tensor is inside the file.
      unsafe UnsafeMutableRawBufferPointer(rebasing: target[start..<end]).copyMemory(
        from: UnsafeRawBufferPointer(rebasing: contents.bytes[range]))
      file?.release(range)
      start = end
    }
  }

  /// Bytes copied before memory is given back.
  private static let copyPiece = 1 << 24

  /// Sendable: the bytes are immutable, and the owner keeps them.
  @safe private struct Contents: @unchecked Sendable {
    let bytes: UnsafeRawBufferPointer
    let owner: any AnyObject & Sendable
  }

  private struct EntryFailure: Error {
    var found: String
    var expected: String?
  }

  /// Reads one member of the header; the range is relative to the start of the data.
  private static func entry(
    _ name: String, _ value: JSONText, dataByteCount: Int
  ) throws(EntryFailure) -> Entry {
    guard case .object(let members) = value else {
      throw EntryFailure(found: "no object", expected: "dtype, shape and data_offsets")
    }
    var type: ElementType?
    var shape: [Int]?
    var offsets: [Int]?
    for (key, value) in members {
      switch (key, value) {
      case ("dtype", .string(let text)):
        type = ElementType(rawValue: text)
        if type == nil {
          let known = ElementType.allCases.map(\.rawValue).joined(separator: ", ")
          throw EntryFailure(found: "dtype \(JSONText.quoted(text))", expected: "one of \(known)")
        }
      case ("shape", .array(let values)): shape = naturals(values)
      case ("data_offsets", .array(let values)): offsets = naturals(values)
      default:
        throw EntryFailure(
          found: "the member \(JSONText.quoted(key))", expected: "dtype, shape and data_offsets")
      }
    }
    guard let type else { throw EntryFailure(found: "no dtype", expected: "one") }
    guard let shape else { throw EntryFailure(found: "no shape", expected: "whole numbers") }
    guard let offsets, offsets.count == 2, offsets[0] <= offsets[1] else {
      throw EntryFailure(found: "bad data_offsets", expected: "a begin and an end")
    }
    guard offsets[1] <= dataByteCount else {
      throw EntryFailure(
        found: "data up to byte \(offsets[1])", expected: "at most \(dataByteCount), the file's end"
      )
    }
    var needed = type.byteCount
    for extent in shape {
      let (product, overflow) = needed.multipliedReportingOverflow(by: extent)
      guard !overflow else {
        throw EntryFailure(found: "shape \(shape)", expected: "fewer elements")
      }
      needed = product
    }
    guard needed == offsets[1] - offsets[0] else {
      throw EntryFailure(
        found: "\(offsets[1] - offsets[0]) bytes",
        expected: "\(needed) for shape \(shape) of \(type.rawValue)")
    }
    return Entry(name: name, type: type, shape: shape, range: offsets[0]..<offsets[1])
  }

  /// Whole numbers that are not negative, or nil.
  private static func naturals(_ values: [JSONText]) -> [Int]? {
    var result: [Int] = []
    for value in values {
      guard case .integer(let number) = value, number >= 0 else { return nil }
      result.append(number)
    }
    return result
  }
}
