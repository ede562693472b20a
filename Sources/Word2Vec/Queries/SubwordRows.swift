import WordtoolCore

/// Vectors of words from the hashed n-grams of a fastText model: also of words it has never seen.
///
/// A word is written between `<` and `>`; its n-grams are all runs of `shortest` to `longest`
/// characters of that, but not `<` and `>` alone. An n-gram's row is its hash modulo the number of
/// buckets, behind the rows of the words. Bojanowski, Grave, Joulin and Mikolov: Enriching Word
/// Vectors with Subword Information, TACL 2017, section 3.2.
struct SubwordRows: WordComposer {
  private let matrix: any SubwordMatrix
  private let wordCount: Int
  private let shortest: Int
  private let longest: Int
  private let bucketCount: Int
  /// Of a pruned model, the buckets that were kept, and their rows behind the words'.
  private let kept: [Int32: Int32]?
  /// Keeps the matrix in memory.
  private let file: FileContents

  /// fastText's word for the end of a line, which has no n-grams.
  static let endOfLine = Array("</s>".utf8)

  /// - Throws: `WordtoolError` of kind `badData` when the matrix has fewer rows than there are words
  ///   and buckets.
  init(
    matrix: any SubwordMatrix, wordCount: Int, shortest: Int, longest: Int, bucketCount: Int,
    kept: [Int32: Int32]?, file: FileContents
  ) throws {
    self.matrix = matrix
    self.wordCount = wordCount
    self.shortest = shortest
    self.longest = longest
    self.bucketCount = bucketCount
    // A model of which no bucket was kept has no n-grams; one that is not pruned has all.
    self.kept = kept
    self.file = file
    let usesBuckets = longest > 0 && bucketCount > 0
    let subwordCount =
      kept.map { Int($0.values.max() ?? -1) + 1 } ?? (usesBuckets ? bucketCount : 0)
    guard matrix.rowCount >= wordCount + subwordCount, kept?.values.min() ?? 0 >= 0 else {
      throw WordtoolError(
        .badData, path: file.path,
        found: "an input matrix of \(matrix.rowCount, "row")",
        expected: "\(wordCount) for words and \(subwordCount) for n-grams",
        remedy: "the file is damaged")
    }
  }

  /// The rows of n-grams; nil for a model that has none, or not all of them.
  var table: NGramTable? {
    guard kept == nil, longest > 0, bucketCount > 0 else { return nil }
    return NGramTable(
      shortest: shortest, longest: longest, bucketCount: bucketCount, matrix: matrix,
      firstRow: wordCount)
  }

  func vector(for word: String) -> [Float]? {
    let bytes = Array(word.utf8)
    guard bytes != Self.endOfLine else { return nil }
    var sum = [Float](repeating: 0, count: matrix.dimension)
    let count = unsafe sum.withUnsafeMutableBufferPointer { sum in
      unsafe sum.baseAddress.map { unsafe write(bytes, row: nil, to: $0) } ?? 0
    }
    // Rows that were never trained may be all zero.
    return count > 0 && sum.contains { $0 != 0 } ? sum : nil
  }

  /// Writes the mean of a word's own row, if it has one, and of its n-grams'.
  ///
  /// - Returns: how many rows that were.
  @discardableResult
  func write(_ word: [UInt8], row: Int?, to sum: UnsafeMutablePointer<Float>) -> Int {
    unsafe sum.update(repeating: 0, count: matrix.dimension)
    var count = 0
    if let row {
      unsafe matrix.add(row: row, to: sum)
      count += 1
    }
    if word != Self.endOfLine {
      forEachRow(ofNGramsIn: [0x3C] + word + [0x3E]) { row, _ in
        unsafe matrix.add(row: row, to: sum)
        count += 1
      }
    }
    guard count > 0 else { return 0 }
    let share = Float(1 / Double(count))
    for column in 0..<matrix.dimension { unsafe sum[column] *= share }
    return count
  }

  func parts(of word: String) -> [(text: String, vector: [Float])] {
    let bytes = [0x3C] + Array(word.utf8) + [0x3E]
    var parts: [(text: String, vector: [Float])] = []
    forEachRow(ofNGramsIn: bytes) { row, range in
      var values = [Float](repeating: 0, count: matrix.dimension)
      unsafe values.withUnsafeMutableBufferPointer {
        if let base = $0.baseAddress { unsafe matrix.add(row: row, to: base) }
      }
      parts.append((String(decoding: bytes[range], as: UTF8.self), values))
    }
    let share = Float(1 / Double(max(1, parts.count)))
    return parts.map { ($0.text, $0.vector.map { $0 * share }) }
  }

  private func forEachRow(ofNGramsIn word: [UInt8], _ body: (Int, Range<Int>) -> Void) {
    guard longest > 0, bucketCount > 0, kept.map({ !$0.isEmpty }) ?? true else { return }
    for start in word.indices where !Self.isContinuation(word[start]) {
      var hash = NGramHash()
      var end = start
      var length = 1
      while end < word.count, length <= longest {
        repeat {
          hash.add(word[end])
          end += 1
        } while end < word.count && Self.isContinuation(word[end])
        if length >= shortest, !(length == 1 && (start == 0 || end == word.count)) {
          let bucket = Int(hash.value) % bucketCount
          if let kept {
            if let row = kept[Int32(truncatingIfNeeded: bucket)] {
              body(wordCount + Int(row), start..<end)
            }
          } else {
            body(wordCount + bucket, start..<end)
          }
        }
        length += 1
      }
    }
  }

  /// Whether a byte goes on with a character of UTF-8.
  private static func isContinuation(_ byte: UInt8) -> Bool { byte & 0xC0 == 0x80 }
}

/// fastText's hash: FNV-1a in 32 bits over bytes that are signed, so that for bytes from 0x80 on the
/// upper 24 bits change as well.
struct NGramHash {
  private(set) var value: UInt32 = 2_166_136_261

  mutating func add(_ byte: UInt8) {
    value = (value ^ UInt32(bitPattern: Int32(Int8(bitPattern: byte)))) &* 16_777_619
  }
}
