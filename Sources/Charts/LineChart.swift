/// A picture of lines over a common axis, as SVG.
public struct LineChart: Sendable {
  /// One line.
  public struct Line: Sendable {
    /// Its name, written at its right end.
    public var name: String
    /// Its values at 0, 1, 2 …, or at ``LineChart/places``.
    public var values: [Double]
    /// Which colour of the palette; lines that belong together share one.
    public var color: Int
    /// Whether it is broken.
    public var isDashed = false

    /// A line.
    public init(name: String, values: [Double], color: Int, isDashed: Bool = false) {
      self.name = name
      self.values = values
      self.color = color
      self.isDashed = isDashed
    }
  }

  /// What stands above the picture.
  public var title: String
  /// What stands below the title, in smaller letters.
  public var subtitle = ""
  /// What the horizontal axis shows.
  public var xLabel: String
  /// What the vertical axis shows.
  public var yLabel: String
  /// Where on the horizontal axis the values of each line belong, rising from 0 or more; empty for
  /// 0, 1, 2 … Values beyond the last place are not drawn.
  public var places: [Double] = []
  /// How values become heights.
  public var scale = ScaleKind.percent
  /// A level that is drawn across, with its name.
  public var level: (value: Double, name: String)?
  /// The lines.
  public var lines: [Line] = []

  /// A picture without lines yet.
  public init(title: String, xLabel: String, yLabel: String) {
    self.title = title
    self.xLabel = xLabel
    self.yLabel = yLabel
  }

  /// The picture as text.
  public func svg() -> String {
    let levels: [any Mark] = level.map { [LevelMark(value: $0.value, label: $0.name)] } ?? []
    let lines: [any Mark] = lines.map { LineMark(line: $0) }
    return Plot(
      title: title, subtitle: subtitle, xLabel: xLabel, yLabel: yLabel, places: places,
      scale: scale, marks: levels + lines, named: lines + levels
    ).svg()
  }
}
