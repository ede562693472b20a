import Synchronization
import Testing
import WordtoolCore

@Suite("Workers, StopFlag and WordtoolError")
struct WorkersTests {
  @Test("every worker runs once and all are done on return", arguments: [1, 2, 3, 17])
  func all(count: Int) throws {
    let seen = Locked<[Int]>([])
    try Workers.run(count: count) { index in seen.withLock { $0.append(index) } }
    #expect(seen.withLock { $0.sorted() } == Array(0..<count))
    #expect(Workers.defaultCount >= 1)
  }

  @Test("the error of the lowest worker is thrown after all have ended")
  func errors() {
    let done = Atomic<Int>(0)
    let error = #expect(throws: WordtoolError.self) {
      try Workers.run(count: 4) { index in
        defer { done.wrappingAdd(1, ordering: .relaxed) }
        if index >= 2 { throw WordtoolError(.usage, found: "worker \(index)") }
      }
    }
    #expect(error?.found == "worker 2")
    #expect(done.load(ordering: .relaxed) == 4)
  }

  @Test("a flag raised by one thread is seen by another")
  func flag() throws {
    let flag = StopFlag()
    #expect(!flag.isRaised)
    try Workers.run(count: 2) { index in
      if index == 1 { flag.raise() } else { while !flag.isRaised {} }
    }
    #expect(flag.isRaised)
  }

  @Test("an error is one line with the place, the finding, the expectation and the remedy")
  func description() {
    let whole = WordtoolError(
      .badData, path: "a.txt", at: .line(17), found: "299 values", expected: "300",
      remedy: "do it again")
    #expect(whole.description == "a.txt:17: 299 values, expected 300; do it again")
    let byte = WordtoolError(.badData, path: "-", at: .byte(5), found: "a NUL")
    #expect(byte.description == "standard input: byte 5: a NUL")
  }
}

@Suite struct ProcessorCountTests {
  @Test("the affinity mask and a container's quota limit the count")
  func limits() {
    #expect(ProcessorCount.allowed(inStatus: "Name:\tx\nCpus_allowed:\tff,00000003\n") == 10)
    #expect(ProcessorCount.allowed(inStatus: "Name:\tx\n") == nil)
    #expect(ProcessorCount.limit(inQuota: "150000 100000\n") == 2)
    #expect(ProcessorCount.limit(inQuota: "max 100000\n") == nil)
    #expect(ProcessorCount.limit(inQuota: "-1\n 100000\n") == nil)
    #expect(ProcessorCount.limit(inQuota: "") == nil)
    #expect(
      ProcessorCount.quotaFolders(inGroups: "3:cpu,cpuacct:/docker/x\n2:cpuset:/\n0::/a/b\n") == [
        "/sys/fs/cgroup/cpu/docker/x", "/sys/fs/cgroup/cpu/docker", "/sys/fs/cgroup/cpu",
        "/sys/fs/cgroup/a/b", "/sys/fs/cgroup/a", "/sys/fs/cgroup",
      ])
    #expect(ProcessorCount.quotaFolders(inGroups: "nonsense\n:\n").isEmpty)
    #expect(
      ProcessorCount.quotaFolders(inGroups: "3:memory:/d\n2:cpu:/\n", controller: "memory") == [
        "/sys/fs/cgroup/memory/d", "/sys/fs/cgroup/memory",
      ])
    #expect(MemorySizes.limit(in: "268435456\n") == 268_435_456)
    #expect(MemorySizes.limit(in: "max\n") == nil && MemorySizes.limit(in: "-1\n") == nil)
    #expect(MemorySizes.available > 1 << 20)
    #expect(ProcessorCount.current >= 1)
    #expect(Workers.defaultCount == ProcessorCount.current)
  }
}
