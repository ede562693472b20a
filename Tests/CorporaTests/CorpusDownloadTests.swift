import Corpora
import Libc
import TestSupport
import Testing
import WordtoolCore

/// Downloads from a server that the test makes.
@Suite struct CorpusDownloadTests {
  /// A body of 300,000 bytes that no two places have in common by chance.
  private static let body: [UInt8] = (0..<300_000).map { UInt8(truncatingIfNeeded: $0 &* $0 / 7) }
  private static let digest = SHA256(of: body).hexadecimal
  private typealias Answer = LocalServer.Answer

  /// Runs `body` with a server that has one file, a download of it, and the path it goes to.
  private func withDownload(
    _ answer: Answer, sha256: String? = Self.digest, byteCount: Int? = Self.body.count,
    _ body: (LocalServer, CorpusDownload, String) throws -> Void
  ) throws {
    try #require(Self.hasLibcurl)
    try TestFiles.withFolder { folder in
      let server = try LocalServer(["/data.bin": answer])
      defer { server.stop() }
      let file = CorpusCatalogue.File(
        name: "data.bin", address: server.address("/data.bin"), byteCount: byteCount,
        sha256: sha256)
      let entry = CorpusCatalogue.Entry(
        name: "data", description: "bytes", licence: "none", page: "", source: "", example: "",
        files: [file])
      let download = CorpusDownload(
        entry, folder: folder, knownDigests: folder + "/known-digests")
      try body(server, download, folder + "/data.bin")
    }
  }

  /// Whether the machine has what downloads.
  private static let hasLibcurl: Bool = {
    do {
      _ = try CorpusDownload.requireLibrary()
      return true
    } catch { return false }
  }()

  private func fails(
    _ kind: WordtoolError.Kind, _ part: String, _ body: () throws -> Void
  ) {
    let error = #expect(throws: WordtoolError.self) { try body() }
    #expect(error?.kind == kind && error?.description.contains(part) == true, "\(error as Any)")
  }

  @Test func aFileIsDownloadedCheckedAndLeftAloneWhenItIsThere() throws {
    try withDownload(Answer(Self.body)) { server, download, path in
      let first = try download.run()
      #expect(TestFiles.readBytes(path) == Self.body)
      #expect(first.map(\.sha256) == [Self.digest] && first.map(\.wasThere) == [false])
      #expect(first.map(\.check) == [.catalogue])
      let second = try download.run()
      #expect(second.map(\.wasThere) == [true] && server.requests == ["/data.bin"])
      let found = try download.verify()
      #expect(found.map(\.state) == [.right])
      #expect(TestFiles.names(in: download.folder) == ["data.bin"])
    }
  }

  @Test func aBrokenConnectionIsGoneOnWithByARange() throws {
    try withDownload(Answer(Self.body).with { $0.breaksAfter = 100_000 }) {
      server, download, path in
      _ = try download.run()
      #expect(TestFiles.readBytes(path) == Self.body)
      #expect(
        server.requests == ["/data.bin", "/data.bin 100000-", "/data.bin 200000-"])
    }
  }

  @Test func anInterruptedDownloadIsGoneOnWithByTheNextRun() throws {
    try withDownload(Answer(Self.body)) { server, download, path in
      let stop = StopFlag()
      fails(.interrupted, "they are kept") {
        _ = try download.run(stop: stop) { _ in stop.raise() }
      }
      let part = TestFiles.readBytes(download.folder + "/.data.bin.part") ?? []
      #expect(!part.isEmpty && part.count < Self.body.count && Self.body.starts(with: part))
      #expect(TestFiles.readBytes(path) == nil)
      _ = try download.run()
      #expect(TestFiles.readBytes(path) == Self.body)
      #expect(server.requests.last == "/data.bin \(part.count)-")
    }
  }

  @Test func aServerThatSaysNothingIsLeftWhenTheUserAsks() throws {
    let answer = Answer(Self.body).with { ($0.breaksAfter, $0.stalls) = (5_000, true) }
    try withDownload(answer) { _, download, _ in
      let stop = StopFlag()
      fails(.interrupted, "interrupted after 5000 bytes") {
        _ = try download.run(stop: stop) { if $0.byteCount == 5_000 { stop.raise() } }
      }
    }
  }

  /// What an earlier run left is of another file.
  @Test(arguments: [true, false]) func aPartThatDoesNotFitIsThrownAway(_ knowsRanges: Bool) throws {
    try withDownload(Answer(Self.body).with { $0.knowsRanges = knowsRanges }) {
      server, download, path in
      try TestFiles.write(
        Array(repeating: 9, count: 1_000), to: download.folder + "/.data.bin.part")
      _ = try download.run()
      #expect(TestFiles.readBytes(path) == Self.body)
      #expect(server.requests.first == "/data.bin 1000-")
      #expect(server.requests.count == (knowsRanges ? 2 : 1))
    }
  }

  @Test func aPartThatIsTooLongIsBegunAnew() throws {
    try withDownload(Answer(Self.body), byteCount: nil) { server, download, path in
      try TestFiles.write(
        Array(repeating: 9, count: 400_000), to: download.folder + "/.data.bin.part")
      _ = try download.run()
      #expect(TestFiles.readBytes(path) == Self.body)
      #expect(server.requests == ["/data.bin 400000-", "/data.bin"])
    }
  }

  @Test func anotherContentIsNotPutInPlace() throws {
    var other = Self.body
    other[77] ^= 1
    try withDownload(Answer(other)) { _, download, _ in
      fails(.badData, "nothing was put in place") { _ = try download.run() }
      #expect(TestFiles.names(in: download.folder).isEmpty)
    }
    try withDownload(Answer(Self.body + [1])) { _, download, _ in
      fails(.badData, "300001 bytes, expected 300000") { _ = try download.run() }
    }
    // The server does not say how much it sends.
    try withDownload(Answer(Self.body + [1]).with { $0.saysLength = false }) { _, download, _ in
      fails(.badData, "more than 300000 bytes") { _ = try download.run() }
    }
  }

  @Test func aFileThatIsThereIsReplacedOnlyWhenThatIsAskedFor() throws {
    try withDownload(Answer(Self.body)) { server, download, path in
      try TestFiles.write("mine", to: path)
      fails(.cannotCreate, "another file of that name") { _ = try download.run() }
      #expect(TestFiles.read(path) == "mine" && server.requests.isEmpty)
      let found = try download.verify()
      #expect(found.map(\.state) == [.other])
      var replacing = download
      replacing.replacing = true
      _ = try replacing.run()
      #expect(TestFiles.readBytes(path) == Self.body)
    }
  }

  @Test func withoutADigestTheFirstDownloadIsTrustedAndRemembered() throws {
    try withDownload(Answer(Self.body), sha256: nil, byteCount: nil) { server, download, path in
      let first = try download.run()
      #expect(first.map(\.check) == [.firstUse])
      #expect(
        TestFiles.read(download.folder + "/known-digests")
          == "\(Self.digest)  \(server.address("/data.bin"))\n")
      let second = try download.run()
      #expect(second.map(\.check) == [.earlierUse])
      #expect(server.requests.count == 1)
      unlink(path)
      server.answer("/data.bin", with: Answer(Self.body.reversed()))
      fails(.badData, "as when it came for the first time") { _ = try download.run() }
      let found = try download.verify()
      #expect(found.map(\.state) == [.missing])
    }
  }

  @Test func withoutADigestNothingIsResumed() throws {
    try withDownload(Answer(Self.body), sha256: nil) { server, download, path in
      try TestFiles.write(
        Array(repeating: 9, count: 1_000), to: download.folder + "/.data.bin.part")
      _ = try download.run()
      #expect(TestFiles.readBytes(path) == Self.body && server.requests == ["/data.bin"])
    }
  }

  @Test func redirectionsAreFollowed() throws {
    let away = Answer(status: 302).with { $0.location = "/elsewhere" }
    try withDownload(away) { server, download, path in
      server.answer("/elsewhere", with: Answer(Self.body))
      _ = try download.run()
      #expect(TestFiles.readBytes(path) == Self.body)
    }
  }

  @Test func whatAServerRefusesIsSaid() throws {
    try withDownload(Answer(status: 404)) { _, download, _ in
      fails(.noSuchInput, "HTTP status 404") { _ = try download.run() }
    }
    try withDownload(Answer(status: 503)) { _, download, _ in
      fails(.inputOutput, "HTTP status 503") { _ = try download.run() }
    }
    try withDownload(Answer(Self.body)) { server, download, _ in
      server.stop()
      fails(.inputOutput, "run the same again") { _ = try download.run() }
    }
  }

  @Test func twoDownloadsOfOneFileDoNotMeet() throws {
    try withDownload(Answer(Self.body)) { _, download, _ in
      let part = open(download.folder + "/.data.bin.part", O_RDWR | O_CREAT, 0o600)
      defer { close(part) }
      #expect(flock(part, LOCK_EX) == 0)
      fails(.cannotCreate, "another run that downloads it") { _ = try download.run() }
    }
  }
}
