import TestSupport
import Testing
import Word2Vec
import WordtoolCore

/// Files of a fixture with an extreme number in the place of four of their bytes.
enum HostileNumbers {
  /// Reads a copy of a fixture for each place and number: it is refused, or gives finite vectors.
  ///
  /// - Parameter refusals: the kinds of errors that say so.
  static func check(
    _ name: String, at places: [Int], refusals: Set<WordtoolError.Kind> = [.badData]
  ) throws {
    let bytes = try Fixtures.bytes(name)
    for place in places {
      for value: Int32 in [-1, 0, .max, .min, 1 << 20] {
        var changed = bytes
        withUnsafeBytes(of: value.littleEndian) {
          changed.replaceSubrange(place..<place + 4, with: $0)
        }
        do {
          let vectors = try WordVectors(bytes: changed, path: "hostile")
          for row in 0..<vectors.count {
            let isFinite = vectors.vector(at: row).allSatisfy { $0.isFinite }
            #expect(isFinite, "\(name), \(place): \(value)")
          }
          _ = try? vectors.resolve("riverside")
        } catch let error as WordtoolError {
          #expect(refusals.contains(error.kind), "\(name), \(place): \(error)")
        }
      }
    }
  }
}
