import WordtoolCore

/// What is odd about the words and rows of a file, gathered while they are read, for warnings.
struct WordFaults {
  private let format: WordVectors.Format
  private var repaired = 0
  private var empty = Rows()
  private var withControls = Rows()
  private var withBlanks = Rows()
  private var firstBlank = ""

  /// How many rows there are of a kind, and the first of them.
  private struct Rows {
    var count = 0
    var first = 0

    mutating func add(_ row: Int) {
      if count == 0 { first = row }
      count += 1
    }
  }

  init(_ format: WordVectors.Format) { self.format = format }

  private var isText: Bool {
    switch format {
    case .word2vecText, .fastTextVec, .glove: true
    default: false
    }
  }

  /// Takes the bytes of a word.
  mutating func look(at word: UnsafeBufferPointer<UInt8>, row: Int) {
    if word.isEmpty { empty.add(row) }
    guard format == .word2vecBinary || isText else { return }
    var hasControls = false
    var hasBlanks = false
    for index in word.indices {
      let byte = unsafe word[index]
      if byte <= 0x20 {
        // In text blanks and tabs part fields, and so they may stand in a word.
        if isText && (byte == 0x20 || byte == 0x09) {
          hasBlanks = true
        } else if byte < 0x20 {
          hasControls = true
        }
      }
    }
    if hasControls { withControls.add(row) }
    if hasBlanks {
      if withBlanks.count == 0 {
        firstBlank = unsafe String(decoding: word.prefix(60), as: UTF8.self)
      }
      withBlanks.add(row)
    }
  }

  /// A word that is not UTF-8 was repaired.
  mutating func addRepaired() { repaired += 1 }

  /// What is to be told, in a fixed order.
  var warnings: [String] {
    var lines: [String] = []
    if repaired > 0 {
      lines.append(
        repaired == 1
          ? "1 word that is not UTF-8 was repaired"
          : "\(repaired) words that are not UTF-8 were repaired")
    }
    if withControls.count > 0 {
      let who = withControls.count == 1 ? "a word has" : "\(withControls.count, "word") have"
      lines.append(
        "\(who) control characters, the first in row \(withControls.first + 1): "
          + (isText
            ? "the file may be damaged"
            : "in this format \(Word2VecBinaryReader.shift); write it anew without such words, or as "
              + "text"))
    }
    if withBlanks.count > 0 {
      let who = withBlanks.count == 1 ? "a word holds" : "\(withBlanks.count, "word") hold"
      lines.append(
        "\(who) blanks, the first, '\(firstBlank)', in row \(withBlanks.first + 1): many readers "
          + "cut such words apart")
    }
    if empty.count > 0 {
      lines.append(
        empty.count == 1
          ? "the word of row \(empty.first + 1) is empty"
          : "\(empty.count, "word") are empty, the first in row \(empty.first + 1)")
    }
    return lines
  }

  /// A row is out of all proportion when it is so many times as long as the usual one.
  private static let largestRatio: Float = 1e6
  /// Rows by which the usual length is told.
  private static let sampleCount = 1001

  /// A warning about rows whose values are absurd beside those of the others; nil for none. The usual
  /// length is the median of all rows, or of one to two thousand at equal distances.
  static func warning(ofLengths lengths: UnsafeBufferPointer<Float>) -> String? {
    let step = max(1, lengths.count / sampleCount)
    let sample = stride(from: 0, to: lengths.count, by: step)
      .map { unsafe lengths[$0] }.filter { $0 > 0 }.sorted()
    guard sample.count > 2 else { return nil }
    let usual = sample[sample.count / 2]
    var rows = Rows()
    for row in lengths.indices where unsafe lengths[row] / usual > largestRatio {
      rows.add(row)
    }
    guard rows.count > 0 else { return nil }
    return (rows.count == 1 ? "a vector is" : "\(rows.count, "vector") are")
      + " more than a million times as long as most, the first in row \(rows.first + 1): the file may "
      + "be damaged there"
  }
}
