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
/// CBOW may tell positions apart: each row then has the place in the window that its word stands at, from
/// the left, for ``PositionWeights``.
///
/// With documents, which are the lines of the text, a bag of CBOW holds the row of its line as well:
/// PV-DM, the mean of Le and Mikolov (Distributed Representations of Sentences and Documents, ICML 2014,
/// section 2.2).
///
/// `BagGroups+Windows` and `BagGroups+Centres` write the two; this file has their memory, and what the
/// objective reads of it. What a chunk holds is a function of the text, the options and the chunk's seed
/// alone.
@safe package final class BagGroups: BagTileChunk {
  // SAFETY: taken by `init`, given back by `deinit`; capacities bound what a chunk can hold, and rows
  // of bags have memory that grows.
  /// Windows that are trained together, bits of a mask.
  static let cbowWindows = 8
  /// Words around the windows of a unit that one group of skip-gram takes: bits of a mask.
  static let contextsPerGroup = 32

  let model: WordVectorOptions.Model
  let windowsPerUnit: Int
  private let unitsPerBatch: Int
  let mostRepeats: Int
  let sampling: WindowGroups.Sampling
  let subwords: SubwordBags?
  let memory: TileMemory
  let kept: KeptWords
  /// Whether rows have positions.
  let hasPositions: Bool
  /// The input row of the first line's document; nil where lines have no rows.
  let documentRow: Int?
  /// The input row of the document that the chunk begins in.
  private(set) var firstDocument: Int32 = 0

  // The bags, and what they are made of.
  let starts: UnsafeMutablePointer<Int>
  let counts: UnsafeMutablePointer<Int32>
  var rows: UnsafeMutablePointer<Int32>
  /// The position of each row; as many as there are rows, or none.
  var positions: UnsafeMutablePointer<Int32>
  var rowCapacity: Int
  var rowCount = 0
  var bagCount = 0
  // The first group and the first bag of each batch, and the ends.
  private let batchGroups: UnsafeMutablePointer<Int>
  private let batchBags: UnsafeMutablePointer<Int>
  package private(set) var batchCount = 0
  private var unitsInBatch = 0
  private let centreCounts: CentreCounts

  /// Scratch: of the places around a unit, the windows whose pairs with it are still to be written.
  let pending: UnsafeMutablePointer<UInt32>
  let wasPending: UnsafeMutablePointer<UInt32>

  /// - Parameters:
  ///   - unitsPerBatch: units between two meetings of the threads at most, at least 1.
  ///   - mostRepeats: how often a word may be the centre of a window in one batch, at least 1: the unit that
  ///     goes beyond is the last.
  ///   - subwords: the rows of each word, if it has more than its own.
  ///   - wordCapacity: the most words a chunk has.
  ///   - hasPositions: whether rows have positions, for CBOW without documents.
  ///   - documentRow: the input row of the first line's document, for CBOW; nil where lines have no rows.
  package init(
    model: WordVectorOptions.Model, sampling: WindowGroups.Sampling, unitsPerBatch: Int,
    mostRepeats: Int = .max, subwords: SubwordBags?, wordCapacity: Int, hasPositions: Bool = false,
    documentRow: Int? = nil
  ) {
    precondition(documentRow == nil || model == .cbow, "documents in the bags of \(model)")
    precondition(
      !hasPositions || model == .cbow && documentRow == nil, "positions in the bags of \(model)")
    self.model = model
    self.hasPositions = hasPositions
    self.documentRow = documentRow
    self.sampling = sampling
    self.unitsPerBatch = unitsPerBatch
    self.mostRepeats = mostRepeats
    centreCounts = CentreCounts(most: mostRepeats)
    self.subwords = subwords
    precondition(model != .structuredSkipGram, "bags of \(model)")
    windowsPerUnit = model.windowsPerUnit
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
    case .skipGram, .structuredSkipGram:
      // At worst a unit has one window. There are no more passes than places around.
      memory = TileMemory(
        groups: wordCapacity * span * (1 + pieces), inputs: wordCapacity * span * (1 + pieces) * 8,
        outputs: wordCapacity * span * (8 + noise + pieces * TreePaths.longestPiece) + 64)
    }
    kept = KeptWords(capacity: wordCapacity)
    unsafe starts = .allocate(capacity: wordCapacity)
    unsafe counts = .allocate(capacity: wordCapacity)
    rowCapacity = 1 << 12
    unsafe rows = .allocate(capacity: rowCapacity)
    unsafe positions = .allocate(capacity: hasPositions ? rowCapacity : 0)
    unsafe batchGroups = .allocate(capacity: wordCapacity + 1)
    unsafe batchBags = .allocate(capacity: wordCapacity + 1)
    unsafe pending = .allocate(capacity: span)
    unsafe wasPending = .allocate(capacity: span)
  }

  deinit {
    unsafe starts.deallocate()
    unsafe counts.deallocate()
    unsafe rows.deallocate()
    unsafe positions.deallocate()
    unsafe batchGroups.deallocate()
    unsafe batchBags.deallocate()
    unsafe pending.deallocate()
    unsafe wasPending.deallocate()
  }

  /// The most products of a unit, padded as `CKernels.h` says.
  static func productCapacity(
    model: WordVectorOptions.Model, windowRadius: Int, noiseCount: Int, pieces: Int
  ) -> Int {
    let windows = model.windowsPerUnit
    let inputs = (windows + 3) / 4 * 4
    func padded(_ outputs: Int) -> Int { (outputs + 15) / 16 * 16 }
    switch model {
    case .cbow:
      return inputs * padded(windows + noiseCount)
        + windows * pieces * 4 * padded(TreePaths.longestPiece)
    case .skipGram, .structuredSkipGram:
      // There are no more passes than places around, and a place stands in so many windows.
      let span = windows + 2 * windowRadius
      return span * inputs
        * ((noiseCount > 0 ? windows + noiseCount + 15 : 0) + pieces
          * padded(TreePaths.longestPiece))
    }
  }

  /// Replaces the contents by the groups of `text`, IDs with -1 for the end of a line.
  package func prepare(
    _ text: UnsafeBufferPointer<Int32>, firstLine: Int = 0, random: RandomSource
  ) {
    var random = random
    unsafe kept.scan(text, sampling, random: &random)
    firstDocument = Int32(truncatingIfNeeded: (documentRow ?? 0) + firstLine)
    rowCount = 0
    bagCount = 0
    batchCount = 0
    unitsInBatch = 0
    centreCounts.reset()
    unsafe batchGroups[0] = 0
    unsafe batchBags[0] = 0
    var cursor = TileMemory.Cursor()
    var centre = 0
    unsafe sampling.noise.columns.withUnsafeBufferPointer { noise in
      while centre < kept.count {
        let (groups, first) = (cursor.group, centre)
        switch model {
        case .cbow:
          unsafe appendWindows(at: &cursor, from: &centre, noise: noise, random: &random)
        case .skipGram, .structuredSkipGram:
          unsafe appendCentres(at: &cursor, from: &centre, noise: noise, random: &random)
        }
        if cursor.group > groups {
          unsafe centreCounts.add(first..<centre, of: kept.words)
          endUnit(cursor)
        }
      }
    }
    if unitsInBatch > 0 { endBatch(cursor) }
  }

  private func endUnit(_ cursor: TileMemory.Cursor) {
    unitsInBatch += 1
    if unitsInBatch == unitsPerBatch || centreCounts.isFull { endBatch(cursor) }
  }

  private func endBatch(_ cursor: TileMemory.Cursor) {
    batchCount += 1
    unitsInBatch = 0
    centreCounts.reset()
    unsafe batchGroups[batchCount] = cursor.group
    unsafe batchBags[batchCount] = bagCount
  }

  /// The number of the next bag in its batch.
  @inline(__always)
  var nextInput: Int32 {
    unsafe Int32(truncatingIfNeeded: bagCount &- batchBags[batchCount])
  }

  // MARK: What the objective reads

  package var tiles: wt_sgns_batch {
    unsafe memory.tiles(groupCount: batchGroups[batchCount])
  }

  package var bags: BagList {
    if model == .skipGram, let subwords {
      return unsafe BagList(rows: subwords.list.rows, starts: starts, counts: counts)
    }
    return unsafe BagList(
      rows: rows, starts: starts, counts: counts, positions: hasPositions ? positions : nil)
  }

  package func groups(ofBatch batch: Int) -> Range<Int> {
    unsafe batchGroups[batch]..<batchGroups[batch + 1]
  }

  package func bags(ofBatch batch: Int) -> Range<Int> {
    unsafe batchBags[batch]..<batchBags[batch + 1]
  }
}
