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
/// With documents, which are the lines of the text, the row of a window's line is one more input that is
/// scored against all centres of its groups (PV-DBOW with words, see ``DocumentGroups``).
///
/// What a chunk holds is a function of the text, the options and the chunk's seed alone.
@safe package final class WindowGroups: TileChunk {
  // SAFETY: taken by `init`, given back by `deinit`; capacities bound what a chunk can hold.
  /// Windows in a group. Bits of an input's mask.
  package static let windowsPerGroup = 5
  /// Rows of zeros behind the words' output rows.
  static let paddingCount = 4

  /// Noise words drawn for a group: twice the negative samples of a pair, rounded up so that
  /// centres and noise words fill whole tiles of 4.
  static func noiseCount(negativeSamples: Int, windows: Int = windowsPerGroup) -> Int {
    if negativeSamples == 0 { return 0 }
    return (windows + 2 * negativeSamples + 3) / 4 * 4 - windows
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
    /// How often each word is kept, in units of 2^-32.
    let keptCounts: [Double]
    /// Whether every window has the largest radius.
    let isWindowFixed: Bool
    /// The ways down the tree of hierarchical softmax, if there is one.
    let paths: TreePaths?
    /// Choices between two that predicting a word is: itself and its noise, nodes of a tree.
    let choices: Double

    package init(options: WordVectorOptions, counts: [Int64]) {
      windowRadius = options.windowRadius
      isWindowFixed = options.isWindowFixed
      noiseCount = WindowGroups.noiseCount(
        negativeSamples: options.negativeSamples,
        windows: options.model.windowsPerUnit)
      noiseWeight = noiseCount > 0 ? Float(options.negativeSamples) / Float(noiseCount) : 0
      keepThresholds = Subsampling.thresholds(counts: counts, sample: options.subsampling)
      noise = NoiseTable(counts: counts, exponent: options.noiseExponent)
      let kept = zip(counts, keepThresholds).map { Double($0) * Double($1) }
      keptCounts = kept
      // Behind the words' rows, of which negative sampling alone has use, padding; then the nodes.
      let words = options.wordRowCount(vocabularySize: counts.count)
      paddingRow = Int32(words)
      paths =
        options.hierarchicalSoftmax
        ? TreePaths(
          HuffmanTree(counts: counts), weights: kept, firstRow: words + WindowGroups.paddingCount)
        : nil
      choices = options.choices(pathLength: paths?.meanLength ?? 0)
      let keptCount = max(1, kept.reduce(0, +))
      let share = (kept.max() ?? 0) / keptCount
      keptShare = keptCount / (Double(counts.reduce(0, +)) * Double(UInt32.max))
      let negatives = Double(options.negativeSamples)
      // It is there as a context word with its noise, or as a centre and as noise; every pair
      // passes the root of a tree.
      pairsOnOneRow = max(
        share * (1 + negatives), share + noise.largestShare * negatives, paths == nil ? 0 : 1)
    }
  }

  private let sampling: Sampling
  private let memory: TileMemory
  private let kept: KeptWords
  /// The input row of the first line's document; nil where lines have no rows.
  private let documentRow: Int?
  /// The input row of the document that the chunk begins in.
  private var firstDocument: Int32 = 0
  private let batches: GroupBatches
  /// Scratch: which of a group's windows a word stands in.
  private let groupMasks: UnsafeMutablePointer<UInt32>

  /// - Parameters:
  ///   - batch: what is trained between two meetings of the threads.
  ///   - wordCapacity: the most words a chunk has.
  ///   - documentRow: the input row of the first line's document; nil where lines have no rows.
  package init(
    sampling: Sampling, batch: GroupBatches.Limits, wordCapacity: Int, documentRow: Int? = nil
  ) {
    self.sampling = sampling
    self.documentRow = documentRow
    let largestInputCount = Self.windowsPerGroup + 2 * sampling.windowRadius + 1
    let pieces = sampling.paths?.mostPieces ?? 0
    memory = TileMemory(
      groups: wordCapacity * (1 + pieces),
      inputs: wordCapacity * (1 + pieces) * (largestInputCount + 3),
      outputs: wordCapacity
        * (Self.windowsPerGroup + sampling.noiseCount + 3 + pieces * TreePaths.longestPiece) + 16)
    kept = KeptWords(capacity: wordCapacity)
    batches = GroupBatches(batch, groupCapacity: wordCapacity * (1 + pieces))
    unsafe groupMasks = .allocate(capacity: largestInputCount)
  }

  deinit {
    unsafe groupMasks.deallocate()
  }

  /// The most products one group of these options can have, padded as `CKernels.h` says.
  ///
  /// - Parameter hasDocuments: whether a document is an input besides the words.
  static func productCapacity(
    windowRadius: Int, negativeSamples: Int, hasPaths: Bool, hasDocuments: Bool = false
  ) -> Int {
    let inputs = (windowsPerGroup + 2 * windowRadius + (hasDocuments ? 1 : 0) + 3) / 4 * 4
    let outputs = windowsPerGroup + noiseCount(negativeSamples: negativeSamples)
    return inputs * ((max(outputs, hasPaths ? TreePaths.longestPiece : 0) + 15) / 16 * 16)
  }

  /// Replaces the contents by the groups of `text`, IDs with -1 for the end of a line.
  package func prepare(
    _ text: UnsafeBufferPointer<Int32>, firstLine: Int = 0, random: RandomSource
  ) {
    var random = random
    unsafe kept.scan(text, sampling, random: &random)
    firstDocument = Int32(truncatingIfNeeded: (documentRow ?? 0) + firstLine)
    var cursor = TileMemory.Cursor()
    var centre = 0
    batches.begin()
    unsafe sampling.noise.columns.withUnsafeBufferPointer { noise in
      while centre < kept.count {
        let first = centre
        unsafe appendGroups(at: &cursor, from: &centre, noise: noise, random: &random)
        unsafe batches.add(kept.words, first..<centre, upTo: cursor.group)
      }
    }
    batches.finish(groupCount: cursor.group)
  }

  /// Writes the groups of the windows from `start` on, if any word stands in them.
  @inline(__always)
  private func appendGroups(
    at cursor: inout TileMemory.Cursor, from start: inout Int,
    noise: UnsafeBufferPointer<NoiseTable.Column>, random: inout RandomSource
  ) {
    let (words, firsts, lasts) = unsafe (kept.words, kept.firsts, kept.lasts)
    let groupInputs = unsafe memory.inputs + cursor.input
    let inputMasks = unsafe memory.masks + cursor.input
    let groupOutputs = unsafe memory.outputs + cursor.output
    let weights = unsafe memory.noiseWeights + cursor.output

    // Centres, up to a word that is one already: no output row may be named twice.
    let begin = start
    var seen = SeenWords()
    var end = begin
    var first = unsafe Int(firsts[begin])
    var last = unsafe Int(lasts[begin])
    while end < kept.count, end &- begin < Self.windowsPerGroup,
      unsafe documentRow == nil || kept.lines[end] == kept.lines[begin],
      unsafe seen.index(of: words[end], in: groupOutputs, count: end &- begin) == nil
    {
      unsafe seen.insert(words[end])
      unsafe groupOutputs[end &- begin] = words[end]
      unsafe weights[end &- begin] = 0
      first = unsafe min(first, Int(firsts[end]))
      last = unsafe max(last, Int(lasts[end]))
      end &+= 1
    }
    start = end
    let document = unsafe firstDocument &+ kept.lines[begin]

    // Context words: which of the windows each one stands in.
    let groupMasks = unsafe groupMasks
    for index in 0...(last &- first) { unsafe groupMasks[index] = 0 }
    for centre in begin..<end {
      let bit: UInt32 = 1 &<< UInt32(truncatingIfNeeded: centre &- begin)
      for index in unsafe Int(firsts[centre])...Int(lasts[centre]) {
        unsafe groupMasks[index &- first] |= bit
      }
      unsafe groupMasks[centre &- first] &= ~bit
    }
    if sampling.noiseCount > 0 {
      var inputCount = 0
      for index in 0...(last &- first) {
        unsafe groupInputs[inputCount] = words[first &+ index]
        unsafe inputMasks[inputCount] = groupMasks[index]
        unsafe inputCount &+= groupMasks[index] != 0 ? 1 : 0
      }
      if documentRow != nil {
        unsafe groupInputs[inputCount] = document
        unsafe inputMasks[inputCount] = (1 &<< UInt32(truncatingIfNeeded: end &- begin)) &- 1
        inputCount &+= 1
      }
      if inputCount == 0 { return }
      var outputCount = end &- begin
      unsafe sampling.drawNoise(
        into: groupOutputs, weights, count: &outputCount, seen: &seen, noise, random: &random)
      memory.close(
        inputCount: inputCount, outputCount: outputCount, paddingRow: sampling.paddingRow,
        path: WT_NO_PATH, at: &cursor)
    }
    if let paths = sampling.paths {
      for centre in begin..<end {
        let bit: UInt32 = 1 &<< UInt32(truncatingIfNeeded: centre &- begin)
        unsafe paths.append(
          of: Int(words[centre]), beside: sampling.noiseCount > 0,
          paddingRow: sampling.paddingRow, to: memory, at: &cursor
        ) { inputs in
          var count = 0
          for index in unsafe Int(firsts[centre])...Int(lasts[centre]) {
            unsafe inputs[count] = words[index]
            unsafe count &+= groupMasks[index &- first] & bit != 0 ? 1 : 0
          }
          if documentRow != nil {
            unsafe inputs[count] = document
            count &+= 1
          }
          return count
        }
      }
    }
  }

  // MARK: What the objective reads

  package var groupCount: Int { batches.groupCount }
  package var tiles: wt_sgns_batch { unsafe memory.tiles(groupCount: groupCount) }
  package var batchCount: Int { batches.count }
  package func groups(ofBatch batch: Int) -> Range<Int> { batches[batch] }
}

extension WindowGroups.Sampling {
  /// Adds a group's noise words; a word drawn twice counts twice. One that is also a centre is noise
  /// to the group's other windows only, which is what the coefficients' formula makes of it.
  ///
  /// - Parameter firstRow: the output row of word 0.
  @inline(__always)
  func drawNoise(
    into outputs: UnsafeMutablePointer<Int32>, _ weights: UnsafeMutablePointer<Float>,
    count: inout Int, seen: inout SeenWords, _ noise: UnsafeBufferPointer<NoiseTable.Column>,
    random: inout RandomSource, firstRow: Int32 = 0
  ) {
    for _ in 0..<noiseCount {
      let word = unsafe firstRow &+ NoiseTable.word(for: random.next(), in: noise)
      if let known = unsafe seen.index(of: word, in: outputs, count: count) {
        unsafe weights[known] += noiseWeight
      } else {
        seen.insert(word)
        unsafe outputs[count] = word
        unsafe weights[count] = noiseWeight
        count &+= 1
      }
    }
  }
}

/// The words named so far, as a set that may say yes for a word that is not there, never no for
/// one that is: almost always the answer is no, and no list is searched.
struct SeenWords {
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
