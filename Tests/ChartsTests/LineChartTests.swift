import Charts
import Testing

@Suite struct LineChartTests {
  @Test func aChartIsCompleteSVG() {
    var chart = LineChart(title: "a < b & c", xLabel: "steps", yLabel: "norm")
    chart.scale = .logarithmic
    chart.level = (1, "one")
    chart.lines = [
      LineChart.Line(name: "first", values: [1, 0.01, 1e-6], color: 0),
      LineChart.Line(name: "second", values: [.nan, 2, .infinity, 0], color: 1, isDashed: true),
    ]
    let svg = chart.svg()
    #expect(svg.hasPrefix("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 960 600\""))
    #expect(svg.hasSuffix("</svg>\n"))
    #expect(svg.contains("a &lt; b &amp; c") && svg.contains(">second<"))
    #expect(!svg.contains("nan") && !svg.contains("inf"))
    #expect(svg.split(separator: "<text").count - 1 == svg.split(separator: "</text>").count - 1)
  }
}
