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
    /// Rows besides a, b and c that are no answers: their words in other cases.
    var excluded: [Int] = []
  }

  let storage: VectorStorage
  /// Only rows below this number are answers.
  let limit: Int
  let method: AnalogyMethod
  /// Added to the divisor of 3CosMul.
  let epsilon: Float

  /// The row that answers each question; -1 when there is no candidate at all.
  func answers(to questions: [Question], threads: Int, stop: StopFlag) throws -> [Int] {
    guard !questions.isEmpty, limit > 0 else { return questions.map { _ in -1 } }
    let words = Set(questions.flatMap { [$0.a, $0.b, $0.c] }).sorted()
    let place = Dictionary(uniqueKeysWithValues: zip(words, words.indices))
    let units = storage.rows.turned(words.flatMap(storage.unitVector))
    // The places of the three words in `words`, three numbers a question.
    let terms = questions.flatMap { [place[$0.b] ?? 0, place[$0.c] ?? 0, place[$0.a] ?? 0] }
    let width = CosineBlock.width(dimension: storage.dimension)
    PresentWork.begin(.answering, of: min(limit, storage.count))
    let states = try CosineBlock.forEach(
      of: storage, limit: limit, threads: threads, stop: stop,
      state: { State(questions: questions.count, words: words.count, width: width) }
    ) { [self] block, state in
      let scratch = state.scratch
      unsafe units.withUnsafeBufferPointer {
        if let units = $0.baseAddress {
          unsafe block.cosines(of: units, count: words.count, into: scratch.cosines)
        }
      }
      if method == .mul {
        for index in 0..<words.count * width {
          unsafe scratch.cosines[index] = (1 + scratch.cosines[index]) / 2
        }
      }
      defer { PresentWork.advance(block.rows.count) }
      for (index, question) in questions.enumerated() {
        let top = unsafe combine(
          scratch.row(terms[3 * index]), scratch.row(terms[3 * index + 1]),
          scratch.row(terms[3 * index + 2]), into: scratch.sums, question: question,
          range: block.rows)
        // Blocks come in rising order to each thread, so an equal score of a later one loses.
        guard top > state.scores[index] else { continue }
        let column = (0..<block.rows.count).first { unsafe scratch.sums[$0] == top } ?? 0
        state.scores[index] = top
        state.rows[index] = Int32(truncatingIfNeeded: block.rows.lowerBound + column)
      }
    }
    var best = State(questions: questions.count, words: 0, width: width)
    for state in states { best.merge(state) }
    return best.rows.map(Int.init)
  }

  /// Combines three rows of the block and gives the best score; the scores stay in `sums`.
  private func combine(
    _ b: UnsafePointer<Float>, _ c: UnsafePointer<Float>, _ a: UnsafePointer<Float>,
    into sums: UnsafeMutablePointer<Float>, question: Question, range: Range<Int>
  ) -> Float {
    let width = CosineBlock.width(dimension: storage.dimension)
    let add = method == .add
    let small = SIMD16<Float>(repeating: epsilon)
    var best = SIMD16<Float>(repeating: -.infinity)
    let raw = unsafe (UnsafeRawPointer(b), UnsafeRawPointer(c), UnsafeRawPointer(a))
    let out = UnsafeMutableRawPointer(sums)
    var offset = 0
    while offset < width * 4 {
      let cosB = unsafe raw.0.load(fromByteOffset: offset, as: SIMD16<Float>.self)
      let cosC = unsafe raw.1.load(fromByteOffset: offset, as: SIMD16<Float>.self)
      let cosA = unsafe raw.2.load(fromByteOffset: offset, as: SIMD16<Float>.self)
      let score = add ? cosB + cosC - cosA : cosB * cosC / (cosA + small)
      unsafe out.storeBytes(of: score, toByteOffset: offset, as: SIMD16<Float>.self)
      best.replace(with: score, where: score .> best)
      offset += 64
    }
    // Few blocks hold a word of the question or end early; those are looked at again.
    let holdsInput =
      range.contains(question.a) || range.contains(question.b) || range.contains(question.c)
      || !question.excluded.isEmpty
    if holdsInput || range.count < width {
      for row in [question.a, question.b, question.c] + question.excluded where range.contains(row)
      {
        unsafe sums[row - range.lowerBound] = -.infinity
      }
      var top = -Float.infinity
      for column in 0..<range.count where unsafe sums[column] > top { top = unsafe sums[column] }
      return top
    }
    return best.max()
  }

  /// The best answers that one thread has seen.
  private struct State: Sendable {
    var scores: [Float]
    var rows: [Int32]
    let scratch: Scratch

    init(questions: Int, words: Int, width: Int) {
      scores = [Float](repeating: -.infinity, count: questions)
      rows = [Int32](repeating: -1, count: questions)
      scratch = Scratch(words: words, width: width)
    }

    mutating func merge(_ other: State) {
      for index in scores.indices where other.rows[index] >= 0 {
        if other.scores[index] > scores[index]
          || (other.scores[index] == scores[index] && other.rows[index] < rows[index])
        {
          scores[index] = other.scores[index]
          rows[index] = other.rows[index]
        }
      }
    }
  }

  /// The memory of one thread.
  @safe private final class Scratch: @unchecked Sendable {
    // Sendable: written by the thread that made it, and by no other.

    let cosines: UnsafeMutablePointer<Float>
    let sums: UnsafeMutablePointer<Float>
    private let width: Int
    private let memory: Allocation

    init(words: Int, width: Int) {
      memory = Allocation(byteCount: 4 * (words + 1) * width)
      let values = unsafe memory.buffer(of: Float.self, count: (words + 1) * width)
      unsafe values.initialize(repeating: 0)
      guard let base = values.baseAddress else { preconditionFailure("memory without an address") }
      unsafe cosines = base
      unsafe sums = base + words * width
      self.width = width
    }

    func row(_ word: Int) -> UnsafePointer<Float> { unsafe UnsafePointer(cosines + word * width) }
  }
}
