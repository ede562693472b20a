import BLASCore
import WordtoolCore

extension WordVectors {
  /// Writes the project's own format, see ``SafetensorsVectors``.
  ///
  /// Bytes that are already quantized are written as they are.
  func writeSafetensors(to file: OutputFile, quantized: Bool) throws {
    let count = count
    let dimension = dimension
    let source = (quantized ? self.quantized() : try dequantized()).storage
    let textCount = Int(source.words.offsets[count])
    let slotCount = WordTable.slotCount(for: count)
    var before = 8 * (count + 1) + 4 * count
    if source.counts != nil { before += 8 * count }
    if quantized { before += 4 * count }
    let padding = (64 - (before + textCount) % 64) % 64

    var tensors: [TensorFileWriter.Announcement] = [
      .init("vocabulary.offsets", .uint64, [count + 1])
    ]
    if source.counts != nil { tensors.append(.init("counts", .int64, [count])) }
    tensors.append(.init("norms", .float32, [count]))
    if quantized { tensors.append(.init("scales", .float32, [count])) }
    tensors.append(.init("vocabulary.bytes", .uint8, [textCount + padding]))
    tensors.append(.init("vocabulary.index", .uint32, [slotCount]))
    tensors.append(.init("vectors", quantized ? .int8 : .float32, [count, dimension]))

    var metadata = metadata
    metadata[MetadataKey.formatVersion] = String(SafetensorsVectors.version)
    var writer = try TensorFileWriter(to: file, metadata: metadata, tensors: tensors)
    try writer.write(UnsafeRawBufferPointer(source.words.offsets))
    if let counts = source.counts { try writer.write(UnsafeRawBufferPointer(counts)) }

    // Norms of another origin may differ in their last bits; the same vectors must give the same
    // bytes, so they are computed anew.
    let (norms, _) = try VectorStorage.norms(
      of: source.rows, count: count, dimension: dimension, threads: 1)
    try writer.write(UnsafeRawBufferPointer(rebasing: norms.bytes[..<(4 * count)]))
    if case .int8(_, let scales) = source.rows, quantized {
      try writer.write(UnsafeRawBufferPointer(UnsafeBufferPointer(start: scales, count: count)))
    }
    try writer.write(
      UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(source.words.bytes)[..<textCount]))
    try [UInt8](repeating: 0, count: padding).withUnsafeBytes { try writer.write($0) }

    // Rebuilt for the same reason: an index of another origin may have another size.
    var builder = WordTableBuilder(expectedCount: count)
    for word in 0..<count { builder.append(source.words.bytes(at: word)) }
    let (table, owners, duplicates) = builder.finish()
    guard duplicates.isEmpty else {
      throw WordtoolError(
        .badData, found: "the word '\(word(at: duplicates[0]))' twice", expected: "no two alike")
    }
    try withExtendedLifetime(owners) { try writer.write(UnsafeRawBufferPointer(table.slots)) }
    try writeRows(of: source, quantized: quantized, to: &writer)
    writer.finish()
  }

  private func writeRows(
    of source: VectorStorage, quantized: Bool, to writer: inout TensorFileWriter
  ) throws {
    switch source.rows {
    case .float32(let base, let stride):
      if stride == dimension {
        try writer.write(
          UnsafeRawBufferPointer(UnsafeBufferPointer(start: base, count: count * dimension)))
      } else {
        for row in 0..<count {
          try writer.write(
            UnsafeRawBufferPointer(
              UnsafeBufferPointer(start: base + row * stride, count: dimension)))
        }
      }
    case .int8(let base, _):
      try writer.write(
        UnsafeRawBufferPointer(UnsafeBufferPointer(start: base, count: count * dimension)))
    }
  }

  /// The same vectors with one byte a value and one factor a row.
  ///
  /// The factor is the row's largest magnitude over 127; values are rounded to the nearest multiple
  /// of it, halves to even.
  public func quantized() -> WordVectors {
    guard !isQuantized else { return self }
    return WordVectors(storage: quantize(), metadata: metadata, warnings: warnings)
  }

  /// The same vectors with a float a value.
  ///
  /// - Throws: ``WordtoolError`` of kind `badData` when a factor makes a value infinite.
  public func dequantized() throws -> WordVectors {
    guard isQuantized else { return self }
    let memory = Allocation(byteCount: 4 * count * dimension)
    let values = memory.buffer(of: Float.self, count: count * dimension)
    if let base = values.baseAddress {
      for row in 0..<count { storage.copy(row: row, to: base + row * dimension) }
    }
    let rows = VectorStorage.Rows.float32(
      values.baseAddress.map { UnsafePointer($0) } ?? Allocation.nowhere(), stride: dimension)
    let (norms, firstBad) = try VectorStorage.norms(
      of: rows, count: count, dimension: dimension, threads: 1)
    if let firstBad {
      throw WordtoolError(
        .badData, found: "value \(firstBad.column) of word \(firstBad.row) is not a finite number")
    }
    return WordVectors(
      storage: VectorStorage(
        dimension: dimension, rows: rows,
        norms: UnsafeBufferPointer(norms.buffer(of: Float.self, count: count)),
        counts: storage.counts, words: storage.words, owners: [memory, norms, storage]),
      metadata: metadata, warnings: warnings)
  }

  private func quantize() -> VectorStorage {
    let values = Allocation(byteCount: count * dimension)
    let bytes = values.buffer(of: Int8.self, count: count * dimension)
    let scaleMemory = Allocation(byteCount: 4 * count)
    let scales = scaleMemory.buffer(of: Float.self, count: count)
    let normMemory = Allocation(byteCount: 4 * count)
    let norms = normMemory.buffer(of: Float.self, count: count)
    for row in 0..<count {
      let vector = vector(at: row)
      let largest = vector.reduce(0) { max($0, $1.magnitude) }
      // A factor below the smallest normal number would lose its precision.
      let scale = max(largest / 127, largest > 0 ? .leastNormalMagnitude : 1)
      scales[row] = scale
      var sum = 0
      for column in 0..<dimension {
        let byte = Int8(max(-127, min(127, (vector[column] / scale).rounded(.toNearestOrEven))))
        bytes[row * dimension + column] = byte
        sum += Int(byte) * Int(byte)
      }
      norms[row] = Float(Double(sum).squareRoot() * Double(scale))
    }
    return VectorStorage(
      dimension: dimension,
      rows: .int8(
        bytes.baseAddress.map { UnsafePointer($0) } ?? Allocation.nowhere(),
        scales: scales.baseAddress.map { UnsafePointer($0) } ?? Allocation.nowhere()),
      norms: UnsafeBufferPointer(norms), counts: storage.counts, words: storage.words,
      owners: [values, scaleMemory, normMemory, storage])
  }
}
