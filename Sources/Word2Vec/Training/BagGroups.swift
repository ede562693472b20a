package import BLASCore
package import CKernels
package import Embedding

/// The training examples of one chunk of the text whose inputs are bags of rows.
///
/// - CBOW (Mikolov et al., Efficient Estimation of Word Representations in Vector Space, 2013): a bag
///   holds the words of a window, with subwords those of all of them, and is scored against the
///   window's centre. The windows of a unit share their noise, as those of ``WindowGroups`` do.
/// - Skip-gram with subwords (Bojanowski et al., TACL 2017, section 3.2): a bag holds a centre and its
///   n-grams and is scored against the words of its window. So a bag is made once for a window, and not
///   once for each window that a word stands in.
///
/// What a chunk holds is a function of the text, the options and the chunk's seed alone.
@safe package final class BagGroups: BagTileChunk {
  // SAFETY: taken by `init`, given back by `deinit`; capacities bound what a chunk can hold, and rows
  // of bags have memory that grows.
  /// Windows that are trained together, bits of a mask.
  package static func windowsPerUnit(_ model: WordVectorOptions.Model) -> Int {
    model == .cbow ? cbowWindows : WindowGroups.windowsPerGroup
  }
  private static let cbowWindows = 8
  /// Words around the windows of a unit that one group of skip-gram takes: bits of a mask.
  private static let contextsPerGroup = 32

  private let model: WordVectorOptions.Model
  private let windowsPerUnit: Int
  private let unitsPerBatch: Int
  private let sampling: WindowGroups.Sampling
  private let subwords: SubwordBags?
  private let memory: TileMemory
  private let kept: KeptWords

  // The bags, and what they are made of.
  private let starts: UnsafeMutablePointer<Int>
  private let counts: UnsafeMutablePointer<Int32>
  private var rows: UnsafeMutablePointer<Int32>
  private var rowCapacity: Int
  private var rowCount = 0
  private var bagCount = 0
  // The first group and the first bag of each batch, and the ends.
  private let batchGroups: UnsafeMutablePointer<Int>
  private let batchBags: UnsafeMutablePointer<Int>
  package private(set) var batchCount = 0
  private var unitsInBatch = 0

  /// Scratch: of the places around a unit, the windows whose pairs with it are still to be written.
  private let pending: UnsafeMutablePointer<UInt32>
  private let wasPending: UnsafeMutablePointer<UInt32>

  /// - Parameters:
  ///   - unitsPerBatch: units between two meetings of the threads, at least 1.
  ///   - subwords: the rows of each word, if it has more than its own.
  ///   - wordCapacity: the most words a chunk has.
  package init(
    model: WordVectorOptions.Model, sampling: WindowGroups.Sampling, unitsPerBatch: Int,
    subwords: SubwordBags?, wordCapacity: Int
  ) {
    self.model = model
    self.sampling = sampling
    self.unitsPerBatch = unitsPerBatch
    self.subwords = subwords
    windowsPerUnit = Self.windowsPerUnit(model)
    let pieces = sampling.paths?.mostPieces ?? 0
    let span = windowsPerUnit + 2 * sampling.windowRadius
    let noise = sampling.noiseCount
    switch model {
    case .cbow:
      // At worst a unit has one window.
      memory = TileMemory(
        groups: wordCapacity * (1 + pieces), inputs: wordCapacity * 4 * (1 + pieces),
        outputs: wordCapacity * (4 + noise + pieces * TreePaths.longestPiece)
          + windowsPerUnit + 16)
    case .skipGram:
      // Units have all their windows but at the end. There are no more passes than places around.
      let units = wordCapacity / windowsPerUnit + 1
      memory = TileMemory(
        groups: units * span * (1 + pieces), inputs: units * span * (1 + pieces) * 8,
        outputs: units * span * (8 + noise + pieces * TreePaths.longestPiece) + 64)
    }
    kept = KeptWords(capacity: wordCapacity)
    unsafe starts = .allocate(capacity: wordCapacity)
    unsafe counts = .allocate(capacity: wordCapacity)
    rowCapacity = 1 << 12
    unsafe rows = .allocate(capacity: rowCapacity)
    unsafe batchGroups = .allocate(capacity: wordCapacity + 1)
    unsafe batchBags = .allocate(capacity: wordCapacity + 1)
    unsafe pending = .allocate(capacity: span)
    unsafe wasPending = .allocate(capacity: span)
  }

  deinit {
    unsafe starts.deallocate()
    unsafe counts.deallocate()
    unsafe rows.deallocate()
    unsafe batchGroups.deallocate()
    unsafe batchBags.deallocate()
    unsafe pending.deallocate()
    unsafe wasPending.deallocate()
  }

  /// The most products of a unit, padded as `CKernels.h` says.
  static func productCapacity(
    model: WordVectorOptions.Model, windowRadius: Int, noiseCount: Int, pieces: Int
  ) -> Int {
    let windows = windowsPerUnit(model)
    let inputs = (windows + 3) / 4 * 4
    func padded(_ outputs: Int) -> Int { (outputs + 15) / 16 * 16 }
    switch model {
    case .cbow:
      return inputs * padded(windows + noiseCount)
        + windows * pieces * 4 * padded(TreePaths.longestPiece)
    case .skipGram:
      // There are no more passes than places around, and a place stands in so many windows.
      let span = windows + 2 * windowRadius
      return span * inputs
        * ((noiseCount > 0 ? windows + noiseCount + 15 : 0) + pieces
          * padded(TreePaths.longestPiece))
    }
  }

  /// Replaces the contents by the groups of `text`, IDs with -1 for the end of a line.
  package func prepare(_ text: UnsafeBufferPointer<Int32>, random: RandomSource) {
    var random = random
    unsafe kept.scan(text, sampling, random: &random)
    rowCount = 0
    bagCount = 0
    batchCount = 0
    unitsInBatch = 0
    unsafe batchGroups[0] = 0
    unsafe batchBags[0] = 0
    var cursor = TileMemory.Cursor()
    var centre = 0
    unsafe sampling.noise.columns.withUnsafeBufferPointer { noise in
      while centre < kept.count {
        let groups = cursor.group
        switch model {
        case .cbow:
          unsafe appendWindows(at: &cursor, from: &centre, noise: noise, random: &random)
        case .skipGram:
          unsafe appendCentres(at: &cursor, from: &centre, noise: noise, random: &random)
        }
        if cursor.group > groups { endUnit(cursor) }
      }
    }
    if unitsInBatch > 0 { endBatch(cursor) }
  }

  private func endUnit(_ cursor: TileMemory.Cursor) {
    unitsInBatch += 1
    if unitsInBatch == unitsPerBatch { endBatch(cursor) }
  }

  private func endBatch(_ cursor: TileMemory.Cursor) {
    batchCount += 1
    unitsInBatch = 0
    unsafe batchGroups[batchCount] = cursor.group
    unsafe batchBags[batchCount] = bagCount
  }

  /// The number of the next bag in its batch.
  @inline(__always)
  private var nextInput: Int32 {
    unsafe Int32(truncatingIfNeeded: bagCount &- batchBags[batchCount])
  }

  // MARK: CBOW

  /// Makes the bag of a window; false if nothing stands in it.
  private func appendBag(around centre: Int) -> Bool {
    let words = unsafe kept.words
    let window = unsafe Int(kept.firsts[centre])...Int(kept.lasts[centre])
    let begin = rowCount
    for place in window where place != centre {
      let word = unsafe Int(words[place])
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
    let larger = UnsafeMutablePointer<Int32>.allocate(capacity: capacity)
    unsafe larger.update(from: rows, count: rowCount)
    unsafe rows.deallocate()
    unsafe rows = larger
    rowCapacity = capacity
  }

  /// Writes the groups of the windows from `start` on, up to a centre that is one already.
  private func appendWindows(
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

  // MARK: Skip-gram

  /// Writes the groups of the next centres.
  private func appendCentres(
    at cursor: inout TileMemory.Cursor, from start: inout Int,
    noise: UnsafeBufferPointer<NoiseTable.Column>, random: inout RandomSource
  ) {
    guard let subwords else { preconditionFailure("bags of words without subwords") }
    let (words, firsts, lasts) = unsafe (kept.words, kept.firsts, kept.lasts)
    let begin = start
    let end = min(kept.count, begin + windowsPerUnit)
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

  // MARK: What the objective reads

  package var tiles: wt_sgns_batch {
    unsafe memory.tiles(groupCount: batchGroups[batchCount])
  }

  package var bags: BagList {
    if model == .skipGram, let subwords {
      return unsafe BagList(rows: subwords.list.rows, starts: starts, counts: counts)
    }
    return unsafe BagList(rows: rows, starts: starts, counts: counts)
  }

  package func groups(ofBatch batch: Int) -> Range<Int> {
    unsafe batchGroups[batch]..<batchGroups[batch + 1]
  }

  package func bags(ofBatch batch: Int) -> Range<Int> {
    unsafe batchBags[batch]..<batchBags[batch + 1]
  }
}
