import WordtoolCore

/// The binary version of CIFAR-10: records of a label and 32 x 32 values of red, green and blue.
package enum CIFARFile {
  static let shape = ImageShape(height: 32, width: 32, channels: 3)
  static let recordSize = 3073
  static let classNames = [
    "airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck",
  ]

  /// Reads files in order as one set.
  ///
  /// - Parameters:
  ///   - paths: the names of the files.
  ///   - folder: the name of the set, for messages.
  ///   - read: gives the bytes of a file.
  package static func dataset(
    _ paths: [String], folder: String, read: (String) throws -> [UInt8]
  ) throws -> ImageDataset {
    var bytes: [UInt8] = []
    var labels: [Int32] = []
    for path in paths {
      let file = try read(path)
      guard !file.isEmpty, file.count % recordSize == 0 else {
        // A pickle begins with a mark and its version.
        let isPickle = file.starts(with: [0x80]) && file.dropFirst().first.map { $0 <= 5 } ?? false
        throw WordtoolError(
          .badData, path: path, found: isPickle ? "a Python pickle" : "\(file.count, "byte")",
          expected: "a multiple of \(recordSize) bytes, the size of a CIFAR-10 record",
          remedy: isPickle
            ? "this is CIFAR's Python version: get the binary version"
            : "the file is truncated or not CIFAR-10: get it again")
      }
      for start in stride(from: 0, to: file.count, by: recordSize) {
        guard Int(file[start]) < classNames.count else {
          throw WordtoolError(
            .badData, path: path, at: .byte(start), found: "the class \(file[start])",
            expected: "0 to \(classNames.count - 1)")
        }
        labels.append(Int32(file[start]))
      }
      bytes = bytes.isEmpty ? file : bytes + file
    }
    return ImageDataset(
      path: folder, classNames: classNames, labels: labels, shape: shape,
      storage: .records(
        bytes: bytes, start: 1, stride: recordSize, isInterleaved: false, largest: 255))
  }
}
