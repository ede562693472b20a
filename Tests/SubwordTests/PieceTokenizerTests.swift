import Foundation
import Subword
import TestSupport
import Testing
import WordtoolCore

/// Steps of a `tokenizer.json`, see Scripts/golden/static_models.py.
@Suite struct PieceTokenizerTests {
  let folder = ScratchFolder()

  private static func steps() throws -> JSONText {
    let path = Bundle.module.bundlePath + "/Fixtures/steps.json"
    return try JSONText.parse(Array(Data(contentsOf: URL(fileURLWithPath: path))))
  }

  private static func list(_ json: JSONText?) -> [JSONText] {
    if case .array(let items)? = json { items } else { [] }
  }

  /// A value as it is written.
  private static func text(_ json: JSONText) -> String {
    switch json {
    case .object(let members):
      "{" + members.map { JSONText.quoted($0.key) + ":" + text($0.value) }.joined(separator: ",")
        + "}"
    case .array(let items): "[" + items.map(text).joined(separator: ",") + "]"
    case .string(let string): JSONText.quoted(string)
    case .integer(let number): "\(number)"
    case .number(let number): "\(number)"
    case .bool(let value): "\(value)"
    case .null: "null"
    }
  }

  private static let words = #"{"type":"WordLevel","vocab":{"a":0,"[UNK]":1},"unk_token":"[UNK]"}"#

  /// A tokenizer of some parts of a file.
  private func tokenizer(
    model: String = words, normalizer: String = "null", splitter: String = "null",
    added: String = "[]", truncation: String = "null"
  ) throws -> PieceTokenizer {
    let file = """
      {"version":"1.0","truncation":\(truncation),"padding":null,"added_tokens":\(added),
      "normalizer":\(normalizer),"pre_tokenizer":\(splitter),"post_processor":null,"model":\(model)}
      """
    return try PieceTokenizer(contentsOf: folder.write(file, to: "tokenizer.json"))
  }

  private func ids(_ tokenizer: PieceTokenizer, _ text: String) throws -> [Int32] {
    try tokenizer.encode(text.unicodeScalars)
  }

  @Test func `normalizers change texts as the library does`() throws {
    let golden = try Self.steps()
    let texts = Self.list(golden["texts"]).compactMap(\.text)
    let cases = Self.list(golden["normalizers"]).map(Self.list)
    #expect(cases.count == 19 && texts.count == 29)
    for step in cases {
      let spec = Self.text(step[0])
      let tokenizer = try tokenizer(normalizer: spec)
      for (text, expected) in zip(texts, Self.list(step[1])) {
        let made = try tokenizer.normalized(text)
        // Bytes: Swift takes canonically equivalent strings for equal.
        #expect(
          Array(made.utf8) == Array((expected.text ?? "?").utf8),
          "\(spec.prefix(120)) \(text.debugDescription): \(made.debugDescription)")
      }
    }
  }

  @Test func `pre-tokenizers cut texts as the library does`() throws {
    let golden = try Self.steps()
    let texts = Self.list(golden["texts"]).compactMap(\.text)
    let cases = Self.list(golden["pre_tokenizers"]).map(Self.list)
    #expect(cases.count == 29)
    for step in cases {
      let spec = Self.text(step[0])
      let tokenizer = try tokenizer(splitter: spec)
      for (text, expected) in zip(texts, Self.list(step[1])) {
        // The library lists no pieces of an empty text but one that is empty.
        let pieces = Self.list(expected).compactMap(\.text).filter { !$0.isEmpty }
        let made = try tokenizer.pieces(of: text).filter { !$0.isEmpty }
        #expect(
          made.map { Array($0.utf8) } == pieces.map { Array($0.utf8) },
          "\(spec) \(text.debugDescription): \(made)")
      }
    }
  }

  @Test func `what is not known is refused by name`() throws {
    func refused(
      _ expected: String, model: String = Self.words, normalizer: String = "null",
      splitter: String = "null", added: String = "[]", truncation: String = "null",
      sourceLocation: SourceLocation = #_sourceLocation
    ) {
      do {
        _ = try tokenizer(
          model: model, normalizer: normalizer, splitter: splitter, added: added,
          truncation: truncation)
        Issue.record("read", sourceLocation: sourceLocation)
      } catch let error as WordtoolError {
        #expect(
          error.description.contains(expected), "\(error)", sourceLocation: sourceLocation)
        #expect(error.kind == .badData && error.path != nil, sourceLocation: sourceLocation)
      } catch {
        Issue.record(error, sourceLocation: sourceLocation)
      }
    }
    refused("the normalizer Odd, expected BertNormalizer", normalizer: #"{"type":"Odd"}"#)
    refused(
      "the normalizer Odd", normalizer: #"{"type":"Sequence","normalizers":[{"type":"Odd"}]}"#)
    refused(
      "a lowercase of BertNormalizer that is no truth value",
      normalizer: #"{"type":"BertNormalizer","lowercase":"no"}"#)
    refused("the pre-tokenizer UnicodeScripts", splitter: #"{"type":"UnicodeScripts"}"#)
    refused("a model of the type Odd, expected WordPiece", model: #"{"type":"Odd","vocab":{}}"#)
    func split(_ pattern: String) -> String {
      #"{"type":"Split","pattern":{"Regex":\#(JSONText.quoted(pattern))},"behavior":"Removed"}"#
    }
    for pattern in [
      #"\h"#, "[[:alpha:]]", #"\p{Alpha}"#, "a{1,2}+", "(?m:a)", "(a", #"a\"#, "[a&&b]", #"\b"#,
    ] {
      refused("the pattern '\(pattern)'", splitter: split(pattern))
    }
    refused(
      "the behavior 'Odd' of Punctuation", splitter: #"{"type":"Punctuation","behavior":"Odd"}"#)
    refused(
      "the number 7 of the added token \"b\", expected 2",
      added: #"[{"id":7,"content":"b","special":true}]"#)
    refused("an added token without content or id", added: "[{}]")
    refused(
      "a trie of 1684234849 bytes",
      normalizer: #"{"type":"Precompiled","precompiled_charsmap":"YWJjZGVmZ2g="}"#)
    refused("no base64", normalizer: #"{"type":"Precompiled","precompiled_charsmap":"*"}"#)
    refused("the truncation OnlySecond", truncation: #"{"max_length":2,"strategy":"OnlySecond"}"#)
    refused("the token \"a\" twice", model: #"{"type":"WordLevel","vocab":{"a":0,"a":1}}"#)
    refused("the number 0 of \"b\"", model: #"{"type":"WordLevel","vocab":{"a":0,"b":0}}"#)
    refused("the number -1 of", model: #"{"type":"WordLevel","vocab":{"a":-1}}"#)
    refused("merge 1 of \"a c\"", model: #"{"type":"BPE","vocab":{"a":0},"merges":["a c"]}"#)
    refused(
      "with dropout", model: #"{"type":"BPE","dropout":0.1,"vocab":{"a":0},"merges":[]}"#)
    refused("a bad unk_id", model: #"{"type":"Unigram","unk_id":9,"vocab":[["a",-1]]}"#)
    refused("that samples", model: #"{"type":"Unigram","alpha":0.1,"vocab":[["a",-1]]}"#)
    refused("no score of", model: #"{"type":"Unigram","vocab":[["a","b"]]}"#)
  }

  @Test func `an unknown character fails only where it occurs`() throws {
    let unigram = try tokenizer(model: #"{"type":"Unigram","vocab":[["a",-1],["ab",-1.5]]}"#)
    #expect(try ids(unigram, "aaba") == [0, 1, 0])
    #expect {
      try ids(unigram, "axa")
    } throws: {
      "\($0)".contains("'x', which the tokenizer has no token for")
    }
    let words = try tokenizer(model: #"{"type":"WordLevel","vocab":{"a":0},"unk_token":"[UNK]"}"#)
    #expect(words.unknownID == nil)
    #expect(try ids(words, "a") == [0])
    #expect(throws: WordtoolError.self) { try ids(words, "b") }
  }

  @Test func `unknown characters in a row are one token of a Unigram model`() throws {
    let model = #"{"type":"Unigram","unk_id":0,"vocab":[["<unk>",0],["a",-1],["b",-2]]}"#
    #expect(try ids(tokenizer(model: model), "xyzaxb") == [0, 1, 0, 2])
  }

  @Test func `a long piece takes time in proportion to its length`() throws {
    let long = String(repeating: "ab", count: 50_000)
    let merges = try tokenizer(
      model: #"{"type":"BPE","vocab":{"a":0,"b":1,"ab":2,"abab":3},"merges":["a b","ab ab"]}"#)
    #expect(try ids(merges, long).count == 25_000)
    let unigram = try tokenizer(model: #"{"type":"Unigram","vocab":[["a",-1],["b",-1],["ab",-1]]}"#)
    #expect(try ids(unigram, long).count == 50_000)
    let pieces = try tokenizer(
      model: """
        {"type":"WordPiece","max_input_chars_per_word":1000000,"unk_token":"a",
        "vocab":{"a":0,"##b":1,"##a":2}}
        """)
    #expect(try ids(pieces, long).count == 100_000)
  }

  @Test func `a pattern that takes too many steps fails in one line`() throws {
    let tokenizer = try tokenizer(
      splitter:
        #"{"type":"Split","pattern":{"Regex":"(?:a|aa)+$"},"behavior":"Removed"}"#)
    #expect { try ids(tokenizer, String(repeating: "a", count: 60) + "b") } throws: {
      "\($0)".contains("expected an expression that is quick")
    }
  }

  @Test func `added tokens are found with what is around them`() throws {
    let added = """
      [{"id":2,"content":"<m>","lstrip":true,"rstrip":true,"special":true,"normalized":false},
      {"id":3,"content":"<m>m","special":true,"normalized":false},
      {"id":4,"content":"cat","single_word":true,"special":false,"normalized":true}]
      """
    let tokenizer = try tokenizer(
      normalizer: #"{"type":"Lowercase"}"#, splitter: #"{"type":"WhitespaceSplit"}"#, added: added)
    #expect(tokenizer.tokens.map(\.text) == ["a", "[UNK]", "<m>", "<m>m", "cat"])
    #expect(try ids(tokenizer, "a  <m>  a") == [0, 2, 0])
    #expect(try ids(tokenizer, "a<m>ma <M>") == [0, 3, 0, 1])
    #expect(try ids(tokenizer, "CAT a cat, cats") == [4, 0, 4, 1, 1])
    #expect(tokenizer.isMarked("<m>") && !tokenizer.isMarked("a"))
  }
}
