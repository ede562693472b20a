import WordtoolCore

/// Hands out the text of some files in pieces, each to one of any number of threads.
///
/// A piece ends where a ``TextCut`` allows, so cutting moves no token. It is about as long as
/// asked for; when a line gives no place to cut, pieces grow up to a limit and then it is an error.
package final class PieceReader: @unchecked Sendable {
  // Sendable: everything that changes is touched under `lock` only.

  private let lock = Locked<Void>(())
  private let files: [TextPart]
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
  private var isFirst = true
  private var storedBytesBefore = 0
  private var hasFailed = false

  /// About how many bytes are taken at a time.
  package static let usualSize = 1 << 20
  /// The longest stretch without a place to cut that is still taken for text.
  package static let usualLimit = 256 << 20

  /// - Parameters:
  ///   - files: read one after another.
  ///   - pieceSize: the length of a piece in bytes, at least 1.
  ///   - pieceLimit: the most bytes a piece may grow to.
  ///   - encoding: of the files; the text comes as UTF-8.
  ///   - isStrict: whether what is no text in that encoding is an error.
  ///   - cuts: where pieces may end.
  package convenience init(
    files: [String], pieceSize: Int = usualSize, pieceLimit: Int = usualLimit,
    encoding: TextEncoding = .utf8, isStrict: Bool = false, cuts: CutPlaces = .words
  ) {
    self.init(
      parts: files.map { TextPart(path: $0) }, pieceSize: pieceSize, pieceLimit: pieceLimit,
      encoding: encoding, isStrict: isStrict, cuts: cuts)
  }

  /// - Parameter parts: files and parts of files, read one after another. The others are those of the
  ///   other form.
  init(
    parts files: [TextPart], pieceSize: Int, pieceLimit: Int, encoding: TextEncoding,
    isStrict: Bool, cuts: CutPlaces
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
  package var storedBytesRead: Int {
    lock.withLock { _ in storedBytesBefore + (source?.storedBytesRead ?? 0) }
  }

  /// How many sequences were replaced while converting from other encodings.
  package var replacedSequenceCount: Int {
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

  /// As ``next(_:)``, for readers of one thread: the error as it is.
  package func take(_ buffer: PieceBuffer) throws -> Piece? {
    do {
      return try next(buffer)
    } catch {
      throw error.error
    }
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
      let piece = Piece(
        index: nextPiece, path: source.path, byteOffset: byteOffset, count: end,
        startsFile: isFirst, endsFile: hasEnded)
      isFirst = false
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
    let file = files[nextFile]
    let opened: TextSource
    if let range = file.range {
      opened = try unsafe TextSource(
        ByteSource(path: file.path, range: range), isBeginning: range.lowerBound == 0)
    } else {
      opened = try TextSource(path: file.path, encoding: encoding, isStrict: isStrict)
    }
    nextFile += 1
    let start = file.range?.lowerBound ?? 0
    byteOffset = start + opened.markByteCount
    isFirst = start == 0
    source = opened
    return opened
  }
}
