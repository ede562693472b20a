/// Numbers as they stand in pictures.
enum NumberText {
  /// 1234567 as `1,234,567`.
  static func grouped(_ count: Int) -> String {
    var text = ""
    for (place, digit) in "\(count.magnitude)".reversed().enumerated() {
      if place > 0, place % 3 == 0 { text.append(",") }
      text.append(digit)
    }
    return (count < 0 ? "−" : "") + String(text.reversed())
  }

  /// With two decimals; what is far outside of any picture stands at its limit.
  static func decimals(_ value: Double) -> String {
    guard !value.isNaN else { return "–" }
    let hundredths = Int((min(1e9, max(-1e9, value)) * 100).rounded())
    let rest = abs(hundredths % 100)
    return (hundredths < 0 ? "−" : "") + "\(abs(hundredths) / 100)." + (rest < 10 ? "0" : "")
      + "\(rest)"
  }

  /// A share in whole percent; neither what is not 0 is shown as 0 nor what is not all as all.
  static func percent(_ share: Double) -> String {
    let percent = Int((min(1, max(0, share)) * 100).rounded())
    if percent == 0 { return share > 0 ? "<1 %" : "0 %" }
    return percent == 100 && share < 1 ? ">99 %" : "\(percent) %"
  }
}
