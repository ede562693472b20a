import ConvNets
import Foundation

/// What Pillow and SciPy made of some images; see Scripts/golden/images.py.
enum Golden {
  struct Files: Decodable {
    struct File: Decodable {
      var name: String
      var shape: [Int]
      var pixels: [UInt8]
    }
    var files: [File]
  }

  struct Cases<Case: Decodable>: Decodable {
    var cases: [Case]
  }

  struct Resize: Decodable {
    var shape: [Int]
    var image: [Float]
    var to: [Int]
    var result: [Float]
  }

  struct Filter: Decodable {
    var kernel: String
    var rows: [[Float]]
    var mode: String
    var constant: Float
    var shape: [Int]
    var image: [Float]
    var correlate: [Float]
    var convolve: [Float]?
  }

  struct Transform: Decodable {
    var matrix: [Double]
    var offset: [Double]
    var mode: String
    var constant: Float
    var shape: [Int]
    var image: [Float]
    var result: [Float]
  }

  struct AugmentationCase: Decodable {
    var degrees: Double
    var shear: Double
    var shift: [Double]
    var zoom: [Double]
    var mode: String
    var shape: [Int]
    var image: [Float]
    var result: [Float]
  }

  struct ColorChange: Decodable {
    var change: String
    var amount: Float
    var shape: [Int]
    var image: [Float]
    var result: [Float]
  }

  /// Reads a fixture.
  static func read<Value: Decodable>(_ name: String, as type: Value.Type) throws -> Value {
    try JSONDecoder().decode(type, from: try Data(contentsOf: URL(filePath: path(name))))
  }

  /// The path of a fixture.
  static func path(_ name: String) -> String {
    Bundle.module.path(forResource: "Fixtures/\(name)", ofType: nil) ?? name
  }

  /// One plane of the values given.
  static func plane(_ shape: [Int], _ values: [Float]) -> Image {
    Image(shape: ImageShape(height: shape[0], width: shape[1], channels: 1), values: values)
  }

  /// The largest difference of two lists; infinite when their lengths differ or one has a NaN.
  static func distance(_ one: [Float], _ other: [Float]) -> Float {
    guard one.count == other.count else { return .infinity }
    return zip(one, other).reduce(0) { worst, pair in
      let difference = abs(pair.0 - pair.1)
      return difference.isNaN ? .infinity : max(worst, difference)
    }
  }
}
