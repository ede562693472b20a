import BLASCore
import WordtoolCore

/// The project's own vector files: safetensors with these tensors. V words of D values.
///
/// | name                 | type, shape    | what it holds                                          |
/// | -------------------- | -------------- | ------------------------------------------------------ |
/// | `vocabulary.offsets` | U64 [V + 1]    | word i is bytes offsets[i] ..< offsets[i + 1]          |
/// | `counts`             | I64 [V]        | occurrences of each word (optional)                    |
/// | `norms`              | F32 [V]        | lengths of the rows (computed when missing)            |
/// | `scales`             | F32 [V]        | factors of the rows, with I8 and U8 vectors only       |
/// | `vocabulary.bytes`   | U8 [any]       | the words in UTF-8, then zeros as padding              |
/// | `vocabulary.index`   | U32 [2^n]      | the hash table, see ``WordTable`` (built when missing) |
/// | `centroids`          | F32 [K, D]     | with U8 vectors only: centroid k of all parts          |
/// | `rotation`           | F32 [D, D]     | with U8 vectors only: the row x is coded as x R        |
/// | `vectors`            | F32, F16 or I8 [V, D] | the rows; I8: value = byte * factor             |
/// |                      | U8 [V, M]      | or the codes of their M parts                          |
/// | `ngrams`             | F32 [B, D]     | rows of n-grams, found by a hash (optional)            |
///
/// The tensors stand in this order; the padding makes `vocabulary.index` and `vectors` begin at a
/// multiple of 64 bytes. A reader takes them in any order. docs/vectors-format.md has the rules.
enum SafetensorsVectors {
  /// The version of the layout that is written, and the newest that is read.
  static let version = 1
  /// The tensor of n-grams.
  static let nGrams = "ngrams"

  /// Reads the vectors in a file; the rows stay where they are.
  static func read(
    _ file: FileContents, options: WordVectors.ReadOptions
  ) throws -> WordVectors {
    let tensors = try unsafe TensorFile(bytes: file.bytes, path: file.path, owner: file)
    let isOwn =
      tensors.entry(named: "vocabulary.bytes") != nil
      || tensors.entry(named: "vocabulary.offsets") != nil
    if !isOwn, let table = try SafetensorsTable(tensors) { return try table.read(options) }
    try options.refuseWordList(for: .safetensors, path: file.path)
    let reader = Reader(tensors: tensors)
    if let text = tensors.metadata[WordVectors.MetadataKey.formatVersion] {
      guard let version = Int(text), version >= 1 else {
        throw reader.failure("format_version '\(text)'", expected: "a number from 1 on")
      }
      guard version <= Self.version else {
        throw WordtoolError(
          .badData, path: file.path, found: "version \(version) of the vector format",
          expected: "at most \(Self.version)", remedy: "read it with a newer wordtool")
      }
    }
    return try reader.vectors(threads: options.threads)
  }

  /// Takes tensors out of a file, each checked.
  struct Reader {
    let tensors: TensorFile

    func failure(_ found: String, expected: String? = nil, remedy: String? = nil) -> WordtoolError {
      WordtoolError(
        .badData, path: tensors.path, found: found, expected: expected, remedy: remedy)
    }

    /// A tensor of one dimension, in place, or copied when it is not aligned for its type.
    func values<Value: BitwiseCopyable>(
      _ name: String, _ type: TensorFile.ElementType, as: Value.Type, count: Int? = nil,
      owners: inout [AnyObject]
    ) throws -> UnsafeBufferPointer<Value>? {
      guard let entry = tensors.entry(named: name) else { return nil }
      guard entry.type == type, entry.shape.count == 1, count == nil || entry.shape[0] == count
      else {
        let size = count.map(String.init) ?? "n"
        throw failure(
          "tensor \"\(name)\" is \(entry.type.rawValue) \(entry.shape)",
          expected: "\(type.rawValue) [\(size)]")
      }
      return unsafe inPlace(entry, as: Value.self, owners: &owners)
    }

    func inPlace<Value: BitwiseCopyable>(
      _ entry: TensorFile.Entry, as: Value.Type, owners: inout [AnyObject]
    ) -> UnsafeBufferPointer<Value> {
      var bytes = unsafe tensors.bytes(of: entry)
      if Int(bitPattern: bytes.baseAddress) % MemoryLayout<Value>.alignment != 0 {
        let copy = Allocation(byteCount: bytes.count)
        unsafe copy.bytes.copyMemory(from: bytes)
        owners.append(copy)
        unsafe bytes = UnsafeRawBufferPointer(rebasing: copy.bytes[..<bytes.count])
      }
      return unsafe UnsafeBufferPointer(
        start: bytes.baseAddress?.bindMemory(to: Value.self, capacity: entry.elementCount),
        count: entry.elementCount)
    }

    func vectors(threads: Int) throws -> WordVectors {
      var owners: [AnyObject] = [tensors]
      guard let matrix = tensors.entry(named: "vectors") else {
        if ModelFile.isKind(of: DocumentVectors.format, tensors) {
          throw failure(
            "vectors of documents alone, as pv-dbow makes them", expected: "word vectors",
            remedy: "train pv-dbow with words, or pv-dm")
        }
        if let contents = ModelFile.contents(of: tensors) {
          throw failure(contents, expected: "word vectors")
        }
        let names = tensors.entries.prefix(5).map { "\"\($0.name)\"" }.joined(separator: ", ")
        throw failure(
          "no tensor \"vectors\" but \(names.isEmpty ? "none at all" : names)",
          expected: "the tensors of a vector file: vectors, vocabulary.bytes, vocabulary.offsets")
      }
      let quantizer = try productQuantizer(matrix)
      guard matrix.shape.count == 2,
        let element = quantizer == nil ? NumericTable.Element(matrix.type) : .int8
      else {
        throw failure(
          "tensor \"vectors\" is \(matrix.type.rawValue) \(matrix.shape)",
          expected: "F32, F16, BF16, F64 or I8 [words, dimension]")
      }
      let (count, dimension) = (matrix.shape[0], quantizer?.dimension ?? matrix.shape[1])
      guard (1...VectorStorage.maximumDimension).contains(dimension) else {
        throw failure(
          "vectors of \(dimension, "value")", expected: "1 to \(VectorStorage.maximumDimension)")
      }
      guard count <= WordTable.maximumCount else {
        throw failure("\(count, "word")", expected: "at most \(WordTable.maximumCount)")
      }
      let words = try table(count: count, owners: &owners)
      let rows: any RowSource
      if element != .int8 {
        let table = unsafe NumericTable(
          path: tensors.path, bytes: tensors.bytes(of: matrix), element: element, rowCount: count,
          dimension: dimension, owner: tensors)
        let values = try table.rows(threads: threads)
        owners.append(values.owner)
        rows = unsafe Float32Rows(values.base, dimension: dimension, stride: dimension)
      } else {
        guard
          let scales = try unsafe values(
            "scales", .float32, as: Float.self, count: count, owners: &owners)
        else { throw failure("no tensor \"scales\"", expected: "one factor for each row of bytes") }
        if let row = unsafe scales.firstIndex(where: { !($0.isFinite && $0 >= 0) }) {
          throw failure(
            unsafe "the factor of word \(row + 1) is \(scales[row])",
            expected: "a finite number, 0 or more")
        }
        if let quantizer {
          let codes = unsafe inPlace(matrix, as: UInt8.self, owners: &owners)
          let last = UInt8(quantizer.centroidCount - 1)
          if last < 255, unsafe codes.contains(where: { $0 > last }) {
            throw failure("codes beyond \(last)", expected: "\(quantizer.centroidCount) centroids")
          }
          rows = unsafe ProductRows(
            codes.baseAddress, scales: scales.baseAddress, quantizer: quantizer)
        } else {
          let values = unsafe inPlace(matrix, as: Int8.self, owners: &owners)
          rows = unsafe Int8Rows(
            values.baseAddress, scales: scales.baseAddress, dimension: dimension)
        }
      }
      let counts = try unsafe values(
        "counts", .int64, as: Int64.self, count: count, owners: &owners)
      if let row = unsafe counts?.firstIndex(where: { $0 < 0 }) {
        throw failure("the count of word \(row + 1) is negative", expected: "0 or more")
      }
      let norms = try unsafe norms(of: rows, count, threads: threads, owners: &owners)
      return unsafe WordVectors(
        storage: VectorStorage(
          rows: rows, norms: norms, counts: counts, words: words, owners: owners, isRead: true,
          composer: try NGramDescription.composer(of: tensors, dimension: dimension)),
        metadata: DocumentVectors.wordMetadata(tensors.metadata),
        format: Self.format(of: matrix.type),
        name: tensors.path,
        path: tensors.path)
    }

    private static func format(of type: TensorFile.ElementType) -> WordVectors.Format {
      switch type {
      case .uint8: .safetensorsPQ
      case .int8: .safetensorsInt8
      case .float16: .safetensorsFloat16
      default: .safetensors
      }
    }

    func norms(
      of rows: any RowSource, _ count: Int, threads: Int, owners: inout [AnyObject]
    ) throws -> UnsafeBufferPointer<Float> {
      if let norms = try unsafe values(
        "norms", .float32, as: Float.self, count: count, owners: &owners)
      {
        if let row = unsafe norms.firstIndex(where: { !($0 >= 0 && $0.isFinite) }) {
          throw failure(
            unsafe "the norm of word \(row + 1) is \(norms[row])", expected: "0 or more")
        }
        return unsafe norms
      }
      let (memory, firstBad) = try VectorStorage.norms(
        of: rows, count: count, threads: threads)
      if let firstBad {
        throw failure(
          "value \(firstBad.column + 1) of word \(firstBad.row + 1) is not a finite number")
      }
      owners.append(memory)
      return unsafe UnsafeBufferPointer(memory.buffer(of: Float.self, count: count))
    }

    func table(count: Int, owners: inout [AnyObject]) throws -> WordTable {
      guard
        let bytes = try unsafe values(
          "vocabulary.bytes", .uint8, as: UInt8.self, owners: &owners),
        let offsets = try unsafe values(
          "vocabulary.offsets", .uint64, as: UInt64.self, count: count + 1, owners: &owners)
      else {
        throw failure(
          "no tensor \"vocabulary.bytes\" or no \"vocabulary.offsets\"", expected: "both")
      }
      if let fault = unsafe StringTable.fault(
        in: offsets, byteCount: bytes.count, allowsPadding: true)
      {
        throw failure(
          "vocabulary.offsets \(fault)",
          expected: "rising bounds of the words in vocabulary.bytes")
      }
      let text = unsafe UnsafeBufferPointer(rebasing: bytes[..<Int(offsets[count])])
      if let word = unsafe UTF8Check.firstInvalidWord(text, offsets: offsets) {
        throw failure("word \(word + 1) is not UTF-8", expected: "words in UTF-8")
      }
      if let slots = try unsafe values(
        "vocabulary.index", .uint32, as: UInt32.self, owners: &owners)
      {
        guard slots.count > count, slots.count & (slots.count - 1) == 0 else {
          throw failure(
            "vocabulary.index has \(slots.count) slots for \(count, "word")",
            expected: "a power of two, more than the words")
        }
        let largest = unsafe slots.reduce(0, max)
        guard largest <= count else {
          throw failure(
            "vocabulary.index names word \(largest - 1)", expected: "words below \(count)")
        }
        return unsafe WordTable(bytes: bytes, offsets: offsets, slots: slots)
      }
      var builder = WordTableBuilder(expectedCount: count)
      for word in 0..<count {
        unsafe builder.append(
          UnsafeBufferPointer(rebasing: bytes[Int(offsets[word])..<Int(offsets[word + 1])]))
      }
      let built = builder.finish()
      if let word = built.duplicates.first {
        throw failure("word \(word + 1) is there twice", expected: "no two alike")
      }
      owners += built.owners as [AnyObject]
      return built.table
    }
  }
}

extension Allocation {
  private static let nothing = Allocation(byteCount: 64)
  /// An address for values of which there are none.
  static func nowhere<Value: BitwiseCopyable>() -> UnsafePointer<Value> {
    guard let base = unsafe nothing.buffer(of: Value.self, count: 1).baseAddress else {
      preconditionFailure("memory without an address")
    }
    return unsafe UnsafePointer(base)
  }
}
