import CICUShims
import WordtoolCore

/// A normal form of Unicode, by ICU.
///
/// The library that made the models knows characters up to Unicode 9: later ones have no
/// decomposition there and stay as they are, and apart from their neighbours.
enum UnicodeForm: String, Sendable {
  case nfc = "NFC"
  case nfd = "NFD"
  case nfkc = "NFKC"
  case nfkd = "NFKD"

  private var code: Int32 {
    switch self {
    case .nfc: Int32(WT_ICU_NORM_NFC)
    case .nfd: Int32(WT_ICU_NORM_NFD)
    case .nfkc: Int32(WT_ICU_NORM_NFKC)
    case .nfkd: Int32(WT_ICU_NORM_NFKD)
    }
  }

  /// The text in this form.
  func apply(_ scalars: [Unicode.Scalar]) -> [Unicode.Scalar] {
    if scalars.allSatisfy(\.isASCII) { return scalars }
    var result: [Unicode.Scalar] = []
    var part: [Unicode.Scalar] = []
    for scalar in scalars {
      if scalar.value < 0x300 || ScalarClasses.isOlder(scalar, than: 10) {
        part.append(scalar)
        continue
      }
      result += transform(part)
      result.append(scalar)
      part.removeAll()
    }
    return result + transform(part)
  }

  private func transform(_ scalars: [Unicode.Scalar]) -> [Unicode.Scalar] {
    if scalars.allSatisfy(\.isASCII) { return scalars }
    let units = UTF16Text.units(of: scalars)
    var out = [UInt16](repeating: 0, count: 2 * units.count + 16)
    while true {
      var needed: Int32 = 0
      let status = unsafe wt_icu_normalize(
        code, units, Int32(units.count), &out, Int32(out.count), &needed)
      precondition(
        status == 0, "ICU refused a text: \(unsafe String(cString: wt_icu_error_name(status)))")
      if Int(needed) <= out.count {
        return Array(String(decoding: out[..<Int(needed)], as: UTF16.self).unicodeScalars)
      }
      out = [UInt16](repeating: 0, count: Int(needed))
    }
  }
}

/// Text for ICU.
enum UTF16Text {
  static func units(of scalars: [Unicode.Scalar]) -> [UInt16] {
    var units: [UInt16] = []
    units.reserveCapacity(scalars.count)
    for scalar in scalars { units.append(contentsOf: UTF16.encode(scalar).map { Array($0) } ?? []) }
    return units
  }
}
