package import BLASCore
package import CKernels

/// What a text's label is told by where not every label has a score of its own: rows of the output
/// table, a yes or no for each.
package enum LabelTargets: Sendable {
  /// The label's own row, against those of labels that are drawn.
  case noise(LabelNoise)
  /// The nodes on the way down a tree to the label; yes is the second branch, as fastText has it.
  case path(HuffmanTree)

  /// Nodes of a way that fit into a group: the bits of a mask.
  private static let longestPiece = 32

  /// The most groups of a text.
  var mostGroups: Int {
    switch self {
    case .noise: return 1
    case .path(let tree):
      let longest = (0..<tree.starts.count - 1).map { tree.length(of: $0) }.max() ?? 0
      return (longest + Self.longestPiece - 1) / Self.longestPiece
    }
  }

  /// The most outputs of a group, a multiple of 4.
  var mostOutputs: Int {
    switch self {
    case .noise(let noise): (1 + noise.count + 3) / 4 * 4
    case .path: Self.longestPiece
    }
  }

  /// Adds the groups of one label.
  ///
  /// - Parameter input: the number of the text in its batch.
  fileprivate func append(
    _ label: Int32, input: Int32, to groups: LabelGroups, random: inout RandomSource
  ) {
    switch self {
    case .noise(let noise):
      var outputs = [label]
      var weights: [Float] = [0]
      for _ in 0..<noise.count {
        let other = noise.draw(otherThan: label, random: &random)
        if let known = outputs.firstIndex(of: other) {
          weights[known] += 1
        } else {
          outputs.append(other)
          weights.append(1)
        }
      }
      groups.add(input: input, mask: 1, outputs: outputs[...], weights: weights, path: WT_NO_PATH)
    case .path(let tree):
      let way = tree.starts[Int(label)]..<tree.starts[Int(label) + 1]
      for start in stride(from: way.lowerBound, to: way.upperBound, by: Self.longestPiece) {
        let piece = start..<min(start + Self.longestPiece, way.upperBound)
        var mask: UInt32 = 0
        for place in piece where tree.codes[place] == 1 { mask |= 1 << UInt32(place - start) }
        // All pieces of a way are one text.
        groups.add(
          input: input, mask: mask, outputs: tree.nodes[piece],
          weights: [Float](repeating: 1, count: piece.count),
          path: start > way.lowerBound ? WT_EXTRA_PATH : WT_PATH)
      }
    }
  }
}

/// Texts and what their labels are told by, as groups of a text each.
///
/// The bags of a chunk are copied, so that they lie where the groups' kernels find them by a pointer.
@safe package final class LabelGroups: BagTileChunk {
  // SAFETY: what `init` takes, `deinit` gives back; `begin` and `add` keep to the capacities.
  /// The texts, one label each.
  package let texts = Bags()
  private let targets: LabelTargets
  private let batchSize: Int
  /// Rows of zeros behind those of labels and nodes.
  private let paddingRow: Int32
  private let groups: UnsafeMutablePointer<wt_sgns_group>
  private let inputs: UnsafeMutablePointer<Int32>
  private let masks: UnsafeMutablePointer<UInt32>
  private let outputs: UnsafeMutablePointer<Int32>
  private let weights: UnsafeMutablePointer<Float>
  private let starts: UnsafeMutablePointer<Int>
  private let counts: UnsafeMutablePointer<Int32>
  private var rows: UnsafeMutablePointer<Int32>
  private var rowCapacity = 1 << 12
  private var (groupCount, inputCount, outputCount) = (0, 0, 0)
  /// Where the groups of each batch begin, and the last one's end.
  private var batchStarts = [0]

  /// Inputs of a group, of which only the first is one.
  private static let inputWidth = 4
  /// Rows that a group may be padded with.
  package static let paddingCount = 3

  /// - Parameters:
  ///   - paddingRow: the first of ``paddingCount`` output rows that are zero.
  ///   - batchSize: texts between two meetings of the threads.
  ///   - capacity: the most texts.
  package init(_ targets: LabelTargets, paddingRow: Int, batchSize: Int, capacity: Int) {
    self.targets = targets
    self.batchSize = batchSize
    self.paddingRow = Int32(paddingRow)
    let most = capacity * targets.mostGroups
    unsafe groups = .allocate(capacity: most)
    unsafe inputs = .allocate(capacity: most * Self.inputWidth)
    unsafe masks = .allocate(capacity: most * Self.inputWidth)
    unsafe outputs = .allocate(capacity: most * targets.mostOutputs)
    unsafe weights = .allocate(capacity: most * targets.mostOutputs)
    unsafe starts = .allocate(capacity: capacity)
    unsafe counts = .allocate(capacity: capacity)
    unsafe rows = .allocate(capacity: rowCapacity)
  }

  deinit {
    unsafe groups.deallocate()
    unsafe inputs.deallocate()
    unsafe masks.deallocate()
    unsafe outputs.deallocate()
    unsafe weights.deallocate()
    unsafe starts.deallocate()
    unsafe counts.deallocate()
    unsafe rows.deallocate()
  }

  /// The most products of a batch, padded as `CKernels.h` says.
  package static func productCapacity(_ targets: LabelTargets, batchSize: Int) -> Int {
    batchSize * targets.mostGroups * inputWidth * ((targets.mostOutputs + 15) / 16 * 16)
  }

  /// Replaces the groups by those of ``texts``, each with one label and every row counted once.
  package func makeGroups(random: RandomSource) {
    precondition(texts.lastCounts.isEmpty, "rows that stand for several features")
    var random = random
    (groupCount, inputCount, outputCount) = (0, 0, 0)
    batchStarts = [0]
    var rowCount = 0
    for text in 0..<texts.count {
      let range = texts.inputRanges[text]
      reserve(rowCount + range.count, keeping: rowCount)
      unsafe texts.inputs.withUnsafeBufferPointer { inputs in
        guard let base = inputs.baseAddress else { return }
        unsafe (rows + rowCount).update(from: base + range.lowerBound, count: range.count)
      }
      unsafe starts[text] = rowCount
      unsafe counts[text] = Int32(truncatingIfNeeded: range.count)
      rowCount += range.count
      targets.append(
        texts.targets[texts.targetRanges[text].lowerBound],
        input: Int32(truncatingIfNeeded: text % batchSize), to: self, random: &random)
      if (text + 1) % batchSize == 0 || text + 1 == texts.count { batchStarts.append(groupCount) }
    }
  }

  private func reserve(_ count: Int, keeping kept: Int) {
    if count <= rowCapacity { return }
    rowCapacity = max(2 * rowCapacity, count)
    let larger = UnsafeMutablePointer<Int32>.allocate(capacity: rowCapacity)
    unsafe larger.update(from: rows, count: kept)
    unsafe rows.deallocate()
    unsafe rows = larger
  }

  /// Adds a group of one text.
  ///
  /// - Parameters:
  ///   - mask: bit o is set where output o is to say yes.
  ///   - outputs: distinct rows, at most as many as there are outputs in a group.
  ///   - weights: how often each is to say no where it is not to say yes.
  fileprivate func add(
    input: Int32, mask: UInt32, outputs own: ArraySlice<Int32>, weights ownWeights: [Float],
    path: wt_sgns_path
  ) {
    for place in 0..<Self.inputWidth {
      unsafe inputs[inputCount + place] = input
      unsafe masks[inputCount + place] = place == 0 ? mask : 0
    }
    for (place, row) in own.enumerated() {
      unsafe outputs[outputCount + place] = row
      unsafe weights[outputCount + place] = ownWeights[place]
    }
    let padded = (own.count + 3) / 4 * 4
    for place in own.count..<padded {
      unsafe outputs[outputCount + place] =
        paddingRow + Int32(truncatingIfNeeded: place - own.count)
      unsafe weights[outputCount + place] = 0
    }
    unsafe groups[groupCount] = wt_sgns_group(
      input_begin: Int32(truncatingIfNeeded: inputCount), input_count: 1,
      output_begin: Int32(truncatingIfNeeded: outputCount),
      output_count: Int32(truncatingIfNeeded: padded),
      path: Int32(truncatingIfNeeded: path.rawValue))
    groupCount += 1
    inputCount += Self.inputWidth
    outputCount += padded
  }

  package var tiles: wt_sgns_batch {
    unsafe wt_sgns_batch(
      input_rows: nil, output_rows: nil, stride: 0, inputs: inputs, masks: masks,
      outputs: outputs, noise_weights: weights, groups: groups,
      group_count: Int32(truncatingIfNeeded: groupCount), input_changes: nil)
  }

  package var bags: BagList { unsafe BagList(rows: rows, starts: starts, counts: counts) }

  package var batchCount: Int { batchStarts.count - 1 }

  package func groups(ofBatch batch: Int) -> Range<Int> {
    batchStarts[batch]..<batchStarts[batch + 1]
  }

  package func bags(ofBatch batch: Int) -> Range<Int> {
    batch * batchSize..<min(texts.count, (batch + 1) * batchSize)
  }
}
