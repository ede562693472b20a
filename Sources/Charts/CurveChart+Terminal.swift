extension CurveChart {
  /// The picture in letters: lines of braille dots, each curve with its number at its right end.
  ///
  /// - Parameters:
  ///   - columns: cells of a line.
  ///   - rows: lines for all panels together; each panel has at least six.
  ///   - colors: whether curves are told apart by the colours of terminals (ECMA-48) too.
  public func letters(columns: Int, rows: Int, colors: Bool) -> String {
    func paint(_ text: String, _ color: Int) -> String {
      guard colors else { return text }
      let palette = [34, 33, 32, 35, 36, 31, 37]
      return "\u{1B}[\(palette[color % palette.count])m\(text)\u{1B}[0m"
    }
    let x = xScale
    let numbers = numbers
    let legend = legend(numbers)
    let titles = [title, subtitle].filter { !$0.isEmpty }
    let room = rows - titles.count - legend.count - 2 - panels.count
    let height = max(6, room / max(1, panels.count))
    let labels = panels.map { panel in yScale(panel).marks.map(\.label) }
    let margin = labels.joined().map(\.count).max() ?? 0
    let width = max(16, columns - margin - 2)
    var lines = titles
    for (place, panel) in panels.enumerated() {
      let y = yScale(panel)
      var canvas = BrailleCanvas(columns: width, rows: height)
      for (index, curve) in panel.curves.enumerated() {
        draw(curve, x, y, on: &canvas, name: numbers[place][index])
      }
      var names: [Int: String] = [:]
      for (value, label) in y.marks {
        guard let share = y.share(of: value) else { continue }
        names[Int(((1 - share) * Double(height - 1)).rounded())] = label
      }
      lines.append("\(panel.label) over \(xLabel)")
      for row in 0..<height {
        let name = names[row] ?? ""
        lines.append(
          String(repeating: " ", count: margin - name.count) + name
            + (name.isEmpty ? " │" : " ┤") + canvas.text(row: row, paint: paint))
      }
    }
    lines.append(
      String(repeating: " ", count: margin) + " └" + String(repeating: "─", count: width))
    lines.append(String(repeating: " ", count: margin + 2) + marks(of: x, width: width))
    lines += legend.map { paint($0.text, $0.series) }
    return lines.map { Self.withoutEnd($0) + "\n" }.joined()
  }

  /// The number of each curve, panel by panel: curves of one series and part share it.
  private var numbers: [[Int]] {
    var found: [[Int]] = []
    for panel in panels {
      found.append(
        panel.curves.map {
          $0.series * (hasBothParts ? 2 : 1) + ($0.isDashed && hasBothParts ? 1 : 0)
        })
    }
    return found
  }

  /// A line for each number that occurs.
  private func legend(_ numbers: [[Int]]) -> [(text: String, series: Int)] {
    Set(numbers.joined()).sorted().map { number in
      let series = number / (hasBothParts ? 2 : 1)
      let part = hasBothParts ? ", " + (number % 2 == 0 ? parts.solid : parts.dashed) : ""
      return ("\(Self.letter(number)) \(self.series[series])\(part)", series)
    }
  }

  /// 1 to 9, then letters.
  private static func letter(_ number: Int) -> Character {
    let letters = Array("123456789abcdefghijklmnopqrstuvwxyz")
    return letters[number % letters.count]
  }

  private func draw(
    _ curve: Curve, _ x: Scale, _ y: any AxisScale, on canvas: inout BrailleCanvas, name: Int
  ) {
    var last: (x: Double, y: Double)?
    var end: (x: Double, y: Double)?
    for point in curve.points {
      guard let across = x.share(of: point.x), let up = y.share(of: point.y) else {
        last = nil
        continue
      }
      let place = (x: across, y: up)
      if let last {
        canvas.line(from: last, to: place, color: curve.series, isDashed: curve.isDashed)
      } else {
        canvas.dot(place, color: curve.series)
      }
      (last, end) = (place, place)
    }
    if let end { canvas.letter(Self.letter(name), at: end, color: curve.series) }
  }

  /// The marks of the common axis, as many as stand apart.
  private func marks(of x: Scale, width: Int) -> String {
    var line = ""
    for (value, label) in x.marks {
      guard let share = x.share(of: value) else { continue }
      let middle = Int((share * Double(width - 1)).rounded())
      let start = min(max(0, middle - label.count / 2), width - label.count)
      guard start == 0 || start > line.count else { continue }
      line += String(repeating: " ", count: max(0, start - line.count)) + label
    }
    return line
  }

  private static func withoutEnd(_ line: String) -> String {
    var line = line
    while line.last == " " { line.removeLast() }
    return line
  }
}
