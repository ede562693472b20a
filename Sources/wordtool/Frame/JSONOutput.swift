#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif
import Platform

/// Results as JSON. Keys are in alphabetical order, so equal results are equal bytes.
enum JSONOutput {
  /// Prints `value` on one line.
  static func write(_ value: some Encodable) throws {
    try StandardOutput.shared.writeLine(try line(value))
  }

  /// `value` on one line.
  static func line(_ value: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    return String(decoding: try encoder.encode(value), as: UTF8.self)
  }
}
