import BLASCore
import CKernels
import Testing
import TestSupport

@Suite struct ProductKernelTests {
  /// A product's arguments: `a` is rows x inner, `b` inner x columns, `c` rows x columns, each with
  /// a stride of its own, `a` and `b` by rows or transposed.
  struct Product {
    var rows: Int
    var columns: Int
    var inner: Int
    var aTransposed = false
    var bTransposed = false
    var keep = false

    var aStrides: (row: Int, column: Int) { aTransposed ? (1, rows + 3) : (inner + 1, 1) }
    var bStrides: (row: Int, column: Int) { bTransposed ? (1, inner + 3) : (columns + 1, 1) }
    var cStride: Int { columns + 5 }

    func values(_ count: Int, seed: UInt64) -> [Float] {
      var random = SeededGenerator(seed: seed)
      return (0..<count).map { _ in Float.random(in: -1...1, using: &random) }
    }
    var a: [Float] { values((rows + 3) * (inner + 3), seed: 1) }
    var b: [Float] { values((inner + 3) * (columns + 3), seed: 2) }
    var c: [Float] { values(rows * cStride, seed: 3) }

    /// The panel, and the whole memory of c after the product over `inner`, cut at `cuts`.
    func run(_ kernels: KernelTable, cuts: [Int] = []) -> (panel: [Float], c: [Float]) {
      let (a, b) = (a, b)
      var c = c
      // Panels lie at multiples of 64 bytes.
      let panel = UnsafeMutableRawPointer.allocate(
        byteCount: (inner + 1) * Int(WT_PANEL) * 4, alignment: 64)
      defer { panel.deallocate() }
      let floats = panel.bindMemory(to: Float.self, capacity: (inner + 1) * Int(WT_PANEL))
      b.withUnsafeBufferPointer {
        kernels.table.pack_panel_f32(
          Int64(inner), Int64(columns), $0.baseAddress, Int64(bStrides.row), Int64(bStrides.column),
          floats)
      }
      let bounds = [0] + cuts + [inner]
      for (first, last) in zip(bounds, bounds.dropFirst()) {
        a.withUnsafeBufferPointer {
          kernels.table.gemm_panel_f32(
            Int64(rows), Int64(columns), Int64(last - first),
            $0.baseAddress.map { $0 + first * aStrides.column }, Int64(aStrides.row),
            Int64(aStrides.column), floats + first * Int(WT_PANEL), &c, Int64(cStride),
            keep || first > 0)
        }
      }
      return (Array(UnsafeBufferPointer(start: floats, count: inner * Int(WT_PANEL))), c)
    }
  }

  static func bits(_ values: [Float]) -> [UInt32] { values.map(\.bitPattern) }

  @Test("every instruction set gives the scalar code's very bits at every shape")
  func bitsAreThoseOfTheScalarCode() throws {
    let scalar = try #require(KernelTable(named: "scalar"))
    var products = [Product]()
    for rows in 1...26 {
      for columns in [1, 7, 8, 9, 15, 16, 17, 31, 32] {
        products.append(
          Product(
            rows: rows, columns: columns, inner: 11, aTransposed: rows % 2 == 0,
            bTransposed: columns % 2 == 0, keep: rows % 3 == 0))
      }
    }
    for columns in 1...32 {
      for transposed in [false, true] {
        products.append(
          Product(
            rows: 5, columns: columns, inner: columns + 2, aTransposed: !transposed,
            bTransposed: transposed, keep: transposed))
      }
    }
    for inner in 0...100 {
      products.append(
        Product(
          rows: 3, columns: 1 + inner % 32, inner: inner, aTransposed: inner % 3 == 0,
          bTransposed: inner % 2 == 0, keep: inner % 5 < 2))
    }
    for kernels in KernelTable.vectorised {
      var wrong = [String]()
      for product in products {
        let expected = product.run(scalar)
        let actual = product.run(kernels)
        if Self.bits(actual.panel) != Self.bits(expected.panel)
          || Self.bits(actual.c) != Self.bits(expected.c)
        {
          wrong.append("\(product)")
        }
      }
      #expect(wrong.isEmpty, "\(kernels.name)")
    }
  }

  @Test("products agree with a Double oracle and write only their own columns")
  func agreesWithDoubles() {
    for kernels in KernelTable.available {
      for (rows, columns, inner) in [
        (1, 32, 300), (20, 32, 200), (13, 9, 77), (7, 1, 1), (4, 5, 0),
      ] {
        for keep in [false, true] {
          for transposed in [false, true] {
            let product = Product(
              rows: rows, columns: columns, inner: inner, aTransposed: transposed,
              bTransposed: !transposed, keep: keep)
            let (a, b, before) = (product.a, product.b, product.c)
            let (panel, c) = product.run(kernels)
            var worst = 0.0
            var spoilt = 0
            for i in 0..<rows {
              for j in 0..<product.cStride {
                let at = i * product.cStride + j
                guard j < columns else {
                  if c[at].bitPattern != before[at].bitPattern { spoilt += 1 }
                  continue
                }
                var sum = keep ? Double(before[at]) : 0
                for k in 0..<inner {
                  let x = a[i * product.aStrides.row + k * product.aStrides.column]
                  let y = b[k * product.bStrides.row + j * product.bStrides.column]
                  sum += Double(x) * Double(y)
                }
                worst = max(worst, abs(Double(c[at]) - sum))
              }
            }
            for k in 0..<inner {
              for j in columns..<Int(WT_PANEL) where panel[k * Int(WT_PANEL) + j] != 0 {
                spoilt += 1
              }
            }
            // Each of inner steps rounds a sum below inner + 1 by at most 2^-24 of it.
            let tolerance = Double((inner + 1) * (inner + 1)) * 0x1p-24
            #expect(worst <= tolerance, "\(kernels.name) \(product)")
            #expect(spoilt == 0, "\(kernels.name) \(product)")
          }
        }
      }
    }
  }

  @Test("a product cut in the inner dimension has the bits of the whole one")
  func cutsChangeNothing() {
    for kernels in KernelTable.available {
      let product = Product(rows: 21, columns: 27, inner: 90)
      let whole = product.run(kernels).c
      for cuts in [[1], [16, 64], [89], Array(1..<90)] {
        #expect(
          Self.bits(product.run(kernels, cuts: cuts).c) == Self.bits(whole), "\(kernels.name)")
      }
    }
  }
}
