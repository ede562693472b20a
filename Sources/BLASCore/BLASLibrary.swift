import COpenBLAS
import Libc
import WordtoolCore

/// The BLAS this process runs on.
public enum BLASLibrary {
  /// The name of the processor core whose kernels OpenBLAS chose: "Zen", "SkylakeX", "NEOVERSEN1".
  public static var coreName: String { unsafe String(cString: openblas_get_corename()) }

  /// The library, its version and how it was built, in OpenBLAS's own words.
  public static var configuration: String { unsafe String(cString: openblas_get_config()) }

  /// Makes OpenBLAS compute on the caller's thread only, and ends the threads it started when it was
  /// loaded: they spin on the other processors for a tenth of a second, waiting for work that never
  /// comes. Products do so by themselves; a program does it before other work on all processors. It
  /// takes some milliseconds.
  public static func useCallersThreadOnly() { _ = once }

  /// Looks for the room of OpenBLAS's buffers, where the addresses of the process are limited: without
  /// it the threads that it starts when it is loaded ask the system again and again, for ever. A
  /// program that is refused has to leave by `_exit`: `exit` waits for them.
  ///
  /// - Throws: `WordtoolError` of kind `unavailable` when there is none.
  package static func requireRoom() throws {
    // The caller's thread takes over a buffer of theirs when they have ended.
    let count = max(1, Int(openblas_get_num_threads()) - 1)
    guard AlignedMemory.addressLimit != nil else { return }
    var looksLeft = 50
    while mappedBufferCount() < count {
      do {
        return try MemoryRoom.require(byteCount: bufferByteCount, for: "a buffer of OpenBLAS")
      } catch {
        // A thread that is about to take the room has it, and is not yet in the list.
        looksLeft -= 1
        if looksLeft == 0 { throw error }
        usleep(2000)
      }
    }
  }

  /// What OpenBLAS maps for a thread on x86-64; elsewhere it is less.
  private static let bufferByteCount = 128 << 20

  /// How many buffers the threads have, by the system's list of what is mapped: lines such as
  /// `7f22b0000000-7f22b8000000 rw-p 00000000 00:00 0`. 0 where there is no such list.
  private static func mappedBufferCount() -> Int {
    guard let source = try? ByteSource(path: "/proc/self/maps") else { return 0 }
    var bytes = [UInt8](repeating: 0, count: 1 << 18)
    var filled = 0
    while filled < bytes.count {
      let count = unsafe bytes.withUnsafeMutableBytes { room in
        let rest = unsafe UnsafeMutableRawBufferPointer(rebasing: room[filled...])
        return unsafe (try? source.read(into: rest)) ?? 0
      }
      if count == 0 { break }
      filled += count
    }
    var buffers = 0
    for line in String(decoding: bytes[..<filled], as: UTF8.self).split(separator: "\n") {
      let fields = line.split(separator: " ")
      guard fields.count == 5, fields[1] == "rw-p" else { continue }
      let ends = fields[0].split(separator: "-").compactMap { Int($0, radix: 16) }
      if ends.count == 2 { buffers += (ends[1] - ends[0]) / bufferByteCount }
    }
    return buffers
  }

  /// Evaluated once; Swift makes that safe between threads.
  private static let once: Void = {
    openblas_set_num_threads(1)
    wt_openblas_end_threads()
  }()
}
