import BLASCore
import Subword
import WordtoolCore

/// The rows of a static model: its table, and where they are there, the rows that tokens share and the
/// factors of tokens.
struct StaticTable {
  private let table: NumericTable
  /// The row of the table of each token by its number; nil where that is the number.
  private let mapping: [Int]?
  /// The factor of each token by its number.
  private let weights: [Float]?
  private let tokens: [PieceTokenizer.Token]
  /// How many numbers of tokens there may be.
  let idCount: Int
  /// Whether the table is of half floats.
  let isHalf: Bool
  /// Whether a row times its factor is rounded to half floats: model2vec's are where both are such.
  private let roundsRows: Bool

  var dimension: Int { table.dimension }

  /// - Throws: `WordtoolError` of kind `badData` for tensors that do not fit the tokenizer.
  init(_ tensors: TensorFile, tokenizer: PieceTokenizer, isModel2Vec: Bool) throws {
    func failure(_ found: String, _ expected: String) -> WordtoolError {
      WordtoolError(.badData, path: tensors.path, found: found, expected: expected)
    }
    func shown(_ entry: TensorFile.Entry) -> String {
      "\"\(entry.name)\" \(entry.type.rawValue) \(entry.shape)"
    }
    let names = isModel2Vec ? ["embeddings"] : ["embedding.weight", "embeddings"]
    guard let matrix = names.lazy.compactMap({ tensors.entry(named: $0) }).first else {
      throw failure(
        "no table \"\(names[0])\"",
        "a folder of model2vec or StaticEmbedding, with a row for each token")
    }
    guard matrix.shape.count == 2, let element = NumericTable.Element(matrix.type) else {
      throw failure(shown(matrix), "two extents of F64, F32, F16, BF16 or I8")
    }
    table = unsafe NumericTable(
      path: tensors.path, bytes: tensors.bytes(of: matrix), element: element,
      rowCount: matrix.shape[0], dimension: matrix.shape[1], owner: tensors)
    try table.check()
    isHalf = matrix.type == .float16
    roundsRows =
      isHalf && isModel2Vec && tensors.entry(named: "weights")?.type == .float16
    tokens = tokenizer.tokens
    idCount = Int(tokens.last?.id ?? -1) + 1
    mapping = try tensors.entry(named: "mapping").map { entry in
      guard let numbers = Self.integers(entry, tensors) else {
        throw failure(shown(entry), "whole numbers in one extent")
      }
      return numbers
    }
    let rowCount = mapping?.count ?? table.rowCount
    // StaticEmbedding lets rows stand behind those of the tokens.
    guard rowCount == idCount || (rowCount > idCount && !isModel2Vec && mapping == nil) else {
      throw failure(
        mapping == nil ? shown(matrix) : "\"mapping\" [\(rowCount)]",
        "\(idCount), one for each token of tokenizer.json")
    }
    let stored = 0..<table.rowCount
    if let mapping, let place = mapping.firstIndex(where: { !stored.contains($0) }) {
      throw failure(
        "row \(mapping[place]) for token \(place) in \"mapping\"",
        "0 to \(table.rowCount - 1), the rows of \"\(matrix.name)\"")
    }
    if isModel2Vec, mapping == nil, tokens.count != table.rowCount {
      throw failure(
        "\(table.rowCount) rows", "\(tokens.count), one for each token of tokenizer.json")
    }
    weights = try tensors.entry(named: "weights").map { entry in
      guard entry.shape == [rowCount], entry.type != .int8,
        let element = NumericTable.Element(entry.type)
      else { throw failure(shown(entry), "\(rowCount) factors, one for each token") }
      return try Self.numbers(entry, element, tensors)
    }
  }

  /// A row for each token, in the order of their numbers: where they are, if nothing changes them.
  ///
  /// - Throws: `WordtoolError` of kind `unavailable` for more than the memory there is.
  func rows(threads: Int) throws -> TableRows {
    let source = try table.rows(threads: threads)
    if mapping == nil, weights == nil, tokens.count == idCount { return source }
    let dimension = dimension
    try NumericTable.checkMemory(rowCount: tokens.count, dimension: dimension, path: table.path)
    let memory = Allocation(byteCount: 4 * tokens.count * dimension)
    let target = unsafe memory.buffer(of: Float.self, count: tokens.count * dimension)
    for (row, token) in tokens.enumerated() {
      guard let from = unsafe source.base, let to = target.baseAddress else { break }
      let id = Int(token.id)
      let start = (mapping?[id] ?? id) * dimension
      let factor = weights?[id] ?? 1
      for column in 0..<dimension {
        let value = unsafe factor * from[start + column]
        unsafe to[row * dimension + column] =
          roundsRows ? ShortFloats.float(half: ShortFloats.half(value)) : value
      }
    }
    return TableRows(memory)
  }

  /// The numbers in a tensor of one extent.
  private static func numbers(
    _ entry: TensorFile.Entry, _ element: NumericTable.Element, _ tensors: TensorFile
  ) throws -> [Float] {
    let column = unsafe NumericTable(
      path: tensors.path, bytes: tensors.bytes(of: entry), element: element,
      rowCount: entry.shape[0], dimension: 1, owner: tensors)
    let values = try column.rows(threads: 1)
    return (0..<entry.shape[0]).map { place in
      guard let base = unsafe values.base else { return 0 }
      return unsafe base[place]
    }
  }

  /// The numbers in a tensor of one extent; nil for other tensors and for what no Int holds.
  private static func integers(_ entry: TensorFile.Entry, _ tensors: TensorFile) -> [Int]? {
    guard entry.shape.count == 1 else { return nil }
    let bytes = unsafe tensors.bytes(of: entry)
    func read<Number: FixedWidthInteger & BitwiseCopyable>(_ type: Number.Type) -> [Int] {
      let width = MemoryLayout<Number>.size
      return (0..<entry.shape[0]).map {
        unsafe Int(clamping: bytes.loadUnaligned(fromByteOffset: width * $0, as: Number.self))
      }
    }
    switch entry.type {
    case .uint8: return read(UInt8.self)
    case .uint16: return read(UInt16.self)
    case .int16: return read(Int16.self)
    case .int32: return read(Int32.self)
    case .uint32: return read(UInt32.self)
    case .int64: return read(Int64.self)
    case .uint64: return read(UInt64.self)
    default: return nil
    }
  }
}
