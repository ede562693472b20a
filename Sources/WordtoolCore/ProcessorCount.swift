import Libc

/// How many processors this process may keep busy.
///
/// Not simply those of the machine: threads that wait for each other must not be more than can run
/// at the same time, so `taskset` and the quota of a container count.
package enum ProcessorCount {
  /// The smallest of: processors online, processors in the affinity mask, the quotas of the control
  /// groups that the process is in.
  package static var current: Int {
    var count = max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))))
    #if os(Linux)
    if let status = contents(of: "/proc/self/status"), let allowed = allowed(inStatus: status) {
      count = min(count, allowed)
    }
    for folder in quotaFolders(inGroups: contents(of: "/proc/self/cgroup") ?? "") {
      let quota =
        contents(of: folder + "/cpu.max")
        ?? contents(of: folder + "/cpu.cfs_quota_us").flatMap { quota in
          contents(of: folder + "/cpu.cfs_period_us").map { quota + " " + $0 }
        }
      if let limit = quota.flatMap({ limit(inQuota: $0) }) { count = min(count, limit) }
    }
    #endif
    return count
  }

  /// The number of bits set in the line `Cpus_allowed:	ff,ffffffff` of `/proc/self/status`: what
  /// `sched_getaffinity` says, for any number of processors.
  package static func allowed(inStatus status: String) -> Int? {
    for line in status.split(separator: "\n") where line.hasPrefix("Cpus_allowed:") {
      let bits = line.dropFirst("Cpus_allowed:".count).reduce(0) {
        $0 + ($1.hexDigitValue ?? 0).nonzeroBitCount
      }
      return bits > 0 ? bits : nil
    }
    return nil
  }

  /// Where quotas may stand, of `/proc/self/cgroup`: the process's group and all around it, of version
  /// 2 (`0::/a/b`) and of version 1 (`3:cpu,cpuacct:/a/b`). Inside of a container its own group is
  /// mounted as the outermost, whatever its path says.
  ///
  /// - Parameter controller: of version 1, whose folder it names: `cpu`, `memory`.
  package static func quotaFolders(
    inGroups text: String, controller: String = "cpu"
  ) -> [String] {
    var folders: [String] = []
    for line in text.split(separator: "\n") {
      let parts = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
      guard parts.count == 3 else { continue }
      let controllers = parts[1].split(separator: ",")
      guard controllers.isEmpty || controllers.contains(Substring(controller))
      else { continue }
      let root = controllers.isEmpty ? "/sys/fs/cgroup" : "/sys/fs/cgroup/" + controller
      var names = parts[2].split(separator: "/")
      while !names.isEmpty {
        folders.append(root + "/" + names.joined(separator: "/"))
        names.removeLast()
      }
      folders.append(root)
    }
    return folders
  }

  /// Quota over period, rounded up, of `cpu.max`: `150000 100000` is 2; `max 100000` and, in version 1,
  /// `-1 100000` are nil.
  package static func limit(inQuota text: String) -> Int? {
    let parts = text.split { $0 == " " || $0 == "\n" }.map { Int($0) }
    guard parts.count == 2, let quota = parts[0], let period = parts[1], quota > 0, period > 0
    else { return nil }
    let whole = quota / period
    return quota % period == 0 ? whole : whole + 1
  }

  /// The first 16 kB of a file of the system.
  fileprivate static func contents(of path: String) -> String? {
    guard let source = try? ByteSource(path: path) else { return nil }
    var bytes = [UInt8](repeating: 0, count: 1 << 14)
    let count = unsafe bytes.withUnsafeMutableBytes { unsafe (try? source.read(into: $0)) ?? 0 }
    return count > 0 ? String(decoding: bytes[..<count], as: UTF8.self) : nil
  }
}

/// How much memory this process may have.
package enum MemorySizes {
  /// The bytes of text that are taken into memory as a whole where a format wants it so: an eighth of
  /// ``available``, since an array that grows is there twice for a while; at most 4 GB. A compressed
  /// file of some megabytes may hold more.
  package static let wholeText = min(max(available / 8, 1 << 26), 1 << 32)

  /// The smaller of the machine's memory, whoever uses it, and the limits of the control groups that the
  /// process is in; in bytes, found out once.
  package static let available: Int = {
    let pages = max(1, Int(sysconf(Int32(_SC_PHYS_PAGES))))
    var size = pages * max(1, Int(sysconf(Int32(_SC_PAGESIZE))))
    #if os(Linux)
    let groups = ProcessorCount.contents(of: "/proc/self/cgroup") ?? ""
    for folder in ProcessorCount.quotaFolders(inGroups: groups, controller: "memory") {
      for name in ["memory.max", "memory.high", "memory.limit_in_bytes"] {
        let text = ProcessorCount.contents(of: folder + "/" + name)
        if let limit = text.flatMap({ limit(in: $0) }) { size = min(size, limit) }
      }
    }
    #endif
    return size
  }()

  /// The bytes that a control group's file allows; nil of `max` and of what is no number.
  package static func limit(in text: String) -> Int? {
    text.split(whereSeparator: \.isWhitespace).first.flatMap { Int($0) }.flatMap {
      $0 > 0 ? $0 : nil
    }
  }
}
