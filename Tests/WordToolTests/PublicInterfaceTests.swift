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

  /// What the sources of the libraries make public and say nothing about: declarations, cases of public
  /// enumerations, requirements of public protocols. Symbol graphs have the same; these are at hand
  /// without a build.
  @Test func `every public declaration is documented`() {
    let root = #filePath.split(separator: "/").dropLast(3).map { "/" + $0 }.joined()
    let paths = (try? InputFiles.expand(["\(root)/Sources", "\(root)/corpora/Sources"])) ?? []
    var count = 0
    for path in paths where path.hasSuffix(".swift") && !path.contains("/Sources/wordtool/") {
      let lines = (TestFiles.read(path) ?? "").split(
        separator: "\n", omittingEmptySubsequences: false)
      for number in Self.publicLines(lines) {
        count += 1
        let above = lines[..<number].last { line in line.drop { $0 == " " }.first != "@" } ?? ""
        #expect(
          above.drop { $0 == " " }.hasPrefix("///"), "\(path):\(number + 1): \(lines[number])")
      }
    }
    #expect(count > 3000)
  }

  /// The places of lines that declare something public. The sources are formatted, so that what is inside
  /// of a type is indented by two.
  private static func publicLines(_ lines: [Substring]) -> [Int] {
    let kinds: Set<Substring> = [
      "func", "init", "init?", "subscript", "let", "var", "struct", "class", "enum", "protocol",
      "actor", "typealias",
    ]
    let requirements: Set<Substring> = ["func", "init", "var", "subscript", "associatedtype"]
    var open: [(indent: Int, isEnum: Bool)] = []
    return lines.indices.filter { number in
      let line = lines[number]
      let text = line.drop { $0 == " " }
      let indent = line.count - text.count
      if text.hasPrefix("//") { return false }
      if text.first == "}", let last = open.last, indent <= last.indent { open.removeLast() }
      let words = Set(text.split { " (<{:".contains($0) })
      let isPublic = words.contains("public") && words.isDisjoint(with: ["import", "extension"])
      defer {
        if isPublic, text.hasSuffix("{"), words.contains("enum") || words.contains("protocol") {
          open.append((indent, words.contains("enum")))
        }
      }
      if isPublic, !words.isDisjoint(with: kinds) { return true }
      guard let last = open.last, indent == last.indent + 2 else { return false }
      return last.isEnum ? text.hasPrefix("case ") : !words.isDisjoint(with: requirements)
    }
  }

  /// A library has a catalogue with a page for each of its main jobs; targets without a public
  /// declaration are no libraries for anyone.
  @Test func `every library has a catalogue with a page of tasks`() throws {
    let root = #filePath.split(separator: "/").dropLast(3).map { "/" + $0 }.joined()
    let manifest = TestFiles.read("\(root)/Package.swift") ?? ""
    let lines: [Substring] = manifest.split(separator: "\n").filter {
      $0.contains(".library(name: ")
    }
    let products: [String] = lines.compactMap { line in
      line.split(separator: "\"").dropFirst().first.map { String($0) }
    }
    #expect(products.count > 10)
    for product in products {
      let folder = product == "Corpora" ? "corpora" : "Sources/\(product)"
      let catalogue = "\(root)/\(folder)/\(product).docc"
      let pages: [String] = try InputFiles.expand([catalogue]).filter { $0.hasSuffix(".md") }
      #expect(pages.count > 1, "\(product)")
      let overview = try #require(TestFiles.read("\(catalogue)/\(product).md"))
      for page in pages where !page.hasSuffix("/\(product).md") {
        let name = page.dropFirst(catalogue.count + 1).dropLast(3)
        #expect(overview.contains("<doc:\(name)>"), "\(product).md has no link to \(name)")
        #expect(TestFiles.read(page)?.contains("```swift") == true, "\(page) has no example")
      }
    }
    // What has public declarations is a product.
    for (place, _) in Self.declarations {
      let module = place.dropFirst(root.count + "/Sources/".count).prefix { $0 != "/" }
      #expect(products.contains(String(module)), "\(place)")
    }
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
