import BLASCore
import WordtoolCore

extension SafetensorsVectors.Reader {
  /// The largest dimension of a rotation: 64 MB of floats.
  private static let maximumRotation = 4096

  /// What codes stand for; nil where the vectors are no codes.
  func productQuantizer(_ matrix: TensorFile.Entry) throws -> ProductQuantizer? {
    guard matrix.type == .uint8, matrix.shape.count == 2 else { return nil }
    guard let entry = tensors.entry(named: "centroids") else {
      throw failure("codes without a tensor \"centroids\"", expected: "what the codes stand for")
    }
    let partCount = matrix.shape[1]
    guard entry.type == .float32, entry.shape.count == 2, (1...256).contains(entry.shape[0]),
      (1...VectorStorage.maximumDimension).contains(entry.shape[1]),
      (1...entry.shape[1]).contains(partCount)
    else {
      throw failure(
        "tensor \"centroids\" is \(entry.type.rawValue) \(entry.shape) for \(partCount, "code") a row",
        expected: "F32 [1 to 256, at least \(partCount)]")
    }
    let dimension = entry.shape[1]
    var rotation: [Float] = []
    if let turn = tensors.entry(named: "rotation") {
      guard turn.type == .float32, turn.shape == [dimension, dimension],
        dimension <= Self.maximumRotation
      else {
        throw failure(
          "tensor \"rotation\" is \(turn.type.rawValue) \(turn.shape)",
          expected: "F32 [\(dimension), \(dimension)], at most \(Self.maximumRotation)")
      }
      rotation = floats(turn)
    }
    let centroids = floats(entry)
    guard centroids.allSatisfy(\.isFinite) else {
      throw failure("a centroid that is not a finite number", expected: "finite numbers")
    }
    let quantizer = ProductQuantizer(
      dimension: dimension, partCount: partCount, centroidCount: entry.shape[0],
      centroidRows: centroids, rotation: rotation)
    guard quantizer.keepsLengths else {
      throw failure("a rotation that changes lengths", expected: "an orthogonal matrix")
    }
    return quantizer
  }

  private func floats(_ entry: TensorFile.Entry) -> [Float] {
    let bytes = unsafe tensors.bytes(of: entry)
    return (0..<entry.elementCount).map {
      unsafe bytes.loadUnaligned(fromByteOffset: 4 * $0, as: Float.self)
    }
  }
}
