import Libc
import TestSupport
import WordtoolCore

#if os(Linux)
/// The address space of this process, which the system can bound: memory beyond is not given.
enum AddressSpace {
  /// Runs `body` with at most so many bytes more than the process has now.
  static func withMore<Result>(_ byteCount: Int, _ body: () throws -> Result) throws -> Result {
    let pages = (TestFiles.read("/proc/self/statm") ?? "").split(separator: " ").first
    guard let pages = pages.flatMap({ Int($0) }) else {
      throw WordtoolError(.unavailable, found: "no size in /proc/self/statm")
    }
    try limit(to: pages * Int(sysconf(Int32(_SC_PAGESIZE))) + byteCount)
    defer { try? limit(to: nil) }
    return try body()
  }

  private static func limit(to byteCount: Int?) throws {
    var limit = rlimit()
    var status = getrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit)
    limit.rlim_cur = byteCount.map { min(rlim_t($0), limit.rlim_max) } ?? limit.rlim_max
    if status == 0 { status = setrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit) }
    guard status == 0 else {
      throw WordtoolError(.unavailable, found: WordtoolError.systemMessage())
    }
  }

  /// Whether a sanitizer is at work, which takes addresses by the terabyte.
  static let isSanitized =
    dlsym(nil, "__asan_init") != nil || dlsym(nil, "__tsan_init") != nil
}
#endif
