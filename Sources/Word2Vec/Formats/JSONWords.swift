import WordtoolCore

/// Words in JSON: a list of strings, numbers by word as `vocab.json` has them, or the vocabulary of a
/// `tokenizer.json`.
enum JSONWords {
  /// The words in the order of their numbers; nil when the text is no JSON.
  ///
  /// - Throws: `WordtoolError` of kind `badData` for JSON that is no list of words.
  static func read(_ file: FileContents) throws -> [[UInt8]]? {
    let start = unsafe file.bytes.prefix(64).first { !" \n\r\t".utf8.contains($0) }
    guard start == UInt8(ascii: "[") || start == UInt8(ascii: "{"),
      // `[PAD]` is a word, and the first of many lists.
      let json = try? unsafe JSONText.parse(Array(file.bytes))
    else { return nil }
    return try words(of: json, path: file.path)
  }

  /// The words that a document holds.
  ///
  /// - Throws: `WordtoolError` of kind `badData` when it holds none.
  static func words(of json: JSONText, path: String) throws -> [[UInt8]] {
    let isTokenizer = json["model"] != nil
    guard let vocabulary = json["model"]?["vocab"] ?? (isTokenizer ? nil : json) else {
      throw failure(path, "a tokenizer without a vocabulary")
    }
    switch vocabulary {
    case .array(let elements):
      return try elements.enumerated().map { place, element in
        switch element {
        case .string(let word): return Array(word.utf8)
        case .array(let pair):
          // A unigram model has its words with their scores.
          if case .string(let word)? = pair.first { return Array(word.utf8) }
        default: break
        }
        throw failure(path, "element \(place + 1) is no string")
      }
    case .object(let members):
      var numbered = try members.map { word, value in
        guard case .integer(let number) = value else {
          throw failure(path, "the value of \(JSONText.quoted(word)) is no whole number")
        }
        return (word: word, number: number)
      }
      if isTokenizer, case .array(let added)? = json["added_tokens"] {
        let known = Set(numbered.map(\.number))
        for token in added {
          guard case .integer(let number)? = token["id"],
            let word = token["content"]?.text, !known.contains(number)
          else { continue }
          numbered.append((word, number))
        }
      }
      numbered.sort { $0.number < $1.number }
      for (place, entry) in numbered.enumerated() where entry.number != place {
        throw failure(
          path,
          "the number \(entry.number) of \(JSONText.quoted(entry.word)) where \(place) should be")
      }
      return numbered.map { Array($0.word.utf8) }
    default: throw failure(path, "no list")
    }
  }

  private static func failure(_ path: String, _ found: String) -> WordtoolError {
    WordtoolError(
      .badData, path: path, found: found,
      expected: "words as a JSON list, or their numbers from 0 by word")
  }
}
