#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// JSON as it stands in the headers of files and in answers: keys sorted, so that equal values give
/// equal bytes.
package enum StoredJSON {
  /// What becomes of numbers that JSON does not have.
  package enum NotFinite {
    /// The value is refused.
    case refused
    /// They become the strings `inf`, `-inf` and `nan`.
    case asText
  }

  /// The JSON text of a value, on one line.
  package static func text(
    _ value: some Encodable, notFinite: NotFinite = .refused
  ) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    if notFinite == .asText {
      encoder.nonConformingFloatEncodingStrategy = .convertToString(
        positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    }
    return String(decoding: try encoder.encode(value), as: UTF8.self)
  }

  /// The value that a JSON text stands for.
  package static func decode<Value: Decodable>(
    _ type: Value.Type, from text: some StringProtocol
  ) throws -> Value {
    try JSONDecoder().decode(type, from: Data(text.utf8))
  }

  /// The value that the UTF-8 bytes of a JSON text stand for.
  package static func decode<Value: Decodable>(
    _ type: Value.Type, from bytes: some Sequence<UInt8>
  ) throws -> Value {
    try JSONDecoder().decode(type, from: Data(bytes))
  }
}
