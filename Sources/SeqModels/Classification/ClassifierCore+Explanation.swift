import BLASCore
import FastTextFiles
import Tokenize
import WordtoolCore

extension ClassifierCore {
  func explainedParts(of text: String) throws -> ExplainedParts {
    throw WordtoolError(
      .unavailable, found: "a classifier of the kind '\(name)'",
      expected: "one whose scores are sums over words: bag-of-words or fasttext",
      remedy: "leave the explanation out")
  }
}

extension NGramFeatures {
  /// A feature of a text: its number, and what it stands for.
  struct Part {
    var feature: Int
    var text: String
    var kind: ExplainedParts.Kind
  }

  /// The known words and n-grams of a text, each as often as it occurs.
  func parts(ofUTF8 text: String, _ tokenizer: WordTokenizer) -> [Part] {
    var names: [String] = []
    var ids: [Int32] = []
    var spelling = InnerNGrams.Spelling()
    var inside: [Part] = []
    var copy = text
    _ = copy.withUTF8 { bytes in
      unsafe tokenizer.forEachToken(inUTF8: bytes) { token in
        names.append(unsafe String(decoding: token, as: UTF8.self))
        ids.append(unsafe words.find(token) ?? -1)
        guard let characters else { return }
        unsafe characters.forEach(inUTF8: token, &spelling) {
          inside.append(
            Part(
              feature: firstCharacters + Int($0), text: characters.text(of: $0),
              kind: .characterNGram))
        }
      }
    }
    var parts: [Part] = []
    forEachPlacedFeature(of: ids) { feature, range in
      parts.append(
        Part(
          feature: Int(feature), text: names[range].joined(separator: " "),
          kind: range.count == 1 ? .word : .wordNGram))
    }
    return parts + inside
  }
}

extension LinearClassifier {
  func explainedParts(of text: String) throws -> ExplainedParts {
    // The value of a feature that occurs so often, and for tf-idf what all are divided by.
    func value(_ feature: Int, _ count: Int) -> Double {
      switch weighting {
      case .binary, .naiveBayes: 1
      case .counts: Double(count)
      case .tfIdf: 1 + PortableMath.log(Double(count))
      }
    }
    let found = features.parts(ofUTF8: text, tokenizer)
    var counts: [Int: Int] = [:]
    for part in found { counts[part.feature, default: 0] += 1 }
    var squares = 0.0
    if weighting == .tfIdf {
      for (feature, count) in counts.sorted(by: { $0.key < $1.key }) {
        let product = value(feature, count) * Double(inverseDocumentFrequencies[feature])
        squares += product * product
      }
    }
    let scale = squares > 0 ? 1 / squares.squareRoot() : 1
    let isSingle = questionCount == 1
    // One question is answered with yes by the second label; what speaks for the first speaks against it.
    func sign(_ label: Int) -> Double { isSingle && label == 0 ? -1 : 1 }
    func question(_ label: Int) -> Int { isSingle ? 0 : label }
    var parts = ExplainedParts(
      bias: { sign($0) * Double(biases[question($0)]) },
      contribution: { feature, count, label in
        // Hashed n-grams that share a number share what it counts for.
        let all = counts[feature] ?? count
        let weight = Double(weights[feature * questionCount + question(label)])
        return sign(label) * value(feature, all) * scale * weight * Double(count) / Double(all)
      })
    for part in found { parts.add(part.text, part.kind, feature: part.feature) }
    return parts
  }
}

extension FastTextClassifier {
  func explainedParts(of text: String) throws -> ExplainedParts {
    let found = features.parts(ofUTF8: text, tokenizer)
    let share = 1 / Double(max(1, found.count))
    var parts = ExplainedParts(
      bias: { _ in 0 },
      contribution: { feature, count, label in
        let (values, labelValues) = unsafe (embeddings[row(of: feature)], output[label])
        var product = 0.0
        for column in values.indices {
          unsafe product += Double(values[column]) * Double(labelValues[column])
        }
        return product * share * Double(count)
      })
    for part in found { parts.add(part.text, part.kind, feature: part.feature) }
    return parts
  }
}

extension FastTextModel {
  func explainedParts(of text: String) throws -> ExplainedParts {
    var copy = text
    let found = copy.withUTF8 { unsafe features.namedRows(ofUTF8: $0) }
    let share = 1 / Double(max(1, found.count))
    func product(_ row: [Float], _ other: [Float]) -> Double {
      zip(row, other).reduce(0) { $0 + Double($1.0) * Double($1.1) }
    }
    var parts = ExplainedParts(
      bias: { _ in 0 },
      contribution: { row, count, label in
        let values = input.values(ofRow: row)
        let score =
          tree.map {
            $0.fold(label, from: 0.0) { sum, node, isSecond in
              sum + (isSecond ? 1 : -1) * product(values, output.values(ofRow: node))
            }
          } ?? product(values, output.values(ofRow: label))
        return score * share * Double(count)
      })
    for part in found { parts.add(part.text, part.kind, feature: part.row) }
    return parts
  }
}
