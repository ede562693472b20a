import WordtoolCore

/// The numbers of one piece while a corpus is read.
struct IDBlock: Sendable {
  enum Place: Sendable {
    /// In memory that may be shared with other blocks of the same thread, from a byte offset.
    case memory(AlignedMemory, offset: Int)
    /// In the temporary file, from a byte offset.
    case file(offset: Int)
  }
  var place: Place
  /// How many numbers there are.
  var count: Int
  /// The table that the numbers are from.
  var table: Int
}

/// Where the numbers of all pieces are kept while a corpus is read: in memory up to a limit, then
/// in a temporary file without a name.
final class IDBlocks: Sendable {
  private let memoryLimit: Int
  private let folder: String
  private let state = Locked(State())

  private struct State {
    var blocks: [IDBlock?] = []
    var memoryUsed = 0
    var file: TemporaryFile?
    var fileUsed = 0
  }

  /// - Parameters:
  ///   - memoryLimit: bytes of numbers kept in memory.
  ///   - folder: where the temporary file goes.
  init(memoryLimit: Int, folder: String) {
    self.memoryLimit = memoryLimit
    self.folder = folder
  }

  /// The part of a thread that fills blocks: it packs small blocks into larger mappings, because a
  /// process may have only some ten thousand mappings.
  struct Writer {
    private var chunk: AlignedMemory?
    private var used = 0
    private static let chunkSize = 4 << 20

    fileprivate mutating func place(
      _ bytes: UnsafeRawBufferPointer
    ) throws -> IDBlock.Place {
      if unsafe chunk == nil || used + bytes.count > chunk?.bytes.count ?? 0 {
        chunk = try AlignedMemory(byteCount: max(Self.chunkSize, bytes.count))
        used = 0
      }
      guard let chunk else { preconditionFailure("a chunk was just made") }
      let offset = used
      // SAFETY: the slice checks that the bytes fit.
      unsafe UnsafeMutableRawBufferPointer(rebasing: chunk.bytes[offset...])
        .copyMemory(from: bytes)
      used += bytes.count
      return .memory(chunk, offset: offset)
    }
  }

  /// Stores the numbers of a piece.
  func store(
    _ ids: UnsafeBufferPointer<Int32>, piece: Int, table: Int, writer: inout Writer
  ) throws {
    let bytes = UnsafeRawBufferPointer(ids)
    let target: (file: TemporaryFile, offset: Int)? = try state.withLock { state in
      if state.memoryUsed + bytes.count <= memoryLimit {
        state.memoryUsed += bytes.count
        return nil
      }
      let file = try state.file ?? TemporaryFile(folder: folder)
      state.file = file
      defer { state.fileUsed += bytes.count }
      return (file, state.fileUsed)
    }
    let place: IDBlock.Place
    if let target {
      try unsafe target.file.write(bytes, at: target.offset)
      place = .file(offset: target.offset)
    } else {
      place = try unsafe writer.place(bytes)
    }
    let block = IDBlock(place: place, count: ids.count, table: table)
    state.withLock { state in
      while state.blocks.count <= piece { state.blocks.append(nil) }
      state.blocks[piece] = block
    }
  }

  /// How many pieces there are.
  var count: Int { state.withLock { $0.blocks.count } }

  /// The table of each piece, -1 of one that has no numbers.
  var tables: [Int] { state.withLock { $0.blocks.map { $0?.table ?? -1 } } }

  /// Lets `body` change the numbers of a piece in place; it returns how many are left.
  func update(
    _ piece: Int, _ body: (UnsafeMutableBufferPointer<Int32>, _ table: Int) -> Int
  ) throws {
    let (found, file) = state.withLock { ($0.blocks[piece], $0.file) }
    guard let block = found else { return }
    let byteCount = block.count * MemoryLayout<Int32>.stride
    var left = 0
    switch block.place {
    case .memory(let chunk, let offset):
      // SAFETY: one thread at a time works on a piece; no two blocks overlap; offsets are
      // multiples of 4 in a page-aligned mapping.
      let bytes = unsafe UnsafeMutableRawBufferPointer(
        rebasing: chunk.bytes[offset..<offset + byteCount])
      left = unsafe body(bytes.assumingMemoryBound(to: Int32.self), block.table)
    case .file(let offset):
      var ids = [Int32](repeating: 0, count: block.count)
      try unsafe ids.withUnsafeMutableBytes { try unsafe file?.read($0, at: offset) }
      left = unsafe ids.withUnsafeMutableBufferPointer { unsafe body($0, block.table) }
      try unsafe ids.withUnsafeBytes {
        try unsafe file?.write(
          UnsafeRawBufferPointer(rebasing: $0[..<(left * MemoryLayout<Int32>.stride)]),
          at: offset)
      }
    }
    state.withLock { $0.blocks[piece]?.count = left }
  }

  /// Lends the bytes of a piece's numbers, without the first `skipped`, and then lets go of them.
  ///
  /// - Throws: ``WordtoolError`` of kind `inputOutput`, and what `body` throws.
  func take(
    _ piece: Int, skipping skipped: Int, _ body: (UnsafeRawBufferPointer) throws -> Void
  ) throws {
    let (found, file) = state.withLock { state in
      defer { state.blocks[piece] = nil }
      return (state.blocks[piece], state.file)
    }
    guard let block = found else { return }
    let start = skipped * MemoryLayout<Int32>.stride
    let end = block.count * MemoryLayout<Int32>.stride
    guard end > start else { return }
    switch block.place {
    case .memory(let chunk, let offset):
      // SAFETY: the slice checks its range.
      try unsafe body(UnsafeRawBufferPointer(rebasing: chunk.bytes[offset + start..<offset + end]))
    case .file(let offset):
      try unsafe withUnsafeTemporaryAllocation(byteCount: end - start, alignment: 4) { bytes in
        try unsafe file?.read(bytes, at: offset + start)
        try unsafe body(UnsafeRawBufferPointer(bytes))
      }
    }
  }
}
