import BLASCore
import CKernels
import Synchronization
import WordtoolCore

/// The cosines of unit vectors with the rows of one block, and the memory of one thread for them.
///
/// A block is laid out in panels once and then multiplied with any number of vectors; for a few
/// vectors it is not worth it, and they are laid out instead while the rows are read as they lie.
/// Either way each cosine is one chain of fused multiply-adds over the columns, in order, times the
/// row's reciprocal length: its bits depend neither on what else is asked with it, nor on the
/// cutting into blocks, the number of threads or the processor.
@safe final class CosineBlock {
  // SAFETY: the pointers are parts of `memory`.
  /// Rows of a block, at most.
  let width: Int
  private let storage: VectorStorage
  let kernels: KernelTable
  private let memory: Allocation
  private let panels: UnsafeMutablePointer<Float>
  private let copies: UnsafeMutablePointer<Float>
  private let factors: UnsafeMutablePointer<Float>
  /// The rows that are laid out.
  private(set) var rows = 0..<0

  private let products: UnsafeMutablePointer<Float>
  private var isPacked = false

  private static let panel = Int(WT_PANEL)
  /// Floats of a block; with the vectors it meets they fit a second-level cache.
  private static let capacity = 1 << 16
  /// Vectors for which a block is read as it lies.
  private static let few = 8

  /// Rows of a block for vectors of so many values: a multiple of a panel.
  static func width(dimension: Int) -> Int {
    panel * max(1, min(8, capacity / (panel * dimension)))
  }

  init(_ storage: VectorStorage, kernels: KernelTable) {
    self.storage = storage
    self.kernels = kernels
    let dimension = storage.dimension
    width = Self.width(dimension: dimension)
    let counts = [width * dimension, Self.panel * dimension, width, width * Self.few]
    memory = Allocation(byteCount: 4 * counts.reduce(0) { $0 + ($1 + 15) / 16 * 16 })
    let values = unsafe memory.buffer(of: Float.self, count: memory.bytes.count / 4)
    guard let base = values.baseAddress else { preconditionFailure("memory without an address") }
    unsafe panels = base
    unsafe copies = base + (counts[0] + 15) / 16 * 16
    unsafe factors = copies + (counts[1] + 15) / 16 * 16
    unsafe products = factors + (counts[2] + 15) / 16 * 16
  }

  /// Takes some rows; at most ``width``.
  func load(_ rows: Range<Int>) {
    precondition(rows.count <= width, "\(rows.count) rows in a block of \(width)")
    self.rows = rows
    isPacked = false
    for place in 0..<width {
      guard place < rows.count else {
        unsafe factors[place] = 0
        continue
      }
      let norm = unsafe storage.norms[rows.lowerBound + place]
      unsafe factors[place] = norm > 0 ? 1 / norm : 0
    }
  }

  /// Lays the rows out in panels.
  private func pack() {
    isPacked = true
    for first in stride(from: 0, to: rows.count, by: Self.panel) {
      let places = first..<min(rows.count, first + Self.panel)
      let (source, stride) = unsafe self.source(of: places)
      unsafe kernels.pointer.pointee.pack_panel_f32(
        Int64(storage.dimension), Int64(places.count), source, 1, Int64(stride),
        panels + first * storage.dimension)
    }
  }

  private func isOdd(_ place: Int) -> Bool {
    let norm = unsafe storage.norms[rows.lowerBound + place]
    return !VectorStorage.ordinaryLengths.contains(norm) && norm > 0
  }

  /// The floats of a panel's rows: where they lie, or copied. Rows whose lengths leave no room for
  /// a float's products enter with length 1.
  private func source(of places: Range<Int>) -> (UnsafePointer<Float>, stride: Int) {
    let first = rows.lowerBound
    let dimension = storage.dimension
    let odd = places.filter(isOdd)
    if odd.isEmpty, let (base, stride) = unsafe storage.rows.inPlace {
      return unsafe (base + (first + places.lowerBound) * stride, stride)
    }
    for place in places {
      unsafe storage.rows.copyTurned(
        row: first + place, to: copies + (place - places.lowerBound) * dimension)
    }
    for place in odd {
      let target = unsafe copies + (place - places.lowerBound) * dimension
      let unit = storage.rows.turned(storage.unitVector(row: first + place))
      for (column, value) in unit.enumerated() {
        unsafe target[column] = value
      }
      unsafe factors[place] = 1
    }
    return unsafe (UnsafePointer(copies), dimension)
  }

  /// Writes the cosines of vectors, turned as the rows are, with the rows laid out; 0 for rows without
  /// length and beyond the last row.
  ///
  /// Shapes: `vectors` is [count, dimension]; `cosines` is [count, width].
  func cosines(
    of vectors: UnsafePointer<Float>, count: Int, into cosines: UnsafeMutablePointer<Float>
  ) {
    let dimension = storage.dimension
    if count <= Self.few, !isPacked {
      unsafe multiplyAsTheyLie(vectors, count, into: cosines)
    } else {
      if !isPacked { pack() }
      for first in stride(from: 0, to: rows.count, by: Self.panel) {
        unsafe kernels.pointer.pointee.gemm_panel_f32(
          Int64(count), Int64(min(Self.panel, rows.count - first)), Int64(dimension), vectors,
          Int64(dimension), 1, panels + first * dimension, cosines + first, Int64(width), false)
      }
    }
    for vector in 0..<count {
      let line = unsafe cosines + vector * width
      for place in rows.count..<width { unsafe line[place] = 0 }
      let raw = UnsafeMutableRawPointer(line)
      let scale = unsafe UnsafeRawPointer(factors)
      for offset in stride(from: 0, to: width * 4, by: 64) {
        let product =
          unsafe raw.load(fromByteOffset: offset, as: SIMD16<Float>.self)
          * scale.load(fromByteOffset: offset, as: SIMD16<Float>.self)
        unsafe raw.storeBytes(of: product, toByteOffset: offset, as: SIMD16<Float>.self)
      }
    }
  }

  /// The same products with the sides exchanged: the vectors are the panel, and the rows are read
  /// where they are, or from copies a panel at a time.
  private func multiplyAsTheyLie(
    _ vectors: UnsafePointer<Float>, _ count: Int, into cosines: UnsafeMutablePointer<Float>
  ) {
    let dimension = storage.dimension
    unsafe kernels.pointer.pointee.pack_panel_f32(
      Int64(dimension), Int64(count), vectors, 1, Int64(dimension), panels)
    let isInPlace = unsafe storage.rows.inPlace != nil && !(0..<rows.count).contains(where: isOdd)
    let step = isInPlace ? max(1, rows.count) : Self.panel
    for first in stride(from: 0, to: rows.count, by: step) {
      let places = first..<min(rows.count, first + step)
      let (source, stride) = unsafe self.source(of: places)
      unsafe kernels.pointer.pointee.gemm_panel_f32(
        Int64(places.count), Int64(count), Int64(dimension), source, Int64(stride), 1, panels,
        products, Int64(count), false)
      for vector in 0..<count {
        let line = unsafe cosines + vector * width + first
        for place in 0..<places.count {
          unsafe line[place] = unsafe products[place * count + vector]
        }
      }
    }
  }

  /// Calls `body` with the block for each block of `0 ..< limit`, on several threads; each thread
  /// has a state of its own.
  ///
  /// - Returns: the states of all threads, in no particular order.
  static func forEach<State: Sendable>(
    of storage: VectorStorage, limit: Int, threads: Int, stop: StopFlag,
    state: @escaping @Sendable () -> State,
    _ body: @escaping @Sendable (CosineBlock, inout State) throws -> Void
  ) throws -> [State] {
    let limit = max(0, min(limit, storage.count))
    let width = width(dimension: storage.dimension)
    let blocks = (limit + width - 1) / width
    guard blocks > 0 else { return [] }
    let kernels = try KernelTable.selected()
    let next = Counter()
    let states = Locked<[State]>([])
    try Workers.run(count: max(1, min(threads, blocks))) { _ in
      let block = CosineBlock(storage, kernels: kernels)
      var own = state()
      while true {
        let index = next.value.wrappingAdd(1, ordering: .relaxed).oldValue
        if index >= blocks { break }
        if stop.isRaised {
          throw WordtoolError(.interrupted, found: "the search was stopped before its end")
        }
        block.load(index * width..<min(limit, (index + 1) * width))
        try body(block, &own)
      }
      let result = own
      states.withLock { $0.append(result) }
    }
    return states.withLock { $0 }
  }
}
