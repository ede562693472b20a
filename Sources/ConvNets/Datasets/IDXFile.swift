import WordtoolCore

/// The files of MNIST and its kin: `00 00 <type> <extents>`, big-endian extents, then the data.
package enum IDXFile {
  /// The only element type that images and labels come in: unsigned bytes.
  private static let unsignedByte: UInt8 = 8

  /// Whether the first four bytes look like such a file.
  static func matches(_ bytes: some Collection<UInt8>) -> Bool {
    let start = Array(bytes.prefix(4))
    return start.count == 4 && start[0] == 0 && start[1] == 0 && (8...14).contains(start[2])
      && (1...4).contains(start[3])
  }

  /// Reads the images of one file and their labels from another.
  ///
  /// - Parameters:
  ///   - bytes: a file of [images, rows, columns] or [images, rows, columns, channels].
  ///   - path: its name, for messages.
  ///   - labelBytes: a file of [images].
  ///   - labelPath: its name, for messages.
  ///   - classNames: the names of the classes; "0", "1", … up to the largest label without.
  package static func dataset(
    images bytes: [UInt8], path: String, labels labelBytes: [UInt8], labelPath: String,
    classNames: [String]?
  ) throws -> ImageDataset {
    let (extents, start) = try header(bytes, path: path, dimensions: [3, 4])
    let channels = extents.count == 4 ? extents[3] : 1
    guard extents[0] >= 1,
      let shape = ImageShape(checking: extents[1], extents[2], channels)
    else {
      throw WordtoolError(
        .badData, path: path, at: .byte(4),
        found: "extents \(extents.map(String.init).joined(separator: " x "))",
        expected: "images of at least 1 x 1")
    }
    let (labelExtents, labelStart) = try header(labelBytes, path: labelPath, dimensions: [1])
    guard labelExtents[0] == extents[0] else {
      throw WordtoolError(
        .badData, path: labelPath, found: "\(labelExtents[0], "label")",
        expected: "\(extents[0]), as many as there are images in \(path)")
    }
    let labels = labelBytes[labelStart...].map(Int32.init)
    let names = classNames ?? (0...Int(labels.max() ?? 0)).map(String.init)
    if let place = labels.firstIndex(where: { $0 >= names.count }) {
      throw WordtoolError(
        .badData, path: labelPath, at: .byte(labelStart + place),
        found: "the class \(labels[place])",
        expected: "0 to \(names.count - 1)")
    }
    return ImageDataset(
      path: path, classNames: names, labels: labels, shape: shape,
      storage: .records(
        bytes: bytes, start: start, stride: shape.valueCount, isInterleaved: true, largest: 255))
  }

  /// The labels' file for an images' file of that name: `train-images-idx3-ubyte.gz` has
  /// `train-labels-idx1-ubyte.gz`.
  ///
  /// - Throws: `WordtoolError` of kind `noSuchInput` when the name does not tell.
  static func labelPath(for path: String) throws -> String {
    var parts = path.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    let name = parts.removeLast()
    let found = replacing(name, "images", by: "labels").map { name in
      replacing(name, "idx3", by: "idx1") ?? replacing(name, "idx4", by: "idx1") ?? name
    }
    guard let found else {
      throw WordtoolError(
        .noSuchInput, path: path, found: "IDX images under a name without 'images'",
        expected: "a name such as train-images-idx3-ubyte beside train-labels-idx1-ubyte")
    }
    return (parts + [found]).joined(separator: "/")
  }

  private static func replacing(_ text: String, _ part: String, by other: String) -> String? {
    let (text, part) = (Array(text.utf8), Array(part.utf8))
    guard text.count >= part.count else { return nil }
    for start in 0...(text.count - part.count)
    where text[start..<start + part.count].elementsEqual(part) {
      let bytes = text[..<start] + Array(other.utf8) + text[(start + part.count)...]
      return String(decoding: bytes, as: UTF8.self)
    }
    return nil
  }

  /// The extents, and where the data begin. The data fill the rest of the file exactly.
  private static func header(
    _ bytes: [UInt8], path: String, dimensions: [Int]
  ) throws -> (extents: [Int], start: Int) {
    guard matches(bytes) else {
      throw WordtoolError(
        .badData, path: path, at: .byte(0), found: "no IDX file",
        expected: "00 00 08 and the number of extents")
    }
    guard bytes[2] == unsignedByte else {
      throw WordtoolError(
        .badData, path: path, at: .byte(2), found: "element type \(bytes[2])",
        expected: "8, unsigned bytes")
    }
    let count = Int(bytes[3])
    guard dimensions.contains(count) else {
      throw WordtoolError(
        .badData, path: path, at: .byte(3), found: "\(count) extents",
        expected: dimensions.map(String.init).joined(separator: " or "))
    }
    let start = 4 + 4 * count
    guard bytes.count >= start else {
      throw WordtoolError(
        .badData, path: path, found: "\(bytes.count, "byte")",
        expected: "a header of \(start): the file is truncated")
    }
    let extents = (0..<count).map { ImageBytes.bigEndian32(bytes[(4 + 4 * $0)...]) }
    var needed = 1
    for extent in extents {
      let (product, overflow) = needed.multipliedReportingOverflow(by: extent)
      guard !overflow else {
        throw WordtoolError(
          .badData, path: path, at: .byte(4),
          found: "extents \(extents.map(String.init).joined(separator: " x "))",
          expected: "fewer values")
      }
      needed = product
    }
    let left = bytes.count - start
    guard left == needed else {
      throw WordtoolError(
        .badData, path: path, at: .byte(start), found: "\(left, "byte") of data",
        expected: "\(needed) for \(extents.map(String.init).joined(separator: " x "))",
        remedy: left < needed ? "the file is truncated: get it again" : nil)
    }
    return (extents, start)
  }
}
