/// Colours of cells from that of an empty one to a full one.
struct Shade {
  /// Which colour a full cell has: blue and vermilion can be told apart by the colour-blind (after Okabe and
  /// Ito 2008, darkened on white).
  enum Hue {
    case blue, vermilion
  }

  let hue: Hue
  let isDark: Bool

  private typealias Color = (red: Double, green: Double, blue: Double)

  private var empty: Color { isDark ? (32, 37, 44) : (246, 246, 244) }
  private var full: Color {
    switch (hue, isDark) {
    case (.blue, false): (0, 84, 150)
    case (.blue, true): (86, 180, 233)
    case (.vermilion, false): (184, 62, 0)
    case (.vermilion, true): (240, 147, 90)
    }
  }

  /// The colour of a depth, 0 for empty to 1 for full, as #rrggbb; beyond the ends it is that of the end.
  func color(depth: Double) -> String {
    let depth = depth.isNaN ? 0 : min(1, max(0, depth))
    func part(_ from: Double, _ to: Double) -> String {
      let value = Int((from + (to - from) * depth).rounded())
      return (value < 16 ? "0" : "") + String(value, radix: 16)
    }
    return "#" + part(empty.red, full.red) + part(empty.green, full.green)
      + part(empty.blue, full.blue)
  }

  /// What is read on that colour: near-black or near-white, whichever stands out more.
  func ink(depth: Double) -> String {
    let isDeep = depth > (isDark ? 0.6 : 0.78)
    return isDeep != isDark ? (isDark ? "#e8e8e8" : "#ffffff") : "#14171c"
  }
}
