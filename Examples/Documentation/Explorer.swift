// The examples of Explorer.docc, by Scripts/docc.sh --examples.

import Explorer
import Word2Vec
import WordtoolCore

func exampleExplorer1() throws {
  let vectors = try WordVectors(contentsOf: "vectors.safetensors")
  var options = ExplorerOptions()
  options.wordCount = 10_000
  options.title = "Letters of my grandmother"
  try ExplorerPage(of: vectors, options: options).write(to: "words.html")
}

func exampleExplorer2() throws {
  let vectors = try WordVectors(contentsOf: "vectors.safetensors")
  var options = ExplorerOptions()
  options.wordCount = 5000
  options.placement = .tsne
  options.groupCount = 30
  try options.validate()

  let column = WordColumn(name: "part of speech", values: ["king": "noun", "walk": "verb"])
  let stop = StopFlag()  // raise it from another thread to end early
  let page = try ExplorerPage(of: vectors, options: options, column: column, stop: stop) { done in
    print("\(Int(100 * done)) %")
  }
  print(page.wordCount, "words,", page.caption, page.html.count, "bytes")
  print(page.unusedColumnWords, "words of the column are not on the page")
  try page.write(to: "words.html")
}
