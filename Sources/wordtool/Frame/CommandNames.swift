import ArgumentParser
import Word2Vec
import WordtoolCore

/// The commands by their names, and what was meant by a name that is none.
enum CommandNames {
  /// What other tools call it, and the command that does it here.
  private static let ofOtherTools = [
    "analogies": "analogy", "doc2vec": "train-embeddings", "fasttext": "train-classifier",
    "lmplz": "train-lm",
    "most-similar": "nearest", "ngram-count": "train-lm", "predict": "classify",
    "predict-prob": "classify", "print-word-vectors": "vector", "query": "perplexity",
    "quantize": "convert", "sample": "generate", "sg": "train-embeddings",
    "skipgram": "train-embeddings", "supervised": "train-classifier",
    "test": "evaluate classification", "train": "train-embeddings",
    "vectorize": "encode", "word2vec": "train-embeddings",
  ]

  /// The command that the arguments name, `wordtool evaluate analogies`, as far as there is one.
  static func command(
    in arguments: [String]
  ) -> (name: String, type: any ParsableCommand.Type) {
    var name = "wordtool"
    var command: any ParsableCommand.Type = WordTool.self
    for argument in arguments {
      guard let next = child(of: command, named: argument) else { break }
      name += " " + (next.configuration.commandName ?? argument)
      command = next
    }
    return (name, command)
  }

  /// The error for arguments that name a command which does not exist, with the one that was
  /// probably meant; nil when they name a command or begin with an option.
  static func unknownCommand(in arguments: [String]) -> WordtoolError? {
    let asksForHelp = arguments.first == "help"
    var path: [String] = []
    var command: any ParsableCommand.Type = WordTool.self
    for word in asksForHelp ? arguments[1...] : arguments[...] {
      if word.hasPrefix("-") || !asksForHelp && command.configuration.subcommands.isEmpty {
        return nil
      }
      guard let next = child(of: command, named: word) else {
        return WordtoolError(
          .usage, found: "unknown command '\((path + [word]).joined(separator: " "))'",
          remedy: remedy(for: word, in: command, path: path))
      }
      path.append(next.configuration.commandName ?? word)
      command = next
    }
    return nil
  }

  private static func remedy(
    for word: String, in command: any ParsableCommand.Type, path: [String]
  ) -> String {
    let names = command.configuration.subcommands.compactMap { $0.configuration.commandName }
    if let meant = meant(by: word, in: command, isRoot: path.isEmpty) {
      return "did you mean '\((path + [meant]).joined(separator: " "))'?"
    }
    if path.isEmpty { return "'wordtool --help' lists the commands" }
    let place = path.joined(separator: " ")
    return names.isEmpty
      ? "'\(place)' has no commands of its own" : "'\(place)' has \(names.joined(separator: ", "))"
  }

  /// The command nearest in spelling, from the root also one of a group.
  private static func meant(
    by word: String, in command: any ParsableCommand.Type, isRoot: Bool
  ) -> String? {
    if isRoot, let known = ofOtherTools[word.lowercased().replacing("_", with: "-")] {
      return known
    }
    var names: [(typed: String, path: String)] = []
    for child in command.configuration.subcommands {
      let name = child.configuration.commandName ?? ""
      names += ([name] + child.configuration.aliases).map { ($0, name) }
    }
    if isRoot {
      for group in command.configuration.subcommands {
        for child in group.configuration.subcommands {
          let name = child.configuration.commandName ?? ""
          names.append((name, "\(group.configuration.commandName ?? "") \(name)"))
        }
      }
    }
    let limit = min(2, max(1, word.count / 3))
    var scratch = SpellingSearch.Scratch(target: Array(word.lowercased().unicodeScalars))
    var best: (distance: Int, path: String)?
    for (typed, path) in names {
      let distance = unsafe Array(typed.utf8).withUnsafeBufferPointer {
        unsafe scratch.distance(to: $0, limit: limit)
      }
      if let distance, distance < best?.distance ?? .max { best = (distance, path) }
    }
    return best?.path
  }

  private static func child(
    of command: any ParsableCommand.Type, named name: String
  ) -> (any ParsableCommand.Type)? {
    command.configuration.subcommands.first {
      $0.configuration.commandName == name || $0.configuration.aliases.contains(name)
    }
  }
}
