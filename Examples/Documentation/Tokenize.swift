// The examples of Tokenize.docc, by Scripts/docc.sh --examples.

import Tokenize
import WordtoolCore

func exampleTokenize1() throws {
  var rule = TokenizerRule.words
  rule.locale = "tr"  // "I" becomes "ı", as Turkish has it
  let tokenizer = try WordTokenizer(rule: rule)
  tokenizer.enumerateTokens(in: "İstanbul'da 3 gün") { token in
    print(token.text, token.kind, token.byteRange)
    return true  // false ends it
  }
  print(tokenizer.normalize("ISPARTA"))
}

func exampleTokenize2() throws {
  var processing = TokenProcessing()
  processing.urls = .replaced(by: "<url>")
  processing.stripsAccents = true
  processing.digits = .zero
  processing.minimumLength = 2
  let tokenizer = try WordTokenizer(rule: TokenizerRule(processing: processing))
  print(tokenizer.tokens(in: "Café opened in 1914, see https://example.org/menu"))
}

func exampleTokenize3() throws {
  let tokenizer = try Tokenizer(unit: .sentence, locale: "en")
  tokenizer.string = "Dr. Smith came. He stayed."
  for range in tokenizer.tokens(for: tokenizer.wholeRange) { print(tokenizer.string[range]) }
}

func exampleTokenize4() throws {
  var reader = CorpusReader(limits: VocabularyLimits(minimumCount: 5, maximumSize: 100_000))
  reader.encoding = .utf8
  let stop = StopFlag()  // raise it from another thread to end early
  let corpus = try reader.read(["notes/", "wiki.txt.gz"], stop: stop) { moment in
    print(moment.bytesRead, "of", moment.byteCount ?? 0, "bytes")
  }
  let statistics = corpus.statistics
  print(statistics.fileCount, "files,", statistics.tokensKept, "words of", statistics.tokensRead)
  for file in statistics.leftOut { print("left out:", file.path, file.reason) }
  for id in 0..<min(10, corpus.vocabulary.count) {
    print(corpus.vocabulary.word(at: id), corpus.vocabulary.count(at: id))
  }
}

func exampleTokenize5() throws {
  let vocabulary = try Vocabulary([(word: "king", count: 30), (word: "queen", count: 20)])
  try vocabulary.write(to: "words.txt")
  let corpus = try CorpusReader().read(["notes/"], vocabulary: Vocabulary(contentsOf: "words.txt"))
  print(corpus.ids.tokenCount, "words in", corpus.ids.lineCount, "lines")
}

func exampleTokenize6() throws {
  var longest = ""
  let statistics = try TokenReader().read(["notes/"]) { token, _ in
    if token.text.count > longest.count { longest = token.text }
    return true
  }
  print(longest, "is the longest of", statistics.tokensRead)
}

func exampleTokenize7() throws {
  let tokenizer = try WordTokenizer(rule: .words)
  print(tokenizer.tokens(in: "The cat can't sit."))  // ["the", "cat", "can't", "sit"]

  let corpus = try CorpusReader(limits: .init(minimumCount: 5)).read(["notes/", "more.txt.gz"])
  print(corpus.vocabulary.count, corpus.vocabulary.word(at: 0), corpus.ids.tokenCount)
}
