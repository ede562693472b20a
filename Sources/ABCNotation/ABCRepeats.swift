/// The order in which the symbols of a voice are played.
struct ABCRepeats {
  private let symbols: [ABCSymbol]
  /// No more symbols than this come out, whatever the tune says.
  private static let limit = 500_000

  init(_ symbols: [ABCSymbol]) { self.symbols = symbols }

  /// The places of the symbols, in the order of play.
  ///
  /// A repeat goes back to `|:`, or without one to the last double bar, end of a repeat, or the
  /// begin of the tune. Endings are played in the passes they name.
  func order() -> [Int] {
    var order: [Int] = []
    var place = 0
    var start = 0
    var pass = 1
    var isExplicit = false
    var isInEnding = false
    func beginSection(at place: Int, explicitly: Bool) {
      (start, pass, isExplicit, isInEnding) = (place, 1, explicitly, false)
    }
    while place < symbols.count, order.count < Self.limit {
      let content = symbols[place].content
      order.append(place)
      place += 1
      switch content {
      case .bar(let bar) where bar.endsSection:
        if bar.repeatsBefore > 0, pass < passes(from: start, endingAt: place - 1) {
          pass += 1
          isInEnding = false
          place = start
        } else if bar.repeatsAfter > 0 {
          beginSection(at: place, explicitly: true)
        } else if bar.repeatsBefore > 0 || isInEnding || !isExplicit {
          // An ending for a later pass may follow; it belongs to the section that is played.
          if !(bar.repeatsBefore > 0 && hasEnding(at: place, after: pass)) {
            beginSection(at: place, explicitly: false)
          }
        }
      case .ending(let list):
        if list.contains(pass) {
          isInEnding = true
        } else {
          place = endOfEnding(from: place)
        }
      default: break
      }
    }
    return order
  }

  /// How often the section from `start` is played when its music up to the bar at `end` is.
  private func passes(from start: Int, endingAt end: Int) -> Int {
    var passes = 2
    if case .bar(let bar) = symbols[end].content { passes = bar.repeatsBefore + 1 }
    var listed = 0
    for symbol in symbols[start..<end] {
      if case .ending(let list) = symbol.content { listed = max(listed, list.max() ?? 0) }
    }
    guard listed > 0 else { return passes }
    // Endings behind this bar count as long as one follows the other.
    var place = end + 1
    while hasEnding(at: place, after: 0) {
      if case .ending(let list) = symbols[place].content { listed = max(listed, list.max() ?? 0) }
      place = endOfEnding(from: place + 1)
    }
    return max(listed, place == end + 1 && listed == 1 ? 2 : listed)
  }

  /// Whether an ending for a pass after `pass` begins at a place.
  private func hasEnding(at place: Int, after pass: Int) -> Bool {
    guard place < symbols.count, case .ending(let list) = symbols[place].content else {
      return false
    }
    return (list.max() ?? 0) > pass
  }

  /// The place behind an ending that is left out: behind its last bar line, or at the next ending.
  private func endOfEnding(from start: Int) -> Int {
    var place = start
    while place < symbols.count {
      switch symbols[place].content {
      case .ending: return place
      case .bar(let bar) where bar.repeatsAfter > 0: return place
      case .bar(let bar) where bar.endsSection: return place + 1
      default: place += 1
      }
    }
    return place
  }
}
