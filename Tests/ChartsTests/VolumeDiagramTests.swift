import Charts
import Testing

@Suite struct VolumeDiagramTests {
  private func diagram(_ extents: [(rows: Int, columns: Int, depth: Int)]) -> String {
    var diagram = VolumeDiagram(title: "net & work")
    diagram.volumes = extents.enumerated().map { index, extents in
      VolumeDiagram.Volume(
        name: "layer\(index)", layer: "conv 64 11x11 stride 4 pad 2, relu, and whatever follows",
        extents: extents, note: "9 parameters", color: 4)
    }
    return diagram.svg()
  }

  @Test func `each volume is a box of three faces with its size`() {
    let svg = diagram([(28, 28, 1), (26, 26, 32), (1, 1, 10)])
    #expect(svg.hasPrefix("<svg xmlns=") && svg.hasSuffix("</svg>\n"))
    #expect(svg.contains("net &amp; work") && svg.contains("26 × 26 × 32"))
    #expect(svg.split(separator: "fill-opacity").count - 1 == 9)
    // An arrow is a line and a head, between two volumes.
    #expect(svg.split(separator: "#999999").count - 1 == 4)
  }

  @Test func `more than a row has room for go on below`() {
    let one = diagram([(28, 28, 1)])
    let many = diagram(Array(repeating: (28, 28, 1), count: 15))
    func height(_ svg: String) -> Int? {
      svg.split(separator: "height=\"").dropFirst().first.flatMap {
        Int($0.prefix(while: \.isNumber))
      }
    }
    #expect(height(many) == height(one).map { $0 + 2 * 214 })
    #expect(diagram([]).hasSuffix("</svg>\n"))
  }
}
