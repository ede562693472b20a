import Charts
import Testing

@Suite struct HeatMapTests {
  @Test func `each number is a cell of its colour`() {
    var map = HeatMap(title: "a < b", columnNames: ["x", "y"], rowNames: ["1", "2"])
    map.panels = [
      HeatMap.Panel(name: "gate", rows: [[0, 1], [0.5, .nan]], shades: .share),
      HeatMap.Panel(name: "cell", rows: [[-2, 2], [0, 9]], shades: .signed(limit: 2)),
    ]
    let svg = map.svg()
    #expect(svg.hasPrefix("<svg xmlns=") && svg.hasSuffix("</svg>\n"))
    #expect(svg.contains("a &lt; b") && svg.contains(">gate<") && svg.contains(">cell<"))
    let cells = svg.split(separator: "\n").filter { $0.contains("width=\"27\"") }
    #expect(cells.count == 8)
    let colors = cells.map { $0.split(separator: "#")[1].prefix(6) }
    #expect(colors[0] == "fafaf8" && colors[1] == "0c423c" && colors[3] == "bbbbbb")
    #expect(colors[4] == "005496" && colors[5] == "b83e00" && colors[6] == "fafaf8")
    // Beyond the limit a colour is that of the limit.
    #expect(colors[7] == colors[5])
  }

  @Test func `keys and names have room beside a single column`() {
    var map = HeatMap(title: "t", columnNames: ["x"], rowNames: ["1"])
    map.panels = ["candidate, from the end", "output, from the end"].map {
      HeatMap.Panel(name: $0, rows: [[0.5]], shades: .signed(limit: 1))
    }
    let places = map.svg().split(separator: "\n").filter { $0.contains("width=\"4\"") }
      .compactMap { Double($0.dropFirst(9).prefix { $0 != "\"" }) }
    #expect(places.count == 32)
    // The second key begins behind the end of the first table.
    #expect(places[16] - places[0] >= 180 && places.allSatisfy { $0 > 24 })
  }

  @Test func `without columns there is still a picture`() {
    var map = HeatMap(title: "none", columnNames: [], rowNames: [])
    map.panels = [HeatMap.Panel(name: "empty", rows: [], shades: .signed(limit: 0))]
    #expect(map.svg().hasSuffix("</svg>\n") && !map.svg().contains("nan"))
  }
}
