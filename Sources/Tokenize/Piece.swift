import WordtoolCore

/// One piece of the text, in a ``PieceBuffer``.
package struct Piece {
  /// The number of the piece, from 0, over all files.
  var index: Int
  /// The file it is from.
  package var path: String
  /// The offset in that file's text, with a byte order mark of UTF-8, of the first byte.
  var byteOffset: Int
  /// How many bytes it has, the first ones of the buffer.
  var count: Int
  /// Whether the file begins with the piece.
  var startsFile: Bool
  /// Whether the file ends with the piece.
  package var endsFile: Bool

  /// Lends the text as valid UTF-8.
  ///
  /// - Parameters:
  ///   - isStrict: whether text that is not UTF-8 is an error; otherwise U+FFFD takes the place of
  ///     each sequence that is not well-formed.
  ///   - body: gets the text and how many sequences were replaced.
  package func withText<Result>(
    in buffer: PieceBuffer, isStrict: Bool,
    _ body: (UnsafeBufferPointer<UInt8>, Int) throws -> Result
  ) throws -> Result {
    let text = unsafe buffer.text(0..<count)
    guard let problem = unsafe UTF8Text.firstProblem(in: text) else {
      return try unsafe body(text, 0)
    }
    if isStrict {
      throw unsafe UTF8Text.refusal(
        of: text, at: problem, path: path, position: .byte(byteOffset + problem),
        remedy: "leave out `isStrict` to replace such bytes, or read it with `encoding` auto")
    }
    let (repaired, replacedCount) = unsafe UTF8Text.repaired(text)
    return try unsafe repaired.withUnsafeBufferPointer { try unsafe body($0, replacedCount) }
  }
}

/// Room for one piece of text. Belongs to one thread.
@safe package final class PieceBuffer: @unchecked Sendable {
  // Sendable: a reader fills it inside its lock, for the thread that owns it.

  private(set) var room = UnsafeMutableRawBufferPointer.allocate(
    byteCount: 0, alignment: 16)

  /// Without any room yet.
  package init() {}

  deinit { unsafe room.deallocate() }

  /// Makes room for `count` bytes and keeps the first `kept`.
  func reserve(_ count: Int, keeping kept: Int) {
    guard unsafe room.count < count else { return }
    let grown = UnsafeMutableRawBufferPointer.allocate(byteCount: count, alignment: 16)
    unsafe grown.copyMemory(from: UnsafeRawBufferPointer(rebasing: room[..<kept]))
    unsafe room.deallocate()
    unsafe room = grown
  }

  func text(_ range: Range<Int>) -> UnsafeBufferPointer<UInt8> {
    // SAFETY: the slice checks the range; the bytes were filled by a reader.
    unsafe UnsafeRawBufferPointer(rebasing: room[range]).assumingMemoryBound(to: UInt8.self)
  }
}
