import BLASCore
import CKernels
import TestSupport

/// Arrays of floats for one kernel call, one after the other in one memory with gaps between them,
/// at odd addresses.
struct KernelArena {
  typealias Array = UnsafeMutablePointer<Float>

  private(set) var memory: [Float]
  private let pitch: Int

  /// `arrays` arrays of `count` values drawn from `-scale...scale`.
  init(arrays: Int, count: Int, seed: UInt64, scale: Float = 1) {
    var random = SeededGenerator(seed: seed)
    pitch = count + 5
    memory = (0..<arrays * pitch + 3).map { _ in Float.random(in: -scale...scale, using: &random) }
  }

  /// The values of array `index`.
  func values(_ index: Int, count: Int) -> [Float] {
    Swift.Array(memory[3 + index * pitch..<3 + index * pitch + count])
  }

  /// The values of array `index` as doubles.
  func doubles(_ index: Int, count: Int) -> [Double] {
    values(index, count: count).map(Double.init)
  }

  mutating func replace(_ index: Int, with values: [Float]) {
    memory.replaceSubrange(3 + index * pitch..<3 + index * pitch + values.count, with: values)
  }

  /// Gives `body` a function from an array's index to its place.
  mutating func call<R>(_ body: ((Int) -> Array?) -> R) -> R {
    let pitch = pitch
    return memory.withUnsafeMutableBufferPointer { buffer in
      let base = buffer.baseAddress
      return body { index in base.map { $0 + 3 + index * pitch } }
    }
  }

  /// How many floats of the two memories, the gaps included, differ in their bits.
  func differences(from other: KernelArena) -> Int {
    zip(memory, other.memory).count { $0.bitPattern != $1.bitPattern }
  }
}

extension KernelTable {
  /// The C table.
  var table: wt_kernels { pointer.pointee }

  /// All tables but the scalar one.
  static var vectorised: [KernelTable] { available.filter { $0.name != "scalar" } }

  func exp(_ values: [Float]) -> [Float] { map(values, table.exp_f32) }
  func tanh(_ values: [Float]) -> [Float] { map(values, table.tanh_f32) }

  private func map(
    _ values: [Float],
    _ kernel: (UnsafePointer<Float>?, UnsafeMutablePointer<Float>?, Int64) -> Void
  ) -> [Float] {
    var results = [Float](repeating: .nan, count: values.count)
    kernel(values, &results, Int64(values.count))
    return results
  }
}
