import NumPyFiles
import WordtoolCore

/// What archives of NumPy arrays hold.
enum ArchiveFacts {
  private typealias Fact = FileDescription.Fact

  /// The members of a sparse matrix as SciPy's `save_npz` writes it.
  private static let sparseMembers: Set<String> = ["data.npy", "format.npy", "shape.npy"]
  /// The largest member that is unpacked to be looked at.
  private static let smallMember = 1 << 10

  /// Whether an archive is a sparse matrix of SciPy's.
  static func isSparse(_ path: String) -> Bool {
    guard let file = try? MappedFile(path: path),
      let directory = try? unsafe ZipDirectory(file.bytes, path: path)
    else { return false }
    return sparseMembers.isSubset(of: directory.entries.map(\.name))
  }

  /// Names and sizes; of a sparse matrix its layout and extents.
  ///
  /// - Throws: ``WordtoolError``: `badData` for a damaged directory, and what opening the file throws.
  static func facts(_ path: String) throws -> [FileDescription.Fact] {
    let file = try MappedFile(path: path)
    let directory = try unsafe ZipDirectory(file.bytes, path: path)
    let names = directory.entries.map(\.name)
    var facts: [Fact] = [.count("arrays", names.count)]
    if sparseMembers.isSubset(of: names) {
      if let layout = try member("format.npy", of: directory, path)?.text {
        facts.append(.text("layout", layout))
      }
      if let extents = try member("shape.npy", of: directory, path)?.integers, extents.count == 2 {
        facts.append(.text("rows x columns", "\(extents[0]) x \(extents[1])"))
      }
    }
    let plain = names.prefix(10).map { $0.hasSuffix(".npy") ? String($0.dropLast(4)) : $0 }
    return facts + [
      .text("names", plain.joined(separator: ", ") + (names.count > 10 ? ", ..." : "")),
      .count("bytes once unpacked", directory.entries.reduce(0) { $0 + $1.byteCount }),
    ]
  }

  /// A small array of text or whole numbers.
  private struct Small {
    var header: NumpyHeader
    var bytes: [UInt8]

    var text: String? {
      guard header.kind == "S" || header.kind == "U" else { return nil }
      // Of text in 4 bytes a character only one is not 0 here.
      return String(decoding: bytes.filter { $0 != 0 }, as: UTF8.self)
    }

    var integers: [Int]? {
      let width = header.elementByteCount
      guard header.kind == "i" || header.kind == "u", (1...8).contains(width) else { return nil }
      return (0..<header.count).map { place in
        let element = bytes[(place * width)..<((place + 1) * width)]
        let ordered = header.isBigEndian ? Array(element) : element.reversed()
        return Int(truncatingIfNeeded: ordered.reduce(UInt64(0)) { $0 << 8 | UInt64($1) })
      }
    }
  }

  /// The array of a name; nil where it is not small, as those of a shape and a layout are.
  private static func member(
    _ name: String, of directory: ZipDirectory, _ path: String
  ) throws -> Small? {
    guard let entry = directory.entries.first(where: { $0.name == name }),
      entry.byteCount <= smallMember
    else { return nil }
    let contents = try directory.contents(of: entry)
    let header = try unsafe NumpyHeader(contents.bytes, path: path)
    return unsafe Small(header: header, bytes: Array(contents.bytes[header.start...]))
  }
}
