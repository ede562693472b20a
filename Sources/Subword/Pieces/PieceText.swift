import WordtoolCore

/// A text, or a part of one, on its way to tokens.
struct PieceText {
  /// Its characters.
  var scalars: [Unicode.Scalar]
  /// Whether the first of them came of the first of the whole text.
  var startsText: Bool

  /// Part of it.
  func part(_ range: Range<Int>) -> PieceText {
    PieceText(
      scalars: Array(scalars[range]), startsText: startsText && range.lowerBound == 0)
  }

  /// In UTF-8.
  var bytes: [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(scalars.count)
    for scalar in scalars {
      if scalar.isASCII {
        bytes.append(UInt8(scalar.value))
      } else {
        bytes.append(contentsOf: UTF8.encode(scalar).map { Array($0) } ?? [])
      }
    }
    return bytes
  }
}
