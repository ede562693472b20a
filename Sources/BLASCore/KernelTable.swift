package import CKernels
import Libc
import WordtoolCore

/// The SIMD inner loops of one instruction set, chosen at run time.
///
/// Every instruction set gives the same bits; see `CKernels.h` for what the bits are.
@safe public struct KernelTable: @unchecked Sendable {
  // Sendable: the table is a constant of the C target.

  package let pointer: UnsafePointer<wt_kernels>

  /// `scalar`, `avx2`, `avx512` or `neon`.
  public var name: String { unsafe String(cString: pointer.pointee.name) }

  /// The kernels of that name, or nil where this processor or build does not have them.
  public init?(named name: String) {
    guard let found = unsafe wt_kernels_named(name) else { return nil }
    unsafe pointer = found
  }

  private init() {
    unsafe pointer = wt_kernels_best()
  }

  /// The fastest kernels of this processor.
  public static let fastest = KernelTable()

  /// Every table this processor can run, the plain C of `scalar` included.
  public static var available: [KernelTable] {
    ["scalar", "neon", "avx2", "avx512"].compactMap { KernelTable(named: $0) }
  }

  /// The kernels that the environment variable `WORDTOOL_KERNELS` names, else the fastest.
  ///
  /// - Throws: `WordtoolError` of kind `usage` for a name this processor cannot serve.
  public static func selected() throws -> KernelTable {
    guard let variable = unsafe getenv("WORDTOOL_KERNELS") else { return fastest }
    let name = unsafe String(cString: variable)
    if name.isEmpty { return fastest }
    guard let table = KernelTable(named: name) else {
      throw WordtoolError(
        .usage, found: "WORDTOOL_KERNELS is '\(name)'",
        expected: "one of " + available.map(\.name).joined(separator: ", ") + " on this processor")
    }
    return table
  }

  /// The logistic function of each value.
  ///
  /// - Parameter values: any floats; NaN stays NaN.
  /// - Returns: 1 / (1 + e^-x), with an error below 3e-7.
  public func sigmoid(_ values: [Float]) -> [Float] {
    unsafe [Float](unsafeUninitializedCapacity: values.count) { results, count in
      // SAFETY: both buffers hold values.count floats.
      if let target = results.baseAddress {
        unsafe values.withUnsafeBufferPointer {
          unsafe pointer.pointee.sigmoid_f32($0.baseAddress, target, Int64($0.count))
        }
      }
      count = values.count
    }
  }
}
