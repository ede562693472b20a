import Testing
import TestSupport
import WordtoolCore

@Suite("ByteSource")
struct ByteSourceTests {
  private func readAll(_ path: String, step: Int = 7000) throws -> [UInt8] {
    let source = try ByteSource(path: path)
    var all: [UInt8] = []
    var room = [UInt8](repeating: 0, count: step)
    while true {
      let count = try room.withUnsafeMutableBytes { try source.read(into: $0) }
      if count == 0 { return all }
      all += room[..<count]
    }
  }

  private func failure(_ path: String) -> WordtoolError? {
    #expect(throws: WordtoolError.self) { _ = try readAll(path) }
  }

  private let sample: [UInt8] = (0..<600_000).map { UInt8(truncatingIfNeeded: $0 &* 7 ^ $0 >> 5) }

  @Test("a plain file comes out as it is, for any size of the reads")
  func plain() throws {
    let folder = ScratchFolder()
    let path = try folder.write(sample, to: "plain")
    #expect(try readAll(path) == sample)
    #expect(try readAll(path, step: 1_000_000) == sample)
    #expect(try readAll(folder.write([UInt8](), to: "empty")) == [])
    #expect(try readAll(folder.write([0x1F], to: "one")) == [0x1F])
  }

  @Test("gzip is known by its content, members follow one another, zeros behind are padding")
  func gzip() throws {
    let folder = ScratchFolder()
    #expect(try readAll(folder.write(Gzip.stored(sample), to: "no-suffix")) == sample)
    let parts = Gzip.stored(Array(sample[..<1000])) + Gzip.stored([]) + Gzip.stored([1, 2, 3])
    let path = try folder.write(parts + [UInt8](repeating: 0, count: 512), to: "members.gz")
    #expect(try readAll(path, step: 10) == Array(sample[..<1000]) + [1, 2, 3])
    #expect(try ByteSource(path: path).isCompressed)
  }

  @Test("a gzip file that is cut anywhere is an error that says so")
  func truncated() throws {
    let folder = ScratchFolder()
    let whole = Gzip.stored(Array(sample[..<100]))
    for length in 2..<whole.count {
      let error = failure(try folder.write(Array(whole[..<length]), to: "cut.gz"))
      #expect(error?.kind == .badData)
      #expect(error?.found.contains("truncated") == true)
    }
  }

  @Test("damaged gzip and data behind it are errors")
  func damaged() throws {
    let folder = ScratchFolder()
    var data = Gzip.stored(Array("some text".utf8))
    data[17] ^= 1
    #expect(failure(try folder.write(data, to: "a.gz"))?.kind == .badData)
    let behind = Gzip.stored(Array("text".utf8)) + Array("more".utf8)
    #expect(failure(try folder.write(behind, to: "b.gz"))?.found.contains("behind") == true)
  }

  @Test("other compressed formats are refused with the command that unpacks them")
  func formats() throws {
    let folder = ScratchFolder()
    let starts: [(String, [UInt8], String)] = [
      ("b", Array("BZh9".utf8) + [0x31, 0x41, 0x59, 0x26, 0x53, 0x59], "bzip2 -dc"),
      ("z", [0x28, 0xB5, 0x2F, 0xFD, 0, 0], "zstd -dc"),
      ("x", [0xFD, 0x37, 0x7A, 0x58, 0x5A, 0], "xz -dc"),
      ("p", [0x50, 0x4B, 3, 4, 0], "unzip -p"),
    ]
    for (name, start, command) in starts {
      let error = failure(try folder.write(start, to: name))
      #expect(error?.kind == .badData)
      #expect(error?.remedy?.contains(command) == true)
    }
    #expect(try readAll(folder.write("BZh9 is a word", to: "t")) == Array("BZh9 is a word".utf8))
  }

  @Test("missing files and folders are no inputs")
  func missing() {
    let folder = ScratchFolder()
    #expect(failure(folder("nothing"))?.kind == .noSuchInput)
    #expect(failure(folder.path)?.kind == .noSuchInput)
  }
}
