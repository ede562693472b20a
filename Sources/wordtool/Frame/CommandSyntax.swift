import ArgumentParser
import WordtoolCore

/// The options of a command, from what ArgumentParser says of it: made only when it refuses the
/// arguments.
struct CommandSyntax {
  private struct Option {
    /// The long name, with its dashes.
    var name: String
    var takesValue: Bool
    var help: String
    /// What it may be, where that is a list.
    var choices: [String]
  }

  /// By each name as it is typed.
  private var options: [String: Option] = [:]
  /// What the arguments without a name are called, in their order.
  private(set) var positionals: [String] = []

  private struct Description: Decodable {
    struct Command: Decodable { var arguments: [Argument]? }
    struct Argument: Decodable {
      var kind: String
      var names: [Name]?
      var valueName: String?
      var abstract: String?
      var allValues: [String]?
    }
    struct Name: Decodable {
      var kind: String
      var name: String
      var typed: String { (kind == "long" ? "--" : "-") + name }
    }
    var command: Command
  }

  init(of command: any ParsableCommand.Type) throws {
    let text = command._dumpHelp()
    for argument in try StoredJSON.decode(Description.self, from: text).command.arguments ?? [] {
      let names = argument.names ?? []
      if argument.kind == "positional" { positionals.append(argument.valueName ?? "") }
      let name = names.first { $0.kind == "long" } ?? names.first
      for other in names {
        options[other.typed] = Option(
          name: name?.typed ?? other.typed, takesValue: argument.kind == "option",
          help: argument.abstract ?? "", choices: argument.allValues ?? [])
      }
    }
  }

  /// Whether the command has an option or flag of that name, typed with its dashes.
  func has(_ name: String) -> Bool { options[name] != nil }

  /// What to say in place of ArgumentParser's message that a value is refused: it names no choices
  /// where they are no enumeration, and breaks them over lines where they are many. Nil of other
  /// messages.
  func refusal(for message: String) -> String? {
    let parts = message.split(separator: " is invalid for '", maxSplits: 1)
    guard parts.count == 2, parts[0].hasPrefix("The value '"),
      let end = parts[1].firstIndex(of: "'")
    else { return nil }
    let names = parts[1][..<end].split { $0 == " " || $0 == "," }
    guard let option = names.lazy.compactMap({ options[String($0)] }).first else { return nil }
    if !option.choices.isEmpty {
      let value = String(parts[0].dropFirst("The value '".count).dropLast())
      let first = option.choices.dropLast().joined(separator: ", ")
      let last = option.choices.suffix(1).joined()
      let expected = first.isEmpty ? last : "\(first) or \(last)"
      return "\(option.name) is '\(value)', expected \(expected)" + hint(at: value)
    }
    guard !option.help.isEmpty else { return nil }
    let help = option.help.hasSuffix(".") ? String(option.help.dropLast()) : option.help
    return "\(parts[0]) is invalid for '\(parts[1][..<end])': \(help)"
  }

  /// The option that a value belongs to which another refused.
  private func hint(at value: String) -> String {
    let others = Set(options.values.filter { $0.choices.contains(value) }.map(\.name))
    return others.sorted().first.map { "; \($0) can be '\(value)'" } ?? ""
  }

  /// The arguments without `-q` and `--quiet`, where the command has no other progress than what a terminal
  /// shows while it waits (``WaitingSign``). Nil where it has, or where none of them is given.
  func withoutQuiet(_ arguments: [String]) -> [String]? {
    if has("-q") { return nil }
    var result: [String] = []
    var isValue = false
    for (place, argument) in arguments.enumerated() {
      if argument == "--" {
        result += arguments[place...]
        break
      }
      if isValue || argument != "-q" && argument != "--quiet" { result.append(argument) }
      isValue = options[argument]?.takesValue ?? false
    }
    return result == arguments ? nil : result
  }

  /// The arguments with values joined to their options where ArgumentParser takes them for options:
  /// `--min-similarity -0.5`, `-t '- a film'`, `-k5`. Nil when there is nothing to join.
  func joiningValues(in arguments: [String]) -> [String]? {
    var result: [String] = []
    var rest = arguments[...]
    while let argument = rest.popFirst() {
      if argument == "--" { return result == arguments ? nil : result + [argument] + rest }
      if let option = options[argument], option.takesValue, let value = rest.first,
        isSignedValue(value)
      {
        rest.removeFirst()
        result.append("\(option.name)=\(value)")
      } else if let option = options[String(argument.prefix(2))], option.takesValue,
        argument.dropFirst(2).first.map({ !$0.isLetter && $0 != "=" }) ?? false
      {
        result.append("\(option.name)=\(argument.dropFirst(2))")
      } else {
        result.append(argument)
      }
    }
    return result == arguments ? nil : result
  }

  /// Whether an argument that begins with a minus sign can be nothing but a value.
  private func isSignedValue(_ argument: String) -> Bool {
    guard argument.count > 1, argument.hasPrefix("-") else { return false }
    let hasBlank = argument.contains { $0.isWhitespace }
    if argument.hasPrefix("--") && !hasBlank { return false }
    if has(String(argument.prefix { $0 != "=" })) { return false }
    // Several flags behind one dash.
    return !argument.dropFirst().allSatisfy { options["-\($0)"]?.takesValue == false }
  }

  /// What to write for the first option that the command does not have but people of other tools
  /// expect; nil when there is none.
  func adviceForOtherTools(_ arguments: [String]) -> String? {
    var isValue = false
    for argument in arguments {
      if argument == "--" { return nil }
      defer { isValue = options[argument]?.takesValue ?? false }
      let name = String(argument.prefix { $0 != "=" })
      let bare = name.drop { $0 == "-" }
      if isValue || !name.hasPrefix("-") || has(name) { continue }
      // One letter behind one dash is a short option, of whatever tool.
      if bare.count < 2, !name.hasPrefix("--") || bare.isEmpty { continue }
      let key = bare.lowercased().filter { $0 != "-" && $0 != "_" }
      let own = options.keys.sorted().first {
        $0.hasPrefix("--") && $0.filter { $0 != "-" } == key
      }
      let known = PeerOptions.renamed[key]?.first { has($0) }
      if let here = own ?? known { return "'\(name)' is \(here) here" }
      if PeerOptions.inputs.contains(key), let positional = positionals.first {
        return "'\(name)': <\(positional)> is given without an option"
      }
      if let reason = PeerOptions.absent[key] { return "'\(name)': \(reason)" }
    }
    return nil
  }
}
