import BLASCore
import Embedding
import FastTextFiles
import Networks

/// The ways down fastText's tree of labels, see ``HuffmanTree``.
struct FastTextTree: Sendable {
  let paths: HuffmanTree?
  let labelCount: Int
  /// The labels as a walk through the tree meets them, the first branch of each node first.
  let order: [Int]

  /// - Parameter counts: how often each label occurs.
  init(counts: [Int64]) {
    labelCount = counts.count
    // Without inner nodes there is no tree.
    let tree = counts.count > 1 ? HuffmanTree(counts: counts) : nil
    paths = tree
    guard let tree else {
      order = Array(counts.indices)
      return
    }
    func code(_ label: Int) -> ArraySlice<UInt8> {
      tree.codes[tree.starts[label]..<tree.starts[label + 1]]
    }
    order = counts.indices.sorted { code($0).lexicographicallyPrecedes(code($1)) }
  }

  /// Folds the branches on the way to a label.
  func fold<Result>(
    _ label: Int, from start: Result, _ step: (Result, _ node: Int, _ isSecond: Bool) -> Result
  ) -> Result {
    guard let paths else { return start }
    return (paths.starts[label]..<paths.starts[label + 1]).reduce(start) {
      step($0, Int(paths.nodes[$1]), paths.codes[$1] == 1)
    }
  }
}

extension FastTextModel {
  /// A label as fastText ranks it.
  struct Ranked: Sendable {
    var label: Int
    /// exp(log(p + 1e-5)): a little more than the probability, and more than 1 for what is certain.
    var probability: Float
  }

  /// The inner product of a vector with each of the first rows of the output.
  private func products(_ mean: [Float], rowCount: Int) -> [Float] {
    unsafe mean.withUnsafeBufferPointer { mean in
      guard let base = mean.baseAddress else { return [] }
      return (0..<rowCount).map { unsafe output.dot(row: $0, with: base) }
    }
  }

  /// The probability of each label.
  func probabilities(_ mean: [Float]) -> [Float] {
    switch loss {
    case .softmax: return softmax(mean)
    case .negativeSampling, .oneVersusAll:
      return products(mean, rowCount: labels.count).map { 1 / (1 + PortableMath.exp(-$0)) }
    case .hierarchicalSoftmax:
      guard let tree else { return [] }
      let nodes = branches(mean)
      return labels.indices.map { label in
        tree.fold(label, from: 1) { $0 * ($2 ? nodes[$1] : 1 - nodes[$1]) }
      }
    }
  }

  private func softmax(_ mean: [Float]) -> [Float] {
    var row = products(mean, rowCount: labels.count)
    let largest = row.max() ?? 0
    unsafe row.withUnsafeMutableBufferPointer { row in
      guard let values = row.baseAddress else { return }
      for label in row.indices { unsafe row[label] -= largest }
      unsafe Float.exponential(values, into: values, count: row.count)
    }
    let sum = row.reduce(0, +)
    return row.map { $0 / sum }
  }

  /// The probability of the second branch of each inner node.
  private func branches(_ mean: [Float]) -> [Float] {
    products(mean, rowCount: labels.count - 1).map { 1 / (1 + PortableMath.exp(-$0)) }
  }

  /// What fastText takes the logarithm of, and as it does.
  private static func logarithm(_ value: Float) -> Float {
    Float(PortableMath.log(Double(value) + 1e-5))
  }

  /// The labels that fastText gives, the likeliest first, with its numbers; equal ones in its order.
  func fastTextLabels(_ mean: [Float], count: Int) -> [Ranked] {
    var heap = FastTextHeap(capacity: min(count, labels.count))
    switch loss {
    case .softmax:
      for (label, value) in softmax(mean).enumerated() {
        heap.offer(Self.logarithm(value), label)
      }
    case .negativeSampling, .oneVersusAll:
      for (label, product) in products(mean, rowCount: labels.count).enumerated() {
        heap.offer(Self.logarithm(SigmoidTable.value(of: product)), label)
      }
    case .hierarchicalSoftmax:
      guard let tree else { return [] }
      let nodes = branches(mean)
      // fastText does not look for what is less likely than its smallest number.
      let least = Self.logarithm(0)
      for label in tree.order {
        let score = tree.fold(label, from: Float(0)) {
          $0 < least ? $0 : $0 + Self.logarithm($2 ? nodes[$1] : 1 - nodes[$1])
        }
        if score >= least { heap.offer(score, label) }
      }
    }
    return heap.sorted().map { Ranked(label: $0.label, probability: PortableMath.exp($0.score)) }
  }
}

/// The sigmoid as fastText looks it up: 512 steps from -8 to 8, and 0 and 1 beyond.
private enum SigmoidTable {
  private static let largest: Float = 8
  private static let stepCount = 512
  private static let values = (0...stepCount).map { step -> Float in
    let x = Float(step * 16) / Float(stepCount) - largest
    return Float(1 / (1 + Double(PortableMath.exp(-x))))
  }

  static func value(of x: Float) -> Float {
    if x < -largest { return 0 }
    if x > largest { return 1 }
    let place = (x + largest) * Float(stepCount) / largest / 2
    // A value that is no number has no place.
    return place.isFinite ? values[Int(place)] : x
  }
}

/// The `capacity` largest of some scores, equal ones in the order that the heap of C++'s standard
/// library, which fastText keeps them in, leaves them.
struct FastTextHeap {
  typealias Entry = (score: Float, label: Int)
  private let capacity: Int
  private var entries: [Entry] = []

  init(capacity: Int) { self.capacity = capacity }

  /// Takes a score if it is not smaller than all that are kept.
  mutating func offer(_ score: Float, _ label: Int) {
    guard capacity > 0, !(entries.count == capacity && score < entries[0].score) else { return }
    entries.append((score, label))
    rise(from: entries.count - 1, top: 0, (score, label))
    guard entries.count > capacity else { return }
    sink(count: entries.count)
    entries.removeLast()
  }

  /// All that are kept, the largest first.
  func sorted() -> [Entry] {
    var copy = self
    for count in stride(from: entries.count, to: 1, by: -1) { copy.sink(count: count) }
    return copy.entries
  }

  /// Puts an entry where none above it is larger; the smallest is on top.
  private mutating func rise(from place: Int, top: Int, _ entry: Entry) {
    var place = place
    while place > top, entries[(place - 1) / 2].score > entry.score {
      entries[place] = entries[(place - 1) / 2]
      place = (place - 1) / 2
    }
    entries[place] = entry
  }

  /// Moves the top behind the others of the first `count`.
  private mutating func sink(count: Int) {
    guard count > 1 else { return }
    let entry = entries[count - 1]
    entries[count - 1] = entries[0]
    let length = count - 1
    var place = 0
    var child = 0
    while child < (length - 1) / 2 {
      child = 2 * (child + 1)
      if entries[child].score > entries[child - 1].score { child -= 1 }
      entries[place] = entries[child]
      place = child
    }
    if length % 2 == 0, child == (length - 2) / 2 {
      child = 2 * (child + 1)
      entries[place] = entries[child - 1]
      place = child - 1
    }
    rise(from: place, top: 0, entry)
  }
}
