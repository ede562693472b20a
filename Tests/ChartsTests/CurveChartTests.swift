import Charts
import Testing

@Suite struct CurveChartTests {
  private func chart() -> CurveChart {
    var chart = CurveChart(title: "a < b", xLabel: "epochs")
    chart.series = ["first", "second & last"]
    chart.hasWholePlaces = true
    chart.panels = [
      CurveChart.Panel(
        label: "perplexity", isLogarithmic: true,
        curves: [
          CurveChart.Curve(series: 0, points: [(1, 300), (2, 120), (3, 90)]),
          CurveChart.Curve(series: 0, points: [(1, 250), (2, 0), (3, 95)], isDashed: true),
          CurveChart.Curve(series: 1, points: [(1, 400), (2, .nan)]),
        ]),
      CurveChart.Panel(
        label: "learning rate", curves: [CurveChart.Curve(series: 0, points: [(1, 20), (3, 20)])]),
    ]
    return chart
  }

  @Test func `panels stand over one axis, with a legend`() {
    let svg = chart().svg()
    #expect(svg.hasPrefix("<svg xmlns=") && svg.hasSuffix("</svg>\n"))
    #expect(!svg.contains("nan") && !svg.contains("inf"))
    for name in ["a &lt; b", "second &amp; last", "training", "validation", "epochs"] {
      #expect(svg.contains(">\(name)</text>"), "\(name)")
    }
    // The marks of a scale by logarithms are 1, 2 and 5 times powers of ten.
    for mark in [50, 100, 200, 500] { #expect(svg.contains(">\(mark)</text>")) }
    // Epochs have no halves.
    #expect(!svg.contains(">1.5</text>"))
    // What has no height interrupts a curve: both ends of the broken line are begun anew.
    let broken = svg.split(separator: "\n").filter { $0.contains("dasharray=\"6 4\"") }
    #expect(broken.count == 2 && broken[0].ranges(of: "M").count == 2)
  }

  @Test func `a dark picture has the same shapes`() {
    var dark = chart()
    dark.isDark = true
    let (light, other) = (chart().svg(), dark.svg())
    #expect(other.contains("fill=\"#14171c\""))
    #expect(light.ranges(of: "<path").count == other.ranges(of: "<path").count)
  }

  @Test func `letters of a terminal show the curves with their numbers`() {
    let text = chart().letters(columns: 60, rows: 30, colors: false)
    let lines = text.split(separator: "\n")
    #expect(lines.allSatisfy { $0.count <= 60 })
    #expect(lines.count <= 30)
    #expect(text.contains("1 first, training") && text.contains("2 first, validation"))
    #expect(text.contains("3 second & last, training"))
    #expect(text.contains { ("\u{2801}"..."\u{28FF}").contains($0) })
    #expect(chart().letters(columns: 60, rows: 30, colors: true).contains("\u{1B}[33m"))
  }

  @Test(arguments: [[], [(1.0, 5.0)], [(1, 0), (2, -1)], [(1, .infinity)], [(1e300, 1e-300)]])
  func `any points give a picture`(points: [(Double, Double)]) {
    for isLogarithmic in [false, true] {
      var chart = CurveChart(title: "t", xLabel: "x")
      chart.series = ["s"]
      chart.panels = [
        CurveChart.Panel(
          label: "y", isLogarithmic: isLogarithmic,
          curves: [CurveChart.Curve(series: 0, points: points.map { (x: $0.0, y: $0.1) })])
      ]
      #expect(chart.svg().hasSuffix("</svg>\n") && !chart.svg().contains("nan"))
      #expect(!chart.letters(columns: 1, rows: 1, colors: false).isEmpty)
    }
  }
}
