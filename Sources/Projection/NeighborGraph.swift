package import BLASCore
package import WordtoolCore

/// The nearest points of each point, exactly.
package struct NeighborGraph {
  /// How many neighbours each point has.
  package let width: Int
  /// [points, width]: the nearest first, by number where distances are equal.
  package var neighbors: [Int32]
  /// [points, width]: squared Euclidean distances.
  package var squares: [Double]

  private typealias Vector = SIMD8<Double>

  /// Looks at all pairs.
  ///
  /// - Parameter width: how many neighbours, below the number of points.
  /// - Complexity: O(N²·D).
  package init(of points: PointSet, width: Int, team: ThreadTeam, stop: StopFlag) throws {
    let count = points.count
    precondition(width >= 1 && width < count, "\(width) neighbours among \(count) points")
    // Rows of whole vectors, so that sums have one order on every machine.
    let stride = (points.dimension + 7) / 8
    var rows = [Vector](repeating: .zero, count: count * stride)
    for point in 0..<count {
      for (axis, value) in points[point].enumerated() {
        rows[point * stride + axis / 8][axis % 8] = value
      }
    }
    var neighbors = [Int32](repeating: 0, count: count * width)
    var squares = [Double](repeating: 0, count: count * width)
    unsafe rows.withUnsafeBufferPointer { rows in
      unsafe neighbors.withUnsafeMutableBufferPointer { neighbors in
        unsafe squares.withUnsafeMutableBufferPointer { squares in
          // SAFETY: each piece writes the rows of its own points.
          team.forEach(pieces: Pieces.count(of: count)) { piece in
            for point in Pieces.range(piece, of: count) where !stop.isRaised {
              let base = point * width
              var filled = 0
              for other in 0..<count where other != point {
                var sums = Vector.zero
                for place in 0..<stride {
                  let difference =
                    unsafe rows[point * stride + place] - rows[other * stride + place]
                  sums += difference * difference
                }
                let four = sums.lowHalf + sums.highHalf
                let two = four.lowHalf + four.highHalf
                let square = two.x + two.y
                if filled == width, unsafe square >= squares[base + width - 1] { continue }
                var place = filled < width ? filled : width - 1
                filled = min(width, filled + 1)
                while place > 0, unsafe squares[base + place - 1] > square {
                  unsafe squares[base + place] = squares[base + place - 1]
                  unsafe neighbors[base + place] = neighbors[base + place - 1]
                  place -= 1
                }
                unsafe squares[base + place] = square
                unsafe neighbors[base + place] = Int32(other)
              }
            }
          }
        }
      }
    }
    try stop.check("the search for neighbours")
    self.width = width
    self.neighbors = neighbors
    self.squares = squares
  }
}
