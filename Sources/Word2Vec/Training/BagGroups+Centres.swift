import BLASCore
import CKernels
import Embedding

/// Skip-gram with subwords: a bag holds a centre and its n-grams, and is scored against the words of its
/// window.
extension BagGroups {
  /// Writes the groups of the next centres.
  func appendCentres(
    at cursor: inout TileMemory.Cursor, from start: inout Int,
    noise: UnsafeBufferPointer<NoiseTable.Column>, random: inout RandomSource
  ) {
    guard let subwords else { preconditionFailure("bags of words without subwords") }
    let (words, firsts, lasts) = unsafe (kept.words, kept.firsts, kept.lasts)
    let begin = start
    let end = kept.unitEnd(from: begin, windows: windowsPerUnit, repeats: mostRepeats)
    start = end
    var first = unsafe Int(firsts[begin])
    var last = unsafe Int(lasts[begin])
    for centre in begin..<end {
      first = unsafe min(first, Int(firsts[centre]))
      last = unsafe max(last, Int(lasts[centre]))
    }
    let span = last &- first &+ 1
    for index in 0..<span { unsafe pending[index] = 0 }
    for centre in begin..<end {
      let bit: UInt32 = 1 &<< UInt32(truncatingIfNeeded: centre &- begin)
      for place in unsafe Int(firsts[centre])...Int(lasts[centre]) {
        unsafe pending[place &- first] |= bit
      }
      unsafe pending[centre &- first] &= ~bit
    }
    var isEmpty = true
    for index in 0..<span {
      unsafe wasPending[index] = pending[index]
      if unsafe pending[index] != 0 { isEmpty = false }
    }
    if isEmpty { return }
    let firstInput = nextInput
    for centre in begin..<end {
      let word = unsafe Int(words[centre])
      unsafe starts[bagCount] = subwords.list.starts[word]
      unsafe counts[bagCount] = subwords.list.counts[word]
      bagCount &+= 1
    }
    if sampling.noiseCount > 0 {
      while unsafe appendPass(
        first: first, span: span, windows: end &- begin, firstInput: firstInput, at: &cursor,
        noise: noise, random: &random)
      {}
    }
    guard let paths = sampling.paths else { return }
    for index in 0..<span where unsafe wasPending[index] != 0 {
      let mask = unsafe wasPending[index]
      unsafe paths.append(
        of: Int(words[first &+ index]), beside: sampling.noiseCount > 0,
        paddingRow: sampling.paddingRow, to: memory, at: &cursor
      ) { inputs in
        var count = 0
        for window in 0..<windowsPerUnit
        where mask >> UInt32(truncatingIfNeeded: window) & 1 != 0 {
          unsafe inputs[count] = firstInput &+ Int32(truncatingIfNeeded: window)
          count &+= 1
        }
        return count
      }
    }
  }

  /// Writes one group with the pairs that are pending, but for those of a word that stands in a window
  /// twice, the second time, and of more words than a mask has bits.
  ///
  /// - Returns: whether pairs are left.
  private func appendPass(
    first: Int, span: Int, windows: Int, firstInput: Int32, at cursor: inout TileMemory.Cursor,
    noise: UnsafeBufferPointer<NoiseTable.Column>, random: inout RandomSource
  ) -> Bool {
    let words = unsafe kept.words + first
    let groupInputs = unsafe memory.inputs + cursor.input
    let inputMasks = unsafe memory.masks + cursor.input
    let groupOutputs = unsafe memory.outputs + cursor.output
    let weights = unsafe memory.noiseWeights + cursor.output
    for window in 0..<windows {
      unsafe groupInputs[window] = firstInput &+ Int32(truncatingIfNeeded: window)
      unsafe inputMasks[window] = 0
    }
    var seen = SeenWords()
    var outputCount = 0
    var isPending = false
    for index in 0..<span where unsafe pending[index] != 0 {
      let word = unsafe words[index]
      var output = unsafe seen.index(of: word, in: groupOutputs, count: outputCount)
      if output == nil, outputCount < Self.contextsPerGroup {
        seen.insert(word)
        unsafe groupOutputs[outputCount] = word
        unsafe weights[outputCount] = 0
        output = outputCount
        outputCount &+= 1
      }
      if let output {
        let bit: UInt32 = 1 &<< UInt32(truncatingIfNeeded: output)
        for window in 0..<windows {
          let pair: UInt32 = 1 &<< UInt32(truncatingIfNeeded: window)
          if unsafe pending[index] & pair != 0, unsafe inputMasks[window] & bit == 0 {
            unsafe inputMasks[window] |= bit
            unsafe pending[index] &= ~pair
          }
        }
      }
      if unsafe pending[index] != 0 { isPending = true }
    }
    // Inputs of no pair of this pass are left out.
    var inputCount = 0
    for window in 0..<windows where unsafe inputMasks[window] != 0 {
      unsafe groupInputs[inputCount] = groupInputs[window]
      unsafe inputMasks[inputCount] = inputMasks[window]
      inputCount &+= 1
    }
    unsafe sampling.drawNoise(
      into: groupOutputs, weights, count: &outputCount, seen: &seen, noise, random: &random)
    memory.close(
      inputCount: inputCount, outputCount: outputCount, paddingRow: sampling.paddingRow,
      path: WT_NO_PATH, at: &cursor)
    return isPending
  }
}
