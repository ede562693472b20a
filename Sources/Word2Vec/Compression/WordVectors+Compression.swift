import BLASCore
public import WordtoolCore

extension WordVectors {
  /// The same vectors in less memory.
  ///
  /// Metadata and counts are kept; what makes vectors of unknown words and of texts is not. The result
  /// depends neither on the number of threads nor on the processor.
  ///
  /// - Throws: `WordtoolError`: `usage` for options out of their range or that do not suit the vectors,
  ///   `badData` for a damaged file or values that the encoding cannot hold, `unavailable` for more than
  ///   memory holds, `interrupted` once `stop` is raised.
  public func compressed(
    _ options: CompressionOptions, threads: Int = Workers.defaultCount,
    stop: StopFlag = StopFlag()
  ) throws -> CompressedVectors {
    try options.validate()
    try OptionCheck.requireThreads(threads)
    try checkSuits(options)
    try located { for row in 0..<count { try storage.check(row: row) } }
    try NumericTable.checkMemory(rowCount: count, dimension: dimension, path: name ?? "the result")
    let kept = try keptRows(options)
    let originals = try subset(kept, threads: threads)
    var table = originals.floatTable()
    let space = try VectorSpace(table, options, threads: threads, stop: stop)
    let before = space.lengths(of: table)
    table = try space.apply(to: table, threads: threads)
    var made = try originals.replacingRows(by: table, threads: threads)
    switch options.encoding {
    case .floats: break
    case .float16: made = try made.halved()
    case .int8: made = try made.quantizedWithoutLoss()
    case .product(let codeBytes, let rotates):
      made = try made.productQuantized(
        bytes: codeBytes, rotates: rotates, seed: options.seed, threads: threads, stop: stop)
    }
    made.metadata[MetadataKey.compression] = try StoredJSON.text(options)
    made.name = name
    return CompressedVectors(
      vectors: made, originals: originals,
      reconstructionError: made.meanError(to: table, squares: before))
  }

  private func checkSuits(_ options: CompressionOptions) throws {
    let isSpatial = options.allButTheTop != nil || options.principalAxes != nil
    try OptionCheck.require(
      !isSpatial || dimension <= CompressionOptions.maximumDimension,
      found: "vectors of \(dimension) values",
      expected: "at most \(CompressionOptions.maximumDimension) for principal axes")
    if let top = options.allButTheTop {
      try OptionCheck.require(
        top < dimension, found: "`allButTheTop` is \(top)",
        expected: "less than the \(dimension) values of a vector")
    }
    let width = options.principalAxes ?? dimension
    try OptionCheck.require(
      width <= dimension, found: "`principalAxes` is \(width)",
      expected: "at most the \(dimension) values of a vector")
    if case .product(let codeBytes, let rotates) = options.encoding {
      try OptionCheck.require(
        codeBytes <= width, found: "`codeBytes` is \(codeBytes)",
        expected: "at most the \(width) values of a vector")
      try OptionCheck.require(
        !rotates || width <= CompressionOptions.maximumDimension,
        found: "vectors of \(width) values",
        expected: "at most \(CompressionOptions.maximumDimension) for a rotation")
    }
  }

  /// The rows that stay, in their order.
  private func keptRows(_ options: CompressionOptions) throws -> [Int] {
    var rows = Array(0..<count)
    if let minimum = options.minimumCount {
      guard let counts else {
        throw WordtoolError(
          .badData, path: path, found: "no counts of words", expected: "counts for `minimumCount`",
          remedy: "use `most`, which takes the first words where there are no counts")
      }
      rows = rows.filter { counts[$0] >= minimum }
    }
    if let most = options.most, most < rows.count {
      if let counts {
        rows.sort { counts[$0] != counts[$1] ? counts[$0] > counts[$1] : $0 < $1 }
      }
      rows = rows.prefix(most).sorted()
    }
    guard !rows.isEmpty else {
      throw WordtoolError(
        .badData, path: path, found: "no word that is left", expected: "one or more",
        remedy: "lower `minimumCount`")
    }
    return rows
  }

  /// Some rows as floats with their words and counts.
  private func subset(_ rows: [Int], threads: Int) throws -> WordVectors {
    let table = FloatTable(rows: rows.count, columns: dimension)
    let storage = storage
    try VectorStorage.inPieces(of: rows.count, threads: threads) { range in
      for place in range {
        unsafe storage.rows.copy(row: rows[place], to: table.base + place * table.columns)
      }
    }
    return try make(rows: rows, table, threads: threads)
  }

  private func make(rows: [Int], _ table: FloatTable, threads: Int) throws -> WordVectors {
    var builder = WordTableBuilder(expectedCount: rows.count)
    for row in rows { unsafe builder.append(storage.words.bytes(at: row)) }
    let counts = counts.map { counts in rows.map { counts[$0] } }
    var made = try unsafe WordVectors(
      builder: builder, counts: counts, dimension: table.columns,
      rows: UnsafeBufferPointer(start: table.base, count: table.rows * table.columns),
      stride: table.columns, owner: table, metadata: metadata, threads: threads)
    made.name = name
    made.metadata[MetadataKey.nGrams] = nil
    return made
  }

  private func replacingRows(by table: FloatTable, threads: Int) throws -> WordVectors {
    try make(rows: Array(0..<count), table, threads: threads)
  }

  private func floatTable() -> FloatTable {
    let table = FloatTable(rows: count, columns: dimension)
    for row in 0..<count { unsafe storage.rows.copy(row: row, to: table.base + row * dimension) }
    return table
  }

  /// The mean of |x - y|² / |x|²: `squares` are the |x|², of which `table` has the part along the axes.
  private func meanError(to table: FloatTable, squares: [Double]) -> Double {
    var (sum, counted) = (0.0, 0)
    for row in 0..<count where squares[row] > 0 {
      var values = [Double](repeating: 0, count: dimension)
      storage.rows.add(row: row, times: 1, to: &values)
      var (inside, error) = (0.0, 0.0)
      for column in 0..<dimension {
        let value = unsafe Double(table.base[row * dimension + column])
        inside += value * value
        error += (value - values[column]) * (value - values[column])
      }
      sum += (Swift.max(0, squares[row] - inside) + error) / squares[row]
      counted += 1
    }
    return counted > 0 ? sum / Double(counted) : 0
  }
}

extension WordVectors {
  /// The same vectors as codes of a product quantizer that is learned from them.
  private func productQuantized(
    bytes: Int, rotates: Bool, seed: UInt64, threads: Int, stop: StopFlag
  ) throws -> WordVectors {
    let kernels = try KernelTable.selected()
    let (storage, dimension, count) = (storage, dimension, count)
    // Directions are what is asked for; lengths are kept by the factors.
    let units = FloatTable(rows: count, columns: dimension)
    try VectorStorage.inPieces(of: count, threads: threads) { range in
      for row in range {
        for (column, value) in storage.unitVector(row: row).enumerated() {
          unsafe units.base[row * dimension + column] = value
        }
      }
    }
    var known = (0..<count).filter { unsafe storage.norms[$0] > 0 }
    var random = RandomSource(seed: seed, 0x5051)
    known.shuffle(using: &random)
    known = Array(known.prefix(ProductTraining.centroidSample))
    let sample = FloatTable(rows: Swift.max(1, known.count), columns: dimension)
    for (place, row) in known.enumerated() {
      unsafe (sample.base + place * dimension).update(
        from: units.base + row * dimension, count: dimension)
    }
    let training = ProductTraining(
      partCount: bytes, rotates: rotates, threads: threads, stop: stop)
    let quantizer = try training.train(sample, kernels: kernels)
    let codes = try ProductCodes(of: units, quantizer, kernels: kernels, threads: threads)
    let factors = FloatTable(rows: Swift.max(1, count), columns: 1)
    for row in 0..<count {
      unsafe factors.base[row] = codes.factor(row, units) * storage.norms[row]
    }
    let rows = unsafe ProductRows(codes.base, scales: factors.base, quantizer: quantizer)
    let (norms, bad) = try VectorStorage.norms(of: rows, count: count, threads: threads)
    if let bad {
      throw WordtoolError(
        .badData, path: path, found: "the length of '\(word(at: bad.row))' as codes",
        expected: "a finite number")
    }
    return unsafe WordVectors(
      storage: VectorStorage(
        rows: rows, norms: UnsafeBufferPointer(norms.buffer(of: Float.self, count: count)),
        counts: storage.counts, words: storage.words,
        owners: [codes.memory, factors, norms, storage]),
      metadata: metadata, warnings: warnings, name: name)
  }
}

/// The codes of rows: [rows, parts].
@safe struct ProductCodes: @unchecked Sendable {
  // Sendable: filled by the initialiser.
  let memory: Allocation
  let base: UnsafeMutablePointer<UInt8>
  private let turned: FloatTable
  private let quantizer: ProductQuantizer

  init(
    of rows: FloatTable, _ quantizer: ProductQuantizer, kernels: KernelTable, threads: Int
  ) throws {
    self.quantizer = quantizer
    let (count, dimension) = (rows.rows, rows.columns)
    let parts = quantizer.partCount
    memory = Allocation(byteCount: count * parts)
    guard
      let base = unsafe memory.buffer(of: UInt8.self, count: Swift.max(1, count * parts))
        .baseAddress
    else { preconditionFailure("memory without an address") }
    unsafe self.base = base
    let rotation = FloatTable(quantizer.rotation, columns: dimension)
    turned =
      quantizer.rotation.isEmpty
      ? rows : try rows.times(rotation, kernels: kernels, threads: threads)
    let turned = turned
    nonisolated(unsafe) let target = unsafe base
    try VectorStorage.inPieces(of: parts, size: 1, threads: threads) { range in
      for part in range {
        let columns = ProductQuantizer.columns(of: part, dimension, parts)
        let clusters = PartClusters(
          width: columns.count, count: quantizer.centroidCount, kernels: kernels)
        let start = quantizer.centroidCount * columns.lowerBound
        for place in 0..<quantizer.centroidCount * columns.count {
          unsafe clusters.centroids.base[place] = quantizer.centroids[start + place]
        }
        clusters.take(turned, from: columns.lowerBound)
        clusters.assign()
        for (row, label) in clusters.labels.enumerated() {
          unsafe target[row * parts + part] = label
        }
      }
    }
  }

  /// What the codes of a row are to be multiplied by to be nearest to it.
  func factor(_ row: Int, _ units: FloatTable) -> Float {
    let dimension = quantizer.dimension
    return unsafe withUnsafeTemporaryAllocation(of: Float.self, capacity: dimension) { memory in
      guard let values = memory.baseAddress else { return 0 }
      unsafe quantizer.decode(base + row * quantizer.partCount, times: 1, to: values)
      let source = unsafe turned.base + row * dimension
      let square = unsafe Dot.product(values, values, dimension)
      let product = unsafe Dot.product(values, source, dimension)
      guard square > 0 else { return 0 }
      // What points away from the row has its length at least.
      return product > 0 ? product / square : 1 / square.squareRoot()
    }
  }
}
