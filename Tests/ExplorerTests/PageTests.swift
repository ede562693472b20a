import Explorer
import Projection
import TestSupport
import Testing
import Word2Vec
import WordtoolCore

/// Pages say what the vectors say.
@Suite struct PageTests {
  /// 80 words in four bundles of directions, with counts.
  static func vectors() throws -> WordVectors {
    var random = SeededGenerator(seed: 5)
    var values: [Float] = []
    for word in 0..<80 {
      for axis in 0..<8 {
        values.append(Float.random(in: -0.4...0.4, using: &random) + (word % 4 == axis ? 2 : 0))
      }
    }
    return try WordVectors(
      words: (0..<80).map { "w\($0)" }, counts: (0..<80).map { Int64(8000 - 100 * $0) },
      dimension: 8, values: values)
  }

  private func page(
    _ change: (inout ExplorerOptions) -> Void = { _ in }, threads: Int = 2
  ) throws -> ExplorerPage {
    var options = ExplorerOptions()
    options.placement = .pca
    options.groupCount = 4
    change(&options)
    return try ExplorerPage(of: Self.vectors(), options: options, threads: threads)
  }

  @Test func `words, counts, directions and places come back out of the page`() throws {
    let vectors = try Self.vectors()
    let parts = try PageParts(page().html)
    #expect(parts.texts("words") == (0..<80).map(vectors.word))
    guard case .array(let counts)? = parts.facts["counts"] else { throw NoList() }
    #expect(counts.count == 80)
    if case .integer(let last)? = counts.last { #expect(last == 100) }
    // One factor a row, the largest value is 127.
    let bytes = try #require(parts.block("rows")).map { Int8(bitPattern: $0) }
    #expect(bytes.count == 640)
    for row in 0..<80 {
      let own = vectors.vector(at: row).map(Double.init)
      let factor = own.reduce(0) { max($0, abs($1)) } / 127
      for (axis, value) in own.enumerated() {
        #expect(abs(Double(bytes[row * 8 + axis]) * factor - value) <= factor / 2 + 1e-9)
      }
    }
    // Places are the components but for one scale and a shift.
    let points = try PointSet(
      (0..<80).flatMap { row in
        try vectors.query(values: vectors.vector(at: row)).values.map(Double.init)
      }, dimension: 8)
    let expected = try PrincipalComponents(of: points, count: 2).project(points)
    let places = parts.places("plane")
    #expect(places.count == 160 && places.allSatisfy { abs($0) <= 1 })
    #expect(places.contains { abs(abs($0) - 1) < 1e-9 })
    let sides = (0..<2).map { axis in
      let own = (0..<80).map { expected[$0, axis] }
      return (low: own.min() ?? 0, high: own.max() ?? 0)
    }
    let half = sides.map { ($0.high - $0.low) / 2 }.max() ?? 0
    var furthest = 0.0
    for (place, found) in places.enumerated() {
      let side = sides[place % 2]
      let wanted = (expected[place / 2, place % 2] - (side.low + side.high) / 2) / half
      furthest = max(furthest, abs(found - wanted))
    }
    // Half a step of 16 bits.
    #expect(furthest <= 0.5 / 32767 + 1e-9)
    #expect(parts.block("space") == nil)
    #expect(try #require(parts.block("groups")).count == 80)
  }

  private struct NoList: Error {}

  @Test func `rows that are stored as bytes stay as they are`() throws {
    let vectors = try Self.vectors().quantized()
    let parts = try PageParts(ExplorerPage(of: vectors).html)
    let bytes = try #require(parts.block("rows")).map { Int8(bitPattern: $0) }
    for row in 0..<80 {
      let stored = vectors.vector(at: row)
      let factor = stored.reduce(0) { max($0, abs($1)) } / 127
      #expect((0..<8).allSatisfy { abs(stored[$0] - Float(bytes[row * 8 + $0]) * factor) < 1e-6 })
    }
  }

  @Test func `bundles of words are groups, named by words of theirs`() throws {
    let page = try page()
    let groups = try #require(PageParts(page.html).block("groups"))
    #expect(page.groupNames.count == 4)
    for word in 0..<80 { #expect(groups[word] == groups[word % 4], "w\(word)") }
    for (group, name) in page.groupNames.enumerated() {
      let members = name.split(separator: " · ").compactMap { Int($0.dropFirst()) }
      #expect(members.count == 3 && members == members.sorted())
      #expect(members.allSatisfy { Int(groups[$0]) == group }, "\(name)")
    }
  }

  @Test(arguments: ExplorerOptions.Placement.allCases)
  func `any number of threads makes the same page`(_ placement: ExplorerOptions.Placement) throws {
    let pages = try [1, 2, 3].map { threads in
      try page(
        {
          $0.placement = placement
          $0.iterations = 20
          $0.dimension = 3
        }, threads: threads
      ).html
    }
    #expect(pages[0] == pages[1] && pages[1] == pages[2])
  }

  @Test func `options change what they say`() throws {
    let plain = try page()
    #expect(try page { $0.wordCount = 30 }.wordCount == 30)
    #expect(try page { $0.groupCount = 2 }.groupNames.count == 2)
    let titled = try PageParts(page { $0.title = "Ours & <theirs>" }.html)
    #expect(titled.facts["title"]?.text == "Ours & <theirs>")
    #expect(try titled.element("title") == "Ours &amp; &lt;theirs&gt;")
    let solid = try PageParts(page { $0.dimension = 3 }.html)
    #expect(solid.places("space").count == 240)
    #expect(solid.places("plane") == (try PageParts(plain.html).places("plane")))
    let umap = try page {
      $0.placement = .umap
      $0.iterations = 20
    }
    #expect(umap.caption == "UMAP, 15 neighbours" && plain.caption == "principal components")
    for change: (inout ExplorerOptions) -> Void in [
      { $0.seed = 2 }, { $0.iterations = 21 }, { $0.neighborCount = 5 },
    ] {
      let other = try page {
        $0.placement = .umap
        $0.iterations = 20
        change(&$0)
      }
      #expect(other.html != umap.html)
    }
  }

  @Test func `what is out of range is refused by name`() {
    let changes: [(String, (inout ExplorerOptions) -> Void)] = [
      ("wordCount", { $0.wordCount = 1 }), ("groupCount", { $0.groupCount = 101 }),
      ("dimension", { $0.dimension = 4 }), ("neighborCount", { $0.neighborCount = 1 }),
      ("iterations", { $0.iterations = 0 }),
    ]
    for (name, change) in changes {
      let error = #expect(throws: WordtoolError.self) { try page(change) }
      #expect(error?.kind == .usage && error?.found.contains("`\(name)`") == true)
    }
  }

  @Test func `words without a direction are left out, and one word is no map`() throws {
    let three = try WordVectors(
      words: ["a", "nothing", "b"], dimension: 2, values: [1, 0, 0, 0, 0, 1])
    let page = try ExplorerPage(of: three)
    #expect(page.wordCount == 2)
    #expect(try PageParts(page.html).texts("words") == ["a", "b"])
    let one = try WordVectors(words: ["a", "nothing"], dimension: 2, values: [1, 0, 0, 0])
    let error = #expect(throws: WordtoolError.self) { try ExplorerPage(of: one) }
    #expect(error?.kind == .unavailable)
  }

  @Test func `one dimension is a map too`() throws {
    let line = try WordVectors(words: ["a", "b", "c"], dimension: 1, values: [1, -1, 2])
    let parts = try PageParts(ExplorerPage(of: line).html)
    #expect(
      parts.places("plane") == [1, 0, -1, 0, 1, 0] || parts.places("plane") == [-1, 0, 1, 0, -1, 0])
  }

  @Test func `30,000 words of 100 dimensions are less than 6 MB`() throws {
    var random = SeededGenerator(seed: 1)
    let count = RealData.isSanitized ? 3000 : 30_000
    // As long as English words are on the whole.
    let words = (0..<count).map { "ord\($0)" }
    let values = (0..<count * 100).map { _ in Float(Int8.random(in: -127...127, using: &random)) }
    let counts = (0..<count).map { Int64(3_000_000 / ($0 + 1)) }
    let vectors = try WordVectors(words: words, counts: counts, dimension: 100, values: values)
    var options = ExplorerOptions()
    options.placement = .pca
    options.groupCount = 1
    options.dimension = 3
    let page = try ExplorerPage(of: vectors, options: options)
    #expect(page.wordCount == count)
    // Of a small page the program is a larger part.
    let limit = 200 * count + (RealData.isSanitized ? 20_000 : 0)
    #expect(page.html.count < limit, "\(page.html.count)")
  }
}
