import MessagePassing
import TestSupport
import Testing

/// `train-embeddings --replicas`.
@Suite struct ReplicaCommandTests {
  private static let train = [
    "train-embeddings", "text", "--dim", "8", "--epochs", "2", "--min-count", "1", "--sample", "0",
    "--progress", "none",
  ]

  private func run(_ folder: String, _ arguments: [String]) throws -> Subprocess.Result {
    try Tool(folder: folder).start(arguments, workingFolder: folder).wait()
  }

  @Test func `replicas decide the bytes and are told, the threads do not`() throws {
    try TestFiles.withFolder { folder in
      try TestFiles.write(
        String(
          repeating: "the king and the queen saw the kings and queens\nthe cat saw a dog in town\n",
          count: 3_000), to: folder + "/text")
      for (name, options) in [
        ("one", ["--threads", "2"]), ("a", ["--replicas", "2", "--threads", "1"]),
        ("b", ["--replicas", "2", "--threads", "2"]),
      ] {
        let run = try run(folder, Self.train + ["-o", name + ".safetensors"] + options)
        #expect(run.exitCode == 0, "\(run.errors)")
      }
      let files = ["one", "a", "b"].map { TestFiles.readBytes("\(folder)/\($0).safetensors") }
      #expect(files[1] != nil && files[1] == files[2] && files[0] != files[1])
      let info = try run(folder, ["info", "a.safetensors"])
      #expect(info.output.contains("replicas 2"), "\(info.output)")
      let other = try run(folder, ["info", "one.safetensors"])
      #expect(!other.output.contains("replicas"), "\(other.output)")
    }
  }

  @Test(arguments: [
    (["--model", "glove", "--replicas", "2"], "--model skipgram, cbow or structured-skipgram"),
    (
      ["--model", "pv-dbow", "-o", "m", "--replicas", "2"],
      "--model skipgram, cbow or structured-skipgram"
    ),
    (["--replicas", "65"], "--replicas"), (["--replicas", "0"], "--replicas"),
  ])
  func `where there can be none is told`(_ options: [String], _ part: String) throws {
    try TestFiles.withFolder { folder in
      try TestFiles.write("a b a b\n", to: folder + "/text")
      let run = try run(folder, ["train-embeddings", "text"] + options)
      #expect(run.exitCode == 64 && run.errors.contains(part), "\(run.errors)")
      #expect(run.errors.split(separator: "\n").count == 1)
    }
  }

  @Test(
    .disabled(if: MPICommunicator.isBuilt, "it goes with MPI: Scripts/mpi.sh"),
    arguments: [0, 3])
  func `one of several ranks says that it was built without MPI`(rank: Int) throws {
    try TestFiles.withFolder { folder in
      try TestFiles.write("a b a b\n", to: folder + "/text")
      var tool = Tool(folder: folder)
      tool.variables = ["OMPI_COMM_WORLD_SIZE": "4", "OMPI_COMM_WORLD_RANK": String(rank)]
      let run = try tool.start(
        ["train-embeddings", "text", "-o", "v", "--replicas", "4"], workingFolder: folder
      ).wait()
      #expect(run.exitCode == 1 && run.errors.contains("--traits MPI"), "\(run.errors)")
      #expect(run.errors.split(separator: "\n").count == 1)
      #expect(!TestFiles.names(in: folder).contains("v"))
      // One that was started alone is like any other.
      tool.variables["OMPI_COMM_WORLD_SIZE"] = "1"
      tool.variables["OMPI_COMM_WORLD_RANK"] = "0"
      let alone = try tool.start(Self.train + ["-o", "v"], workingFolder: folder).wait()
      #expect(alone.exitCode == 0, "\(alone.errors)")
    }
  }
}
