import BLASCore
import WordtoolCore

/// The first bytes of a file.
enum FileStart {
  /// The first bytes of what a regular file holds, gzip unpacked; fewer where it has no more.
  ///
  /// - Throws: ``WordtoolError`` as ``ByteSource``; of kind `noSuchInput` for what is no file and
  ///   could not be opened again.
  static func bytes(of path: String, count: Int) throws -> [UInt8] {
    guard InputFiles.isRegular(path) else {
      throw WordtoolError(.noSuchInput, path: path, found: "no regular file")
    }
    // What is packed in a way that is not unpacked in place is looked at as it is.
    guard let source = try? ByteSource(path: path) else {
      let file = try MappedFile(path: path)
      return unsafe Array(file.bytes.prefix(count))
    }
    var bytes = [UInt8](repeating: 0, count: count)
    var end = 0
    try unsafe bytes.withUnsafeMutableBytes { room in
      while end < count {
        let read = try unsafe source.read(
          into: UnsafeMutableRawBufferPointer(rebasing: room[end...]))
        if read == 0 { return }
        end += read
      }
    }
    bytes.removeLast(count - end)
    return bytes
  }

  /// Whether a regular file begins as gzip does.
  static func isPacked(_ path: String) -> Bool {
    guard InputFiles.isRegular(path), let file = try? MappedFile(path: path) else { return false }
    return unsafe file.bytes.starts(with: [0x1F, 0x8B])
  }

  /// Whether a file begins as safetensors do.
  static func isTensorFile(_ path: String) -> Bool {
    guard let bytes = try? bytes(of: path, count: 9) else { return false }
    return unsafe bytes.withUnsafeBytes { unsafe TensorFile.matches($0) }
  }
}
