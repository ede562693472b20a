import Charts
import Testing
import WordtoolCore

@Suite struct ScaleTests {
  private func chart(_ scale: ScaleKind, _ values: [Double], places: [Double] = []) -> String {
    var chart = LineChart(title: "t", xLabel: "x", yLabel: "y")
    chart.scale = scale
    chart.places = places
    chart.lines = [LineChart.Line(name: "l", values: values, color: 0)]
    return chart.svg()
  }

  @Test func `a linear scale has round marks`() {
    let svg = chart(.linear, [-0.31, 0.02, 0.4])
    for mark in [">−0.4<", ">−0.2<", ">0<", ">0.2<", ">0.4<"] { #expect(svg.contains(mark)) }
    #expect(chart(.linear, [0, 1234]).contains(">500<"))
    #expect(chart(.percent, [0.5]).contains(">40 %<"))
  }

  @Test(arguments: [ScaleKind.linear, .logarithmic, .percent])
  func `no values can stop a chart from being drawn`(_ scale: ScaleKind) {
    let hard: [[Double]] = [
      [], [.nan], [.nan, .nan], [.infinity, -.infinity], [0], [0, 0], [1e308, -1e308],
      [.leastNonzeroMagnitude],
      [1e40, 2e40], [1e-40], [7, 7, 7], [-1],
    ]
    let places: [[Double]] = [
      [], [0], [1], [.nan], [.nan, .nan, .nan], [0, 1e300], [5, 3], [-4, -2], [.infinity],
    ]
    for values in hard {
      for places in places {
        let svg = chart(scale, values, places: places)
        #expect(svg.hasSuffix("</svg>\n") && !svg.contains("nan") && !svg.contains("inf"))
      }
    }
  }

  @Test func `values beyond the places are not drawn`() {
    let svg = chart(.percent, [0.1, 0.2, 0.3], places: [10, 20])
    #expect(svg.contains("<path d=\"M417 490.8L748 445.6\""))
  }

  @Test func `a colour may be any number`() {
    var chart = LineChart(title: "t", xLabel: "x", yLabel: "y")
    chart.lines = [-1, -7, 700, .min, .max].map { .init(name: "l", values: [0.5], color: $0) }
    #expect(chart.svg().contains("#555555"))
  }

  /// The bytes of a chart with everything in it: the pictures under docs are drawn by this code.
  @Test func `a chart keeps its bytes`() {
    var sums: [UInt64] = []
    for scale in [ScaleKind.logarithmic, .percent] {
      var chart = LineChart(title: "a < b & c", xLabel: "steps", yLabel: "norm")
      chart.scale = scale
      chart.subtitle = "what is shown"
      chart.level = (0.25, "one")
      if scale == .percent { chart.places = [10, 30, 100] }
      chart.lines = [
        .init(name: "first", values: [1, 0.01, 1e-6], color: 0),
        .init(name: "second", values: [0.3, .nan, 0.24], color: 8, isDashed: true),
        .init(name: "third", values: [0.2, 0.5, 0.26], color: 3),
      ]
      var sum = FNV1a()
      for byte in chart.svg().utf8 { sum.add(byte) }
      sums.append(sum.value)
    }
    #expect(sums == [0xA6AD_04EC_E6B0_C826, 0xFC14_DEE3_08F8_F69B])
  }
}
