import ArgumentParser

/// The completion scripts, with what ArgumentParser leaves out: the commands behind `help`.
enum CompletionScript {
  /// Whether a command line asks for a script.
  static func isAskedFor(by arguments: [String]) -> Bool {
    arguments.contains {
      $0 == "--generate-completion-script" || $0.hasPrefix("--generate-completion-script=")
    }
  }

  /// The script with the names that `help` takes.
  static func completed(_ script: String) -> String {
    if script.hasPrefix("#compdef") { return zsh(script) }
    return script + "\n" + (script.hasPrefix("#!") ? bash : fish)
  }

  /// The commands that have others inside, by the words before them; none for the root.
  private static let groups: [(path: String, names: [String])] = {
    func names(_ command: any ParsableCommand.Type) -> [String] {
      command.configuration.subcommands.compactMap { $0.configuration.commandName }
    }
    return [("", names(WordTool.self))]
      + WordTool.configuration.subcommands.compactMap { group in
        let inner = names(group)
        return inner.isEmpty ? nil : (group.configuration.commandName ?? "", inner)
      }
  }()

  private static var bash: String {
    let cases = groups.map { path, names in
      "    '\(path)') COMPREPLY+=($(compgen -W '\(names.joined(separator: " "))' -- \"${cur}\")) ;;\n"
    }.joined()
    return """
      # The names of commands; takes the place of the function above.
      _wordtool_help() {
          case "${COMP_WORDS[*]:2:COMP_CWORD-2}" in
      \(cases)    esac
      }
      """
  }

  private static func zsh(_ script: String) -> String {
    let cases = groups.map { path, names in
      "    '\(path)') compadd -- \(names.joined(separator: " ")) && ret=0 ;;\n"
    }.joined()
    let function = """
      # The names of commands; takes the place of the function above.
      _wordtool_help() {
          local -i ret=1
          case "${(j: :)command_line[3,current_word_index]}" in
      \(cases)    esac
          return "${ret}"
      }


      """
    // The last lines of the script run what stands before them.
    guard let end = script.firstRange(of: "if [[ \"${funcstack[1]}\"") else { return script }
    return script[..<end.lowerBound] + function + script[end.lowerBound...]
  }

  private static var fish: String {
    groups.map { path, names in
      let place = path.isEmpty ? 1 : 2
      let isBehind = path.isEmpty ? "" : "; and test (commandline -opc)[3] = '\(path)'"
      return """
        complete -c 'wordtool' -n '__wordtool_should_offer_completions_for_positional "wordtool help" \
        -eq \(place)\(isBehind.replacing("'", with: "\""))' -fa '\(names.joined(separator: " "))'

        """
    }.joined()
  }
}
