import ConvNets
import SeqModels
import Tokenize

/// Options whose value is a list: its parts stand apart by commas or by blanks, also as arguments of
/// their own.
///
/// `--units 1,2`, `--units '1 2'` and `--units 1 2` are the same. Before the arguments are parsed, what
/// follows such an option is joined by commas as far as it can be a part of the list: of
/// `--cells gru lstm text.txt` two. Where the first value is none, as with a file of pairs or a word that
/// holds a blank, everything stays as it is.
package enum ListOptions {
  /// Whether something is a part of the list, by the option.
  private static let parts: [String: @Sendable (Substring) -> Bool] = [
    "--augment": isStep, "--axis": isPair, "--pairs": isPair, "--x": isPair, "--y": isPair,
    "--cells": { GradientFlowCase(rawValue: String($0)) != nil },
    "--curves": { TrainingCurves.Quantity(rawValue: String($0)) != nil },
    "--kinds": { TokenKind(rawValue: String($0)) != nil },
    "--class-weights": isWeight, "--weights": isNumber, "--vector": isNumber,
    "--cutoffs": isNumber, "--decay-epochs": isNumber, "--distances": isNumber,
    "--units": isNumber, "--inputs": isNumber, "--recurrent": isNumber,
    "--targets": { $0 == "-" || isNumber($0) },
    "--region": { isNumber($0) || $0.split(separator: "x").count == 2 },
  ]

  /// The names of these options.
  package static var names: [String] { parts.keys.sorted() }

  /// Some arguments with the parts of lists joined by commas.
  package static func joined(_ arguments: [String]) -> [String] {
    var result: [String] = []
    var rest = arguments[...]
    while let argument = rest.popFirst() {
      if argument == "--" { return result + [argument] + rest }
      let sides = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      let name = String(sides[0])
      guard let isPart = parts[name] else {
        result.append(argument)
        continue
      }
      func isList(_ text: String) -> Bool {
        let found = text.split { $0 == "," || $0.isWhitespace }
        // Behind a minus sign stands a number, or another option.
        let mayBeOption = text.hasPrefix("-") && !found.allSatisfy { $0 == "-" || isNumber($0) }
        return !found.isEmpty && !mayBeOption && found.allSatisfy(isPart)
      }
      var values = sides.count == 2 ? [String(sides[1])] : []
      if let first = values.first, !isList(first) {
        result.append(argument)
        continue
      }
      while let next = rest.first, isList(next) || (next == "," && !values.isEmpty) {
        values.append(next)
        rest.removeFirst()
      }
      if values.isEmpty {
        result.append(argument)
      } else {
        result.append(name + "=" + withCommas(values.joined(separator: " ")))
      }
    }
    return result
  }

  /// A list with a comma for each blank between parts; a part that is missing between two commas
  /// stays missing.
  private static func withCommas(_ text: String) -> String {
    text.split(separator: ",", omittingEmptySubsequences: false)
      .map { $0.split(whereSeparator: \.isWhitespace).joined(separator: ",") }
      .joined(separator: ",")
  }

  @Sendable private static func isNumber(_ text: Substring) -> Bool { Double(text) != nil }

  /// Whether something is two words, `man:woman`.
  @Sendable private static func isPair(_ text: Substring) -> Bool {
    let ends = text.split(separator: ":", omittingEmptySubsequences: false)
    return ends.count == 2 && ends.allSatisfy { !$0.isEmpty }
  }

  /// Whether something is a label and a number, `spam=3`.
  @Sendable private static func isWeight(_ text: Substring) -> Bool {
    guard let equals = text.lastIndex(of: "="), equals > text.startIndex else { return false }
    return isNumber(text[text.index(after: equals)...])
  }

  /// Whether something is a random change of images.
  @Sendable private static func isStep(_ text: Substring) -> Bool {
    (try? Augmentation(parsing: String(text))) != nil
  }
}
