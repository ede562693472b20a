// The examples of Corpora.docc, by Scripts/docc.sh --examples.

import Corpora
import Word2Vec
import WordtoolCore

func exampleCorpora1() throws {
  let vectors = try WordVectors.shipped()
  print(try vectors.neighbors(of: "sweden", count: 3).map(\.word))
  print(try vectors.analogy("king", minus: "man", plus: "woman", count: 1).map(\.word))
}

func exampleCorpora2() throws {
  let catalogue = try CorpusCatalogue.shipped()
  for entry in catalogue.corpora { print(entry.name, entry.licence, entry.byteCount ?? 0) }

  let download = CorpusDownload(
    try catalogue.entry(named: "tiny-shakespeare"), folder: "shakespeare",
    knownDigests: "known-digests")
  let stop = StopFlag()  // raise it from another thread to end early
  for file in try download.run(stop: stop, progress: { print($0.byteCount) }) {
    print(file.path, file.sha256, file.check)
  }
  print(try download.verify().map(\.state))
}
