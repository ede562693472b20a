import Libc
import Testing
import TestSupport
import WordtoolCore

@Suite("OutputFile and MappedFile")
struct FileTests {
  @Test("a file appears when it is committed, not before")
  func commit() throws {
    let folder = ScratchFolder()
    let file = try OutputFile(path: folder("out"))
    try file.write("one ")
    try file.write(Array("two".utf8))
    #expect(!folder.names.contains("out"))
    try file.commit()
    #expect(folder.names == ["out"])
    #expect(try folder.bytes(of: "out") == Array("one two".utf8))
  }

  @Test("without a commit the old file stays whole and nothing is left behind")
  func discard() throws {
    let folder = ScratchFolder()
    try folder.write("old", to: "out")
    do {
      let file = try OutputFile(path: folder("out"))
      try file.write(String(repeating: "new", count: 1_000_000))
    }
    #expect(folder.names == ["out"])
    #expect(try folder.bytes(of: "out") == Array("old".utf8))
  }

  @Test("a whole file is written in one call; what throws in between leaves the old one")
  func whole() throws {
    let folder = ScratchFolder()
    try OutputFile.write(to: folder("out")) { try $0.write("whole") }
    let error = #expect(throws: WordtoolError.self) {
      try OutputFile.write(to: folder("out")) {
        try $0.write("half")
        throw WordtoolError(.unavailable, found: "nothing")
      }
    }
    #expect(error?.kind == .unavailable && folder.names == ["out"])
    #expect(try folder.bytes(of: "out") == Array("whole".utf8))
  }

  @Test("a file that is complete cannot be completed again")
  func twice() throws {
    let folder = ScratchFolder()
    let file = try OutputFile(path: folder("out"))
    try file.commit()
    let error = #expect(throws: WordtoolError.self) { try file.commit() }
    #expect(error?.kind == .usage)
  }

  @Test("large and small writes come out in order")
  func order() throws {
    let folder = ScratchFolder()
    var expected: [UInt8] = []
    let file = try OutputFile(path: folder("out"))
    for size in [1, 700_000, 2, 700_000, 3_000_000, 5, 0] {
      let part = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ size) }
      expected += part
      try file.write(part)
    }
    try file.commit()
    #expect(try folder.bytes(of: "out") == expected)
  }

  @Test("a target that cannot be written is an error at once")
  func unwritable() throws {
    let folder = ScratchFolder()
    for path in [folder("no/such/folder/out"), folder.path] {
      let error = #expect(throws: WordtoolError.self) { _ = try OutputFile(path: path) }
      #expect(error?.kind == .cannotCreate)
    }
  }

  #if os(Linux)
  @Test("a full device is an input or output error")
  func fullDevice() throws {
    let error = #expect(throws: WordtoolError.self) {
      let file = try OutputFile(path: "/dev/full")
      try file.write("text")
      try file.commit()
    }
    #expect(error?.kind == .inputOutput)
  }
  #endif

  @Test("a mapped file shows the bytes of the file; an empty one shows none")
  func mapped() throws {
    let folder = ScratchFolder()
    let bytes = (0..<10_000).map { UInt8(truncatingIfNeeded: $0 &* 13) }
    let file = try MappedFile(path: folder.write(bytes, to: "m"))
    file.willNeed(5000..<9000)
    #expect(withExtendedLifetime(file) { Array(file.bytes) } == bytes)
    // What was given back is read again.
    file.release(0..<file.bytes.count)
    #expect(withExtendedLifetime(file) { Array(file.bytes) } == bytes)
    #expect(try MappedFile(path: folder.write([UInt8](), to: "e")).bytes.isEmpty)
    for path in [folder("nothing"), folder.path] {
      let error = #expect(throws: WordtoolError.self) { _ = try MappedFile(path: path) }
      #expect(error?.kind == .noSuchInput)
    }
  }

  @Test("a mapped file that changed is told by more than its size and time; a new name is none")
  func changed() throws {
    let folder = ScratchFolder()
    let path = try folder.write("one", to: "m")
    let file = try MappedFile(path: path)
    var opened = stat()
    #expect(stat(path, &opened) == 0)
    #expect(link(path, folder("name")) == 0 && chmod(path, 0o600) == 0)
    try MappedFile.requireUnchanged()
    var before = stat()
    #expect(stat(path, &before) == 0)
    var after = before
    // The clock of a file system stands still for some milliseconds.
    while after.st_ctim.tv_sec == before.st_ctim.tv_sec
      && after.st_ctim.tv_nsec == before.st_ctim.tv_nsec
    {
      try #require(String(decoding: folder.bytes(of: "m"), as: UTF8.self) != "")
      let descriptor = open(path, O_WRONLY)
      #expect(write(descriptor, "two", 3) == 3)
      close(descriptor)
      var times = [before.st_atim, before.st_mtim]
      #expect(utimensat(AT_FDCWD, path, &times, 0) == 0 && stat(path, &after) == 0)
    }
    #expect(after.st_mtim.tv_nsec == before.st_mtim.tv_nsec && after.st_size == before.st_size)
    // The names and the mode are those it was opened with.
    #expect(unlink(folder("name")) == 0 && chmod(path, opened.st_mode & 0o777) == 0)
    withExtendedLifetime(file) {
      let error = #expect(throws: WordtoolError.self) { try MappedFile.requireUnchanged() }
      #expect(error?.kind == .inputOutput && error?.path == path)
    }
  }

  @Test("an array that has no room is an error before it is taken")
  func memoryRoom() throws {
    try MemoryRoom.require(byteCount: 1 << 22, for: "four megabytes")
    try MemoryRoom.requireGrowth(of: [1, 2, 3], for: "four numbers")
    for take in [
      { try MemoryRoom.require(byteCount: 1 << 60, for: "a quintillion bytes") },
      { try MemoryRoom.require(count: .max, of: Double.self, for: "a quintillion bytes") },
    ] {
      let error = #expect(throws: WordtoolError.self, performing: take)
      #expect(error?.kind == .unavailable)
      #expect(error?.found.contains("no memory for a quintillion bytes, ") == true)
      #expect(error?.expected?.contains("the memory of this machine") == true)
    }
  }

  @Test("memory and temporary files start as zeros and keep what is stored")
  func mappings() throws {
    let folder = ScratchFolder()
    for mapping in [
      try AlignedMemory(byteCount: 10_000),
      try AlignedMemory(byteCount: AlignedMemory.mappedByteCount),
      try AlignedMemory(byteCount: 10_000, folder: folder.path),
    ] {
      let values = withExtendedLifetime(mapping) {
        let isZero = mapping.bytes.allSatisfy { $0 == 0 }
        mapping.bytes[9_999] = 7
        return (isZero, mapping.bytes[9_999])
      }
      #expect(values == (true, 7))
    }
    #expect(folder.names.isEmpty)
    #expect(try AlignedMemory(byteCount: 0).bytes.isEmpty)
    let error = #expect(throws: WordtoolError.self) {
      _ = try AlignedMemory(byteCount: 1, folder: folder("nothing"))
    }
    #expect(error?.kind == .cannotCreate)
  }

  @Test("memory begins at a multiple of 64, mapped or not")
  func alignment() throws {
    for count in [0, 1, 63, 64, 65, 4096, AlignedMemory.mappedByteCount - 1, 1 << 21] {
      let memory = try AlignedMemory(byteCount: count)
      #expect(Int(bitPattern: memory.bytes.baseAddress) % AlignedMemory.alignment == 0)
      #expect(memory.bytes.count == count && memory.bytes.allSatisfy { $0 == 0 })
    }
  }

  @Test("more memory than there is, or than can be counted, is an error that says how much")
  func noMemory() {
    let large = #expect(throws: WordtoolError.self) {
      _ = try AlignedMemory(byteCount: 1 << 60, purpose: "a test")
    }
    #expect(large?.kind == .unavailable)
    #expect(large?.found == "no memory for a test, 1152 PB")
    let uncountable = #expect(throws: WordtoolError.self) {
      _ = try AlignedMemory(count: .max, of: Float.self)
    }
    #expect(uncountable?.kind == .unavailable)
    #expect(uncountable?.found == "no memory for 9223372036854775807 values of 4 bytes")
  }

  @Test(arguments: [(999, "999 bytes"), (1_000, "1.0 kB"), (3_249_000_000, "3.2 GB")])
  func `sizes are said in words`(count: Int, words: String) {
    #expect(AlignedMemory.words(forByteCount: count) == words)
  }
}
