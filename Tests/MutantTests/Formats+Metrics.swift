import Charts
import TestSupport
import wordtool

extension MutantFormat {
  /// What `--metrics` writes, read again to be drawn.
  static let metrics: [MutantFormat] = [
    MutantFormat(name: "metrics of a training", layout: .text, cost: 20, readers: []) { _ in
      let lines = (1...9).map { epoch in
        #"{"epoch":\#(epoch),"tokens":\#(epoch * 1000),"loss":\#(7 - Double(epoch) / 4),"#
          + #""validPerplexity":\#(500 / epoch),"seconds":\#(Double(epoch) / 8)}"#
      }
      return Sample(file: Array((lines.joined(separator: "\n") + "\n").utf8)) {
        let file = try MetricsFile(path: $0)
        let curves = try TrainingCurves(of: [file], quantities: [], course: nil)
        let picture = curves.chart(title: nil, isLogarithmic: false, isDark: false).svg()
        let isDrawn = !picture.contains("nan") && !picture.contains("inf")
        return [Double(file.moments.count), isDrawn ? 0 : .nan]
      }
    }
  ]
}
