import ArgumentParser
import WordtoolCore

/// Turns the names that the libraries give their properties into the options of a command.
///
/// A library says "lower `minimumCount`", which is what its user can do; the user of the tool reads
/// "lower --min-count".
package enum FlagNames {
  /// Where the option is not the property's name in kebab case.
  private static let exceptions: [Substring: String] = [
    "architecture": "model", "averagingAfter": "average-after", "bucketCount": "buckets",
    "characterOrders": "char-ngrams",
    "clipNorm": "clip", "codeBytes": "pq", "convertsColors": "convert", "dimension": "dim",
    "featureCount": "features", "groupCount": "groups", "initialRange": "init-range",
    "learningRate": "lr",
    "maximumCount": "max-vocab", "maximumSize": "max-vocab",
    "maximumVocabulary": "max-vocab", "maximumWeightCount": "x-max",
    "memoryLimit": "memory", "metric": "autotune-metric",
    "minimumLearningRateRatio": "min-lr-ratio", "negativeSamples": "negative",
    "neighborCount": "perplexity", "rate": "lr",
    "principalAxes": "pca", "replacing": "replace", "replacingBlanks": "replace-blanks",
    "specialTokens": "special", "subsampling": "sample", "threadCount": "threads",
    "trials": "autotune-trials",
    "trainingSteps": "train-steps", "trainsWords": "dbow-words", "vocabularySize": "vocab-size",
    "weighsPositions": "position-weights", "weightExponent": "alpha", "windowRadius": "window",
    "wordCount": "top", "wordLimit": "memory",
  ]

  /// A message with each property in backticks that is an option of the command as that option.
  ///
  /// Of a remedy, which stands behind the last semicolon, the alternatives are left out that need an
  /// option which the command does not have. Elsewhere such properties stay as they are.
  ///
  /// - Parameter help: the help of the command, which says what options it has.
  package static func translate(_ text: String, help: String) -> String {
    guard text.contains("`") else { return text }
    var clauses = text.split(separator: "; ", omittingEmptySubsequences: false).map(String.init)
    if clauses.count > 1, let remedy = clauses.popLast() {
      let ways = remedy.split(separator: ", or ").map { translated(String($0), help: help) }
      let possible = ways.filter { !namesProperty($0) }
      if !possible.isEmpty { clauses.append(possible.joined(separator: ", or ")) }
    }
    return translated(clauses.joined(separator: "; "), help: help)
  }

  /// Whether something between backticks may be a property.
  private static func namesProperty(_ text: String) -> Bool {
    let parts = text.split(separator: "`", omittingEmptySubsequences: false)
    return parts.indices.contains {
      $0 % 2 == 1 && $0 < parts.count - 1 && flag(of: parts[$0]) != nil
    }
  }

  private static func translated(_ text: String, help: String) -> String {
    let parts = text.split(separator: "`", omittingEmptySubsequences: false)
    // Parts of odd number stand between two backticks.
    guard parts.count >= 3 else { return text }
    let known = Set(help.split { !($0.isLetter || $0.isNumber || $0 == "-") })
    var result = String(parts[0])
    for (number, part) in parts.enumerated().dropFirst() {
      let isLast = number == parts.count - 1
      if number % 2 == 0 {
        result += part
      } else if let flag = flag(of: part), known.contains(Substring(flag)), !isLast {
        result += flag
      } else {
        result += "`" + part + (isLast ? "" : "`")
      }
    }
    return result
  }

  /// The option of a property, `--min-count`; nil of what is no name.
  package static func flag(of property: Substring) -> String? {
    // Of `optimizer.clipNorm` the last part.
    guard let name = property.split(separator: ".").last, name.first?.isLowercase == true,
      name.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber) })
    else { return nil }
    if let flag = exceptions[name] { return "--" + flag }
    var words = ""
    for character in name {
      if character.isUppercase { words += "-" }
      words += character.lowercased()
    }
    for question in ["is-", "has-"] where words.hasPrefix(question) {
      words.removeFirst(question.count)
    }
    for (long, short) in [("minimum-", "min-"), ("maximum-", "max-")] where words.hasPrefix(long) {
      words = short + words.dropFirst(long.count)
    }
    return "--" + words
  }
}
