import BLASCore
import WordtoolCore

/// What a compression changed, as it is shown.
public struct CompressionAnswer: Codable, Hashable, Sendable {
  /// A measure before and after; nil where it is undefined.
  public struct Change: Codable, Hashable, Sendable {
    /// Of the vectors as they were.
    public var before: Double?
    /// Of the smaller ones.
    public var after: Double?

    /// A measure of both.
    public init(before: Double?, after: Double?) {
      self.before = before
      self.after = after
    }
  }

  /// Words before and after.
  public var wordsBefore: Int
  /// Words that are left.
  public var words: Int
  /// Values of a vector before.
  public var dimensionBefore: Int
  /// Values of a vector.
  public var dimension: Int
  /// Bytes that the values of a vector took in memory.
  public var vectorBytesBefore: Int
  /// Bytes that they take now, factors included.
  public var vectorBytes: Int
  /// Bytes of the file; nil of what is no file.
  public var bytesBefore: Int?
  /// Bytes of the file that was written; nil of what is no file.
  public var bytesAfter: Int?
  /// The share of the ten nearest words that are found again.
  public var recall = 1.0
  /// How many words were asked for it.
  public var recallQueries = 0
  /// See ``CompressedVectors/reconstructionError``.
  public var reconstructionError: Double
  /// The share of analogy questions that are answered rightly; nil unless asked for.
  public var analogies: Change?
  /// Spearman's correlation with people's judgements; nil unless asked for.
  public var spearman: Change?

  /// The sizes and the error; the rest is to be filled in.
  public init(_ made: CompressedVectors, from vectors: WordVectors) {
    wordsBefore = vectors.count
    words = made.vectors.count
    dimensionBefore = vectors.dimension
    dimension = made.vectors.dimension
    vectorBytesBefore = vectors.vectorBytes
    vectorBytes =
      made.vectors.compressedFormat == .safetensorsFloat16
      ? 2 * made.vectors.dimension : made.vectors.vectorBytes
    reconstructionError = made.reconstructionError
  }
}

extension WordVectors {
  /// Bytes of the values of a row, its factor included.
  var vectorBytes: Int {
    let rows = storage.rows
    return unsafe rows.storedWidth * rows.tensorType.byteCount + (rows.scales == nil ? 0 : 4)
  }

  /// The format that holds vectors as ``compressed(_:threads:stop:)`` made them.
  package var compressedFormat: Format {
    if storage.rows is ProductRows { return .safetensorsPQ }
    if storage.rows is Int8Rows { return .safetensorsInt8 }
    guard let text = metadata[MetadataKey.compression],
      let options = try? StoredJSON.decode(CompressionOptions.self, from: text),
      options.encoding == .float16
    else { return .safetensors }
    return .safetensorsFloat16
  }
}
