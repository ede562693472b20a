// The examples of Explorer.docc, by Scripts/docc.sh --examples.

import Explorer
import Word2Vec

func exampleExplorer1() throws {
  let vectors = try WordVectors(contentsOf: "vectors.safetensors")
  var options = ExplorerOptions()
  options.wordCount = 10_000
  options.title = "Letters of my grandmother"
  try ExplorerPage(of: vectors, options: options).write(to: "words.html")
}
