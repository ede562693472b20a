// The examples of Projection.docc, by Scripts/docc.sh --examples.

import Projection
import Word2Vec

func exampleProjection1() throws {
  let vectors = try WordVectors(contentsOf: "vectors.safetensors")
  let values = (0..<1000).flatMap { vectors.vector(at: $0).map(Double.init) }
  let points = try PointSet(values, dimension: vectors.dimension)

  let components = try PrincipalComponents(of: points, count: 2)
  print("two axes keep", components.explainedShare)
  let map = try TSNE(of: points, options: TSNEOptions(pointCount: points.count)).points
  let groups = try KMeans(of: points, count: 20).groups
  print(vectors.word(at: 0), map[0, 0], map[0, 1], "in group", groups[0])
}
