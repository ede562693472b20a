import Libc

/// How many processors this process may keep busy.
///
/// Not simply those of the machine: threads that wait for each other must not be more than can run
/// at the same time, so `taskset` and the quota of a container count.
package enum ProcessorCount {
  /// The smallest of: processors online, processors in the affinity mask, the control group's quota.
  package static var current: Int {
    var count = max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))))
    #if os(Linux)
    if let status = contents(of: "/proc/self/status"), let allowed = allowed(inStatus: status) {
      count = min(count, allowed)
    }
    if let quota = contents(of: "/sys/fs/cgroup/cpu.max"), let limit = limit(inQuota: quota) {
      count = min(count, limit)
    }
    #endif
    return count
  }

  /// The number of bits set in the line `Cpus_allowed:	ff,ffffffff` of `/proc/self/status`.
  package static func allowed(inStatus status: String) -> Int? {
    for line in status.split(separator: "\n") where line.hasPrefix("Cpus_allowed:") {
      let bits = line.dropFirst("Cpus_allowed:".count).reduce(0) {
        $0 + ($1.hexDigitValue ?? 0).nonzeroBitCount
      }
      return bits > 0 ? bits : nil
    }
    return nil
  }

  /// Quota over period, rounded up, of `cpu.max`: `150000 100000` is 2; `max 100000` is nil.
  package static func limit(inQuota text: String) -> Int? {
    let parts = text.split { $0 == " " || $0 == "\n" }.map { Int($0) }
    guard parts.count == 2, let quota = parts[0], let period = parts[1], quota > 0, period > 0
    else { return nil }
    return (quota + period - 1) / period
  }

  /// The first 16 kB of a file of the system.
  private static func contents(of path: String) -> String? {
    guard let source = try? ByteSource(path: path) else { return nil }
    var bytes = [UInt8](repeating: 0, count: 1 << 14)
    let count = unsafe bytes.withUnsafeMutableBytes { unsafe (try? source.read(into: $0)) ?? 0 }
    return count > 0 ? String(decoding: bytes[..<count], as: UTF8.self) : nil
  }
}
