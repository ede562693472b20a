import Charts
import SeqModels
import TestSupport
import wordtool

extension MutantFormat {
  /// What commands read beside the libraries: what `--metrics` wrote, to be drawn, and graphs, to be told of.
  static let commands: [MutantFormat] = [
    MutantFormat(name: "ONNX graph", cost: 4, readers: []) { folder in
      try TextClassifier.train(on: labelled, options: LinearClassifierOptions(), threads: 1)
        .writeONNX(to: folder("graph"))
      return Sample(file: try folder.bytes(of: "graph")) {
        let graph = try ONNXFacts(path: $0)
        return [Double(graph.nodeCount), Double(graph.inputs.count)]
      }
    },
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
    },
  ]
}
