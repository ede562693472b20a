package import BLASCore
package import CKernels
import Embedding

/// The training examples of PV-DBOW: the row of a document against its words.
///
/// Le and Mikolov, Distributed Representations of Sentences and Documents, ICML 2014, section 2.3. Each
/// word that subsampling keeps is predicted once an epoch from the row of its line. A group is one
/// document with up to eight of its words and the noise they share (as in ``WindowGroups``), so that the
/// document's row is loaded once for all of them.
///
/// All groups of a batch see the rows as they were before it, and a document has many words: so the
/// documents of a chunk take turns, a group of each, and a document is in a batch `roundsPerBatch` times
/// at most.
///
/// What a chunk holds is a function of the text, the options and the chunk's seed alone.
@safe package final class DocumentGroups: TileChunk, TextChunk {
  // SAFETY: taken by `init`, given back by `deinit`; capacities bound what a chunk can hold.
  /// Words of a document that are trained together, bits of its mask: as many as the windows of CBOW
  /// that share their noise.
  package static let wordsPerGroup = 8
  /// Numbers of the text in a chunk: several times as many as elsewhere, so that a chunk has many
  /// documents to take turns.
  static let wordsPerChunk = 1 << 14

  private let sampling: WindowGroups.Sampling
  private let size: DocumentBatchSize
  private let documentRow: Int
  private let memory: TileMemory
  private let words: UnsafeMutablePointer<Int32>
  /// Of each document of the chunk the number of its line, its first word that is still to be trained,
  /// and the end of its words.
  private let lines: UnsafeMutablePointer<Int32>
  private let starts: UnsafeMutablePointer<Int32>
  private let ends: UnsafeMutablePointer<Int32>
  private var lineCount = 0
  /// The first group of each batch, and the end.
  private let batchGroups: UnsafeMutablePointer<Int>
  package private(set) var batchCount = 0
  private let wordCapacity: Int

  /// - Parameters:
  ///   - sampling: that of CBOW, whose noise is for eight words.
  ///   - size: what is trained between two meetings of the threads.
  ///   - documentRow: the input row of the first line's document.
  ///   - wordCapacity: the most words a chunk has.
  package init(
    sampling: WindowGroups.Sampling, size: DocumentBatchSize, documentRow: Int, wordCapacity: Int
  ) {
    self.sampling = sampling
    self.size = size
    self.documentRow = documentRow
    self.wordCapacity = wordCapacity
    let pieces = sampling.paths?.mostPieces ?? 0
    // At worst each group has one word.
    memory = TileMemory(
      groups: wordCapacity * (1 + pieces), inputs: wordCapacity * (1 + pieces) * 4,
      outputs: wordCapacity * (4 + sampling.noiseCount + pieces * TreePaths.longestPiece)
        + Self.wordsPerGroup + 16)
    unsafe words = .allocate(capacity: wordCapacity)
    unsafe lines = .allocate(capacity: wordCapacity)
    unsafe starts = .allocate(capacity: wordCapacity)
    unsafe ends = .allocate(capacity: wordCapacity)
    unsafe batchGroups = .allocate(capacity: wordCapacity + 1)
  }

  deinit {
    unsafe words.deallocate()
    unsafe lines.deallocate()
    unsafe starts.deallocate()
    unsafe ends.deallocate()
    unsafe batchGroups.deallocate()
  }

  /// Replaces the contents by the groups of `text`, IDs with -1 for the end of a document.
  package func prepare(
    _ text: UnsafeBufferPointer<Int32>, firstLine: Int = 0, random: RandomSource
  ) {
    precondition(text.count <= wordCapacity, "\(text.count) words in a chunk of \(wordCapacity)")
    var random = random
    unsafe scan(text, firstLine: firstLine, random: &random)
    batchCount = 0
    unsafe batchGroups[0] = 0
    var cursor = TileMemory.Cursor()
    var rounds = 0
    var unitsInBatch = 0
    unsafe sampling.noise.columns.withUnsafeBufferPointer { noise in
      while lineCount > 0 {
        // Parts of a round are of one size.
        let parts = (lineCount + size.units - 1) / size.units
        let unitsPerBatch = (lineCount + parts - 1) / parts
        var left = 0
        for place in 0..<lineCount {
          if unitsInBatch == unitsPerBatch {
            endBatch(cursor)
            (unitsInBatch, rounds) = (0, 0)
          }
          unsafe appendUnit(ofLine: place, at: &cursor, noise: noise, random: &random)
          unitsInBatch += 1
          if unsafe starts[place] < ends[place] {
            unsafe (lines[left], starts[left], ends[left]) =
              (lines[place], starts[place], ends[place])
            left += 1
          }
        }
        lineCount = left
        rounds += 1
        if rounds == size.rounds {
          endBatch(cursor)
          (unitsInBatch, rounds) = (0, 0)
        }
      }
    }
    if unitsInBatch > 0 { endBatch(cursor) }
  }

  /// Subsampling, and which words belong to which document.
  private func scan(
    _ text: UnsafeBufferPointer<Int32>, firstLine: Int, random: inout RandomSource
  ) {
    var count = 0
    var lineStart = 0
    var line = Int32(truncatingIfNeeded: documentRow + firstLine)
    lineCount = 0
    unsafe sampling.keepThresholds.withUnsafeBufferPointer { thresholds in
      for position in 0...text.count {
        let word = unsafe position < text.count ? text[position] : -1
        if word >= 0 {
          // Written in any case, counted if kept: no branch to mispredict.
          unsafe words[count] = word
          let bits = UInt32(truncatingIfNeeded: random.next() >> 32)
          unsafe count &+= bits <= thresholds[Int(truncatingIfNeeded: word)] ? 1 : 0
          continue
        }
        if count > lineStart {
          unsafe lines[lineCount] = line
          unsafe starts[lineCount] = Int32(truncatingIfNeeded: lineStart)
          unsafe ends[lineCount] = Int32(truncatingIfNeeded: count)
          lineCount &+= 1
        }
        lineStart = count
        line &+= 1
      }
    }
  }

  /// Writes the groups of a document's next words, up to one that is among them already: no output row
  /// may be named twice.
  private func appendUnit(
    ofLine place: Int, at cursor: inout TileMemory.Cursor,
    noise: UnsafeBufferPointer<NoiseTable.Column>, random: inout RandomSource
  ) {
    let row = unsafe lines[place]
    let begin = unsafe Int(starts[place])
    let limit = unsafe min(Int(ends[place]), begin &+ Self.wordsPerGroup)
    let outputs = unsafe memory.outputs + cursor.output
    let weights = unsafe memory.noiseWeights + cursor.output
    var seen = SeenWords()
    var count = 0
    while begin &+ count < limit,
      unsafe seen.index(of: words[begin &+ count], in: outputs, count: count) == nil
    {
      let word = unsafe words[begin &+ count]
      seen.insert(word)
      unsafe outputs[count] = word
      unsafe weights[count] = 0
      count &+= 1
    }
    unsafe starts[place] = Int32(truncatingIfNeeded: begin &+ count)
    if sampling.noiseCount > 0 {
      unsafe memory.inputs[cursor.input] = row
      unsafe memory.masks[cursor.input] = (1 &<< UInt32(truncatingIfNeeded: count)) &- 1
      var outputCount = count
      unsafe sampling.drawNoise(
        into: outputs, weights, count: &outputCount, seen: &seen, noise, random: &random)
      memory.close(
        inputCount: 1, outputCount: outputCount, paddingRow: sampling.paddingRow, path: WT_NO_PATH,
        at: &cursor)
    }
    guard let paths = sampling.paths else { return }
    for word in begin..<begin &+ count {
      unsafe paths.append(
        of: Int(words[word]), beside: sampling.noiseCount > 0, paddingRow: sampling.paddingRow,
        to: memory, at: &cursor
      ) { inputs in
        unsafe inputs[0] = row
        return 1
      }
    }
  }

  private func endBatch(_ cursor: TileMemory.Cursor) {
    batchCount += 1
    unsafe batchGroups[batchCount] = cursor.group
  }

  // MARK: What the objective reads

  package var tiles: wt_sgns_batch {
    unsafe memory.tiles(groupCount: batchGroups[batchCount])
  }

  package func groups(ofBatch batch: Int) -> Range<Int> {
    unsafe batchGroups[batch]..<batchGroups[batch + 1]
  }
}
