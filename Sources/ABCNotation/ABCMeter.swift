/// The meter of a tune: what `M:` says.
public struct ABCMeter: Hashable, Sendable {
  /// Beats of a bar.
  public var numerator: Int
  /// The note that is a beat: 4 is a quarter note.
  public var denominator: Int

  /// A meter of at least one beat.
  public init(numerator: Int, denominator: Int) {
    precondition(numerator >= 1 && denominator >= 1, "a meter of \(numerator)/\(denominator)")
    self.numerator = numerator
    self.denominator = denominator
  }

  /// The length of a bar.
  public var bar: ABCDuration { ABCDuration(numerator, over: denominator) }
  /// Whether beats fall into three parts, as in 6/8: tuplets of 5, 7 and 9 then take the time of 3.
  public var isCompound: Bool { numerator % 3 == 0 && numerator > 3 && denominator >= 8 }
  /// The length of a note without a number behind it where no `L:` says so.
  var defaultUnit: ABCDuration {
    numerator * 4 < denominator * 3 ? ABCDuration(1, over: 16) : ABCDuration(1, over: 8)
  }

  /// What an `M:` field can say.
  package enum Reading: Hashable {
    case free
    case meter(ABCMeter)
    /// A meter with other text behind it.
    case meterAndMore(ABCMeter)
  }

  /// Reads the value of an `M:` field; nil when it is no meter.
  package static func parse(_ value: String) -> Reading? {
    switch value {
    case "none", "": return .free
    case "C": return .meter(ABCMeter(numerator: 4, denominator: 4))
    case "C|": return .meter(ABCMeter(numerator: 2, denominator: 2))
    default: break
    }
    let slash = value.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
    guard slash.count == 2 else { return nil }
    var beats = 0
    for term in slash[0].split(separator: "+", omittingEmptySubsequences: false) {
      let digits = term.filter { !"() ".contains($0) }
      guard let count = Int(digits), (1...256).contains(count) else { return nil }
      beats += count
    }
    let digits = slash[1].prefix { $0.isASCII && $0.isNumber }
    guard let denominator = Int(digits), (1...128).contains(denominator),
      denominator & (denominator - 1) == 0, beats <= 256
    else { return nil }
    let meter = ABCMeter(numerator: beats, denominator: denominator)
    return digits.count == slash[1].count ? .meter(meter) : .meterAndMore(meter)
  }
}

/// The tempo of a tune: what `Q:` says.
public struct ABCTempo: Hashable, Sendable {
  /// The length that is counted.
  public var beat: ABCDuration
  /// How many of them there are in a minute.
  public var beatsPerMinute: Double

  /// Quarter notes in a minute.
  public var quartersPerMinute: Double { beat.wholeNotes * 4 * beatsPerMinute }

  /// 120 quarter notes a minute, where nothing is said.
  public static let usual = ABCTempo(beat: ABCDuration(1, over: 4), beatsPerMinute: 120)

  /// Reads the value of a `Q:` field: `1/4=120`, `"Allegro" 3/8=80`, or the older `120`, `C=120` and
  /// `C3=120`, which count unit lengths. Nil when it is no tempo; `usual` when it is words alone.
  package static func parse(_ value: String, unit: ABCDuration) -> ABCTempo? {
    var text = ""
    var isQuoted = false
    for letter in value {
      if letter == "\"" { isQuoted.toggle() } else if !isQuoted { text.append(letter) }
    }
    let words = text.split(separator: " ").joined(separator: " ")
    if isQuoted { return nil }
    if words.isEmpty { return value.contains("\"") ? usual : nil }
    let sides = words.split(separator: "=", omittingEmptySubsequences: false)
    guard sides.count <= 2, let last = sides.last,
      let rate = Double(last.split(separator: " ").joined()), rate >= 1, rate <= 10_000
    else { return nil }
    guard sides.count == 2 else { return ABCTempo(beat: unit, beatsPerMinute: rate) }
    let left = sides[0].filter { $0 != " " }
    if left.first == "C", let count = left.count == 1 ? 1 : Int(left.dropFirst()),
      (1...128).contains(count)
    {
      return ABCTempo(beat: unit.scaled(by: count, over: 1), beatsPerMinute: rate)
    }
    var beat = ABCDuration.zero
    for term in sides[0].split(separator: " ") {
      let parts = term.split(separator: "/", omittingEmptySubsequences: false).map { Int($0) }
      guard parts.count == 2, let top = parts[0], let bottom = parts[1],
        (1...128).contains(top), (1...128).contains(bottom)
      else { return nil }
      beat = beat + ABCDuration(top, over: bottom)
    }
    return beat > .zero ? ABCTempo(beat: beat, beatsPerMinute: rate) : nil
  }
}
