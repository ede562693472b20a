import Libc
import TestSupport
import Testing

/// `kill -9` at random moments.
///
/// `WORDTOOL_KILLS` says how often; 60 times without it, 10,000 times with the long tests. Moments are
/// short sleeps that are counted; what is expected holds at any of them.
@Suite struct KillTests {
  private static let count =
    getenv("WORDTOOL_KILLS").flatMap { Int(String(cString: $0)) }
    ?? (RealData.slowTestsAreWanted ? 10_000 : 60)

  private static func passMoment() { usleep(250) }

  /// Lets a program run to its end.
  ///
  /// - Returns: how many moments that took.
  private func moments(of process: consuming Subprocess) -> Int {
    var count = 0
    while process.isRunning() {
      Self.passMoment()
      count += 1
    }
    let run = process.wait()
    #expect(run.exitCode == 0, "\(run.errors)")
    return count
  }

  /// Ends a program at one of its moments, if it has not ended before.
  private func end(
    _ process: consuming Subprocess, within moments: Int, using generator: inout SeededGenerator
  ) {
    for _ in 0..<Int.random(in: 0...moments, using: &generator) { Self.passMoment() }
    process.signal(SIGKILL)
    _ = process.wait()
  }

  @Test func aKilledRunLeavesTheOldFileOrTheNewOne() throws {
    var generator = SeededGenerator(seed: UInt64.random(in: 0 ... .max))
    try TestFiles.withFolder { folder in
      try WritingCommands.writeInputs(in: folder)
      mkdir(folder + "/out", 0o777)
      let commands = WritingCommands.all
      for (number, command) in commands.enumerated() {
        let kills = Self.count / commands.count + (number < Self.count % commands.count ? 1 : 0)
        guard kills > 0 else { continue }
        let name = "file" + command.suffix
        let path = folder + "/out/" + name
        func start() throws -> Subprocess {
          try Tool(folder: folder).start(command.arguments(writing: path), workingFolder: folder)
        }
        let moments = moments(of: try start())
        let new = TestFiles.readBytes(path)
        try TestFiles.write("old", to: path)
        for _ in 0..<kills {
          end(try start(), within: moments, using: &generator)
          let bytes = TestFiles.readBytes(path)
          #expect(bytes == new || bytes == Array("old".utf8), "\(command.testDescription)")
          // The leftover of one run at most: the next removes that of the one before.
          let left = TestFiles.names(in: folder + "/out").filter { $0 != name }
          #expect(
            left.count <= 1 && left.allSatisfy { $0.hasPrefix(".\(name).wordtool-") }, "\(left)")
        }
        _ = self.moments(of: try start())
        #expect(TestFiles.readBytes(path) == new, "\(command.testDescription)")
        #expect(TestFiles.names(in: folder + "/out") == [name], "\(command.testDescription)")
        unlink(path)
      }
    }
  }

  @Test(arguments: [
    ["train-embeddings", "text", "--dim", "8", "--epochs", "60", "--checkpoint-every", "0.001"],
    [
      "train-embeddings", "text", "--dim", "8", "--epochs", "60", "--checkpoint-every", "0.001",
      "--replicas", "2",
    ],
    ["train-lm", "text", "--hidden", "4", "--embedding", "4", "--bptt", "8", "--epochs", "8"],
    ["image", "train", "set.tra", "--model", "flatten, fc classes", "--epochs", "8"],
  ])
  func aTrainingThatIsKilledAgainAndAgainEndsInTheSameBytes(_ training: [String]) throws {
    var generator = SeededGenerator(seed: UInt64.random(in: 0 ... .max))
    try TestFiles.withFolder { folder in
      try WritingCommands.writeInputs(in: folder)
      let tool = Tool(folder: folder)
      func start(_ output: String, _ state: String) throws -> Subprocess {
        let goesOn =
          TestFiles.names(in: folder).contains(state)
          && (training[0] != "train-embeddings"
            || !TestFiles.names(in: "\(folder)/\(state)").filter { !$0.hasPrefix(".") }.isEmpty)
        return try tool.start(
          training + ["-q", "-o", output, "--checkpoint", state]
            + (goesOn ? ["--resume", state] : []),
          workingFolder: folder)
      }
      let moments = moments(of: try start("whole", "state1"))
      for _ in 0..<max(2, Self.count / 30) {
        end(try start("broken", "state2"), within: moments, using: &generator)
      }
      _ = self.moments(of: try start("broken", "state2"))
      let whole = TestFiles.readBytes(folder + "/whole")
      #expect(whole != nil && TestFiles.readBytes(folder + "/broken") == whole)
      let left = TestFiles.names(in: folder) + TestFiles.names(in: folder + "/state2")
      #expect(!left.contains { $0.contains(".wordtool-") }, "\(left)")
    }
  }
}
