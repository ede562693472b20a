import Libc

/// Memory of our own: zero at first, at a multiple of 64 bytes, given back when the object goes.
///
/// The one place where raw memory is taken, so that there is one rule for it: no memory is an error
/// that says how much was wanted, never a crash and never a null pointer. Whoever needs numbers
/// rather than bytes puts a thin typed face on it.
///
/// From ``mappedByteCount`` on the pages are the system's own: they are taken only where they are
/// written, and go back at once. Smaller memory comes from the C library. With a folder the pages
/// are those of a temporary file that nobody else can see.
@safe package final class AlignedMemory: @unchecked Sendable {
  // Sendable: the object only owns the bytes; those who share them agree on who writes what.

  /// All bytes, zero at first.
  package let bytes: UnsafeMutableRawBufferPointer
  /// Whether the pages are those of a temporary file, which the system can write out to make room.
  package let isFile: Bool
  /// What was taken, where it did not come from `mmap`.
  private let block: UnsafeMutableRawPointer?

  /// What the first byte's address is a multiple of.
  package static let alignment = 64
  /// From this size on, memory is mapped.
  package static let mappedByteCount = 1 << 20

  /// How the memory will be read.
  package enum Access: Sendable {
    case ordinary
    /// At random all over: large pages save most of the address translations.
    case scattered
  }

  /// Takes memory.
  ///
  /// - Parameters:
  ///   - byteCount: how much; none is fine.
  ///   - purpose: what it is for, in the message: "512 rows of 100 floats".
  /// - Throws: ``WordtoolError`` of kind `unavailable` when the system has none left.
  package init(
    byteCount: Int, access: Access = .ordinary, purpose: @autoclosure () -> String? = nil
  ) throws {
    precondition(byteCount >= 0, "\(byteCount) bytes")
    isFile = false
    if byteCount >= Self.mappedByteCount {
      guard let region = unsafe Self.map(byteCount, MAP_PRIVATE | Self.anonymous, -1) else {
        throw Self.noMemory(byteCount, purpose())
      }
      #if os(Linux)
      if access == .scattered { _ = unsafe madvise(region, byteCount, MADV_HUGEPAGE) }
      #endif
      unsafe block = nil
      unsafe bytes = UnsafeMutableRawBufferPointer(start: region, count: byteCount)
    } else {
      // One more piece than fits, so that a multiple of 64 lies in the first.
      guard let block = unsafe calloc(byteCount / Self.alignment + 2, Self.alignment) else {
        throw Self.noMemory(byteCount, purpose())
      }
      unsafe self.block = block
      unsafe bytes = UnsafeMutableRawBufferPointer(
        start: block.alignedUp(toMultipleOf: Self.alignment), count: byteCount)
    }
  }

  /// Takes memory for `count` values of a type.
  ///
  /// - Throws: ``WordtoolError`` of kind `unavailable` when the system has none left, or when the
  ///   bytes cannot be counted.
  package convenience init<Value: BitwiseCopyable>(
    count: Int, of type: Value.Type, access: Access = .ordinary,
    purpose: @autoclosure () -> String? = nil
  ) throws {
    precondition(count >= 0, "\(count) values")
    let (byteCount, overflow) = count.multipliedReportingOverflow(by: MemoryLayout<Value>.stride)
    guard !overflow else {
      throw Self.noMemory(
        nil, purpose() ?? "\(count, "value") of \(MemoryLayout<Value>.stride) bytes")
    }
    try self.init(byteCount: byteCount, access: access, purpose: purpose())
  }

  /// Maps a new temporary file in `folder`.
  ///
  /// - Throws: ``WordtoolError`` of kind `cannotCreate` or `inputOutput`.
  package convenience init(byteCount: Int, folder: String) throws {
    let file = try TemporaryFile(folder: folder)
    try file.resize(to: byteCount)
    try self.init(mapping: file, byteCount: byteCount)
  }

  /// Maps the first bytes of a temporary file, which is at least as long; the file may then go.
  ///
  /// - Throws: ``WordtoolError`` of kind `inputOutput`.
  package init(mapping file: TemporaryFile, byteCount: Int) throws {
    isFile = true
    unsafe block = nil
    guard byteCount > 0 else {
      unsafe bytes = UnsafeMutableRawBufferPointer(start: nil, count: 0)
      return
    }
    guard let region = unsafe Self.map(byteCount, MAP_SHARED, file.descriptor) else {
      throw WordtoolError(
        .inputOutput, path: file.folder,
        found: "a temporary file cannot be mapped: \(WordtoolError.systemMessage())")
    }
    unsafe bytes = UnsafeMutableRawBufferPointer(start: region, count: byteCount)
  }

  deinit {
    // SAFETY: exactly what an initialiser took, given back once, the way it was taken.
    if unsafe block != nil {
      unsafe free(block)
    } else if let base = unsafe bytes.baseAddress {
      unsafe munmap(base, bytes.count)
    }
  }

  /// The first `count` values of the memory, seen as `Value`.
  ///
  /// - Precondition: there are so many.
  package func buffer<Value: BitwiseCopyable>(
    of type: Value.Type, count: Int
  ) -> UnsafeMutableBufferPointer<Value> {
    let byteCount = unsafe bytes.count
    precondition(
      count >= 0 && count <= byteCount / MemoryLayout<Value>.stride,
      "\(count) values in \(byteCount) bytes")
    // SAFETY: the values lie inside the memory, at an address that suits any of them.
    return unsafe UnsafeMutableBufferPointer(
      start: bytes.baseAddress?.bindMemory(to: Value.self, capacity: count), count: count)
  }

  /// A size in words, for messages: "3.2 GB".
  package static func words(forByteCount count: Int) -> String {
    var size = Double(count)
    for unit in ["bytes", "kB", "MB", "GB", "TB"] {
      if size < 1_000 {
        return unit == "bytes" ? "\(count, "byte")" : "\((size * 10).rounded() / 10) \(unit)"
      }
      size /= 1_000
    }
    return "\(Int(min(size, 1e15))) PB"
  }

  private static func noMemory(_ byteCount: Int?, _ purpose: String?) -> WordtoolError {
    let size = byteCount.map(words(forByteCount:))
    let found = [purpose, size].compactMap { $0 }.joined(separator: ", ")
    return WordtoolError(
      .unavailable, found: "no memory for \(found)",
      expected: addressLimit.map {
        "no more than the limit of this process, \(words(forByteCount: $0)), leaves"
      },
      remedy: "free memory, raise the process's limit, or ask for less")
  }

  /// The addresses that this process may have (`ulimit -v`), in bytes; nil without a limit.
  package static var addressLimit: Int? {
    #if os(Linux)
    var limit = rlimit()
    guard unsafe getrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit) == 0 else { return nil }
    return limit.rlim_cur == rlim_t.max ? nil : Int(exactly: limit.rlim_cur)
    #else
    return nil
    #endif
  }

  #if os(Linux)
  private static let anonymous = MAP_ANONYMOUS
  #else
  private static let anonymous = MAP_ANON
  #endif

  private static func map(
    _ byteCount: Int, _ flags: Int32, _ descriptor: Int32
  ) -> UnsafeMutableRawPointer? {
    let address = unsafe mmap(nil, byteCount, PROT_READ | PROT_WRITE, flags, descriptor, 0)
    guard let address = unsafe address, unsafe address != MAP_FAILED else { return nil }
    return unsafe address
  }
}
