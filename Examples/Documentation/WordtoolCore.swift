// The examples of WordtoolCore.docc, by Scripts/docc.sh --examples.

import Tokenize
import Word2Vec
import WordtoolCore

func exampleWordtoolCore1() throws {
  let selection = InputFiles.Selection(included: ["*.txt", "*.md"], excluded: ["drafts/*"])
  let listing = try InputFiles.texts(["notes/"], selection: selection)
  print(listing.files.count, "files,", InputFiles.totalByteCount(listing.files) ?? 0, "bytes")
  print(listing.summary ?? "nothing was left out")
}

func exampleWordtoolCore2() throws {
  let output = try OutputFile(path: "words.txt.gz")
  for word in ["king", "queen"] { try output.write(word + "\n") }
  try output.commit()
}

func exampleWordtoolCore3() throws {
  let stop = StopFlag()
  try Workers.run(count: 2) { worker in
    if worker == 0 {
      stop.raise()  // a window was closed
    } else {
      do {
        _ = try CorpusReader().read(["notes/"], stop: stop)
      } catch let error as WordtoolError where error.kind == .interrupted {
        print("nothing was kept:", error.description)
      }
    }
  }
}

func exampleWordtoolCore4() throws {
  do {
    _ = try WordVectors(contentsOf: "vectors.txt")
  } catch let error as WordtoolError {
    switch error.position {
    case .line(let line): print("line", line)
    case .byte(let byte): print("byte", byte)
    default: print("somewhere")
    }
    print(error.found, "; expected", error.expected ?? "-", "; try", error.remedy ?? "-")
  }
}

func exampleWordtoolCore5() throws {
  do {
    let corpus = try CorpusReader().read(["notes/"])
    print(corpus.ids.tokenCount)
  } catch let error as WordtoolError where error.kind == .noSuchInput {
    print("not there:", error.path ?? "", error.description)
  }
}
