import Charts
import Testing

@Suite struct EncodingChartTests {
  private var chart: EncodingChart {
    EncodingChart(
      title: "king & queen", vocabularySize: 30_000,
      words: [
        EncodingChart.Word(name: "king", row: 713, values: [1, 0]),
        EncodingChart.Word(name: "queen", row: 5, values: [0.8, 0.6]),
        EncodingChart.Word(name: "<s>", row: 1234, values: [-1, 0]),
      ])
  }

  @Test func `both halves show the words and their similarities`() {
    let svg = chart.svg()
    #expect(svg.hasPrefix("<svg xmlns=") && svg.hasSuffix("</svg>\n") && !svg.contains("nan"))
    #expect(svg.contains("30,000 numbers a word, one of them 1"))
    #expect(svg.contains("2 numbers a word, which all words share"))
    #expect(
      svg.contains(">row 1,234<") && svg.contains("king &amp; queen") && svg.contains("&lt;s&gt;"))
    #expect(svg.contains("each distance √2 = 1.41") && svg.contains("distances 0.63 to 2.00"))
    // Three ones and six zeros, then the identity as similarities, beside the dense ones.
    #expect(svg.ranges(of: ">0.00<").count == 6 && svg.ranges(of: ">1.00<").count == 6)
    #expect(svg.ranges(of: ">0.80<").count == 2 && svg.ranges(of: ">−1.00<").count == 2)
    #expect(svg.ranges(of: ">1<").count == 4)
  }

  @Test func `similarity and distance are those of unit vectors`() {
    #expect(abs(chart.similarity(0, 1) - 0.8) < 1e-12)
    #expect(abs(chart.distance(0, 1) - 0.4.squareRoot()) < 1e-12)
  }

  @Test func `it is drawn light on dark too, and without words`() {
    var dark = chart
    dark.isDark = true
    #expect(dark.svg().contains("fill=\"#14171c\""))
    let none = EncodingChart(title: "", vocabularySize: 0, words: [])
    #expect(none.svg().hasSuffix("</svg>\n") && !none.svg().contains("nan"))
  }
}
