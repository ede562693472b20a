/// A command line that was given, with other options, for a shell.
enum RepeatedCommand {
  /// The line.
  ///
  /// - Parameters:
  ///   - arguments: what was given, the program first.
  ///   - left: options with a value that are left out.
  ///   - options: options with a value each, in the place of those that were given.
  static func line(_ arguments: [String], without left: Set<String>, options: [String]) -> String {
    let replaced = Set(options.filter { $0.hasPrefix("--") })
    let dropped = left.union(replaced)
    var kept: [String] = []
    var place = 1
    while place < arguments.count, arguments[place] != "--" {
      let argument = arguments[place]
      if dropped.contains(argument) {
        place += 2
      } else {
        if !dropped.contains(where: { argument.hasPrefix($0 + "=") }) { kept.append(argument) }
        place += 1
      }
    }
    return (["wordtool"] + kept + options + arguments.dropFirst(place)).map(quoted)
      .joined(separator: " ")
  }

  /// An argument as a shell reads it.
  private static func quoted(_ argument: String) -> String {
    let isPlain =
      !argument.isEmpty
      && argument.utf8.allSatisfy {
        (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0)
          || "-_./,:=@+%".utf8.contains($0)
      }
    return isPlain
      ? argument
      : "'"
        + argument.split(
          separator: "'", omittingEmptySubsequences: false
        ).joined(separator: "'\\''") + "'"
  }
}
