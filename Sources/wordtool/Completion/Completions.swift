import ArgumentParser
import ConvNets
import Corpora
import Libc
import Word2Vec
import WordtoolCore

/// What a shell offers for an argument when Tab is pressed.
///
/// A shell interprets what it is offered: bash runs commands that stand in it. So words out of a file
/// are offered only when they are made of letters, digits, marks and `-_.`.
enum Completions {
  /// Words of the vectors that the command line would ask, the most frequent first.
  static var words: CompletionKind {
    .custom { arguments, _, prefix in words(arguments, prefix: prefix) }
  }

  /// The networks by name, or a model's file.
  static var networks: CompletionKind { names(Architecture.names) }

  /// Kernels by name, or a file.
  static var kernels: CompletionKind { names(["all"] + ImageKernel.named.map(\.name)) }

  /// The corpora of the catalogue that the command line names, or of the one that ships.
  static var corpora: CompletionKind {
    .custom { arguments, _, prefix in
      beSilent()
      let named = value(of: ["--catalogue"], in: arguments)
      let catalogue = try? named.map { try CorpusCatalogue(contentsOf: $0) } ?? .shipped()
      return catalogue?.corpora.map(\.name).filter { $0.hasPrefix(prefix) } ?? []
    }
  }

  /// Names, or a file's path.
  private static func names(_ names: [String]) -> CompletionKind {
    .custom { _, _, prefix in
      names.filter { $0.hasPrefix(prefix) } + paths(prefix: prefix)
    }
  }

  /// Words that are offered at once.
  private static let wordLimit = 50
  /// Vectors that are read and not mapped are looked at up to this size: nobody waits at a prompt.
  private static let readLimit = 16 << 20

  private static func words(_ arguments: [String], prefix: String) -> [String] {
    // What begins with a quotation mark or a backslash is for the shell to read, not for us.
    guard prefix.isEmpty || isHarmless(prefix) else { return [] }
    beSilent()
    guard
      let path = try? DefaultVectors.choose(
        option: value(of: ["-v", "--vectors"], in: arguments)
      ).path,
      isQuickToOpen(path), let vectors = try? WordVectors(contentsOf: path)
    else { return [] }
    var found: [String] = []
    for index in 0..<vectors.count where found.count < wordLimit {
      let word = vectors.word(at: index)
      // No "é" begins with "e": the shell compares bytes.
      if word.utf8.starts(with: prefix.utf8), isHarmless(word) { found.append(word) }
    }
    return found
  }

  /// The value of an option among the words of a command line.
  ///
  /// - Parameter names: the spellings of the option, the long one last.
  private static func value(of names: [String], in arguments: [String]) -> String? {
    for (place, argument) in arguments.enumerated() {
      if names.contains(argument), place + 1 < arguments.count {
        return unquoted(arguments[place + 1])
      }
      if let long = names.last, argument.hasPrefix(long + "=") {
        return unquoted(String(argument.dropFirst(long.count + 1)))
      }
    }
    return nil
  }

  private static func unquoted(_ word: String) -> String {
    for quote in ["'", "\""] where word.count > 1 && word.hasPrefix(quote) && word.hasSuffix(quote)
    {
      return String(word.dropFirst().dropLast())
    }
    guard word.hasPrefix("~/"), let home = Environment.value("HOME") else { return word }
    return home + word.dropFirst()
  }

  private static func isQuickToOpen(_ path: String) -> Bool {
    guard let count = InputFiles.totalByteCount([path]) else { return false }
    return count <= readLimit || FileStart.isTensorFile(path)
  }

  private static func isHarmless(_ word: String) -> Bool {
    word.first != "-"
      && word.unicodeScalars.allSatisfy { scalar in
        switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter,
          .nonspacingMark, .spacingMark, .decimalNumber:
          true
        default: "-_.".unicodeScalars.contains(scalar)
        }
      }
  }

  /// The files and folders whose path begins so; folders end in a slash.
  private static func paths(prefix: String) -> [String] {
    let slash = prefix.lastIndex(of: "/")
    let folder = slash.map { String(prefix[...$0]) } ?? ""
    let start = slash.map { prefix[prefix.index(after: $0)...] } ?? prefix[...]
    let names = (try? Folder.names(in: folder.isEmpty ? "." : folder)) ?? []
    return names.filter { name in
      name.hasPrefix(start) && (name.first != "." || start.first == ".")
        && (prefix.isEmpty || isHarmless(String(start))) && isHarmless(name)
    }.prefix(500).map { name in
      folder + name + (Environment.isFolder(folder + name) ? "/" : "")
    }
  }

  /// Nothing may land on the command line that is being written.
  private static func beSilent() {
    let sink = unsafe open("/dev/null", O_WRONLY)
    if sink >= 0 { dup2(sink, STDERR_FILENO) }
  }
}
