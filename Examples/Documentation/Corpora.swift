// The examples of Corpora.docc, by Scripts/docc.sh --examples.

import Corpora
import Word2Vec

func exampleCorpora1() throws {
  let vectors = try WordVectors.shipped()
  print(try vectors.neighbors(of: "sweden", count: 3).map(\.word))
  print(try vectors.analogy("king", minus: "man", plus: "woman", count: 1).map(\.word))
}
