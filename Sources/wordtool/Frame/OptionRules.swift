import ArgumentParser

/// Options whose effect depends on others.
///
/// An option that is given where it does nothing is refused: who gives it expects something of it.
protocol ConditionalOptions {
  /// What options need, and whether it is there.
  var optionRules: [OptionRule] { get }
}

/// Some options and what they need to have an effect.
struct OptionRule {
  /// The options as they are written: `--min-count`.
  var options: [String]
  /// What they need, in words that follow "belongs to": `--model ngram`.
  var need: String
  /// Whether it is there.
  var isMet: Bool

  init(_ options: [String], need: String, isMet: Bool) {
    self.options = options
    self.need = need
    self.isMet = isMet
  }

  /// A rule for all options of a group, those of groups inside it too.
  init<Group: ParsableArguments>(
    allOf _: Group.Type, but others: Set<String> = [], need: String, isMet: Bool
  ) {
    // Which options there are is asked for only where some are to be refused.
    self.init(
      isMet
        ? [] : Self.options(in: Group.helpMessage(columns: 200)).filter { !others.contains($0) },
      need: need, isMet: isMet)
  }

  /// The options that a help lists: each begins a line, two blanks from its start.
  static func options(in help: String) -> [String] {
    help.split(separator: "\n").filter { $0.hasPrefix("  -") }.flatMap { line in
      line.split(separator: " ", omittingEmptySubsequences: false).dropFirst(2)
        .prefix { !$0.isEmpty && !$0.hasPrefix("<") }
        .flatMap { $0.split { $0 == "," || $0 == "/" } }.map(String.init)
    }.filter { !["-h", "--help", "--version"].contains($0) }
  }
}

/// The options that a command line gives.
struct GivenOptions {
  private let names: Set<String>

  /// The options among some arguments. No value of an option begins with a hyphen, as the parser
  /// would take it for an option as well.
  init(_ arguments: [String]) {
    var names: Set<String> = []
    for argument in arguments.prefix(while: { $0 != "--" }) where argument.hasPrefix("-") {
      let name = argument.prefix { $0 != "=" }
      names.insert(String(name))
      // Several short ones may stand behind one hyphen.
      if !name.hasPrefix("--") { names.formUnion(name.dropFirst().map { "-\($0)" }) }
    }
    self.names = names
  }

  /// The first of some options that is given.
  func first(of options: [String]) -> String? { options.first(where: names.contains) }

  /// Whether an option is given, as it is spelt there.
  func contains(_ option: String) -> Bool { names.contains(option) }

  /// Refuses the first option that does nothing.
  ///
  /// - Throws: `ValidationError` that says what it belongs to.
  func check(_ rules: [OptionRule]) throws {
    for rule in rules where !rule.isMet {
      if let option = first(of: rule.options) {
        throw ValidationError("\(option) does nothing here: it belongs to \(rule.need)")
      }
    }
  }
}

extension WordTool {
  /// Parses a command line; the parts of lists may stand apart by blanks, and options that would do
  /// nothing are refused.
  ///
  /// - Throws: what the parser throws, and `ValidationError`.
  static func parse(commandLine arguments: [String]) throws -> any ParsableCommand {
    let arguments = ListOptions.joined(arguments)
    let command = try parseAsRoot(arguments)
    let named = CommandNames.command(in: arguments)
    // Options of a group before the command inside it: the parser reads and forgets them.
    if named.type.configuration.subcommands.contains(where: { $0 == type(of: command) }) {
      throw ValidationError("options of '\(named.name)' belong to it alone, not to what follows")
    }
    let given = GivenOptions(arguments)
    // Behind the command inside of it likewise.
    let group = CommandNames.command(in: Array(arguments.prefix(1)))
    if group.type != named.type, group.type.configuration.subcommands.count > 0 {
      let own = Set(OptionRule.options(in: type(of: command).helpMessage(columns: 200)))
      let others = OptionRule.options(in: group.type.helpMessage(columns: 200))
      if let option = given.first(of: others.filter { !own.contains($0) }) {
        throw ValidationError("\(option) belongs to '\(group.name)' alone, not to '\(named.name)'")
      }
    }
    if let conditional = command as? any ConditionalOptions {
      try given.check(conditional.optionRules)
    }
    return command
  }
}

/// What tests ask about the options of all commands.
package enum OptionEffects {
  /// All commands and their options, as ArgumentParser describes them in JSON.
  package static var description: String { WordTool._dumpHelp() }

  /// Why a command line is refused before it runs; nil when it is not.
  package static func refusal(of arguments: [String]) -> String? {
    do {
      _ = try WordTool.parse(commandLine: arguments)
      return nil
    } catch {
      return WordTool.message(for: error)
    }
  }

  /// What a command line that is refused is told; nil when it is not.
  package static func told(of arguments: [String]) -> String? {
    do {
      _ = try Runner.parse(arguments)
      return nil
    } catch {
      return WordTool.message(for: error)
    }
  }
}
