import CKernels

/// Memory for the groups of a chunk, filled from the front: a fixed capacity, enough for the worst
/// chunk; pages that are never touched cost nothing.
///
/// Plain pointers, because preparing a chunk takes about as long as computing it does and array
/// accesses would double that.
@safe final class TileMemory {
  // SAFETY: taken by `init`, given back by `deinit`; who fills it keeps to the capacities it asked for.
  let groups: UnsafeMutablePointer<wt_sgns_group>
  let inputs: UnsafeMutablePointer<Int32>
  let masks: UnsafeMutablePointer<UInt32>
  let outputs: UnsafeMutablePointer<Int32>
  let noiseWeights: UnsafeMutablePointer<Float>

  /// Where the next group goes.
  struct Cursor {
    var group = 0
    var input = 0
    var output = 0
  }

  /// - Parameters: the most groups, inputs and outputs, their padding included.
  init(groups: Int, inputs: Int, outputs: Int) {
    unsafe self.groups = .allocate(capacity: groups)
    unsafe self.inputs = .allocate(capacity: inputs)
    unsafe masks = .allocate(capacity: inputs)
    unsafe self.outputs = .allocate(capacity: outputs)
    unsafe noiseWeights = .allocate(capacity: outputs)
  }

  deinit {
    unsafe groups.deallocate()
    unsafe inputs.deallocate()
    unsafe masks.deallocate()
    unsafe outputs.deallocate()
    unsafe noiseWeights.deallocate()
  }

  /// Ends the group at the cursor, whose inputs and outputs stand there, with its padding.
  @inline(__always)
  func close(
    inputCount: Int, outputCount: Int, paddingRow: Int32, path: wt_sgns_path,
    at cursor: inout Cursor
  ) {
    let groupInputs = unsafe inputs + cursor.input
    let inputMasks = unsafe masks + cursor.input
    let groupOutputs = unsafe outputs + cursor.output
    let weights = unsafe noiseWeights + cursor.output
    var paddedOutputCount = outputCount
    var padding = paddingRow
    while paddedOutputCount & 3 != 0 {
      unsafe groupOutputs[paddedOutputCount] = padding
      unsafe weights[paddedOutputCount] = 0
      paddedOutputCount &+= 1
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
      output_count: Int32(truncatingIfNeeded: paddedOutputCount),
      path: Int32(truncatingIfNeeded: path.rawValue))
    cursor.group &+= 1
    cursor.input &+= paddedInputCount
    cursor.output &+= paddedOutputCount
  }

  /// The first groups, without the tables they name rows of.
  func tiles(groupCount: Int) -> wt_sgns_batch {
    unsafe wt_sgns_batch(
      input_rows: nil, output_rows: nil, stride: 0, inputs: inputs, masks: masks, outputs: outputs,
      noise_weights: noiseWeights, groups: groups, group_count: Int32(groupCount),
      input_changes: nil)
  }
}
