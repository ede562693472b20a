/// Text that is held back as long as it may turn out to be the begin of the stop string.
struct PendingText {
  private let stop: [UInt8]
  private var held: [UInt8] = []
  private(set) var isStopped = false

  init(stopString: String?) { stop = Array((stopString ?? "").utf8) }

  /// What is left to write when no more text comes.
  var rest: String { isStopped ? "" : String(decoding: held, as: UTF8.self) }

  /// Takes text and returns what is sure to stay.
  mutating func append(_ text: String) -> String {
    guard !stop.isEmpty else { return text }
    held.append(contentsOf: text.utf8)
    if held.count >= stop.count {
      for start in 0...held.count - stop.count
      where held[start..<start + stop.count].elementsEqual(stop) {
        isStopped = true
        return String(decoding: held[..<start], as: UTF8.self)
      }
    }
    var keep = min(held.count, stop.count - 1)
    while keep > 0, !held.suffix(keep).elementsEqual(stop.prefix(keep)) { keep -= 1 }
    let sure = String(decoding: held.dropLast(keep), as: UTF8.self)
    held.removeFirst(held.count - keep)
    return sure
  }
}
