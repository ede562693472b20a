import SeqModels

/// Modified Kneser-Ney from the formulas, with dictionaries and recursion.
struct KneserNeyOracle {
  let vocabulary: [String]
  private let counts: [[String]: Int]
  private let order: Int
  private let discounts: [KneserNeyDiscounts]

  init(_ sentences: [[String]], order: Int) {
    var raw: [[String]: Int] = [:]
    var words: Set<String> = ["<unk>", "</s>"]
    for sentence in sentences {
      let text = ["<s>"] + sentence + ["</s>"]
      words.formUnion(sentence)
      for start in text.indices {
        for length in 1...order where start + length <= text.count {
          raw[Array(text[start..<start + length]), default: 0] += 1
        }
      }
    }
    var counts: [[String]: Int] = [:]
    for gram in raw.keys {
      if gram.count == order || gram[0] == "<s>" {
        counts[gram] = raw[gram]
      } else {
        counts[gram] = raw.keys.count { Array($0.dropFirst()) == gram }
      }
    }
    counts[["<s>"]] = 0
    self.counts = counts
    self.order = order
    vocabulary = words.sorted()
    discounts = (1...order).map { length in
      let values = counts.filter { $0.key.count == length }.map(\.value)
      let n = (1...4).map { k in values.count { $0 == k } }
      return KneserNeyDiscounts(countsOfCounts: (n[0], n[1], n[2], n[3]))
    }
  }

  /// The probability of a word after at most `order - 1` others.
  func probability(_ word: String, after context: [String]) -> Double {
    let context = Array(context.suffix(order - 1))
    let continuations = counts.filter {
      $0.key.count == context.count + 1 && Array($0.key.dropLast()) == context
    }
    let lower = { () -> Double in
      context.isEmpty
        ? 1 / Double(vocabulary.count)
        : probability(word, after: Array(context.dropFirst()))
    }
    let total = Double(continuations.values.reduce(0, +))
    if total == 0 { return lower() }
    let d = discounts[context.count]
    func discount(_ count: Int) -> Double {
      count == 0 ? 0 : count == 1 ? d.one : count == 2 ? d.two : d.three
    }
    let weight = continuations.values.reduce(0.0) { $0 + discount($1) } / total
    let count = counts[context + [word]] ?? 0
    return (Double(count) - discount(count)) / total + weight * lower()
  }
}
