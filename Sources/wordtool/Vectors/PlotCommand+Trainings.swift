import Charts
import WordtoolCore

/// The course of trainings.
extension PlotCommand {
  func drawTrainings(_ style: StyleOptions.Style) throws {
    let file = try output.map { path in
      try OutputPaths.check([path], inputs: trainings.metrics, printing: nil)
      return try DrawingFile(path: path, kind: .chart)
    }
    let curves = try trainings.read()
    let chart = curves.chart(title: title, isLogarithmic: trainings.log, isDark: dark)
    if let file { return try file.write(isPicture ? chart.svg() : curves.table) }
    let out = StandardOutput.shared
    switch style {
    case .json: try JSONOutput.write(curves.files)
    case .table:
      let size = StandardOutput.size
      var shown = chart
      // What comes from outside is escaped; what is left are the chart's own colours.
      shown.title = TerminalText.escaped(chart.title)
      shown.series = chart.series.map(TerminalText.escaped)
      try out.writeStyled(
        shown.letters(
          columns: size.columns, rows: size.rows,
          colors: StandardOutput.isTerminal && Environment.allowsColor))
    default: try out.write(curves.table)
    }
  }
}
