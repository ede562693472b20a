import BLASCore
import CKernels
import TestSupport

/// One batch of random groups over random rows, for kernels to work on.
final class SkipGramBatch {
  let dimension: Int
  var inputRows: RowStorage
  var outputRows: RowStorage
  let groups: [wt_sgns_group]
  let inputs: [Int32]
  let masks: [UInt32]
  let outputs: [Int32]
  let noiseWeights: [Float]
  /// What inputs change by, where they do not change themselves.
  var changes: RowStorage?

  /// - Parameters:
  ///   - shapes: the number of inputs and of outputs (a multiple of 4) of every group.
  ///   - paths: whether every second group is a path, whose outputs weigh 1.
  ///   - separately: whether the changes of inputs are added to rows of their own.
  ///   - scale: values are uniform in -scale ..< scale.
  init(
    dimension: Int, shapes: [(inputs: Int, outputs: Int)], paths: Bool = false,
    separately: Bool = false, scale: Float = 1, seed: UInt64
  ) throws {
    self.dimension = dimension
    var random = SeededGenerator(seed: seed)
    let rowCount = 4 + (shapes.map(\.outputs).max() ?? 0)
    inputRows = try RowStorage(rowCount: rowCount, dimension: dimension)
    outputRows = try RowStorage(rowCount: rowCount, dimension: dimension)
    for row in 0..<rowCount {
      inputRows[row] = (0..<dimension).map { _ in Float.random(in: -scale..<scale, using: &random) }
      outputRows[row] = (0..<dimension).map { _ in Float.random(in: -scale..<scale, using: &random)
      }
    }
    if separately { changes = try RowStorage(rowCount: rowCount, dimension: dimension) }
    var groups: [wt_sgns_group] = []
    var inputs: [Int32] = []
    var masks: [UInt32] = []
    var outputs: [Int32] = []
    var noiseWeights: [Float] = []
    for (number, shape) in shapes.enumerated() {
      let path = paths && number % 2 == 1
      groups.append(
        wt_sgns_group(
          input_begin: Int32(inputs.count), input_count: Int32(shape.inputs),
          output_begin: Int32(outputs.count), output_count: Int32(shape.outputs),
          path: path ? (number % 4 == 1 ? 1 : 2) : 0))
      // Words may repeat among the inputs, never among the outputs.
      for _ in 0..<shape.inputs {
        inputs.append(Int32.random(in: 0..<Int32(rowCount), using: &random))
        masks.append(UInt32.random(in: (path ? 0 : 1)..<32, using: &random))
      }
      while inputs.count % 4 != Int(groups[groups.count - 1].input_begin) % 4 {
        inputs.append(inputs[Int(groups[groups.count - 1].input_begin)])
        masks.append(0)
      }
      outputs += (0..<Int32(rowCount)).shuffled(using: &random).prefix(shape.outputs)
      noiseWeights += (0..<shape.outputs).map {
        path ? 1 : $0 < 5 ? 0 : Float.random(in: 0..<2, using: &random)
      }
    }
    self.groups = groups
    self.inputs = inputs
    self.masks = masks
    self.outputs = outputs
    self.noiseWeights = noiseWeights
  }

  /// Floats that the products of all groups take.
  var productCount: Int {
    groups.reduce(0) { sum, group in
      withUnsafePointer(to: group) { sum + Int(wt_sgns_product_count($0)) }
    }
  }

  func withBatch<Result>(_ body: (UnsafePointer<wt_sgns_batch>) -> Result) -> Result {
    groups.withUnsafeBufferPointer { groups in
      inputs.withUnsafeBufferPointer { inputs in
        masks.withUnsafeBufferPointer { masks in
          outputs.withUnsafeBufferPointer { outputs in
            noiseWeights.withUnsafeBufferPointer { weights in
              var batch = wt_sgns_batch(
                input_rows: inputRows.base, output_rows: outputRows.base,
                stride: Int64(inputRows.stride), inputs: inputs.baseAddress,
                masks: masks.baseAddress, outputs: outputs.baseAddress,
                noise_weights: weights.baseAddress, groups: groups.baseAddress,
                group_count: Int32(groups.count), input_changes: changes?.base)
              return body(&batch)
            }
          }
        }
      }
    }
  }

  /// How often an input counts for noise: on a path once, else in each of its windows.
  static func count(_ mask: UInt32, _ group: wt_sgns_group) -> Double {
    group.path == 0 ? Double(mask.nonzeroBitCount) : 1
  }

  /// Every (product index, input row, output row, mask, output place, weight) of the batch.
  func forEachProduct(_ body: (Int, Int, Int, UInt32, Int, Float) -> Void) {
    forEachProduct { group, index, input, output, mask, place, weight in
      body(index, input, output, mask, place, weight)
    }
  }

  /// The same with the group.
  func forEachProduct(_ body: (wt_sgns_group, Int, Int, Int, UInt32, Int, Float) -> Void) {
    var base = 0
    for group in groups {
      let pitch = (Int(group.output_count) + 15) / 16 * 16
      for i in 0..<Int(group.input_count) {
        for o in 0..<Int(group.output_count) {
          let input = Int(group.input_begin) + i
          let output = Int(group.output_begin) + o
          body(
            group, base + i * pitch + o, Int(inputs[input]), Int(outputs[output]), masks[input], o,
            noiseWeights[output])
        }
      }
      base += withUnsafePointer(to: group) { Int(wt_sgns_product_count($0)) }
    }
  }

  /// One step with these kernels over `columns`; returns the products' sums and the coefficients.
  func step(
    _ kernels: KernelTable, columns: ColumnGroups, rate: Float
  ) -> (products: [Float], coefficients: [Float]) {
    let count = productCount
    var products = [Float](repeating: 0, count: columns.count * count)
    var coefficients = [Float](repeating: 0, count: count)
    withBatch { batch in
      products.withUnsafeMutableBufferPointer { products in
        for group in 0..<columns.count {
          kernels.pointer.pointee.sgns_dots_f32(
            batch, Int32(columns.bounds[group]), Int32(columns.bounds[group + 1]),
            products.baseAddress.map { $0 + group * count })
        }
      }
      kernels.pointer.pointee.sgns_coefficients_f32(
        batch, products, Int32(columns.count), Int64(count), rate, &coefficients)
      kernels.pointer.pointee.sgns_update_f32(
        batch, 0, Int32(inputRows.blockCount), coefficients)
    }
    return (products, coefficients)
  }
}
