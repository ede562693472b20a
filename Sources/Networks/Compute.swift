package import BLASCore
import WordtoolCore

/// Matrix products and other work of a network on a team of threads.
///
/// Every element of a product is one chain of additions over the inner index in order. So neither
/// the number of threads nor the way a product is cut changes a bit, and with the SIMD kernels not
/// even the instruction set does. OpenBLAS gives neither: its order depends on the shapes, the
/// number of threads and the processor.
package final class Compute<Scalar: NetworkScalar>: @unchecked Sendable {
  // Sendable: the scratch memory is used between the calls of one owner only.

  /// The threads.
  package let team: ThreadTeam
  private var scratch: PackedMatrix<Scalar>?
  private var tiles: [AlignedBuffer<Scalar>]

  /// Inner indices multiplied at a time, at most.
  static var innerBlock: Int { 704 }
  /// Rows and panels multiplied at a time: what of them is read again stays in the second cache.
  private static var rowBlock: Int { 128 }
  private static var panelBlock: Int { 8 }

  /// How many inner indices go into each of the equal blocks.
  private static func innerBlock(of inner: Int) -> Int {
    let blocks = max(1, (inner + innerBlock - 1) / innerBlock)
    return max(1, (inner + blocks - 1) / blocks)
  }

  /// Computes on a team's threads.
  ///
  /// - Throws: `WordtoolError`: `usage` for less than one thread, `unavailable` when there is no memory
  ///   for their scratch.
  package init(threadCount: Int) throws {
    try OptionCheck.requireThreads(threadCount)
    team = ThreadTeam(threadCount: threadCount)
    tiles = try (0..<team.threadCount).map { _ in
      try AlignedBuffer(count: Self.innerBlock * Scalar.panelColumns)
    }
  }

  /// c = a · b, or c += a · b when `keep` is set. a is [m, k], b is [k, n], c is [m, n].
  @_specialize(where Scalar == Float)
  package func multiply(
    _ a: MatrixView<Scalar>, _ b: MatrixView<Scalar>, into c: MatrixView<Scalar>, keep: Bool = false
  ) throws {
    let packed: PackedMatrix<Scalar>
    if let scratch, scratch.fits(rows: b.rows, columns: b.columns) {
      packed = scratch
    } else {
      scratch = nil
      packed = try PackedMatrix(capacityFor: b.rows, b.columns)
      scratch = packed
    }
    pack(b, into: packed)
    multiply(a, packed, into: c, keep: keep)
  }

  /// Lays a matrix out for products in which it stands on the right.
  @_specialize(where Scalar == Float)
  package func pack(_ b: MatrixView<Scalar>, into packed: PackedMatrix<Scalar>) {
    packed.setShape(rows: b.rows, columns: b.columns)
    team.forEach(pieces: packed.panelCount) { panel in
      let columns = packed.columns(of: panel)
      unsafe Scalar.packPanel(
        inner: b.rows, columns: columns.count, b.columns(columns).base,
        rowStride: b.rowStride, columnStride: b.columnStride, into: packed.panel(panel))
    }
  }

  /// c = a · b, or c += a · b when `keep` is set, with b laid out before.
  @_specialize(where Scalar == Float)
  package func multiply(
    _ a: MatrixView<Scalar>, _ b: PackedMatrix<Scalar>, into c: MatrixView<Scalar>,
    keep: Bool = false
  ) {
    precondition(
      a.columns == b.rows && c.rows == a.rows && c.columns == b.columns && c.columnStride == 1,
      "[\(a.rows), \(a.columns)] x [\(b.rows), \(b.columns)] into [\(c.rows), \(c.columns)]")
    let threads = team.activeCount
    if a.columnStride != 1 && a.rows >= 2 * Scalar.panelColumns {
      return multiplyTransposed(a, b, into: c, keep: keep)
    }
    // Cut where there is more to cut; by rows the panels are read by every thread.
    if b.panelCount >= 4 * threads || a.rows < 4 * threads {
      team.forEach(pieces: threads) { part in
        let panels = b.panelCount * part / threads..<b.panelCount * (part + 1) / threads
        Self.multiply(a, b, panels: panels, into: c, keep: keep)
      }
    } else {
      team.forEach(pieces: threads) { part in
        let rows = a.rows * part / threads..<a.rows * (part + 1) / threads
        Self.multiply(
          a.rows(rows), b, panels: 0..<b.panelCount, into: c.rows(rows), keep: keep)
      }
    }
  }

  /// The product of some rows on the caller's thread.
  @_specialize(where Scalar == Float)
  package static func multiply(
    _ a: MatrixView<Scalar>, _ b: PackedMatrix<Scalar>, panels: Range<Int>,
    into c: MatrixView<Scalar>, keep: Bool
  ) {
    if a.rows == 0 || panels.isEmpty { return }
    let size = innerBlock(of: a.columns)
    var start = 0
    repeat {
      let end = min(start + size, a.columns)
      for first in stride(from: panels.lowerBound, to: panels.upperBound, by: panelBlock) {
        let group = first..<min(first + panelBlock, panels.upperBound)
        for row in stride(from: 0, to: a.rows, by: rowBlock) {
          for panel in group {
            let columns = b.columns(of: panel)
            unsafe Scalar.multiplyPanel(
              rows: min(rowBlock, a.rows - row), columns: columns.count, inner: end - start,
              a.row(row) + start * a.columnStride, rowStride: a.rowStride,
              columnStride: a.columnStride, panel: b.panel(panel) + start * Scalar.panelColumns,
              into: c.row(row) + columns.lowerBound, cStride: c.rowStride, keep: keep || start > 0)
          }
        }
      }
      start = end
    } while start < a.columns
  }

  /// For an `a` whose columns lie together: a tile of rows is laid out first, so that its lines are
  /// read once and not once for each panel.
  @_specialize(where Scalar == Float)
  private func multiplyTransposed(
    _ a: MatrixView<Scalar>, _ b: PackedMatrix<Scalar>, into c: MatrixView<Scalar>, keep: Bool
  ) {
    let width = Scalar.panelColumns
    let tileCount = (a.rows + width - 1) / width
    let threads = team.activeCount
    team.forEach(pieces: threads) { part in
      let tile = unsafe tiles[part].base
      for index in tileCount * part / threads..<tileCount * (part + 1) / threads {
        let rows = index * width..<min(a.rows, (index + 1) * width)
        let size = Self.innerBlock(of: a.columns)
        var start = 0
        repeat {
          let end = min(start + size, a.columns)
          unsafe Scalar.packPanel(
            inner: end - start, columns: rows.count,
            a.base + rows.lowerBound * a.rowStride + start * a.columnStride,
            rowStride: a.columnStride, columnStride: a.rowStride, into: tile)
          for panel in 0..<b.panelCount {
            let columns = b.columns(of: panel)
            unsafe Scalar.multiplyPanel(
              rows: rows.count, columns: columns.count, inner: end - start, tile, rowStride: 1,
              columnStride: width, panel: b.panel(panel) + start * width,
              into: c.row(rows.lowerBound) + columns.lowerBound, cStride: c.rowStride,
              keep: keep || start > 0)
          }
          start = end
        } while start < a.columns
      }
    }
  }

  /// Adds the sum of the rows of `a` to `sums`, row after row.
  @_specialize(where Scalar == Float)
  package func addColumnSums(_ a: MatrixView<Scalar>, into sums: UnsafeMutablePointer<Scalar>) {
    // Long stretches of each row, but work for all threads.
    let block = min(1024, max(64, (a.columns / team.activeCount + 15) / 16 * 16))
    team.forEach(pieces: (a.columns + block - 1) / block) { piece in
      let columns = piece * block..<min(a.columns, (piece + 1) * block)
      for row in 0..<a.rows {
        unsafe Scalar.addScaled(
          a.row(row) + columns.lowerBound, factor: 1, into: sums + columns.lowerBound,
          count: columns.count)
      }
    }
  }

  /// Sets all numbers of a buffer to zero.
  package func clear(_ buffer: AlignedBuffer<Scalar>) {
    forRanges(of: buffer.count, atLeast: 1 << 16) { buffer.clear($0) }
  }

  /// Runs `body` for consecutive ranges of 0 ..< count on all threads.
  package func forRanges(of count: Int, atLeast smallest: Int, _ body: (Range<Int>) -> Void) {
    let parts = max(1, min(team.activeCount, count / max(1, smallest)))
    team.forEach(pieces: parts) { part in
      body(count * part / parts..<count * (part + 1) / parts)
    }
  }
}

/// A matrix laid out in panels of 32 columns, to stand on the right in products.
package final class PackedMatrix<Scalar: NetworkScalar>: @unchecked Sendable {
  // Sendable: packed by all threads panel by panel, then only read.

  package private(set) var rows = 0
  package private(set) var columns = 0
  private let storage: AlignedBuffer<Scalar>

  /// Takes memory for a matrix of that size.
  ///
  /// - Throws: `WordtoolError` of kind `unavailable` when the system does not give it.
  package init(capacityFor rows: Int, _ columns: Int) throws {
    storage = try AlignedBuffer(count: Self.size(rows, columns))
  }

  private static func size(_ rows: Int, _ columns: Int) -> Int {
    (columns + Scalar.panelColumns - 1) / Scalar.panelColumns * Scalar.panelColumns * rows
  }

  func fits(rows: Int, columns: Int) -> Bool { Self.size(rows, columns) <= storage.count }

  func setShape(rows: Int, columns: Int) {
    precondition(fits(rows: rows, columns: columns), "no room for [\(rows), \(columns)]")
    self.rows = rows
    self.columns = columns
  }

  /// How many panels there are.
  package var panelCount: Int { (columns + Scalar.panelColumns - 1) / Scalar.panelColumns }

  /// The columns in a panel.
  package func columns(of panel: Int) -> Range<Int> {
    panel * Scalar.panelColumns..<min(columns, (panel + 1) * Scalar.panelColumns)
  }

  /// Where a panel begins.
  package func panel(_ index: Int) -> UnsafeMutablePointer<Scalar> {
    unsafe storage.base + index * Scalar.panelColumns * rows
  }
}
