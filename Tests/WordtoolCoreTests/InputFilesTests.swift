import Libc
import Testing
import TestSupport
import WordtoolCore

@Suite("InputFiles")
struct InputFilesTests {
  @Test("a folder stands for its files, in the order of the bytes of their relative paths")
  func order() throws {
    let folder = ScratchFolder()
    for name in ["d/b/z.txt", "d/b.txt", "d/a", "d/B", "d/é", "d/.hidden", "d/.git/config"] {
      try folder.write("x", to: name)
    }
    let files = try InputFiles.expand([folder("d")])
    #expect(files == ["B", "a", "b.txt", "b/z.txt", "é"].map { folder("d/") + $0 })
    #expect(InputFiles.totalByteCount(files) == 5)
    #expect(InputFiles.totalByteCount(files + ["-"]) == nil)
  }

  @Test("files and standard input stay in the order given")
  func files() throws {
    let folder = ScratchFolder()
    let (b, a) = (try folder.write("b", to: "b"), try folder.write("a", to: "a"))
    #expect(try InputFiles.expand([b, "-", a]) == [b, "-", a])
  }

  @Test("links to files are followed, links to folders are not")
  func links() throws {
    let folder = ScratchFolder()
    let file = try folder.write("x", to: "d/file")
    #expect(symlink(file, folder("d/link")) == 0)
    #expect(symlink(folder("d"), folder("d/loop")) == 0)
    #expect(try InputFiles.expand([folder("d")]) == [file, folder("d/link")])
  }

  @Test("what is missing and a folder without text are errors")
  func errors() throws {
    let folder = ScratchFolder()
    try folder.write("x", to: "d/.hidden")
    for path in [folder("nothing"), folder("d")] {
      let error = #expect(throws: WordtoolError.self) { _ = try InputFiles.expand([path]) }
      #expect(error?.kind == .noSuchInput)
      #expect(error?.path == path)
    }
  }
}
