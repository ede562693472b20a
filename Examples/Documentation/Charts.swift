// The examples of Charts.docc, by Scripts/docc.sh --examples.

import Charts

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
