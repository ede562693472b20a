package import BLASCore
import WordtoolCore

extension ZCAWhitening {
  private static let format = "wordtool-zca 1"

  /// What the header of a file says about the transform. `prefix` as for
  /// ``write(to:prefix:)``.
  package func metadata(prefix: String) -> [String: String] {
    var region = "image"
    if case .patch = self.region { region = "patch" }
    return [
      prefix + "format": Self.format, prefix + "region": region,
      prefix + "height": "\(shape.height)", prefix + "width": "\(shape.width)",
      prefix + "channels": "\(shape.channels)", prefix + "rank": "\(rank)",
      prefix + "epsilon": "\(epsilon)",
    ]
  }

  /// The tensors that ``write(to:prefix:)`` writes, in their order.
  package func announcements(prefix: String) -> [TensorFileWriter.Announcement] {
    let size = shape.valueCount
    let extents =
      region == .image
      ? [size, size] : [shape.channels, shape.channels, shape.height, shape.width]
    return [
      .init(prefix + "weight", .float32, extents), .init(prefix + "mean", .float32, [size]),
      .init(prefix + "variances", .float64, [size]),
    ]
  }

  /// Appends the tensors to a file, for instance of a model whose images are whitened first.
  ///
  /// - Parameters:
  ///   - writer: the file, in which ``announcements(prefix:)`` are next.
  ///   - prefix: stands before the names of tensors and metadata: `zca.`.
  package func write(to writer: inout TensorFileWriter) throws {
    try unsafe weights.withUnsafeBytes { try unsafe writer.write($0) }
    try unsafe mean.withUnsafeBytes { try unsafe writer.write($0) }
    try unsafe variances.withUnsafeBytes { try unsafe writer.write($0) }
  }

  /// Writes a file of the transform alone, in the safetensors format: `zca.weight`, `zca.mean` and
  /// `zca.variances`. The weight of patches is that of a convolution, [out, in, rows, columns].
  ///
  /// - Throws: `WordtoolError`: `cannotCreate` or `inputOutput`.
  public func write(to path: String) throws {
    try OutputFile.write(to: path) { output in
      var writer = try TensorFileWriter(
        to: output, metadata: metadata(prefix: "zca."), tensors: announcements(prefix: "zca."))
      try write(to: &writer)
      writer.finish()
    }
  }

  /// Reads a transform from a file of its own, or from that of a model.
  ///
  /// - Throws: `WordtoolError`: `noSuchInput`, or `badData` when the file holds no such transform
  ///   or one that does not fit together.
  public init(contentsOf path: String) throws {
    try self.init(from: try TensorFile(path: path), prefix: "zca.")
  }

  /// Whether a file holds a transform under that prefix.
  package static func isPresent(in file: TensorFile, prefix: String) -> Bool {
    file.metadata[prefix + "format"] != nil
  }

  /// Reads a transform from a file that is open.
  ///
  /// - Throws: as ``init(contentsOf:)``.
  package init(from file: TensorFile, prefix: String) throws {
    func fail(_ found: String, _ expected: String) -> WordtoolError {
      WordtoolError(.badData, path: file.path, found: found, expected: expected)
    }
    func text(_ key: String) throws -> String {
      guard let value = file.metadata[prefix + key] else {
        throw fail("no '\(prefix)\(key)' in the header", "a whitening transform")
      }
      return value
    }
    guard try text("format") == Self.format else {
      throw fail("the format '\(try text("format"))'", Self.format)
    }
    func number(_ key: String) throws -> Int {
      guard let value = Int(try text(key)), value >= 1, value <= 1 << 20 else {
        throw fail("\(key) '\(try text(key))'", "a whole number from 1 on")
      }
      return value
    }
    let isPatch = try text("region") == "patch"
    guard
      let shape = ImageShape(
        checking: try number("height"), try number("width"), try number("channels")),
      shape.valueCount <= Self.maximumDimension, !isPatch || shape.height == shape.width,
      !isPatch || shape.height % 2 == 1
    else { throw fail("an impossible shape", "one of at most \(Self.maximumDimension) values") }
    let size = shape.valueCount
    let rank = try number("rank")
    guard rank <= size else { throw fail("a rank of \(rank)", "at most \(size)") }
    guard let epsilon = Double(try text("epsilon")), epsilon >= 0, epsilon.isFinite else {
      throw fail("an epsilon of '\(try text("epsilon"))'", "0 or more")
    }
    func tensor(_ name: String, _ type: TensorFile.ElementType, _ count: Int) throws
      -> UnsafeRawBufferPointer
    {
      guard let entry = file.entry(named: prefix + name), entry.type == type,
        entry.elementCount == count
      else {
        throw fail("no fitting tensor '\(prefix)\(name)'", "\(count, "value") of \(type.rawValue)")
      }
      return unsafe file.bytes(of: entry)
    }
    func floats(_ name: String, _ count: Int) throws -> [Float] {
      let bytes = try unsafe tensor(name, .float32, count)
      let values = (0..<count).map {
        unsafe Float(
          bitPattern: UInt32(
            littleEndian: bytes.loadUnaligned(fromByteOffset: 4 * $0, as: UInt32.self)))
      }
      guard values.allSatisfy({ $0.isFinite }) else {
        throw fail("a value in '\(prefix)\(name)' that is not finite", "numbers")
      }
      return values
    }
    let region: Region = isPatch ? .patch(size: shape.height) : .image
    let rows = isPatch ? shape.channels : size
    let bytes = try unsafe tensor("variances", .float64, size)
    let variances = (0..<size).map {
      unsafe Double(
        bitPattern: UInt64(
          littleEndian: bytes.loadUnaligned(fromByteOffset: 8 * $0, as: UInt64.self)))
    }
    guard variances.allSatisfy(\.isFinite) else {
      throw fail("a value in '\(prefix)variances' that is not finite", "numbers")
    }
    self.init(
      region: region, shape: shape, mean: try floats("mean", size),
      weights: try floats("weight", rows * size), variances: variances, rank: rank,
      epsilon: epsilon)
    withExtendedLifetime(file) {}
  }
}
