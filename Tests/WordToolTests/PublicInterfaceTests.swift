import TestSupport
import Testing
import WordtoolCore

/// What holds of every public declaration of the libraries, read from their sources.
@Suite struct PublicInterfaceTests {
  /// A public function, initialiser, property or subscript: where it stands, and its text up to its
  /// body.
  private static let declarations = read()

  private static func read() -> [(place: String, signature: String)] {
    let root = #filePath.split(separator: "/").dropLast(3).map { "/" + $0 }.joined()
    let paths = (try? InputFiles.expand(["\(root)/Sources"])) ?? []
    return paths.filter { $0.hasSuffix(".swift") && !$0.contains("/Sources/wordtool/") }
      .flatMap { path in
        let lines = (TestFiles.read(path) ?? "").split(
          separator: "\n", omittingEmptySubsequences: false)
        return lines.indices.compactMap { number -> (place: String, signature: String)? in
          let words = lines[number].split { " (<".contains($0) }
          guard words.contains("public"),
            !Set(words).isDisjoint(with: ["func", "init", "init?", "subscript", "let", "var"])
          else { return nil }
          return (
            "\(path):\(number + 1)",
            signature(of: lines[number...].prefix(30).joined(separator: "\n"))
          )
        }
      }
  }

  /// The text before the first brace or line end outside of parentheses.
  private static func signature(of text: String) -> String {
    var depth = 0
    let end = text.indices.first { place in
      switch text[place] {
      case "(", "[": depth += 1
      case ")", "]": depth -= 1
      case "{", "\n": return depth == 0
      default: break
      }
      return false
    }
    return String(text[..<(end ?? text.endIndex)])
  }

  @Test func `no two libraries have a public type of the same name`() {
    let root = #filePath.split(separator: "/").dropLast(3).map { "/" + $0 }.joined()
    let paths = (try? InputFiles.expand(["\(root)/Sources"])) ?? []
    var owners: [String: Set<Substring>] = [:]
    for path in paths where path.hasSuffix(".swift") && !path.contains("/Sources/wordtool/") {
      let module = path.dropFirst(root.count + "/Sources/".count).prefix { $0 != "/" }
      for line in (TestFiles.read(path) ?? "").split(separator: "\n") {
        // Types inside of others, which are indented, have those to tell them apart.
        let words = line.split { " (<:{".contains($0) }
        guard line.first != " ", words.first == "public",
          let kind = words.firstIndex(where: {
            ["struct", "class", "enum", "protocol", "actor", "typealias"].contains($0)
          }), kind + 1 < words.count
        else { continue }
        owners[String(words[kind + 1]), default: []].insert(module)
      }
    }
    #expect(owners.count > 150)
    #expect(owners.filter { $0.value.count > 1 }.isEmpty)
  }

  @Test
  func `no public signature has an unsafe pointer, an open file or a stop flag that may be nil`() {
    #expect(Self.declarations.count > 1000)
    for (place, signature) in Self.declarations {
      for word in ["Unsafe", "OutputFile", "StopFlag?"] {
        #expect(!signature.contains(word), "\(place): \(signature)")
      }
    }
  }

  @Test func `whatever takes threads takes all of them unless told otherwise`() {
    for (place, signature) in Self.declarations where !signature.contains("var threads") {
      for found in signature.ranges(of: "threads: Int") {
        #expect(
          signature[found.upperBound...].hasPrefix(" = Workers.defaultCount"),
          "\(place): \(signature)")
      }
    }
  }
}
