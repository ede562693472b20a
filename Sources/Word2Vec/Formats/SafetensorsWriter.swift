import BLASCore
import WordtoolCore

extension WordVectors {
  /// The same vectors with every value rounded to what 16 bits hold.
  ///
  /// - Throws: ``WordtoolError`` of kind `badData` for a value beyond 65,504, and for a row whose values
  ///   all become 0.
  func halved() throws -> WordVectors {
    var values: [Float] = []
    values.reserveCapacity(count * dimension)
    for row in 0..<count {
      let exact = vector(at: row)
      let rounded = exact.map { ShortFloats.float(half: ShortFloats.half($0)) }
      guard rounded.allSatisfy(\.isFinite) else {
        throw WordtoolError(
          .badData, path: path, found: "a value of '\(word(at: row))' beyond 65,504",
          expected: "values that 16 bits hold", remedy: "write floats")
      }
      guard rounded.contains(where: { $0 != 0 }) || exact.allSatisfy({ $0 == 0 }) else {
        throw WordtoolError(
          .badData, path: path, found: "values of '\(word(at: row))' that become 0 as float16",
          expected: "some of at least 6e-8", remedy: "write floats")
      }
      values += rounded
    }
    let (memory, buffer) = unsafe Allocation.copy(of: values)
    let rows = unsafe Float32Rows(buffer.baseAddress, dimension: dimension, stride: dimension)
    let (norms, _) = try VectorStorage.norms(of: rows, count: count, threads: 1)
    return unsafe WordVectors(
      storage: VectorStorage(
        rows: rows, norms: UnsafeBufferPointer(norms.buffer(of: Float.self, count: count)),
        counts: storage.counts, words: storage.words, owners: [memory, norms, storage]),
      metadata: metadata, warnings: warnings, name: name)
  }

  /// The same vectors as bytes with factors.
  ///
  /// - Throws: ``WordtoolError`` of kind `badData` for a row whose values all become 0.
  func quantizedWithoutLoss() throws -> WordVectors {
    let bytes = quantized()
    if let row = (0..<count).first(where: { row in
      unsafe bytes.storage.norms[row] == 0 && vector(at: row).contains { $0 != 0 }
    }) {
      throw WordtoolError(
        .badData, path: path, found: "values of '\(word(at: row))' that become 0 as int8",
        expected: "some of at least 1e-38", remedy: "write floats")
    }
    return bytes
  }

  /// Writes the project's own format, see ``SafetensorsVectors``: rows as they are, or rounded to 16 bits.
  func writeSafetensors(to file: OutputFile, isHalf: Bool = false) throws {
    let count = count
    let source = storage
    let scales = unsafe source.rows.scales
    let quantizer = (source.rows as? ProductRows)?.quantizer
    let textCount = unsafe Int(source.words.offsets[count])
    let slotCount = WordTable.slotCount(for: count)
    var before = 8 * (count + 1)
    if unsafe source.counts != nil { before += 8 * count }
    // Of codes the lengths are looked up as quickly as they are read.
    if quantizer == nil { before += 4 * count }
    if unsafe scales != nil { before += 4 * count }
    let padding = (64 - (before + textCount) % 64) % 64

    var tensors: [TensorFileWriter.Announcement] = [
      .init("vocabulary.offsets", .uint64, [count + 1])
    ]
    if unsafe source.counts != nil { tensors.append(.init("counts", .int64, [count])) }
    if quantizer == nil { tensors.append(.init("norms", .float32, [count])) }
    if unsafe scales != nil { tensors.append(.init("scales", .float32, [count])) }
    tensors.append(.init("vocabulary.bytes", .uint8, [textCount + padding]))
    tensors.append(.init("vocabulary.index", .uint32, [slotCount]))
    if let quantizer {
      tensors.append(.init("centroids", .float32, [quantizer.centroidCount, dimension]))
      if !quantizer.rotation.isEmpty {
        tensors.append(.init("rotation", .float32, [dimension, dimension]))
      }
    }
    let type = isHalf ? .float16 : source.rows.tensorType
    tensors.append(.init("vectors", type, [count, source.rows.storedWidth]))
    // Of rows in fewer bits, a table of floats would undo what is saved.
    let nGrams = unsafe scales != nil || isHalf ? nil : nGramTable ?? floretTable
    var metadata = metadata
    metadata[MetadataKey.nGrams] = nil
    if let nGrams {
      tensors.append(
        .init(SafetensorsVectors.nGrams, .float32, [nGrams.bucketCount, dimension]))
      metadata[MetadataKey.nGrams] = try StoredJSON.text(NGramDescription(nGrams.index))
    }
    metadata[MetadataKey.formatVersion] = String(SafetensorsVectors.version)
    var writer = try TensorFileWriter(to: file, metadata: metadata, tensors: tensors)
    try unsafe writer.write(UnsafeRawBufferPointer(source.words.offsets))
    if let counts = unsafe source.counts { try unsafe writer.write(UnsafeRawBufferPointer(counts)) }

    // Norms of another origin may differ in their last bits; the same vectors must give the same
    // bytes, so they are computed anew.
    if quantizer == nil {
      let (norms, _) = try VectorStorage.norms(of: source.rows, count: count, threads: 1)
      try unsafe writer.write(UnsafeRawBufferPointer(rebasing: norms.bytes[..<(4 * count)]))
    }
    if let scales = unsafe scales {
      try unsafe writer.write(
        UnsafeRawBufferPointer(UnsafeBufferPointer(start: scales, count: count)))
    }
    try unsafe writer.write(
      UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(source.words.bytes)[..<textCount]))
    try unsafe [UInt8](repeating: 0, count: padding).withUnsafeBytes { try unsafe writer.write($0) }

    // Rebuilt for the same reason: an index of another origin may have another size.
    var builder = WordTableBuilder(expectedCount: count)
    for word in 0..<count { unsafe builder.append(source.words.bytes(at: word)) }
    let (table, owners, duplicates) = builder.finish()
    guard duplicates.isEmpty else {
      throw WordtoolError(
        .badData, found: "the word '\(word(at: duplicates[0]))' twice", expected: "no two alike")
    }
    try withExtendedLifetime(owners) {
      try unsafe writer.write(UnsafeRawBufferPointer(table.slots))
    }
    if let quantizer {
      for part in [quantizer.centroidRows, quantizer.rotation] {
        try unsafe part.withUnsafeBytes { try unsafe writer.write($0) }
      }
    }
    for row in 0..<count {
      guard isHalf else {
        try unsafe writer.write(source.rows.storedBytes(of: row))
        continue
      }
      let halves = vector(at: row).map { ShortFloats.half($0).littleEndian }
      try unsafe halves.withUnsafeBytes { try unsafe writer.write($0) }
    }
    try nGrams?.forEachRow { row in try unsafe row.withUnsafeBytes { try unsafe writer.write($0) } }
    writer.finish()
  }
}
