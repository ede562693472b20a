import BLASCore

/// Examples whose inputs are bags of rows: the words and n-grams of a text, the words around a word,
/// a word and its parts. The mean of an example's rows stands for it.
///
/// The numbers of all examples lie one after another, and each example is a range of them; a source
/// that has them all in one array lets its chunks share it.
package final class Bags {
  /// Rows of the input table.
  package var inputs: [Int32] = []
  /// Where each example's inputs are; none is empty.
  package var inputRanges: [Range<Int>] = []
  /// What the examples' outputs are to be: rows of the output table.
  package var targets: [Int32] = []
  /// Where each example's targets are.
  package var targetRanges: [Range<Int>] = []

  package init() {}

  /// How many examples there are.
  package var count: Int { inputRanges.count }

  /// Forgets the examples, not the numbers.
  package func removeExamples() {
    inputRanges.removeAll(keepingCapacity: true)
    targetRanges.removeAll(keepingCapacity: true)
  }
}

/// The input side of bags: their means, and their rows' share of what the means change by.
///
/// Columns outside of `blocks` are neither read nor written, in rows and means.
struct BagRows {
  typealias Block = SIMD16<Float>

  /// The rows of a table as blocks of 16 columns: [rows, width].
  let rows: UnsafeMutablePointer<Block>
  /// Blocks in a row.
  let width: Int

  init(_ table: RowStorage) {
    rows = UnsafeMutableRawPointer(table.base).assumingMemoryBound(to: Block.self)
    width = table.blockCount
  }

  /// mean = the mean of the rows that `inputs` names.
  @inline(__always)
  func gather(
    _ inputs: Slice<UnsafeBufferPointer<Int32>>, blocks: Range<Int>,
    into mean: UnsafeMutablePointer<Block>
  ) {
    for block in blocks { mean[block] = Block() }
    for input in inputs {
      let row = rows + Int(input) * width
      for block in blocks { mean[block] += row[block] }
    }
    let scale = 1 / Float(inputs.count)
    for block in blocks { mean[block] *= scale }
  }

  /// Adds to each row that `inputs` names its share of what the mean is to change by.
  @inline(__always)
  func scatter(
    _ change: UnsafeMutablePointer<Block>, blocks: Range<Int>,
    over inputs: Slice<UnsafeBufferPointer<Int32>>
  ) {
    let scale = 1 / Float(inputs.count)
    for block in blocks { change[block] *= scale }
    for input in inputs {
      let row = rows + Int(input) * width
      for block in blocks { row[block] += change[block] }
    }
  }

  /// The sum of a block's values, in one tree.
  @inline(__always)
  static func sum(_ block: Block) -> Float {
    let eight = block.lowHalf + block.highHalf
    let four = eight.lowHalf + eight.highHalf
    let two = four.lowHalf + four.highHalf
    return two.x + two.y
  }
}
