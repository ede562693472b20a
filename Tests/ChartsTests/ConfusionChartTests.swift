import Charts
import Testing

@Suite struct ConfusionChartTests {
  private func chart(_ count: Int) -> ConfusionChart {
    let counts = (0..<count).map { row in
      (0..<count).map { row == $0 ? 1200 : (row + $0) % 3 == 0 ? 30 : 0 }
    }
    return ConfusionChart(
      title: "a < b", labels: (0..<count).map { "label \($0) & more" }, counts: counts,
      unit: "texts")
  }

  /// The cells of the matrix by the width of their squares, without those of the key.
  private func cells(_ svg: String, width: Double) -> [Substring] {
    svg.split(separator: "\n").filter {
      $0.contains("<rect") && $0.contains("width=\"\(Int(width))\"")
    }
  }

  @Test func `a cell is a colour with its count and share`() {
    let svg = chart(3).svg()
    #expect(svg.hasPrefix("<svg xmlns=") && svg.hasSuffix("</svg>\n"))
    #expect(cells(svg, width: 47).count == 9)
    #expect(svg.contains("a &lt; b") && svg.contains(">label 0 &amp; more<"))
    #expect(svg.contains(">1200<"))
    #expect(svg.contains(">98 %<") && svg.contains(">true<") && svg.contains(">given<"))
    // What a cell is, where the mouse rests on it.
    #expect(
      svg.contains("<title>label 1 &amp; more → label 1 &amp; more: 1,200, 98 % of 1,230</title>"))
    // A count of 0 is an empty cell.
    #expect(!svg.contains(">0<"))
  }

  @Test(arguments: [(13, 31), (26, 20), (50, 20), (51, 10), (200, 10)])
  func `more labels have smaller cells`(count: Int, width: Int) {
    let svg = chart(count).svg()
    #expect(cells(svg, width: Double(width)).count == count * count)
    let hasNumbers = svg.contains(">1k<") || svg.contains(">1200<")
    #expect(hasNumbers == (count <= 50))
  }

  @Test func `a dark picture has the same cells`() {
    var dark = chart(3)
    dark.isDark = true
    #expect(dark.svg().contains("fill=\"#14171c\"") && cells(dark.svg(), width: 47).count == 9)
  }

  @Test func `letters are shades of the share of a row`() {
    let plain = chart(3).letters(columns: 80, colors: false).split(separator: "\n")
    #expect(plain.count == 4)
    #expect(plain[1].hasPrefix("1 label 0 & more [█]") && plain[1].hasSuffix("1,200"))
    #expect(plain[2].contains(" · [█] ░"))
    let colored = chart(3).letters(columns: 80, colors: true)
    #expect(colored.contains("\u{1B}[32m██") && colored.contains("\u{1B}[31m░░"))
    // Fifty labels fit a terminal of 80 columns: one cell each.
    let many = chart(50).letters(columns: 80, colors: false).split(separator: "\n")
    #expect(many.count == 52 && many.allSatisfy { $0.count <= 80 })
  }

  @Test func `an empty matrix is a picture too`() {
    let chart = ConfusionChart(title: "t", labels: [], counts: [], unit: "texts")
    #expect(chart.svg().hasSuffix("</svg>\n") && !chart.svg().contains("nan"))
    let none = ConfusionChart(title: "t", labels: ["a"], counts: [[0]], unit: "texts")
    #expect(!none.svg().contains("nan"))
  }
}
