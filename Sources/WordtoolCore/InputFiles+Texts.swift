/// Which files are text.
extension InputFiles {
  /// The text files that paths stand for: as ``expand(_:)``, without the files of folders that are
  /// documents, images, archives or otherwise no text, and of those that are the models, vectors and
  /// tables of earlier runs. Named themselves, these are an error.
  ///
  /// - Parameters:
  ///   - paths: files and folders.
  ///   - selection: what is taken of folders.
  ///   - isUTF8: whether the text is to be UTF-8, so that a file that begins otherwise is left out.
  ///   - takesHTML: whether pages of HTML are taken, whose tags would be words.
  /// - Throws: as ``expand(_:)``, and `badData` for a file that is named and is a model, vectors or a
  ///   table of an earlier run.
  public static func texts(
    _ paths: [String], selection: Selection = Selection(), isUTF8: Bool = true,
    takesHTML: Bool = false
  ) throws -> Listing {
    try texts(paths, selection, isUTF8: isUTF8, takesHTML: takesHTML) { try TextSource(path: $0) }
  }

  /// The text files that paths stand for, which are opened by `open` to be looked at.
  package static func texts(
    _ paths: [String], _ selection: Selection, isUTF8: Bool, takesHTML: Bool,
    open: (String) throws -> TextSource
  ) throws -> Listing {
    let listing = try list(paths, selection) { path in
      try reasonAgainst(path, isUTF8: isUTF8, takesHTML: takesHTML, open: open)
    }
    let named = Set(paths)
    for file in listing.files where named.contains(file) { try requireText(file) }
    return listing
  }

  /// Fails where a file is text and no prose: a vocabulary, vectors, a model, what a run printed. Its
  /// words would be learnt like any other. What can be opened once only, a pipe, is not looked at; what
  /// cannot be opened or read is told by who reads it.
  ///
  /// - Throws: ``WordtoolError`` of kind `badData` that says what it is.
  package static func requireText(_ path: String) throws {
    guard isRegular(path), let source = try? TextSource(path: path),
      let sample = try? source.peek(sampleSize),
      let kind = TextKind.of(sample[...], isWhole: sample.count < sampleSize)
    else { return }
    throw WordtoolError(
      .badData, path: path, found: kind.noun, expected: "text", remedy: TextKind.remedy)
  }

  /// Bytes of a file that tell what it is.
  private static let sampleSize = 1 << 14

  /// Why a file does not look like text, if it does not.
  private static func reasonAgainst(
    _ path: String, isUTF8: Bool, takesHTML: Bool, open: (String) throws -> TextSource
  ) throws -> String? {
    do {
      let source = try open(path)
      var sample = [UInt8](repeating: 0, count: sampleSize)
      // SAFETY: the array lends its storage for the call.
      let count = try unsafe sample.withUnsafeMutableBytes { try unsafe source.read(into: $0) }
      if !takesHTML, isPage(sample[..<count]) { return html }
      if let kind = TextKind.of(sample[..<count], isWhole: count < sampleSize) { return kind.noun }
      guard isUTF8 else { return nil }
      // The last character may be cut off.
      return unsafe sample.withUnsafeBufferPointer { sample in
        let text = unsafe UnsafeBufferPointer(rebasing: sample[..<count])
        let invalid = unsafe UTF8Text.repaired(text).count - (count == sample.count ? 1 : 0)
        let valid = unsafe text.lazy.filter { $0 >= 0xC0 }.count - invalid
        // A damaged byte here and there is replaced; letters of another encoding are many.
        return invalid > max(valid, count / 100) ? notUTF8 : nil
      }
    } catch let error as WordtoolError where error.kind == .badData {
      return error.found
    }
  }

  /// Whether a text says that it is a page of HTML.
  private static func isPage(_ text: ArraySlice<UInt8>) -> Bool {
    let start = String(decoding: text.drop { $0 <= 0x20 }.prefix(512), as: UTF8.self).lowercased()
    return start.hasPrefix("<!doctype html") || start.hasPrefix("<html")
      || (start.hasPrefix("<?xml") && start.contains("<html"))
  }
}
