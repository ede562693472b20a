import Libc
import TestSupport
import WordtoolCore

/// `wordtool serve` with the sample vectors, at a port that was free.
final class ServedProcess {
  let talk: Conversation
  let port: Int
  let tool: Tool

  init(in folder: String, _ arguments: String...) throws {
    var tool = Tool(folder: folder)
    tool.variables["WORDTOOL_VECTORS"] = try Samples.writeVectors(in: folder)
    self.tool = tool
    talk = try tool.converse(["serve", "--port", "0"] + arguments)
    let line = talk.output.line() ?? ""
    guard line.hasPrefix("http://127.0.0.1:"), let port = Int(line.dropFirst(17).dropLast()) else {
      talk.signal(SIGKILL)
      throw WordtoolError(
        .badData, found: "'\(line)' \(talk.wait().errors)", expected: "an address")
    }
    self.port = port
  }

  func client() throws -> HTTPClient { try HTTPClient(port: port) }

  /// Asks for an orderly end, and waits for it.
  func end(_ signal: Int32 = SIGTERM) -> Subprocess.Result {
    talk.signal(signal)
    return talk.wait()
  }
}
