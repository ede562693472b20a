import ArgumentParser
import BLASCore
import Libc
import WordtoolCore

/// Runs one command and turns what it throws into one line and an exit code.
enum Runner {
  /// Parses the arguments, runs the command and ends the process.
  static func main(_ arguments: [String]) -> Never {
    StandardError.setCommand(arguments)
    StandardDescriptors.occupy()
    signal(SIGPIPE, SIG_IGN)
    Interrupts.install()
    var code: Int32 = 0
    if let number = CommandLine.firstArgumentThatIsNoText {
      report("argument \(number) is not UTF-8: the name of a file cannot be told by it")
      exit(WordtoolError.Kind.usage.exitCode)
    }
    do { try BLASLibrary.requireRoom() } catch {
      _exit(end(with: error, arguments: arguments))
    }
    BLASLibrary.useCallersThreadOnly()
    do {
      var command = try parse(arguments)
      WaitingSign.begin(arguments)
      try command.run()
      WaitingSign.end()
      try StandardOutput.shared.flush()
    } catch {
      code = end(with: error, arguments: arguments)
    }
    Ranks.end(code)
    exit(code)
  }

  /// The command that the arguments stand for. What ArgumentParser refuses is looked at once more:
  /// a value that begins with a minus sign, an option as another tool has it, `-q` where nothing but the
  /// line of a terminal that waits is left out by it.
  static func parse(_ arguments: [String]) throws -> any ParsableCommand {
    if let unknown = CommandNames.unknownCommand(in: arguments) { throw unknown }
    do {
      let command = try WordTool.parse(commandLine: arguments)
      // The parser's own command for help is none of ours.
      guard asksUnknowingly(arguments), "\(type(of: command))" == "HelpCommand" else {
        return command
      }
      throw CleanExit.helpRequest()
    } catch  where WordTool.exitCode(for: error) != .success || asksUnknowingly(arguments) {
      let syntax = try CommandSyntax(of: CommandNames.command(in: arguments).type)
      if let others = syntax.withoutQuiet(arguments) { return try parse(others) }
      if let advice = syntax.adviceForOtherTools(arguments) { throw ValidationError(advice) }
      if let joined = syntax.joiningValues(in: arguments) {
        return try WordTool.parse(commandLine: joined)
      }
      if WordTool.exitCode(for: error) == .success,
        let unknown = arguments.first(where: { $0.hasPrefix("-") && $0.contains("h") })
      {
        throw ValidationError("Unknown option '\(unknown)'")
      }
      if let refusal = syntax.refusal(for: WordTool.message(for: error)) {
        throw ValidationError(refusal)
      }
      throw error
    }
  }

  /// Whether help comes out because one of several letters behind one dash is an h: `-epoch`, as
  /// fastText has it, and not because anybody asked for it.
  private static func asksUnknowingly(_ arguments: [String]) -> Bool {
    let asked: Set = ["-h", "--help", "help", "--version", "-help"]
    let answers = ["--generate-completion", "--experimental", "---"]
    if arguments.contains(where: { asked.contains($0) || answers.contains(where: $0.hasPrefix) }) {
      return false
    }
    return arguments.contains {
      $0.hasPrefix("-") && !$0.hasPrefix("--") && $0.count > 2 && $0.contains("h")
    }
  }

  private static func end(with error: any Error, arguments: [String]) -> Int32 {
    // What was found out before the failure is still worth having; the failure itself is told.
    try? StandardOutput.shared.flush()
    WaitingSign.end()
    switch error {
    case var error as WordtoolError:
      if error.expected == "text", let path = error.path {
        error = FileKind.explained(error, path: path, expected: [])
      }
      if error.path == "standard output", error.found == WordtoolError.systemMessage(EPIPE) {
        StandardOutput.endByBrokenPipe()
      }
      report(StandardError.translated(error.description))
      return error.kind.exitCode
    case let code as ExitCode:
      return code.rawValue
    default:
      return endParsing(with: error, arguments: arguments)
    }
  }

  /// Help, version and completion scripts are answers; everything else is a usage error.
  private static func endParsing(with error: any Error, arguments: [String]) -> Int32 {
    let code = WordTool.exitCode(for: error)
    guard code != .success else {
      do {
        let answer = WordTool.fullMessage(for: error)
        try StandardOutput.shared.writeLine(
          CompletionScript.isAskedFor(by: arguments) ? CompletionScript.completed(answer) : answer)
        try StandardOutput.shared.flush()
        return 0
      } catch {
        return end(with: error, arguments: arguments)
      }
    }
    let message = WordTool.message(for: error).split(whereSeparator: \.isNewline)
      .map { $0.drop { $0 == " " } }.joined(separator: " ")
    report("\(message); see '\(CommandNames.command(in: arguments).name) --help'")
    return code.rawValue
  }

  private static func report(_ message: String) {
    guard Ranks.speaksOfFailure else { return }
    StandardError.printLine("wordtool: error: \(message)")
  }
}

extension WordtoolError.Kind {
  /// The exit code of a run that ended with this kind of failure; sysexits.h where it has one.
  var exitCode: Int32 {
    switch self {
    case .unavailable: 1
    case .usage: 64
    case .badData: 65
    case .noSuchInput: 66
    case .cannotCreate: 73
    case .inputOutput: 74
    case .diverged: 75
    case .interrupted: Interrupts.exitCode
    }
  }
}

extension CommandLine {
  /// The number of the first argument that is not UTF-8, which `arguments` has repaired.
  fileprivate static var firstArgumentThatIsNoText: Int? {
    (1..<max(1, Int(argc))).first { number in
      // SAFETY: the system gives `argc` strings, and nothing changes them.
      unsafe unsafeArgv[number].map { unsafe String(validatingCString: $0) == nil } ?? false
    }
  }
}
