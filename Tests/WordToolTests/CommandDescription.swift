#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif
import wordtool

/// A command and its options, as ArgumentParser describes them.
struct CommandDescription: Decodable {
  struct Argument: Decodable {
    struct Name: Decodable {
      var kind: String
      var name: String
    }
    var kind: String
    var names: [Name]?
    var allValues: [String]?
    var completionKind: Completion?
    var valueName: String?
    /// Its help.
    var abstract: String?
    var defaultValue: String?

    /// The option as it is written, by its long name where it has one; nil of what stands without.
    var spellings: [String] {
      let names = names ?? []
      let long = names.filter { $0.kind == "long" }.map { "--" + $0.name }
      return long.isEmpty ? names.map { "-" + $0.name } : long
    }
    var takesValue: Bool { kind == "option" }
  }
  /// What a shell offers; nil lists of what is no list.
  struct Completion: Decodable {
    struct List: Decodable { var values: [String]? }
    var list: List?
  }
  var commandName: String
  var subcommands: [CommandDescription]?
  var arguments: [Argument]?

  /// The options of a command: without help and version.
  var options: [Argument] {
    let described = (arguments ?? []).filter {
      $0.kind != "positional" && !["--help", "--version"].contains($0.spellings.first)
    }
    return described.reduce(into: []) { options, argument in
      // A flag and its opposite are described one after the other.
      if let last = options.last, let name = last.spellings.first?.dropFirst(2),
        argument.spellings == ["--no-\(name)"]
      {
        options[options.count - 1].names = (last.names ?? []) + (argument.names ?? [])
      } else {
        options.append(argument)
      }
    }
  }

  /// All commands that do something, with the words that name them.
  static let all: [(words: String, command: CommandDescription)] = {
    struct Dump: Decodable { var command: CommandDescription }
    let data = Data(OptionEffects.description.utf8)
    guard let root = try? JSONDecoder().decode(Dump.self, from: data).command else { return [] }
    func leaves(_ command: CommandDescription, _ words: [String]) -> [(String, CommandDescription)]
    {
      let inner = (command.subcommands ?? []).filter { $0.commandName != "help" }
      let own = inner.isEmpty ? [(words.joined(separator: " "), command)] : []
      return own + inner.flatMap { leaves($0, words + [$0.commandName]) }
    }
    return leaves(root, [])
  }()
}
