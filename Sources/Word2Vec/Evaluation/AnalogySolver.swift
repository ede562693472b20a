import BLASCore
import Synchronization
import WordtoolCore

/// Answers many analogy questions at once.
///
/// 3CosAdd over a unit vector sum is a sum of cosines, so one product gives all that is needed: the
/// cosines of the few hundred words that occur in questions with a block of the vocabulary. Each
/// question then adds (or multiplies) three rows of that block and remembers its best word. Blocks
/// are fixed pieces; which thread takes which does not matter, for the best is the highest score,
/// and of equal ones the lowest row.
struct AnalogySolver {
  struct Question {
    var a: Int
    var b: Int
    var c: Int
    var answer: Int
  }

  let storage: VectorStorage
  /// Only rows below this number are answers.
  let limit: Int
  let method: AnalogyMethod
  /// Added to the divisor of 3CosMul.
  let epsilon: Float

  /// Columns of a block: with a thousand question words it is one megabyte of cosines.
  private static let blockWidth = 256

  /// The row that answers each question; -1 when there is no candidate at all.
  func answers(to questions: [Question], threads: Int) throws -> [Int] {
    guard !questions.isEmpty, limit > 0 else { return questions.map { _ in -1 } }
    let words = Set(questions.flatMap { [$0.a, $0.b, $0.c] }).sorted()
    let place = Dictionary(uniqueKeysWithValues: zip(words, words.indices))
    let dimension = storage.dimension
    let units = words.flatMap(storage.unitVector)
    // The places of the three words in `words`, three numbers a question.
    let terms = questions.flatMap { [place[$0.b] ?? 0, place[$0.c] ?? 0, place[$0.a] ?? 0] }
    let best = Best(count: questions.count)
    let blocks = (limit + Self.blockWidth - 1) / Self.blockWidth
    let next = Counter()
    try Workers.run(count: max(1, min(threads, blocks))) { [self] _ in
      let scratch = Scratch(
        words: words.count, width: Self.blockWidth, dimension: dimension)
      var scores = [Float](repeating: -.infinity, count: questions.count)
      var rows = [Int32](repeating: -1, count: questions.count)
      while true {
        let block = next.value.wrappingAdd(1, ordering: .relaxed).oldValue
        if block >= blocks { break }
        let range = block * Self.blockWidth..<min(limit, (block + 1) * Self.blockWidth)
        cosines(units: units, words: words.count, range: range, scratch: scratch)
        for (index, question) in questions.enumerated() {
          let top = combine(
            scratch.row(terms[3 * index]), scratch.row(terms[3 * index + 1]),
            scratch.row(terms[3 * index + 2]), into: scratch.sums, question: question, range: range)
          // Blocks come in rising order to each thread, so an equal score of a later one loses.
          guard top > scores[index] else { continue }
          let column = (0..<range.count).first { scratch.sums[$0] == top } ?? 0
          scores[index] = top
          rows[index] = Int32(truncatingIfNeeded: range.lowerBound + column)
        }
      }
      best.merge(scores, rows)
    }
    return best.rows
  }

  /// Fills the block: the cosine of every question word with every row of the range.
  private func cosines(units: [Float], words: Int, range: Range<Int>, scratch: Scratch) {
    let dimension = storage.dimension
    let source: UnsafePointer<Float>
    let stride: Int
    switch storage.rows {
    case .float32(let base, let rowStride):
      source = base + range.lowerBound * rowStride
      stride = rowStride
    case .int8:
      for row in range {
        storage.copy(row: row, to: scratch.rows + (row - range.lowerBound) * dimension)
      }
      source = UnsafePointer(scratch.rows)
      stride = dimension
    }
    let width = Self.blockWidth
    units.withUnsafeBufferPointer { units in
      GEMM.multiply(
        rows: words, columns: range.count, inner: dimension,
        units, aStride: dimension,
        UnsafeBufferPointer(start: source, count: (range.count - 1) * stride + dimension),
        bStride: stride, transposeB: true,
        into: UnsafeMutableBufferPointer(start: scratch.cosines, count: words * width),
        cStride: width)
    }
    let inverse = scratch.sums
    for row in range {
      inverse[row - range.lowerBound] = storage.norms[row] > 0 ? 1 / storage.norms[row] : 0
    }
    for word in 0..<words {
      let line = scratch.cosines + word * width
      for column in 0..<range.count { line[column] *= inverse[column] }
      // Beyond the last row there is nothing to find.
      for column in range.count..<width { line[column] = 0 }
      if method == .mul {
        for column in 0..<width { line[column] = (1 + line[column]) / 2 }
      }
    }
  }

  /// Combines three rows of the block and gives the best score; the scores stay in `sums`.
  private func combine(
    _ b: UnsafePointer<Float>, _ c: UnsafePointer<Float>, _ a: UnsafePointer<Float>,
    into sums: UnsafeMutablePointer<Float>, question: Question, range: Range<Int>
  ) -> Float {
    let width = Self.blockWidth
    let add = method == .add
    let small = SIMD16<Float>(repeating: epsilon)
    var best = SIMD16<Float>(repeating: -.infinity)
    let raw = (UnsafeRawPointer(b), UnsafeRawPointer(c), UnsafeRawPointer(a))
    let out = UnsafeMutableRawPointer(sums)
    var offset = 0
    while offset < width * 4 {
      let cosB = raw.0.load(fromByteOffset: offset, as: SIMD16<Float>.self)
      let cosC = raw.1.load(fromByteOffset: offset, as: SIMD16<Float>.self)
      let cosA = raw.2.load(fromByteOffset: offset, as: SIMD16<Float>.self)
      let score = add ? cosB + cosC - cosA : cosB * cosC / (cosA + small)
      out.storeBytes(of: score, toByteOffset: offset, as: SIMD16<Float>.self)
      best.replace(with: score, where: score .> best)
      offset += 64
    }
    // Few blocks hold a word of the question or end early; those are looked at again.
    let holdsInput =
      range.contains(question.a) || range.contains(question.b) || range.contains(question.c)
    if holdsInput || range.count < width {
      for row in [question.a, question.b, question.c] where range.contains(row) {
        sums[row - range.lowerBound] = -.infinity
      }
      var top = -Float.infinity
      for column in 0..<range.count where sums[column] > top { top = sums[column] }
      return top
    }
    return best.max()
  }

  /// The memory of one thread.
  private final class Scratch {
    let cosines: UnsafeMutablePointer<Float>
    let sums: UnsafeMutablePointer<Float>
    let rows: UnsafeMutablePointer<Float>
    private let width: Int
    private let memory: Allocation

    init(words: Int, width: Int, dimension: Int) {
      memory = Allocation(byteCount: 4 * (words * width + width + width * dimension))
      let values = memory.buffer(of: Float.self, count: words * width + width + width * dimension)
      values.initialize(repeating: 0)
      guard let base = values.baseAddress else { preconditionFailure("memory without an address") }
      cosines = base
      sums = base + words * width
      rows = sums + width
      self.width = width
    }

    func row(_ word: Int) -> UnsafePointer<Float> { UnsafePointer(cosines + word * width) }
  }

  /// The best answers of all threads.
  private final class Best: Sendable {
    private let state: Locked<(scores: [Float], rows: [Int])>

    init(count: Int) {
      state = Locked(
        (
          [Float](repeating: -.infinity, count: count), [Int](repeating: -1, count: count)
        ))
    }

    var rows: [Int] { state.withLock { $0.rows } }

    func merge(_ scores: [Float], _ rows: [Int32]) {
      state.withLock { state in
        for index in scores.indices where rows[index] >= 0 {
          let row = Int(rows[index])
          if scores[index] > state.scores[index]
            || (scores[index] == state.scores[index] && row < state.rows[index])
          {
            state.scores[index] = scores[index]
            state.rows[index] = row
          }
        }
      }
    }
  }
}
