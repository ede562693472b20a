import Charts
import TestSupport
import Testing

@Suite struct PointMapTests {
  @Test func `names never overlap, and none leaves the picture`() {
    var generator = SeededGenerator(seed: 4)
    func random(_ limit: Double) -> Double {
      Double(generator.next() >> 11) * 0x1p-53 * limit
    }
    let points = (0..<400).map { _ in (x: random(800), y: random(600)) }
    var labels = LabelPlacement(bounds: (0, 0, 800, 600), points: points)
    var boxes: [(left: Double, top: Double, right: Double, bottom: Double)] = []
    var unplaced = 0
    for point in points.indices {
      let size = (width: 20 + random(60), height: 12.0)
      let place = labels.place(
        size, at: point, reach: point < 10 ? 360 : 0, coversPoints: point < 10)
      guard let place else {
        #expect(point >= 10)
        unplaced += 1
        continue
      }
      let top = place.baseline - 0.82 * size.height
      boxes.append((place.x, top, place.x + size.width, top + size.height))
      if point >= 10 { #expect(!place.hasLine) }
    }
    #expect(boxes.count > 100 && unplaced > 0)
    for (index, box) in boxes.enumerated() {
      #expect(box.left >= 0 && box.right <= 800 && box.top >= -1e-9 && box.bottom <= 600 + 1e-9)
      for other in boxes[..<index] {
        let isApart =
          box.right <= other.left || other.right <= box.left || box.bottom <= other.top
          || other.bottom <= box.top
        #expect(isApart, "\(box) and \(other)")
      }
    }
  }

  @Test func `every point is drawn, names without room are counted`() {
    var map = PointMap(
      title: "a title that is longer than the picture is wide " + String(repeating: "w", count: 99))
    map.points = (0..<50).map { _ in .init(x: 1, y: 1, name: "a & b") }
    let (svg, omitted) = map.svg()
    #expect(svg.ranges(of: "<circle").count == 50)
    #expect(omitted > 0 && svg.ranges(of: "a &amp; b").count == 50 - omitted)
    #expect(svg.contains("…</text>") && !svg.contains("nan"))
    map.points = []
    #expect(map.svg().omittedNames == 0)
  }

  @Test func `control characters do not reach the file`() {
    var map = PointMap(title: "t")
    map.points = [
      .init(x: 0, y: 0, name: "a\u{1B}b\u{0}"), .init(x: 1, y: 0, name: "日本", isMain: true),
    ]
    let svg = map.svg().text
    #expect(!svg.unicodeScalars.contains { $0.value < 0x20 && $0 != "\n" })
    #expect(svg.contains("日本"))
  }
}
