// The examples of Charts.docc, by Scripts/docc.sh --examples.

import Charts
import WordtoolCore

func exampleCharts1() throws {
  var chart = LineChart(title: "Loss", xLabel: "epoch", yLabel: "nats")
  chart.lines = [LineChart.Line(name: "training", values: [4.1, 3.2, 2.9], color: 0)]
  chart.scale = .linear
  let curve = chart.svg()

  var map = PointMap(title: "Words")
  map.points = [
    PointMap.Point(x: 0, y: 0, name: "king"), PointMap.Point(x: 1, y: 0, name: "queen", color: 1),
  ]
  map.arrows = [(from: 0, to: 1)]
  print(curve.count, map.svg().text.count)
}

func exampleCharts2() throws {
  var chart = CurveChart(title: "Two networks", xLabel: "epoch")
  chart.series = ["lstm", "gru"]
  chart.hasWholePlaces = true
  chart.panels = [
    CurveChart.Panel(
      label: "loss", isLogarithmic: true,
      curves: [
        CurveChart.Curve(series: 0, points: [(1, 4.2), (2, 3.1), (3, 2.8)]),
        CurveChart.Curve(series: 1, points: [(1, 4.4), (2, 3.0), (3, 2.9)], isDashed: true),
      ])
  ]
  print(chart.letters(columns: 80, rows: 20, colors: false))
  let output = try OutputFile(path: "course.svg")
  try output.write(chart.svg())
  try output.commit()  // it appears under its name now
}

func exampleCharts3() throws {
  let confusion = ConfusionChart(
    title: "Reviews", labels: ["good", "bad"], counts: [[90, 10], [5, 95]], unit: "texts")
  print(confusion.letters(columns: 80, colors: false))

  var map = HeatMap(title: "Gates", columnNames: ["the", "cat"], rowNames: ["unit 1", "unit 2"])
  map.panels = [HeatMap.Panel(name: "forget", rows: [[0.9, 0.1], [0.5, 0.7]], shades: .share)]
  let image = try Raster.png(map.svg(), scale: 2)  // librsvg draws it
  print(image.count, "bytes of PNG")
}

func exampleCharts4() throws {
  var map = PointMap(title: "Capitals")
  map.points = [
    PointMap.Point(x: 0, y: 0, name: "france"),
    PointMap.Point(x: 1, y: 0.2, name: "paris", isMain: true),
    PointMap.Point(x: 0, y: 1, name: "italy"),
    PointMap.Point(x: 1, y: 1.2, name: "rome", color: 1),
  ]
  map.arrows = [(from: 0, to: 1), (from: 2, to: 3)]
  map.size = (width: 640, height: 480)
  let (svg, omitted) = map.svg()
  print(svg.utf8.count, "bytes,", omitted, "names found no place")
}

func exampleCharts5() throws {
  let chart = EncodingChart(
    title: "One-hot and dense", vocabularySize: 4,
    words: [
      EncodingChart.Word(name: "cat", row: 0, values: [0.9, 0.1]),
      EncodingChart.Word(name: "dog", row: 1, values: [0.8, 0.2]),
    ])
  print(chart.similarity(0, 1), chart.distance(0, 1), chart.svg().utf8.count)

  var network = VolumeDiagram(title: "LeNet-5")
  network.volumes = [
    VolumeDiagram.Volume(
      name: "input", layer: "", extents: (rows: 28, columns: 28, depth: 1), note: "", color: 0),
    VolumeDiagram.Volume(
      name: "maps", layer: "5 x 5", extents: (rows: 24, columns: 24, depth: 6), note: "156 weights",
      color: 1),
  ]
  print(network.svg().utf8.count)
}
