import TestSupport
import WordtoolCore

/// The public readers of the libraries, found in their sources: initialisers and functions that take
/// a path, or bytes and text as a file holds them.
enum ReaderList {
  /// `Type.init(label:)` of each.
  static func all() throws -> Set<String> {
    let root = #filePath.split(separator: "/").dropLast(3).map { "/" + $0 }.joined()
    let sources = try InputFiles.expand(["\(root)/Sources", "\(root)/corpora/Sources"]).filter {
      $0.hasSuffix(".swift") && !$0.contains("/Sources/wordtool/")
        && !$0.contains("/Sources/WordtoolCore/")
    }
    return try sources.reduce(into: []) { try $0.formUnion(readers(in: TestFiles.read($1) ?? "")) }
  }

  static func readers(in source: String) throws -> Set<String> {
    var found: Set<String> = []
    // The type declared at each depth of indentation.
    var types: [String] = []
    let lines = source.split(separator: "\n", omittingEmptySubsequences: false)
    for (number, line) in lines.enumerated() {
      let depth = line.prefix { $0 == " " }.count / 2
      let words = line.split { !($0.isLetter || $0.isNumber || $0 == "_" || $0 == ".") }
      if let keyword = words.firstIndex(where: {
        ["extension", "struct", "class", "enum", "protocol"].contains($0)
      }), keyword + 1 < words.count, line.hasSuffix("{"), !line.contains("//") {
        types = Array(types.prefix(depth)) + [String(words[keyword + 1])]
      }
      guard words.first == "public", let name = words.dropFirst().first(where: { $0 != "static" }),
        ["init", "func", "convenience", "mutating"].contains(name)
      else { continue }
      var text = ""
      for line in lines[number...] {
        text += line.trimmingPrefix { $0 == " " } + " "
        if line.hasSuffix("{") || line.hasSuffix("}") { break }
      }
      if let reader = reader(text) {
        found.insert((types.prefix(depth) + [reader]).joined(separator: "."))
      }
    }
    return found
  }

  /// `name(label:)` of a declaration that reads, else nil.
  private static func reader(_ declaration: String) -> String? {
    guard let open = declaration.firstIndex(of: "(") else { return nil }
    let name = declaration[..<open].split { $0 == " " || $0 == "?" }.last ?? ""
    var depth = 0
    var parameters = [""]
    for letter in declaration[open...] {
      if "([".contains(letter) {
        depth += 1
        if depth == 1 { continue }
      }
      if ")]".contains(letter) { depth -= 1 }
      if depth == 0 { break }
      if letter == ",", depth == 1 {
        parameters.append("")
      } else {
        parameters[parameters.count - 1].append(letter)
      }
    }
    let isReader = parameters.contains { parameter in
      let text = parameter.trimmingPrefix { $0 == " " }
      return text.contains("path: String") && !text.contains("String?")
        && !text.hasPrefix("suffixOf") && !text.hasPrefix("forPath")
        || text.contains("paths: [String]") || text.hasPrefix("parsing ")
        || text.hasPrefix("bytes: some Collection") || text == "text: String" && name == "init"
    }
    guard isReader, !name.hasPrefix("write"), !name.hasPrefix("save"), name != "encoded" else {
      return nil
    }
    let labels = parameters.map { ($0.split { $0 == " " || $0 == ":" }.first ?? "") + ":" }
    return "\(name)(\(labels.joined()))"
  }
}
