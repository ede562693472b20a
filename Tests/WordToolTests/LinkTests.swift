import TestSupport
import Testing
import WordtoolCore

/// Where the links of README, docs and the other pages lead. Those of the libraries' catalogues are docc's to
/// check.
@Suite struct LinkTests {
  private static let root = #filePath.split(separator: "/").dropLast(3).map { "/" + $0 }.joined()

  /// The pages of the project, those that a build has made left out.
  private static func pages() throws -> [String] {
    let folders = ["docs", "corpora", "Python", "Benchmarks", "findings", "Examples"]
    let below = try folders.flatMap { try InputFiles.expand(["\(root)/\($0)"]) }
    let top = ["README.md", "CONTRIBUTING.md", "CHANGELOG.md"].map { "\(root)/\($0)" }
    return top + below.filter { $0.hasSuffix(".md") && !$0.contains(".docc/") }
  }

  /// What stands in brackets behind a text in square ones, without code blocks.
  private static func links(of page: String) -> [Substring] {
    page.split(separator: "```").enumerated().filter { $0.offset % 2 == 0 }.flatMap { _, part in
      part.ranges(of: "](").map { part[$0.upperBound...].prefix { $0 != ")" && $0 != " " } }
    }
  }

  /// The names that headings have as anchors: small letters, hyphens for blanks, no other signs.
  private static func anchors(of page: String) -> Set<String> {
    Set(
      page.split(separator: "\n").filter { $0.hasPrefix("#") }.map { line in
        String(
          line.drop { $0 == "#" }.lowercased().drop { $0 == " " }
            .filter { $0.isLetter || $0.isNumber || "-_ ".contains($0) }
            .map { $0 == " " ? "-" : $0 })
      })
  }

  @Test func `every link to a file of the project leads to one, and every anchor to a heading`()
    throws
  {
    let pages = try Self.pages()
    #expect(pages.count > 30)
    var count = 0
    for page in pages {
      let folder = page.split(separator: "/").dropLast().map { "/" + $0 }.joined()
      let text = try #require(TestFiles.read(page))
      for link in Self.links(of: text) where !link.contains("://") && !link.hasPrefix("mailto:") {
        count += 1
        let parts = link.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false)
        let target = parts[0].isEmpty ? page : "\(folder)/\(parts[0])"
        #expect(
          InputFiles.totalByteCount([target]) != nil || (try? InputFiles.expand([target])) != nil,
          "\(page): \(link)")
        guard parts.count == 2, target.hasSuffix(".md") else { continue }
        let anchors = Self.anchors(of: TestFiles.read(target) ?? "")
        #expect(anchors.contains(String(parts[1])), "\(page): \(link)")
      }
    }
    #expect(count > 100)
  }
}
