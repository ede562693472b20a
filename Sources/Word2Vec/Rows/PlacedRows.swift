import BLASCore

/// Rows of 32-bit floats that lie anywhere in a file, at any byte, such as between its words.
///
/// Sendable: nothing writes to the rows or their places.
@safe struct PlacedRows: RowSource, AssembledRows, @unchecked Sendable {
  // SAFETY: the initialisers' callers have checked that every row lies inside of `base`'s memory,
  // which `owner` keeps, as it does the places.
  let dimension: Int
  /// The file, or the file and the memory of the places.
  let owner: AnyObject
  private let base: UnsafeRawPointer
  /// Bytes from `base` to each row.
  private let places: UnsafeBufferPointer<UInt64>

  /// Rows at places that are checked.
  init(
    at places: UnsafeBufferPointer<UInt64>, dimension: Int, in base: UnsafeRawPointer,
    owner: AnyObject
  ) {
    self.dimension = dimension
    self.owner = owner
    unsafe self.base = base
    unsafe self.places = places
  }

  /// The rows that stand a blank behind their words.
  init(ofWords words: UnsafeBufferPointer<Place>, dimension: Int, in file: FileContents) {
    let memory = Allocation(byteCount: 8 * words.count)
    let places = unsafe memory.buffer(of: UInt64.self, count: words.count)
    for row in words.indices {
      unsafe places[row] = UInt64(words[row].start + words[row].count + 1)
    }
    unsafe self.init(
      at: UnsafeBufferPointer(places), dimension: dimension,
      in: file.bytes.baseAddress ?? UnsafeRawPointer(Allocation.nowhere() as UnsafePointer<UInt8>),
      owner: Owners([file, memory]))
  }

  /// Where the rows begin, in bytes from the file's start.
  var offsets: UnsafeBufferPointer<UInt64> { unsafe places }

  var inPlace: (base: UnsafePointer<Float>, stride: Int)? { nil }
  var tensorType: TensorFile.ElementType { .float32 }
  var scales: UnsafePointer<Float>? { nil }

  func copy(row: Int, to target: UnsafeMutablePointer<Float>) {
    // Floats are little endian in the file and on every system this runs on.
    unsafe UnsafeMutableRawPointer(target).copyMemory(
      from: base + Int(places[row]), byteCount: 4 * dimension)
  }

  func add(row: Int, times factor: Double, to sum: inout [Double]) {
    withRow(row) { $0.add(row: 0, times: factor, to: &sum) }
  }

  func length(of row: Int) -> Float? { withRow(row) { $0.length(of: 0) } }

  func storedBytes(of row: Int) -> UnsafeRawBufferPointer {
    unsafe UnsafeRawBufferPointer(start: base + Int(places[row]), count: 4 * dimension)
  }

  private func withRow<Result>(_ row: Int, _ body: (Float32Rows) -> Result) -> Result {
    unsafe withUnsafeTemporaryAllocation(byteCount: 4 * dimension, alignment: 64) { memory in
      guard let copy = unsafe memory.bindMemory(to: Float.self).baseAddress else {
        preconditionFailure("memory without an address")
      }
      unsafe self.copy(row: row, to: copy)
      return unsafe body(Float32Rows(copy, dimension: dimension, stride: dimension))
    }
  }

  func source(dimension: Int) -> any RowSource { self }

  func without(_ dropped: [Int], of count: Int, dimension: Int) -> PlacedRows {
    let memory = Allocation(byteCount: 8 * (count - dropped.count))
    let kept = unsafe memory.buffer(of: UInt64.self, count: count - dropped.count)
    var skip = dropped[...]
    var target = 0
    for row in 0..<count {
      if row == skip.first {
        skip.removeFirst()
        continue
      }
      unsafe kept[target] = places[row]
      target += 1
    }
    return unsafe PlacedRows(
      at: UnsafeBufferPointer(kept), dimension: dimension, in: base, owner: Owners([owner, memory]))
  }

  /// What keeps rows and places alive.
  private final class Owners {
    let objects: [AnyObject]
    init(_ objects: [AnyObject]) { self.objects = objects }
  }
}
