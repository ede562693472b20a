/// A file of text, or a part of one.
package struct TextPart: Sendable {
  /// The file.
  package var path: String
  /// The bytes of the part, which begin and end where lines do, in a file that is read as it is stored;
  /// nil for all of any file.
  package var range: Range<Int>?

  package init(path: String, range: Range<Int>? = nil) {
    self.path = path
    self.range = range
  }
}
