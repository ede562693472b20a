/// Writes paragraphs: chooses a subject, an entry and a few patterns, and fills the places.
///
/// Entries come in shuffled rounds, each entry once a round, so that every word of the tables
/// appears about equally often.
struct AtlasWriter {
  private let contents: AtlasContents
  private var random: SplitMix64
  private var rounds: [[Int]]
  private var positions: [Int]
  private let totalWeight: Int
  /// The text so far; the caller takes it away.
  private(set) var output: [UInt8] = []
  /// Words written since the beginning: pieces of text between white space.
  private(set) var wordCount = 0
  /// For a place with several choices, the choice it took last.
  private var lastChoice: [Int: Int] = [:]

  init(contents: AtlasContents, seed: UInt64) {
    self.contents = contents
    random = SplitMix64(seed: seed)
    rounds = contents.groups.map { Array($0.entries.indices) }
    positions = contents.groups.map { $0.entries.count }
    totalWeight = contents.groups.reduce(0) { $0 + $1.weight }
  }

  /// Forgets the text written so far.
  mutating func clearOutput() {
    output.removeAll(keepingCapacity: true)
  }

  /// Writes one paragraph, three to six sentences about one entry, and a line end.
  mutating func writeParagraph() {
    var ticket = random.below(totalWeight)
    var number = 0
    while ticket >= contents.groups[number].weight {
      ticket -= contents.groups[number].weight
      number += 1
    }
    let group = contents.groups[number]
    if positions[number] == group.entries.count {
      random.shuffle(&rounds[number])
      positions[number] = 0
    }
    let entry = rounds[number][positions[number]]
    positions[number] += 1

    let patterns = choosePatterns(of: group)
    let relatives = chooseRelatives(of: entry, in: group)
    lastChoice.removeAll(keepingCapacity: true)
    let start = output.count
    var written: [Int] = []
    let sentences = 3 + random.below(4)
    while written.count < sentences {
      let index = random.below(patterns.count)
      let pattern = patterns[index]
      guard !written.contains(index),
        canFill(pattern, entry: group.entries[entry], relatives: relatives)
      else {
        // A group with few patterns ends its paragraph early rather than repeat itself.
        if written.count >= 3, random.below(4) == 0 { break }
        continue
      }
      if !written.isEmpty { output.append(UInt8(ascii: " ")) }
      write(pattern, entry: entry, group: group, relatives: relatives)
      written.append(index)
    }
    output.append(UInt8(ascii: "\n"))
    for byte in output[start...] where byte == 0x20 || byte == 0x0A { wordCount += 1 }
  }

  /// One of the group's sets of patterns, larger sets more often.
  private mutating func choosePatterns(of group: AtlasGroup) -> [AtlasPattern] {
    let sets = group.patternSets
    guard sets.count > 1 else { return sets[0] }
    var ticket = random.below(sets.reduce(0) { $0 + $1.count })
    for set in sets {
      if ticket < set.count { return set }
      ticket -= set.count
    }
    return sets[0]
  }

  /// One neighbour and two others of the region, -1 where there is none.
  private mutating func chooseRelatives(of entry: Int, in group: AtlasGroup) -> [Int] {
    guard !group.relatives.isEmpty else { return [] }
    let bordering = group.relatives[entry][0]
    let nearby = group.relatives[entry][1]
    let neighbour = bordering.isEmpty ? -1 : bordering[random.below(bordering.count)]
    guard !nearby.isEmpty else { return [neighbour, -1, -1] }
    let first = random.below(nearby.count)
    guard nearby.count > 1 else { return [neighbour, nearby[first], -1] }
    let second = (first + 1 + random.below(nearby.count - 1)) % nearby.count
    return [neighbour, nearby[first], nearby[second]]
  }

  private func canFill(
    _ pattern: AtlasPattern, entry: AtlasGroup.Entry, relatives: [Int]
  ) -> Bool {
    for piece in pattern.pieces {
      switch piece.slot {
      case .own(let column) where entry[column].isEmpty: return false
      case .related(let relation, _) where relatives[relation] < 0: return false
      default: continue
      }
    }
    return true
  }

  private mutating func write(
    _ pattern: AtlasPattern, entry: Int, group: AtlasGroup, relatives: [Int]
  ) {
    let start = output.count
    for piece in pattern.pieces {
      output += piece.text
      guard let slot = piece.slot else { continue }
      let value: [UInt8]
      switch slot {
      case .own(let column):
        value = choose(from: group.entries[entry][column], key: column)
      case .related(let relation, let column):
        let choices = group.entries[relatives[relation]][column]
        value = choose(from: choices, key: 100 * (relation + 1) + column)
      case .common(let column):
        value = choose(from: contents.common[column], key: 1000 + column)
      case .year:
        value = Array(String(1801 + random.below(220)).utf8)
      case .inhabitants:
        let units = choose(from: contents.common[0], key: 1000)
        value = units + Array(" thousand".utf8)
      }
      if piece.hasArticle {
        output += Self.takesAn(value) ? [0x61, 0x6E, 0x20] : [0x61, 0x20]
      }
      output += value
    }
    capitalise(from: start)
  }

  /// One of the choices, not the one this place took just before.
  private mutating func choose(from choices: [[UInt8]], key: Int) -> [UInt8] {
    guard choices.count > 1 else { return choices[0] }
    var index = random.below(choices.count)
    if index == lastChoice[key] { index = (index + 1) % choices.count }
    lastChoice[key] = index
    return choices[index]
  }

  /// Whether the article before `word` is "an": by the first letter, with the words of the tables
  /// that sound otherwise.
  static func takesAn(_ word: [UInt8]) -> Bool {
    let lower = word.map { $0 | 0x20 }
    if lower.starts(with: "heir".utf8) { return true }
    for start in ["uni", "eur", "ukr", "urug", "ugan"] where lower.starts(with: start.utf8) {
      return false
    }
    return "aeiou".utf8.contains(lower[0])
  }

  /// Makes the sentence's first letter a capital.
  private mutating func capitalise(from start: Int) {
    for index in start..<output.count {
      let byte = output[index]
      if (0x61...0x7A).contains(byte) {
        output[index] = byte & 0xDF
        return
      }
      if (0x41...0x5A).contains(byte) { return }
    }
  }
}
