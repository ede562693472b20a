import BLASCore
import CKernels
import Embedding

/// CBOW: a bag holds what stands in a window, and is scored against the window's centre. With documents
/// the row of the line comes first.
extension BagGroups {
  /// Makes the bag of a window; false if nothing stands in it.
  private func appendBag(around centre: Int) -> Bool {
    let words = unsafe kept.words
    let window = unsafe Int(kept.firsts[centre])...Int(kept.lasts[centre])
    let begin = rowCount
    if documentRow != nil {
      reserve(1)
      unsafe rows[rowCount] = firstDocument &+ kept.lines[centre]
      rowCount &+= 1
    }
    for place in window where place != centre {
      let word = unsafe Int(words[place])
      let firstRow = rowCount
      if let subwords {
        let bag = unsafe subwords.list[word]
        reserve(bag.count)
        for index in 0..<bag.count {
          unsafe rows[rowCount] = bag[index]
          rowCount &+= 1
        }
      } else {
        reserve(1)
        unsafe rows[rowCount] = Int32(truncatingIfNeeded: word)
        rowCount &+= 1
      }
      guard hasPositions else { continue }
      let position = place &- centre &+ sampling.windowRadius &- (place > centre ? 1 : 0)
      for row in firstRow..<rowCount {
        unsafe positions[row] = Int32(truncatingIfNeeded: position)
      }
    }
    if rowCount == begin { return false }
    unsafe starts[bagCount] = begin
    unsafe counts[bagCount] = Int32(truncatingIfNeeded: rowCount &- begin)
    bagCount &+= 1
    return true
  }

  @inline(__always)
  private func reserve(_ more: Int) {
    if rowCount &+ more <= rowCapacity { return }
    let capacity = max(2 * rowCapacity, rowCount + more)
    func grow(_ numbers: inout UnsafeMutablePointer<Int32>) {
      let larger = UnsafeMutablePointer<Int32>.allocate(capacity: capacity)
      unsafe larger.update(from: numbers, count: rowCount)
      unsafe numbers.deallocate()
      unsafe numbers = larger
    }
    unsafe grow(&rows)
    if hasPositions { unsafe grow(&positions) }
    rowCapacity = capacity
  }

  /// Writes the groups of the windows from `start` on, up to a centre that is one already.
  func appendWindows(
    at cursor: inout TileMemory.Cursor, from start: inout Int,
    noise: UnsafeBufferPointer<NoiseTable.Column>, random: inout RandomSource
  ) {
    let words = unsafe kept.words
    let groupInputs = unsafe memory.inputs + cursor.input
    let inputMasks = unsafe memory.masks + cursor.input
    let groupOutputs = unsafe memory.outputs + cursor.output
    let weights = unsafe memory.noiseWeights + cursor.output
    var seen = SeenWords()
    var count = 0
    let firstInput = nextInput
    while start < kept.count, count < windowsPerUnit,
      unsafe seen.index(of: words[start], in: groupOutputs, count: count) == nil
    {
      if appendBag(around: start) {
        unsafe seen.insert(words[start])
        unsafe groupOutputs[count] = words[start]
        unsafe weights[count] = 0
        unsafe groupInputs[count] = firstInput &+ Int32(truncatingIfNeeded: count)
        unsafe inputMasks[count] = 1 &<< UInt32(truncatingIfNeeded: count)
        count &+= 1
      }
      start &+= 1
    }
    if count == 0 { return }
    // Without noise the ways down the tree overwrite the centres.
    let centres = sampling.paths == nil ? [] : (0..<count).map { unsafe groupOutputs[$0] }
    if sampling.noiseCount > 0 {
      var outputCount = count
      unsafe sampling.drawNoise(
        into: groupOutputs, weights, count: &outputCount, seen: &seen, noise, random: &random)
      memory.close(
        inputCount: count, outputCount: outputCount, paddingRow: sampling.paddingRow,
        path: WT_NO_PATH, at: &cursor)
    }
    guard let paths = sampling.paths else { return }
    for number in 0..<count {
      unsafe paths.append(
        of: Int(centres[number]), beside: sampling.noiseCount > 0, paddingRow: sampling.paddingRow,
        to: memory, at: &cursor
      ) { inputs in
        unsafe inputs[0] = firstInput &+ Int32(truncatingIfNeeded: number)
        return 1
      }
    }
  }
}
