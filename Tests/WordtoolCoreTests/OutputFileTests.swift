import Libc
import TestSupport
import Testing
import WordtoolCore

/// Where the bytes of an output go: links, descriptors, names, modes, leftovers, gzip.
@Suite struct OutputFileTests {
  private func write(_ text: String, to path: String) throws {
    let file = try OutputFile(path: path)
    try file.write(text)
    try file.commit()
  }

  private func status(of path: String) -> stat {
    var status = stat()
    _ = lstat(path, &status)
    return status
  }

  private func isLink(_ path: String) -> Bool { status(of: path).st_mode & S_IFMT == S_IFLNK }

  // MARK: Links

  @Test(arguments: ["target", "./target", "folder/../target", "other"])
  func aLinkStaysAndTheFileBehindItIsReplaced(_ link: String) throws {
    let folder = ScratchFolder()
    try folder.write("old", to: "target")
    mkdir(folder("folder"), 0o777)
    try #require(symlink("target", folder("other")) == 0)
    try #require(symlink(link, folder("link")) == 0)
    try write("new", to: folder("link"))
    #expect(isLink(folder("link")))
    #expect(try folder.bytes(of: "target") == Array("new".utf8))
    #expect(folder.names == ["folder", "link", "other", "target"])
  }

  @Test func aLinkIntoAnotherFolderIsFollowed() throws {
    let folder = ScratchFolder()
    mkdir(folder("there"), 0o777)
    // There is nothing behind it yet.
    try #require(symlink(folder("there/target"), folder("link")) == 0)
    try write("new", to: folder("link"))
    #expect(isLink(folder("link")))
    #expect(try folder.bytes(of: "there/target") == Array("new".utf8))
    #expect(TestFiles.names(in: folder("there")) == ["target"])
    // A folder behind a link is no different.
    try #require(symlink("there", folder("shortcut")) == 0)
    try write("newer", to: folder("shortcut/target"))
    #expect(try folder.bytes(of: "there/target") == Array("newer".utf8))
  }

  @Test func linksThatLeadNowhereAreRefused() throws {
    let folder = ScratchFolder()
    try #require(symlink("b", folder("a")) == 0 && symlink("a", folder("b")) == 0)
    try #require(symlink("nowhere/target", folder("lost")) == 0)
    try #require(symlink(".", folder("here")) == 0)
    for name in ["a", "lost", "here", ".", "..", "missing/", ""] {
      let error = #expect(throws: WordtoolError.self) {
        _ = try OutputFile(path: name.isEmpty ? "" : folder(name))
      }
      #expect(error?.kind == (name.isEmpty ? .usage : .cannotCreate), "\(name)")
    }
    #expect(folder.names == ["a", "b", "here", "lost"])
  }

  @Test func namesOfOneFileHaveOneIdentity() throws {
    let folder = ScratchFolder()
    try folder.write("old", to: "target")
    try #require(symlink("target", folder("soft")) == 0)
    try #require(link(folder("target"), folder("hard")) == 0)
    try #require(symlink("later", folder("toLater")) == 0)
    func identity(_ path: String) throws -> OutputTarget.Identity? {
      try OutputTarget(path).identity
    }
    let target = try identity(folder("target"))
    #expect(target != nil && target == OutputTarget.Identity(of: folder("target")))
    for name in ["soft", "hard", "./target"] { #expect(try identity(folder(name)) == target) }
    #expect(try identity(folder("later")) == identity(folder("toLater")))
    #expect(try identity(folder("later")) != identity(folder("latest")))
    #expect(try identity(folder("later")) != target)
    #expect(try identity("/dev/null") == nil)
    #expect(try identity("-") == identity("/dev/stdout"))
  }

  // MARK: Descriptors, devices and pipes

  @Test(arguments: ["/dev/fd/", "/proc/self/fd/", "/proc/thread-self/fd/"])
  func anOpenDescriptorIsWrittenWhereItStands(_ place: String) throws {
    guard access(place, F_OK) == 0 else { return }
    let folder = ScratchFolder()
    let descriptor = open(folder("file"), O_WRONLY | O_CREAT | O_CLOEXEC, 0o666)
    defer { close(descriptor) }
    try #require(systemWrite(descriptor, "before ") == 7)
    try write("here", to: place + String(descriptor))
    try #require(systemWrite(descriptor, " after") == 6)
    #expect(try folder.bytes(of: "file") == Array("before here after".utf8))
    try #require(symlink(place + String(descriptor), folder("link")) == 0)
    try write(".", to: folder("link"))
    #expect(try folder.bytes(of: "file") == Array("before here after.".utf8))
    #expect(folder.names == ["file", "link"])
  }

  @Test func descriptorsThatTakeNothingAreRefused() throws {
    let folder = ScratchFolder()
    let descriptor = open(try folder.write("text", to: "file"), O_RDONLY | O_CLOEXEC)
    defer { close(descriptor) }
    for number in [descriptor, 987_654] {
      let error = #expect(throws: WordtoolError.self) {
        _ = try OutputFile(path: "/dev/fd/\(number)")
      }
      #expect(error?.found == "Bad file descriptor")
    }
  }

  @Test func aNamedPipeIsWrittenStraightInto() throws {
    let folder = ScratchFolder()
    try #require(mkfifo(folder("pipe"), 0o600) == 0)
    let reader = PipeReader(path: folder("pipe"))
    let file = try OutputFile(path: folder("pipe"))
    #expect(!file.isFile)
    try file.write("a line\n")
    try file.commit()
    #expect(reader.line() == "a line")
    #expect(status(of: folder("pipe")).st_mode & S_IFMT == S_IFIFO)
  }

  private func systemWrite(_ descriptor: Int32, _ text: String) -> Int {
    Libc.write(descriptor, text, text.utf8.count)
  }

  // MARK: Modes and names

  @Test(arguments: [0o600, 0o640, 0o644, 0o666, 0o755] as [mode_t])
  func theModeOfAFileStays(_ mode: mode_t) throws {
    let folder = ScratchFolder()
    try folder.write("old", to: "file")
    try #require(chmod(folder("file"), mode) == 0)
    try write("new", to: folder("file"))
    #expect(status(of: folder("file")).st_mode & 0o7777 == mode)
    #expect(try folder.bytes(of: "file") == Array("new".utf8))
  }

  @Test func theOwnerStaysWhereTheSystemAllowsIt() throws {
    // Nobody else may give files away.
    guard geteuid() == 0 else { return }
    let folder = ScratchFolder()
    try folder.write("old", to: "file")
    try #require(chown(folder("file"), 4321, 1234) == 0 && chmod(folder("file"), 0o640) == 0)
    try write("new", to: folder("file"))
    let new = status(of: folder("file"))
    #expect(new.st_uid == 4321 && new.st_gid == 1234 && new.st_mode & 0o777 == 0o640)
  }

  @Test func aFileThatMayNotBeWrittenIsNotReplaced() throws {
    // The superuser may write anywhere.
    guard geteuid() != 0 else { return }
    let folder = ScratchFolder()
    try #require(chmod(try folder.write("old", to: "file"), 0o444) == 0)
    let error = #expect(throws: WordtoolError.self) { _ = try OutputFile(path: folder("file")) }
    #expect(error?.kind == .cannotCreate)
  }

  @Test(arguments: ["a", "ü", "語", "👍"])
  func namesMayBeAsLongAsTheSystemAllows(_ letter: String) throws {
    let folder = ScratchFolder()
    let longest = 255
    for length in [200, 235, 236, 250, longest] {
      let name = String(repeating: letter, count: length / letter.utf8.count)
      try write("x", to: folder(name))
      #expect(try folder.bytes(of: name) == Array("x".utf8))
    }
    let error = #expect(throws: WordtoolError.self) {
      _ = try OutputFile(path: folder(String(repeating: "a", count: longest + 1)))
    }
    #expect(error?.found == "File name too long")
    #expect(!folder.names.contains { $0.hasPrefix(".") })
  }

  // MARK: Leftovers

  @Test func whatAKilledRunLeftIsRemoved() throws {
    let folder = ScratchFolder()
    for name in [
      ".out.wordtool-abcdefghi0", ".out.wordtool-locked0000", ".out.wordtool-short",
      ".out.wordtool-ABCDEFGHIJ", ".other.wordtool-abcdefghi0", "out.wordtool-abcdefghi0",
    ] {
      try TestFiles.write("left", to: folder(name))
    }
    // Its writer lives.
    let lock = open(folder(".out.wordtool-locked0000"), O_RDONLY | O_CLOEXEC)
    defer { close(lock) }
    try #require(flock(lock, LOCK_EX) == 0)
    let before = folder.names
    let file = try OutputFile(path: folder("out"))
    #expect(folder.names.count == before.count)
    #expect(!folder.names.contains(".out.wordtool-abcdefghi0"))
    try file.commit()
    #expect(
      folder.names
        == (before.filter { $0 != ".out.wordtool-abcdefghi0" } + ["out"]).sorted())
  }

  @Test func writersOfOneTargetLeaveEachOtherAlone() throws {
    let folder = ScratchFolder()
    let files = try (0..<8).map { number in
      let file = try OutputFile(path: folder("out"))
      try file.write("\(number)")
      return file
    }
    #expect(folder.names.count == 8)
    for (number, file) in files.enumerated() {
      try file.commit()
      #expect(try folder.bytes(of: "out") == Array("\(number)".utf8))
    }
    #expect(folder.names == ["out"])
  }

  @Test func manyWritersAtOnceLeaveOneWholeFile() throws {
    let folder = ScratchFolder()
    let size = 100_000
    try Workers.run(count: 4) { worker in
      for _ in 0..<50 {
        let file = try OutputFile(path: folder("out"))
        try file.write([UInt8](repeating: UInt8(worker), count: size))
        try file.commit()
      }
    }
    let bytes = try folder.bytes(of: "out")
    #expect(bytes.count == size && Set(bytes).count == 1)
    #expect(folder.names == ["out"])
  }

  @Test func aFolderThatVanishesIsToldByTheCommit() throws {
    let folder = ScratchFolder()
    mkdir(folder("there"), 0o777)
    let file = try OutputFile(path: folder("there/out"))
    try file.write("text")
    for name in TestFiles.names(in: folder("there")) { unlink(folder("there/" + name)) }
    try #require(rmdir(folder("there")) == 0)
    let error = #expect(throws: WordtoolError.self) { try file.commit() }
    #expect(error?.kind == .inputOutput && error?.found == "No such file or directory")
    #expect(folder.names.isEmpty)
  }

  // MARK: Gzip and sizes

  @Test(arguments: [0, 1, 1000, 3_000_000]) func aNameInGzMakesGzip(_ count: Int) throws {
    let folder = ScratchFolder()
    let text = String(repeating: "the king and the queen\n", count: count / 23 + 1).prefix(count)
    for name in ["a.txt.gz", "b.GZ"] { try write(String(text), to: folder(name)) }
    let packed = try folder.bytes(of: "a.txt.gz")
    // The method is deflate; no name and no time.
    #expect(packed.prefix(8) == [0x1F, 0x8B, 8, 0, 0, 0, 0, 0])
    #expect(try folder.bytes(of: "b.GZ") == packed)
    #expect(count < 1000 || packed.count < count / 10)
    let source = try ByteSource(path: folder("a.txt.gz"))
    var unpacked: [UInt8] = []
    var room = [UInt8](repeating: 0, count: 1 << 16)
    while case let more = try room.withUnsafeMutableBytes({ try source.read(into: $0) }), more > 0 {
      unpacked += room[..<more]
    }
    #expect(unpacked == Array(text.utf8))
  }

  @Test func whatIsNotUnpackedByItsReadersIsRefused() throws {
    let folder = ScratchFolder()
    let file = try OutputFile(path: folder("m.safetensors.gz"))
    let error = #expect(throws: WordtoolError.self) { try file.requirePlain("safetensors") }
    #expect(error?.kind == .usage)
    #expect(error?.description.contains("without .gz") == true)
    try OutputFile(path: folder("gz")).requirePlain("safetensors")
  }

  @Test func moreThanTheDiskHoldsIsToldBeforeItIsWritten() throws {
    let folder = ScratchFolder()
    let file = try OutputFile(path: folder("out"))
    try file.expect(byteCount: 1000)
    let error = #expect(throws: WordtoolError.self) { try file.expect(byteCount: 1 << 60) }
    #expect(error?.kind == .inputOutput)
    #expect(error?.found.hasPrefix("1152 PB to write, and ") == true)
  }

  @Test(arguments: [
    ("a/wiki.vec.gz", "vec", true), ("wiki.VEC", "vec", false), ("a.b/notes", "", false),
    ("notes.gz", "", true), (".hidden", "", false), (".gz", "", false), ("a.", "", false),
    ("glove.6B.100d", "100d", false),
  ])
  func suffixesAreWhatFollowsTheLastDot(_ path: String, _ name: String, _ isCompressed: Bool) {
    let suffix = FileSuffix(of: path)
    #expect(suffix.name == name && suffix.isCompressed == isCompressed)
  }
}
