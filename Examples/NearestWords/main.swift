// Prints the nearest words by vectors from a file, in any format that wordtool knows, or by
// vectors trained on a text here and now:
//
//     swift run --package-path Examples NearestWords Examples/NearestWords/sample.vec sweden queen
//     swift run --package-path Examples -c release NearestWords --train text.txt sweden queen

import Tokenize
import Word2Vec

func train(onTextAt path: String) throws -> WordVectors {
  let corpus = try CorpusReader().read([path])
  var options = WordVectorOptions()
  options.dimension = 20
  // For small texts: every occurrence of a word counts.
  options.subsampling = 0
  return try WordVectors.train(on: corpus, options: options)
}

var arguments = CommandLine.arguments.dropFirst()
let isTraining = arguments.first == "--train"
if isTraining { arguments = arguments.dropFirst() }

if let path = arguments.first, arguments.count > 1 {
  let vectors = try isTraining ? train(onTextAt: path) : WordVectors(contentsOf: path)
  print("\(vectors.count) words, \(vectors.dimension) dimensions")
  for word in arguments.dropFirst() {
    if vectors.contains(word) {
      let neighbors = try vectors.neighbors(of: word, count: 3)
      print("\(word): \(neighbors.map(\.word).joined(separator: " "))")
    } else {
      print("\(word): not among the words")
    }
  }
} else {
  print("usage: NearestWords VECTORS WORD...\n       NearestWords --train TEXT WORD...")
}
