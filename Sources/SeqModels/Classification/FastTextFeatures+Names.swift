import FastTextFiles
import WordtoolCore

extension FastTextFeatures {
  /// A row of a text and what stands for it there.
  struct NamedRow {
    var row: Int
    var text: String
    var kind: TextClassifier.Explanation.Part.Kind
  }

  /// The rows that ``bag(ofUTF8:)`` finds, each with the part of the text that it was found by.
  func namedRows(ofUTF8 text: UnsafeBufferPointer<UInt8>) -> [NamedRow] {
    var tokens: [[UInt8]] = []
    var hasEnded = false
    unsafe Self.forEachToken(of: text) { token in
      hasEnded = unsafe hasEnded || token.elementsEqual(CharacterNGrams.endOfLine)
      if !hasEnded { unsafe tokens.append(Array(token)) }
    }
    tokens.append(CharacterNGrams.endOfLine)
    var named: [NamedRow] = []
    var kept: [(name: String, hash: UInt32)] = []
    for token in tokens where !isLabel(token) {
      let name = String(decoding: token, as: UTF8.self)
      kept.append((name, FastTextHash(token).value))
      if let id = number(of: token) {
        named.append(NamedRow(row: Int(id), text: name, kind: .word))
      }
      guard header.nGrams.longest > 0, !buckets.isEmpty, token != CharacterNGrams.endOfLine
      else { continue }
      let marked = CharacterNGrams.marked(token)
      header.nGrams.forEach(inMarked: marked) { hash, range in
        guard let row = buckets.row(ofHash: hash) else { return }
        named.append(
          NamedRow(
            row: row, text: String(decoding: marked[range], as: UTF8.self), kind: .characterNGram))
      }
    }
    guard header.wordNGramOrder > 1, !buckets.isEmpty else { return named }
    let hashes = kept.map(\.hash)
    for first in kept.indices {
      var length = 1
      WordNGrams.forEach(
        of: hashes[first...].prefix(header.wordNGramOrder), bucketCount: header.bucketCount
      ) { bucket in
        length += 1
        guard let row = buckets.row(ofBucket: bucket) else { return }
        let words = kept[first..<first + length].map(\.name)
        named.append(NamedRow(row: row, text: words.joined(separator: " "), kind: .wordNGram))
      }
    }
    return named
  }

  private func number(of token: [UInt8]) -> Int32? {
    unsafe token.withUnsafeBufferPointer { unsafe words.find($0) }
  }

  /// Whether a token is a label and no word.
  private func isLabel(_ token: [UInt8]) -> Bool {
    number(of: token) == nil
      && (token.starts(with: LabelledTextLayout.labelMark) || unmarkedLabels.contains(token))
  }
}
