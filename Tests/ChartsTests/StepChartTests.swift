import Charts
import Testing

/// Pictures of something that goes on in steps.
@Suite struct StepChartTests {
  @Test func `a window has a frame for each of its places`() {
    var chart = WindowChart(
      title: "a < b", input: [["0", "0", "0"], ["0", "1", "2"], ["0", "3", "−4"]],
      padding: (1, 1, 0, 0), window: (2, 2), stride: 1, weights: [["1", "0"], ["0", "1"]],
      output: [["1", "2"], ["3", "−3"]])
    let svg = chart.svg()
    #expect(svg.hasPrefix("<svg xmlns=") && svg.hasSuffix("</svg>\n") && svg.contains("a &lt; b"))
    #expect(svg.ranges(of: "row 1, column").count == 2)
    // Four frames with a window and the place of its number each.
    #expect(svg.ranges(of: "stroke-width=\"2.5\"").count == 8)
    #expect(svg.ranges(of: ">×1<").count == 8)
    // What comes out is shown from its place on.
    #expect(svg.ranges(of: ">−3<").count == 1)
    // Five cells of padding, of which the window covers 3, 2, 2 and none; the others are broken lines.
    #expect(svg.ranges(of: "stroke-dasharray=\"3 3\"").count == 4 * 5 - 7)
    chart.isDark = true
    #expect(chart.svg().contains("fill=\"#14171c\""))
  }

  @Test func `of many places the first are drawn, and that is told`() {
    let chart = WindowChart(
      title: "t", input: Array(repeating: Array(repeating: "1", count: 6), count: 6),
      window: (1, 1), stride: 1,
      output: Array(repeating: Array(repeating: "1", count: 6), count: 6))
    #expect(chart.svg().contains("the first 12 of 36 places"))
    let none = WindowChart(title: "", input: [], window: (1, 1), stride: 1, output: [])
    #expect(none.svg().hasSuffix("</svg>\n"))
  }

  @Test func `panels of points keep their colours`() {
    var chart = ScatterPanels(title: "steps")
    chart.colors = [0, 1]
    chart.panels = [
      ScatterPanels.Panel(
        name: "1", points: [(0.3, -0.4), (.nan, 1)], arrows: [((0, 0), (0.3, 0.3))],
        notes: ["x & y"]),
      ScatterPanels.Panel(name: "2", points: [(30, 40), (1, 1)], notes: []),
    ]
    let svg = chart.svg()
    #expect(svg.hasSuffix("</svg>\n") && !svg.contains("nan") && svg.contains(">x &amp; y<"))
    #expect(svg.ranges(of: "<circle").count == 3)
    // Each panel has a scale of its own.
    #expect(svg.contains(">0.4<") && svg.contains(">−0.4<") && svg.contains(">40<"))
    chart.isDark = true
    #expect(chart.svg().contains("fill=\"#14171c\""))
    #expect(ScatterPanels(title: "").svg().hasSuffix("</svg>\n"))
  }
}
