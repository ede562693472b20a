package import BLASCore
package import CKernels
import Embedding

/// The training examples of one chunk of the text: groups of consecutive windows, each with the
/// context words around them and the noise words they share.
///
/// A window is a centre word and the words at most its radius away. Five consecutive windows
/// overlap almost wholly, so they are trained together as one small matrix product: their context
/// words [inputs x D] against their centres and one set of noise words [outputs x D]. Every row is
/// then loaded once for five windows. The noise words of a group stand for the
/// `negativeSamples` that each pair would have drawn alone: each counts
/// negativeSamples / noiseCount times, so the expected gradient is that of Mikolov et al. 2013b,
/// equation 4. How many distinct noise words a group needs was measured: with two or more a
/// window, analogies are as good as with five fresh ones for each pair; with one, 2 points worse.
///
/// What a chunk holds is a function of the text, the options and the chunk's seed alone.
@safe package final class WindowGroups: TileChunk {
  // SAFETY: taken by `init`, given back by `deinit`; capacities bound what a chunk can hold.
  /// Windows in a group. Bits of an input's mask.
  package static let windowsPerGroup = 5

  /// Noise words drawn for a group: twice the negative samples of a pair, rounded up so that
  /// centres and noise words fill whole tiles of 4.
  static func noiseCount(negativeSamples: Int) -> Int {
    (windowsPerGroup + 2 * negativeSamples + 3) / 4 * 4 - windowsPerGroup
  }

  /// What all chunks share.
  package struct Sampling: Sendable {
    let windowRadius: Int
    let noiseCount: Int
    /// How often one draw counts as a noise word of one pair.
    let noiseWeight: Float
    let keepThresholds: [UInt32]
    let noise: NoiseTable
    /// Rows of zeros that pad a group's outputs begin here.
    let paddingRow: Int32
    /// Of a word in a window and its noise, how many are expected to change the row of the likeliest
    /// word: small unless there are few words.
    let pairsOnOneRow: Double
    /// The share of the text that subsampling keeps.
    let keptShare: Double

    package init(options: SkipGramOptions, counts: [Int64]) {
      windowRadius = options.windowRadius
      noiseCount = WindowGroups.noiseCount(negativeSamples: options.negativeSamples)
      noiseWeight = Float(options.negativeSamples) / Float(noiseCount)
      keepThresholds = Subsampling.thresholds(counts: counts, sample: options.subsampling)
      noise = NoiseTable(counts: counts, exponent: options.noiseExponent)
      paddingRow = Int32(counts.count)
      let kept = zip(counts, keepThresholds).map { Double($0) * Double($1) }
      let keptCount = max(1, kept.reduce(0, +))
      let share = (kept.max() ?? 0) / keptCount
      keptShare = keptCount / (Double(counts.reduce(0, +)) * Double(UInt32.max))
      let negatives = Double(options.negativeSamples)
      // It is there as a context word with its noise, or as a centre and as noise.
      pairsOnOneRow = max(share * (1 + negatives), share + noise.largestShare * negatives)
    }
  }

  private let sampling: Sampling
  private let noiseCount: Int
  private let noiseWeight: Float
  private let paddingRow: Int32

  // Everything lives in memory of a fixed capacity, enough for the worst chunk; pages that are
  // never touched cost nothing. Plain pointers, because preparing a chunk takes about as long as
  // computing it does and array accesses would double that.
  private let wordCapacity: Int
  private let groups: UnsafeMutablePointer<wt_sgns_group>
  private let inputs: UnsafeMutablePointer<Int32>
  private let masks: UnsafeMutablePointer<UInt32>
  private let outputs: UnsafeMutablePointer<Int32>
  private let noiseWeights: UnsafeMutablePointer<Float>
  package private(set) var groupCount = 0

  // Scratch: the words that subsampling keeps, and the bounds of each one's window among them.
  private let kept: UnsafeMutablePointer<Int32>
  private let firsts: UnsafeMutablePointer<Int32>
  private let lasts: UnsafeMutablePointer<Int32>
  private let groupMasks: UnsafeMutablePointer<UInt32>
  private let largestInputCount: Int

  /// - Parameter wordCapacity: the most words a chunk has.
  package init(sampling: Sampling, wordCapacity: Int) {
    self.sampling = sampling
    noiseCount = sampling.noiseCount
    noiseWeight = sampling.noiseWeight
    paddingRow = sampling.paddingRow
    self.wordCapacity = wordCapacity
    largestInputCount = Self.windowsPerGroup + 2 * sampling.windowRadius
    let inputCapacity = wordCapacity * (largestInputCount + 3)
    let outputCapacity = wordCapacity * (Self.windowsPerGroup + sampling.noiseCount + 3) + 16
    unsafe groups = .allocate(capacity: wordCapacity)
    unsafe inputs = .allocate(capacity: inputCapacity)
    unsafe masks = .allocate(capacity: inputCapacity)
    unsafe outputs = .allocate(capacity: outputCapacity)
    unsafe noiseWeights = .allocate(capacity: outputCapacity)
    unsafe kept = .allocate(capacity: wordCapacity)
    unsafe firsts = .allocate(capacity: wordCapacity)
    unsafe lasts = .allocate(capacity: wordCapacity)
    unsafe groupMasks = .allocate(capacity: largestInputCount)
  }

  deinit {
    unsafe groups.deallocate()
    unsafe inputs.deallocate()
    unsafe masks.deallocate()
    unsafe outputs.deallocate()
    unsafe noiseWeights.deallocate()
    unsafe kept.deallocate()
    unsafe firsts.deallocate()
    unsafe lasts.deallocate()
    unsafe groupMasks.deallocate()
  }

  /// The most products one group of these options can have, padded as `CKernels.h` says.
  static func productCapacity(windowRadius: Int, negativeSamples: Int) -> Int {
    let inputs = (windowsPerGroup + 2 * windowRadius + 3) / 4 * 4
    let outputs = windowsPerGroup + noiseCount(negativeSamples: negativeSamples)
    return inputs * ((outputs + 15) / 16 * 16)
  }

  /// Replaces the contents by the groups of `text`, IDs with -1 for the end of a line.
  package func prepare(_ text: UnsafeBufferPointer<Int32>, random: RandomSource) {
    precondition(text.count <= wordCapacity, "\(text.count) words in a chunk of \(wordCapacity)")
    var random = random
    let keptCount = unsafe keepWords(of: text, random: &random)
    var cursor = Cursor()
    unsafe sampling.noise.columns.withUnsafeBufferPointer { noise in
      while cursor.centre < keptCount {
        unsafe appendGroup(at: &cursor, keptCount: keptCount, noise: noise, random: &random)
      }
    }
    groupCount = cursor.group
  }

  /// Subsampling, then each kept word's window: its radius is drawn from 1 ... windowRadius and
  /// cut at the ends of the line. Returns the number of words kept.
  private func keepWords(of text: UnsafeBufferPointer<Int32>, random: inout RandomSource) -> Int {
    let kept = unsafe kept
    let firsts = unsafe firsts
    let lasts = unsafe lasts
    let radius = UInt64(sampling.windowRadius)
    return unsafe sampling.keepThresholds.withUnsafeBufferPointer { thresholds in
      var count = 0
      var lineStart = 0
      for position in 0...text.count {
        let word = unsafe position < text.count ? text[position] : -1
        if word >= 0 {
          // Written in any case, counted if kept: no branch to mispredict.
          unsafe kept[count] = word
          let bits = UInt32(truncatingIfNeeded: random.next() >> 32)
          unsafe count &+= bits <= thresholds[Int(truncatingIfNeeded: word)] ? 1 : 0
          continue
        }
        for index in lineStart..<count {
          let reach = Int(truncatingIfNeeded: ((random.next() >> 32) &* radius) >> 32) &+ 1
          unsafe firsts[index] = Int32(truncatingIfNeeded: max(lineStart, index &- reach))
          unsafe lasts[index] = Int32(truncatingIfNeeded: min(count &- 1, index &+ reach))
        }
        lineStart = count
      }
      return count
    }
  }

  /// Where the next group goes.
  private struct Cursor {
    var centre = 0
    var group = 0
    var input = 0
    var output = 0
  }

  /// The words named so far, as a set that may say yes for a word that is not there, never no for
  /// one that is: almost always the answer is no, and no list is searched.
  private struct Seen {
    private var bits: UInt64 = 0

    @inline(__always)
    mutating func insert(_ word: Int32) { bits |= 1 &<< UInt64(truncatingIfNeeded: word) }

    @inline(__always)
    func index(of word: Int32, in words: UnsafeMutablePointer<Int32>, count: Int) -> Int? {
      if bits & (1 &<< UInt64(truncatingIfNeeded: word)) == 0 { return nil }
      var index = 0
      while index < count, unsafe words[index] != word { index &+= 1 }
      return index < count ? index : nil
    }
  }

  /// Writes the group whose first centre is the cursor's, if any word stands in its windows.
  @inline(__always)
  private func appendGroup(
    at cursor: inout Cursor, keptCount: Int, noise: UnsafeBufferPointer<NoiseTable.Column>,
    random: inout RandomSource
  ) {
    let kept = unsafe kept
    let start = cursor.centre
    let groupInputs = unsafe inputs + cursor.input
    let inputMasks = unsafe masks + cursor.input
    let groupOutputs = unsafe outputs + cursor.output
    let weights = unsafe noiseWeights + cursor.output

    // Centres, up to a word that is one already: no output row may be named twice.
    var seen = Seen()
    var end = start
    var first = unsafe Int(firsts[start])
    var last = unsafe Int(lasts[start])
    while end < keptCount, end &- start < Self.windowsPerGroup,
      unsafe seen.index(of: kept[end], in: groupOutputs, count: end &- start) == nil
    {
      unsafe seen.insert(kept[end])
      unsafe groupOutputs[end &- start] = kept[end]
      unsafe weights[end &- start] = 0
      first = unsafe min(first, Int(firsts[end]))
      last = unsafe max(last, Int(lasts[end]))
      end &+= 1
    }
    cursor.centre = end

    // Context words: which of the windows each one stands in.
    let groupMasks = unsafe groupMasks
    for index in 0...(last &- first) { unsafe groupMasks[index] = 0 }
    for centre in start..<end {
      let bit: UInt32 = 1 &<< UInt32(truncatingIfNeeded: centre &- start)
      for index in unsafe Int(firsts[centre])...Int(lasts[centre]) {
        unsafe groupMasks[index &- first] |= bit
      }
      unsafe groupMasks[centre &- first] &= ~bit
    }
    var inputCount = 0
    for index in 0...(last &- first) {
      unsafe groupInputs[inputCount] = kept[first &+ index]
      unsafe inputMasks[inputCount] = groupMasks[index]
      unsafe inputCount &+= groupMasks[index] != 0 ? 1 : 0
    }
    if inputCount == 0 { return }

    // Noise words; a word drawn twice counts twice. One that is also a centre is noise to the
    // group's other windows only, which is what the coefficients' formula makes of it.
    var outputCount = end &- start
    for _ in 0..<noiseCount {
      let word = unsafe NoiseTable.word(for: random.next(), in: noise)
      if let known = unsafe seen.index(of: word, in: groupOutputs, count: outputCount) {
        unsafe weights[known] += noiseWeight
      } else {
        seen.insert(word)
        unsafe groupOutputs[outputCount] = word
        unsafe weights[outputCount] = noiseWeight
        outputCount &+= 1
      }
    }

    var padding = paddingRow
    while outputCount & 3 != 0 {
      unsafe groupOutputs[outputCount] = padding
      unsafe weights[outputCount] = 0
      outputCount &+= 1
      padding &+= 1
    }
    var paddedInputCount = inputCount
    while paddedInputCount & 3 != 0 {
      unsafe groupInputs[paddedInputCount] = groupInputs[0]
      unsafe inputMasks[paddedInputCount] = 0
      paddedInputCount &+= 1
    }
    unsafe groups[cursor.group] = wt_sgns_group(
      input_begin: Int32(truncatingIfNeeded: cursor.input),
      input_count: Int32(truncatingIfNeeded: inputCount),
      output_begin: Int32(truncatingIfNeeded: cursor.output),
      output_count: Int32(truncatingIfNeeded: outputCount))
    cursor.group &+= 1
    cursor.input &+= paddedInputCount
    cursor.output &+= outputCount
  }

  package var tiles: wt_sgns_batch {
    unsafe wt_sgns_batch(
      input_rows: nil, output_rows: nil, stride: 0, inputs: inputs, masks: masks, outputs: outputs,
      noise_weights: noiseWeights, groups: groups, group_count: Int32(groupCount))
  }
}
