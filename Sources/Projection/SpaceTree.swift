/// Points of two or three dimensions in cells that are halved along each axis (Barnes and Hut 1986), to
/// sum over far points together.
package struct SpaceTree {
  private let dimension: Int
  /// For each cell: its first child, or 0 for none; the 2^dimension children lie one after another.
  private var children: [Int32] = []
  /// How many points are in the cell.
  private var masses: [Double] = []
  /// The sum of their places while the tree is built, then their mean: [cells, dimension].
  private var centers: [Double] = []
  /// The middle of the cell: [cells, dimension].
  private var middles: [Double] = []
  /// Half the length of a side.
  private var halves: [Double] = []
  /// The place of the first point: [cells, dimension].
  private var firsts: [Double] = []

  /// Points that lie closer than the halving of a cell can tell count as one.
  private static let depthLimit = 48

  package init(dimension: Int) { self.dimension = dimension }

  /// Takes points: [count, dimension], row-major.
  package mutating func build(_ values: [Double]) {
    children.removeAll(keepingCapacity: true)
    masses.removeAll(keepingCapacity: true)
    centers.removeAll(keepingCapacity: true)
    middles.removeAll(keepingCapacity: true)
    halves.removeAll(keepingCapacity: true)
    firsts.removeAll(keepingCapacity: true)
    var (low, high) = (Array(values[0..<dimension]), Array(values[0..<dimension]))
    for place in values.indices {
      let axis = place % dimension
      low[axis] = min(low[axis], values[place])
      high[axis] = max(high[axis], values[place])
    }
    let side = zip(low, high).map { $1 - $0 }.max() ?? 0
    addCell(middle: zip(low, high).map { ($0 + $1) / 2 }, half: max(side / 2, 1e-300) * (1 + 1e-9))
    for first in stride(from: 0, to: values.count, by: dimension) { insert(values, at: first) }
    for cell in masses.indices where masses[cell] > 1 {
      for axis in 0..<dimension { centers[cell * dimension + axis] /= masses[cell] }
    }
  }

  private mutating func addCell(middle: [Double], half: Double) {
    children.append(0)
    masses.append(0)
    halves.append(half)
    middles += middle
    for _ in 0..<dimension {
      centers.append(0)
      firsts.append(0)
    }
  }

  private mutating func insert(_ values: [Double], at first: Int) {
    var cell = 0
    var depth = 0
    while true {
      let base = cell * dimension
      if masses[cell] == 0 || (children[cell] == 0 && depth == Self.depthLimit) {
        return add(values, at: first, to: cell)
      }
      if children[cell] == 0 {
        // A point is there already: the same one stays with it, another needs smaller cells.
        let isSame = (0..<dimension).allSatisfy {
          firsts[base + $0] == values[first + $0]
        }
        if isSame { return add(values, at: first, to: cell) }
        split(cell)
      }
      add(values, at: first, to: cell)
      cell = child(of: cell, for: values[first..<first + dimension])
      depth += 1
    }
  }

  private mutating func add(_ values: [Double], at first: Int, to cell: Int) {
    if masses[cell] == 0 {
      for axis in 0..<dimension { firsts[cell * dimension + axis] = values[first + axis] }
    }
    masses[cell] += 1
    for axis in 0..<dimension { centers[cell * dimension + axis] += values[first + axis] }
  }

  private func child(of cell: Int, for point: ArraySlice<Double>) -> Int {
    var number = 0
    for (axis, value) in point.enumerated() where value >= middles[cell * dimension + axis] {
      number |= 1 << axis
    }
    return Int(children[cell]) + number
  }

  /// Gives a cell with one place smaller cells, and that place to one of them.
  private mutating func split(_ cell: Int) {
    children[cell] = Int32(masses.count)
    let half = halves[cell] / 2
    let middle = Array(middles[cell * dimension..<(cell + 1) * dimension])
    for number in 0..<1 << dimension {
      addCell(
        middle: middle.enumerated().map { axis, value in
          value + (number >> axis & 1 == 1 ? half : -half)
        }, half: half)
    }
    let target = child(of: cell, for: firsts[cell * dimension..<(cell + 1) * dimension])
    masses[target] = masses[cell]
    for axis in 0..<dimension {
      centers[target * dimension + axis] = centers[cell * dimension + axis]
      firsts[target * dimension + axis] = firsts[cell * dimension + axis]
    }
  }

  /// Sums over all points but the one at `point`, for t-SNE: q = 1 / (1 + |y - y'|²).
  ///
  /// - Parameters:
  ///   - theta: cells whose side is less than this share of their distance count as one place; 0 for
  ///     none.
  ///   - force: Σ q² (y - y') is added.
  /// - Returns: Σ q.
  package func repulsion(
    on point: ArraySlice<Double>, theta: Double, force: inout [Double], stack: inout [Int32]
  ) -> Double {
    var total = 0.0
    let base = point.startIndex
    var own = 0
    while children[own] != 0 { own = child(of: own, for: point) }
    stack.removeAll(keepingCapacity: true)
    stack.append(0)
    while let next = stack.popLast() {
      let cell = Int(next)
      var square = 0.0
      for axis in 0..<dimension {
        let difference = point[base + axis] - centers[cell * dimension + axis]
        square += difference * difference
      }
      let side = 2 * halves[cell]
      guard children[cell] == 0 || side * side < theta * theta * square else {
        let first = Int(children[cell])
        for child in first..<first + 1 << dimension where masses[child] > 0 {
          stack.append(Int32(child))
        }
        continue
      }
      // In its own cell a point meets all but itself.
      let mass = cell == own ? masses[cell] - 1 : masses[cell]
      let q = 1 / (1 + square)
      total += mass * q
      for axis in 0..<dimension {
        force[axis] += mass * q * q * (point[base + axis] - centers[cell * dimension + axis])
      }
    }
    return total
  }
}
