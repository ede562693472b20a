package import BLASCore
package import CKernels
import Embedding

/// The training examples of one chunk of the text for structured skip-gram: a word is scored against the
/// words near it by the table of where it stands from them.
///
/// Ling, Dyer, Black and Trancoso, Two/Too Simple Adaptations of Word2Vec for Syntax Problems, NAACL
/// 2015, section 4.2: skip-gram with an output table for each position of the window, so that what
/// stands before a word is told from what stands behind it, near from far.
///
/// A group holds one position of some consecutive windows: as inputs the words there, as outputs the
/// windows' centres and the noise that they share, all of the position's table. Each input belongs to
/// one centre. Of the output table the rows `position * words ..< (position + 1) * words` are a position's,
/// positions being counted from the left end of the window.
///
/// What a chunk holds is a function of the text, the options and the chunk's seed alone.
@safe package final class PositionGroups: TileChunk {
  // SAFETY: taken by `init`, given back by `deinit` of what has it; capacities bound what a chunk can
  // hold.
  /// Windows whose words at one position are trained together: bits of a mask, two tiles.
  package static let windowsPerGroup = 8

  private let sampling: WindowGroups.Sampling
  private let wordCount: Int
  private let memory: TileMemory
  private let kept: KeptWords
  private let batches: GroupBatches

  /// - Parameters:
  ///   - batch: what is trained between two meetings of the threads.
  ///   - wordCount: words of the vocabulary, rows of each position's table.
  ///   - wordCapacity: the most words a chunk has.
  package init(
    sampling: WindowGroups.Sampling, batch: GroupBatches.Limits, wordCount: Int, wordCapacity: Int
  ) {
    self.sampling = sampling
    self.wordCount = wordCount
    let windows = Self.windowsPerGroup
    // At worst a unit has one window.
    let groups = wordCapacity * 2 * sampling.windowRadius
    memory = TileMemory(
      groups: groups, inputs: groups * windows,
      outputs: groups * (windows + sampling.noiseCount + 3))
    kept = KeptWords(capacity: wordCapacity)
    batches = GroupBatches(batch, groupCapacity: groups)
  }

  /// The most products one group of these options can have, padded as `CKernels.h` says.
  static func productCapacity(negativeSamples: Int) -> Int {
    let noise = WindowGroups.noiseCount(negativeSamples: negativeSamples, windows: windowsPerGroup)
    return windowsPerGroup * ((windowsPerGroup + noise + 15) / 16 * 16)
  }

  /// Replaces the contents by the groups of `text`, IDs with -1 for the end of a line.
  package func prepare(
    _ text: UnsafeBufferPointer<Int32>, firstLine: Int = 0, random: RandomSource
  ) {
    var random = random
    unsafe kept.scan(text, sampling, random: &random)
    var cursor = TileMemory.Cursor()
    batches.begin()
    unsafe sampling.noise.columns.withUnsafeBufferPointer { noise in
      var begin = 0
      while begin < kept.count {
        let end = kept.unitEnd(
          from: begin, windows: Self.windowsPerGroup, repeats: batches.limits.repeats)
        let centres = begin..<end
        begin = end
        for position in 0..<2 * sampling.windowRadius {
          unsafe appendGroup(
            centres, position: position, at: &cursor, noise: noise, random: &random)
        }
        unsafe batches.add(kept.words, centres, upTo: cursor.group)
      }
    }
    batches.finish(groupCount: cursor.group)
  }

  /// Writes the group of a position, if any word stands there.
  @inline(__always)
  private func appendGroup(
    _ centres: Range<Int>, position: Int, at cursor: inout TileMemory.Cursor,
    noise: UnsafeBufferPointer<NoiseTable.Column>, random: inout RandomSource
  ) {
    let (words, firsts, lasts) = unsafe (kept.words, kept.firsts, kept.lasts)
    let inputs = unsafe memory.inputs + cursor.input
    let masks = unsafe memory.masks + cursor.input
    let outputs = unsafe memory.outputs + cursor.output
    let weights = unsafe memory.noiseWeights + cursor.output
    let radius = sampling.windowRadius
    let distance = position < radius ? position &- radius : position &- radius &+ 1
    let firstRow = Int32(truncatingIfNeeded: position &* wordCount)
    var seen = SeenWords()
    var (inputCount, outputCount) = (0, 0)
    for centre in centres {
      let place = centre &+ distance
      guard unsafe place >= Int(firsts[centre]), unsafe place <= Int(lasts[centre]) else {
        continue
      }
      let row = unsafe firstRow &+ words[centre]
      var output = outputCount
      // No output row may be named twice.
      if let known = unsafe seen.index(of: row, in: outputs, count: outputCount) {
        output = known
      } else {
        seen.insert(row)
        unsafe outputs[outputCount] = row
        unsafe weights[outputCount] = 0
        outputCount &+= 1
      }
      unsafe inputs[inputCount] = words[place]
      unsafe masks[inputCount] = 1 &<< UInt32(truncatingIfNeeded: output)
      inputCount &+= 1
    }
    if inputCount == 0 { return }
    unsafe sampling.drawNoise(
      into: outputs, weights, count: &outputCount, seen: &seen, noise, random: &random,
      firstRow: firstRow)
    memory.close(
      inputCount: inputCount, outputCount: outputCount, paddingRow: sampling.paddingRow,
      path: WT_NO_PATH, at: &cursor)
  }

  // MARK: What the objective reads

  package var groupCount: Int { batches.groupCount }
  package var tiles: wt_sgns_batch { unsafe memory.tiles(groupCount: groupCount) }
  package var batchCount: Int { batches.count }
  package func groups(ofBatch batch: Int) -> Range<Int> { batches[batch] }
}

extension PositionGroups: TextChunk {}
