// The examples of WordtoolCore.docc, by Scripts/docc.sh --examples.

import Tokenize
import WordtoolCore

func exampleWordtoolCore1() throws {
  do {
    let corpus = try CorpusReader().read(["notes/"])
    print(corpus.ids.tokenCount)
  } catch let error as WordtoolError where error.kind == .noSuchInput {
    print("not there:", error.path ?? "", error.description)
  }
}
