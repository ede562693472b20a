// The examples of Projection.docc, by Scripts/docc.sh --examples.

import Projection
import Word2Vec
import WordtoolCore

func exampleProjection1() throws {
  let vectors = try WordVectors(contentsOf: "vectors.safetensors")
  let count = min(vectors.count, 2000)
  let values = (0..<count).flatMap { vectors.vector(at: $0).map(Double.init) }
  let points = try PointSet(values, dimension: vectors.dimension)

  var options = UMAPOptions(pointCount: count)
  options.minimumDistance = 0.05
  let ways: [Placement] = [
    .principalComponents, .tsne(TSNEOptions(pointCount: count)), .umap(options),
  ]
  let stop = StopFlag()  // raise it from another thread to end early
  for way in ways {
    let (places, share) = try way.places(of: points, axes: 2, stop: stop) { done in
      print("\(Int(100 * done)) %")
    }
    print(vectors.word(at: 0), places[0, 0], places[0, 1], "keeps", share ?? 0)
  }
}

func exampleProjection2() throws {
  let known = try PointSet([0, 0, 1, 1, 2, 2.1], dimension: 2)
  let axes = try PrincipalComponents(of: known, count: 1)
  print(axes.variances[0] / axes.totalVariance, axes.directions[0])
  let place = try axes.project(PointSet([3, 3], dimension: 2))
  print(place[0, 0])
}

func exampleProjection3() throws {
  let points = try PointSet([0, 0, 0, 1, 9, 9, 9, 8], dimension: 2)
  let groups = try KMeans(of: points, count: 2, seed: 1)
  print(groups.groups, groups.means, groups.inertia)
}

func exampleProjection4() throws {
  let vectors = try WordVectors(contentsOf: "vectors.safetensors")
  let values = (0..<1000).flatMap { vectors.vector(at: $0).map(Double.init) }
  let points = try PointSet(values, dimension: vectors.dimension)

  let components = try PrincipalComponents(of: points, count: 2)
  print("two axes keep", components.explainedShare)
  let map = try TSNE(of: points, options: TSNEOptions(pointCount: points.count)).points
  let groups = try KMeans(of: points, count: 20).groups
  print(vectors.word(at: 0), map[0, 0], map[0, 1], "in group", groups[0])
}
