import Libc

/// The clocks of the system.
package enum Clock {
  /// Seconds on a clock that never runs backwards.
  static func seconds() -> Double {
    var time = timespec()
    unsafe clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }

  /// The present time as HTTP writes it, RFC 9110, section 5.6.7: `Mon, 30 Nov 2026 12:00:00 GMT`.
  static func httpDate() -> String { httpDate(at: now()) }

  /// The present time as ISO 8601 writes it: `2026-11-30T12:00:00Z`.
  static func isoDate() -> String {
    let date = CivilDate(now())
    return "\(date.year)-\(two(date.month))-\(two(date.day))T\(date.time)Z"
  }

  /// So many seconds after the beginning of 1970, as HTTP writes it.
  package static func httpDate(at seconds: Int) -> String {
    let date = CivilDate(seconds)
    let days = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
    let months = [
      "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]
    return "\(days[seconds / 86_400 % 7]), \(two(date.day)) \(months[date.month - 1]) \(date.year) "
      + "\(date.time) GMT"
  }

  private static func now() -> Int {
    var time = timespec()
    unsafe clock_gettime(CLOCK_REALTIME, &time)
    return max(0, Int(time.tv_sec))
  }

  /// A day of the Gregorian calendar, in UTC.
  private struct CivilDate {
    var year: Int
    var month: Int
    var day: Int
    /// `12:00:00`
    var time: String

    /// The date so many seconds, 0 or more, after the beginning of 1970.
    ///
    /// Years are counted from March, so that the day that may be missing is their last one.
    init(_ seconds: Int) {
      // Days since 0000-03-01, in eras of 400 years, which have 146,097 days each.
      let days = seconds / 86_400 + 719_468
      let inEra = days % 146_097
      let yearOfEra = (inEra - inEra / 1460 + inEra / 36_524 - inEra / 146_096) / 365
      let inYear = inEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
      // Months from March have 31, 30, 31, 30, 31 days, again and again: 153 in five.
      let fromMarch = (5 * inYear + 2) / 153
      day = inYear - (153 * fromMarch + 2) / 5 + 1
      month = fromMarch < 10 ? fromMarch + 3 : fromMarch - 9
      year = yearOfEra + days / 146_097 * 400 + (month <= 2 ? 1 : 0)
      let rest = seconds % 86_400
      time = "\(two(rest / 3600)):\(two(rest / 60 % 60)):\(two(rest % 60))"
    }
  }

  private static func two(_ number: Int) -> String { (number < 10 ? "0" : "") + String(number) }
}
