// Reads a file of word vectors, in any format that wordtool knows, and prints the nearest words:
//
//     swift run NearestWords sample.vec sweden queen

import Word2Vec

let arguments = CommandLine.arguments.dropFirst()

if let path = arguments.first, arguments.count > 1 {
  let vectors = try WordVectors(contentsOf: path)
  print("\(vectors.count) words, \(vectors.dimension) dimensions")
  for word in arguments.dropFirst() {
    if vectors.contains(word) {
      let neighbors = try vectors.neighbors(of: [word], options: SearchOptions(count: 3))
      print("\(word): \(neighbors.map(\.word).joined(separator: " "))")
    } else {
      print("\(word): not among the words")
    }
  }
} else {
  print("usage: NearestWords VECTORS WORD...")
}
