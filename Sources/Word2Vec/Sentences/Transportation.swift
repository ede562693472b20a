import WordtoolCore

/// The cheapest way to move masses from some places to others: the transportation problem.
///
/// Solved exactly by successive shortest paths with potentials (Ahuja, Magnanti and Orlin 1993,
/// "Network Flows", section 9.7; the dense form of Jonker and Volgenant 1987). Masses are whole numbers,
/// so that none is lost to rounding and every path moves at least one unit.
struct Transportation {
  /// What is moved from one place to another.
  struct Flow {
    var source: Int
    var target: Int
    var amount: Int
  }

  private let supplies: [Int]
  private let demands: [Int]
  /// [supplies, demands], row-major.
  private let costs: [Double]
  private var flow: [Int]
  private var supplied: [Int]
  private var demanded: [Int]
  private var rowPrices: [Double]
  private var columnPrices: [Double]

  /// Solves a problem.
  ///
  /// - Parameters:
  ///   - supplies: [N], each 1 or more.
  ///   - demands: [M], each 1 or more, with the same sum.
  ///   - costs: [N, M], row-major, each 0 or more: of one unit from source to target.
  /// - Returns: what is moved, in the order of the sources and targets.
  /// - Complexity: O((N + M)·N·M), seldom all of it.
  static func solve(supplies: [Int], demands: [Int], costs: [Double]) -> [Flow] {
    precondition(
      supplies.reduce(0, +) == demands.reduce(0, +)
        && costs.count == supplies.count * demands.count, "a problem without a solution")
    var problem = Transportation(supplies: supplies, demands: demands, costs: costs)
    for source in supplies.indices {
      while problem.supplied[source] > 0 { problem.augment(from: source) }
    }
    return supplies.indices.flatMap { source in
      demands.indices.compactMap { target in
        let amount = problem.flow[source * demands.count + target]
        return amount > 0 ? Flow(source: source, target: target, amount: amount) : nil
      }
    }
  }

  private init(supplies: [Int], demands: [Int], costs: [Double]) {
    self.supplies = supplies
    self.demands = demands
    self.costs = costs
    flow = [Int](repeating: 0, count: costs.count)
    supplied = supplies
    demanded = demands
    rowPrices = [Double](repeating: 0, count: supplies.count)
    columnPrices = [Double](repeating: 0, count: demands.count)
  }

  /// Moves as much as one shortest path from a source to an open demand takes.
  private mutating func augment(from source: Int) {
    let width = demands.count
    var distance = [Double](repeating: .infinity, count: width)
    var before = [Int](repeating: -1, count: width)
    var isDone = [Bool](repeating: false, count: width)
    var rowDistance = [Double](repeating: .infinity, count: supplies.count)
    var rowBefore = [Int](repeating: -1, count: supplies.count)
    var rows = [source]
    rowDistance[source] = 0
    var waiting = 0
    var end = -1
    var length = 0.0
    while end < 0 {
      while waiting < rows.count {
        let row = rows[waiting]
        waiting += 1
        let base = rowDistance[row] - rowPrices[row]
        for column in 0..<width where !isDone[column] {
          // Never less than the way so far: prices are rounded.
          let way = max(
            rowDistance[row], base + costs[row * width + column] - columnPrices[column])
          if way < distance[column] {
            distance[column] = way
            before[column] = row
          }
        }
      }
      var best = -1
      for column in 0..<width where !isDone[column] {
        if best < 0 || distance[column] < distance[best] { best = column }
      }
      precondition(best >= 0, "supply without demand")
      isDone[best] = true
      if demanded[best] > 0 {
        end = best
        length = distance[best]
      } else {
        // What came here from other sources may go elsewhere instead, which gives its cost back.
        for row in supplies.indices
        where rowDistance[row] == .infinity && flow[row * width + best] > 0 {
          rowDistance[row] = distance[best]
          rowBefore[row] = best
          rows.append(row)
        }
      }
    }
    for row in rows { rowPrices[row] += length - rowDistance[row] }
    for column in 0..<width where isDone[column] {
      columnPrices[column] -= length - distance[column]
    }
    // Back along the path: once for the narrowest place, once to move.
    var amount = min(supplied[source], demanded[end])
    var column = end
    while before[column] != source {
      let row = before[column]
      column = rowBefore[row]
      amount = min(amount, flow[row * width + column])
    }
    column = end
    demanded[end] -= amount
    supplied[source] -= amount
    while true {
      let row = before[column]
      flow[row * width + column] += amount
      if row == source { return }
      column = rowBefore[row]
      flow[row * width + column] -= amount
    }
  }
}
