import Libc

/// What this process has of the machine's memory.
package enum ProcessMemory {
  /// What it holds now, in bytes. Where the system does not say: the most it has held.
  package static var residentByteCount: Int {
    #if os(Linux)
    if let file = unsafe fopen("/proc/self/statm", "r") {
      defer { _ = unsafe fclose(file) }
      var line = [CChar](repeating: 0, count: 256)
      let isRead = unsafe line.withUnsafeMutableBufferPointer {
        unsafe fgets($0.baseAddress, Int32($0.count), file) != nil
      }
      let text = line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
      let fields = String(decoding: text, as: UTF8.self).split(separator: " ")
      if isRead, fields.count > 1, let pages = Int(fields[1]) {
        return pages * Int(sysconf(Int32(_SC_PAGESIZE)))
      }
    }
    #endif
    return peakByteCount
  }

  /// The most it has held so far, in bytes.
  package static var peakByteCount: Int {
    var usage = rusage()
    #if canImport(Glibc)
    unsafe getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    #else
    getrusage(RUSAGE_SELF, &usage)
    #endif
    // Linux counts in kilobytes, Darwin in bytes.
    #if os(Linux)
    return Int(usage.ru_maxrss) * 1024
    #else
    return Int(usage.ru_maxrss)
    #endif
  }
}
