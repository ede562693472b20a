import Libc

/// Numbers as text, always with a point and never by the locale.
enum NumberFormat {
  /// `printf`'s `%.*f`.
  static func fixed(_ value: Double, _ decimals: Int = 6) -> String {
    format("%.*f", Int32(decimals), value)
  }

  /// `printf`'s `%.*g`: what C++ streams print, 6 digits by default.
  static func general(_ value: Double, _ digits: Int = 6) -> String {
    format("%.*g", Int32(digits), value)
  }

  /// `printf`'s `%.2e`-like short form for learning rates and the like: `0.0213`, `2.5e-06`.
  static func short(_ value: Double) -> String { general(value, 3) }

  /// 1234567 as `1,234,567`.
  static func grouped(_ value: Int) -> String {
    let digits = Array(String(value.magnitude))
    var text = value < 0 ? "-" : ""
    for (place, digit) in digits.enumerated() {
      if place > 0 && (digits.count - place) % 3 == 0 { text.append(",") }
      text.append(digit)
    }
    return text
  }

  /// `1 text`, `1,234 texts`: a number of what is counted, and its name.
  static func counted(_ count: Int, _ name: String) -> String {
    "\(grouped(count)) \(name)\(count == 1 ? "" : name.hasSuffix("s") ? "es" : "s")"
  }

  /// 1234567 as `1.23 M`.
  static func withPrefix(_ value: Double) -> String {
    switch value {
    case 1e9...: fixed(value / 1e9, 2) + " G"
    case 1e6...: fixed(value / 1e6, 2) + " M"
    case 1e3...: fixed(value / 1e3, 1) + " k"
    default: fixed(value, 0) + " "
    }
  }

  /// A number of bytes as `3.1 MB`.
  static func bytes(_ count: Int) -> String {
    count < 1000 ? "\(count) B" : withPrefix(Double(count)) + "B"
  }

  /// Seconds as `42s`, `3m 05s` or `2h 07m`.
  static func duration(_ seconds: Double) -> String {
    guard seconds.isFinite, seconds < 1e7 else { return "?" }
    let whole = Int(seconds.rounded())
    if whole < 60 { return "\(whole)s" }
    if whole < 3600 { return "\(whole / 60)m \(padded(whole % 60))s" }
    return "\(whole / 3600)h \(padded(whole / 60 % 60))m"
  }

  private static func padded(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }

  private static func format(_ pattern: String, _ digits: Int32, _ value: Double) -> String {
    // The longest finite Double has 309 digits before the point.
    unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: 512) { buffer in
      _ = unsafe withVaList([digits, value]) {
        unsafe vsnprintf(buffer.baseAddress, buffer.count, pattern, $0)
      }
      return unsafe buffer.baseAddress.map { unsafe String(cString: $0) } ?? ""
    }
  }
}

extension String {
  /// The text without an end, where it has it.
  func trimmingSuffix(_ end: String) -> String {
    hasSuffix(end) ? String(dropLast(end.count)) : self
  }

  /// The text with spaces behind it up to `width` cells of a terminal, or before it.
  func padded(to width: Int, onLeft: Bool = false) -> String {
    let fill = String(repeating: " ", count: max(0, width - TerminalText.cells(in: self)))
    return onLeft ? fill + self : self + fill
  }
}
