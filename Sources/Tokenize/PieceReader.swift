import Libc
import WordtoolCore

/// Room for one piece of text. Belongs to one thread.
@safe final class PieceBuffer: @unchecked Sendable {
  // Sendable: a reader fills it inside its lock, for the thread that owns it.

  private(set) var room = UnsafeMutableRawBufferPointer.allocate(
    byteCount: 0, alignment: 16)

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

/// One piece of the text, in a ``PieceBuffer``.
struct Piece {
  /// The number of the piece, from 0, over all files.
  var index: Int
  /// The file it is from.
  var path: String
  /// The offset in that file, unpacked, of the first byte of the buffer.
  var byteOffset: Int
  /// Where in the buffer the text is.
  var range: Range<Int>
  /// Whether the file ends with the piece.
  var endsFile: Bool
}

/// Hands out the text of some files in pieces, each to one of any number of threads.
///
/// A piece ends where a ``TextCut`` allows, so cutting moves no token. It is about as long as
/// asked for; when a line gives no place to cut, pieces grow up to a limit and then it is an error.
final class PieceReader: @unchecked Sendable {
  // Sendable: everything that changes is touched under `lock` only.

  private let lock = Locked<Void>(())
  private let files: [String]
  private let pieceSize: Int
  private let pieceLimit: Int
  private var nextFile = 0
  private var nextPiece = 0
  private var source: TextSource?
  private let encoding: TextEncoding
  private let isStrict: Bool
  private let cuts: CutPlaces
  private var replacedCount = 0
  private var rest: [UInt8] = []
  private var byteOffset = 0
  private var storedBytesBefore = 0
  private var hasFailed = false

  /// - Parameters:
  ///   - files: read one after another.
  ///   - pieceSize: the length of a piece in bytes, at least 1.
  ///   - pieceLimit: the most bytes a piece may grow to.
  ///   - encoding: of the files; the text comes as UTF-8.
  ///   - isStrict: whether what is no text in that encoding is an error.
  ///   - cuts: where pieces may end.
  init(
    files: [String], pieceSize: Int, pieceLimit: Int, encoding: TextEncoding = .utf8,
    isStrict: Bool = false, cuts: CutPlaces = .words
  ) {
    self.encoding = encoding
    self.isStrict = isStrict
    self.cuts = cuts
    precondition(pieceSize >= 1 && pieceLimit >= pieceSize)
    self.files = files
    self.pieceSize = pieceSize
    self.pieceLimit = pieceLimit
  }

  /// What went wrong while reading the piece with a number.
  struct Failure: Error {
    var index: Int
    var error: any Error
  }

  /// How many bytes of the files, as they are stored, have been read.
  var storedBytesRead: Int {
    lock.withLock { _ in storedBytesBefore + (source?.storedBytesRead ?? 0) }
  }

  /// How many sequences were replaced while converting from other encodings.
  var replacedSequenceCount: Int {
    lock.withLock { _ in replacedCount + (source?.replacedCount ?? 0) }
  }

  /// Makes the reader hand out nothing more.
  func fail() { lock.withLock { _ in hasFailed = true } }

  /// Fills the buffer with the next piece; nil when there is none.
  ///
  /// - Throws: ``Failure``, after which there are no more pieces.
  func next(_ buffer: PieceBuffer) throws(Failure) -> Piece? {
    let result: Result<Piece?, Failure> = lock.withLock { _ in
      if hasFailed { return .success(nil) }
      do {
        return .success(try read(buffer))
      } catch {
        hasFailed = true
        return .failure(Failure(index: nextPiece, error: error))
      }
    }
    return try result.get()
  }

  private func read(_ buffer: PieceBuffer) throws -> Piece? {
    while true {
      guard let source = try openSource() else { return nil }
      var filled = rest.count
      var wanted = max(pieceSize, filled + 1)
      buffer.reserve(wanted, keeping: 0)
      unsafe buffer.room.copyBytes(from: rest)
      rest.removeAll(keepingCapacity: true)
      var cut: TextCut?
      var hasEnded = false
      while cut == nil && !hasEnded {
        while filled < wanted {
          // SAFETY: the slice is the unused part of the room.
          let unused = unsafe UnsafeMutableRawBufferPointer(
            rebasing: buffer.room[filled..<wanted])
          let count = try unsafe source.read(into: unused)
          if count == 0 {
            hasEnded = true
            break
          }
          filled += count
        }
        if hasEnded { break }
        cut = unsafe cuts.last(in: buffer.text(0..<filled))
        guard cut == nil else { break }
        guard wanted < pieceLimit else {
          throw WordtoolError(
            .badData, path: source.path, at: .byte(byteOffset),
            found: "\(filled) bytes without a line end or a space between words",
            expected: "text")
        }
        wanted = min(2 * wanted, pieceLimit)
        buffer.reserve(wanted, keeping: filled)
      }
      let end = cut?.offset ?? filled
      unsafe rest.append(contentsOf: buffer.text(end..<filled))
      let start = unsafe try firstByte(of: buffer.text(0..<end), path: source.path)
      let piece = Piece(
        index: nextPiece, path: source.path, byteOffset: byteOffset, range: start..<end,
        endsFile: hasEnded)
      byteOffset += end
      if hasEnded {
        storedBytesBefore += source.storedBytesRead
        replacedCount += source.replacedCount
        self.source = nil
      }
      if end == 0 { continue }
      nextPiece += 1
      return piece
    }
  }

  private func openSource() throws -> TextSource? {
    if let source { return source }
    guard nextFile < files.count else { return nil }
    let opened = try TextSource(
      path: files[nextFile], encoding: encoding, isStrict: isStrict)
    nextFile += 1
    byteOffset = 0
    source = opened
    return opened
  }

  /// Where the text starts: behind a byte order mark at the start of a file.
  private func firstByte(of text: UnsafeBufferPointer<UInt8>, path: String) throws -> Int {
    guard byteOffset == 0 else { return 0 }
    if unsafe text.starts(with: [0xEF, 0xBB, 0xBF]) { return 3 }
    guard unsafe !text.starts(with: [0xFF, 0xFE]), unsafe !text.starts(with: [0xFE, 0xFF]) else {
      throw WordtoolError(
        .badData, path: path, found: "UTF-16 text", expected: "UTF-8 text",
        remedy: "read it with `encoding` utf-16")
    }
    return 0
  }
}
