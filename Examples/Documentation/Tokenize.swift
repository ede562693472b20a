// The examples of Tokenize.docc, by Scripts/docc.sh --examples.

import Tokenize

func exampleTokenize1() throws {
  let tokenizer = try WordTokenizer(rule: .words)
  print(tokenizer.tokens(in: "The cat can't sit."))  // ["the", "cat", "can't", "sit"]

  let corpus = try CorpusReader(limits: .init(minimumCount: 5)).read(["notes/", "more.txt.gz"])
  print(corpus.vocabulary.count, corpus.vocabulary.word(at: 0), corpus.ids.tokenCount)
}
