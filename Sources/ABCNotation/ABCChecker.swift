/// Finds what is wrong with a voice as a whole: repeats, ties, and bars of another length than the
/// meter says.
struct ABCChecker {
  let voice: ABCVoice
  let tune: ABCTune
  private(set) var problems: [ABCProblem] = []

  init(voice: ABCVoice, tune: ABCTune) {
    self.voice = voice
    self.tune = tune
  }

  mutating func check() {
    checkRepeats()
    checkTies()
    checkBars()
  }

  private mutating func report(
    _ severity: ABCProblem.Severity, _ position: ABCPosition, _ message: String
  ) {
    problems.append(ABCProblem(severity: severity, position: position, message: message))
  }

  // MARK: Repeats

  /// `|:` may be left out where the tune begins. A later `:|` without it repeats from the begin of
  /// its section, but programs disagree about later endings and `::` without it.
  private mutating func checkRepeats() {
    var open: ABCPosition?
    var isFirst = true
    var hasEndings = false
    var ending: ABCPosition?
    var lastPass = 0
    for symbol in voice.symbols {
      switch symbol.content {
      case .bar(let bar):
        if bar.endsSection { ending = nil }
        if bar.repeatsAfter > 0 || (bar.isDouble && bar.repeatsBefore == 0) { lastPass = 0 }
        if bar.repeatsBefore > 0 {
          if bar.repeatsAfter > 0 && open == nil && !isFirst {
            report(.error, symbol.position, "'::' without '|:' before it")
          }
          open = nil
        } else if bar.repeatsAfter > 0, let open {
          report(
            .error, symbol.position,
            "'|:' inside the repeat of line \(open.line), expected ':|' first")
        }
        if bar.repeatsAfter > 0 { open = symbol.position }
        if bar.repeatsBefore > 0 || bar.repeatsAfter > 0 { isFirst = false }
      case .ending(let passes):
        if open == nil && !isFirst && (passes.contains(1) || !hasEndings) {
          report(
            hasEndings ? .warning : .error, symbol.position,
            "an ending without '|:' before it")
        }
        if let ending {
          report(
            .error, symbol.position,
            "an ending inside that of line \(ending.line), expected ':|' or '||' first")
        }
        if let first = passes.min(), first > lastPass + 1 {
          report(
            .error, symbol.position,
            "an ending for pass \(first), expected one for pass \(lastPass + 1) before it")
        }
        hasEndings = true
        ending = symbol.position
        lastPass = max(lastPass, passes.max() ?? 0)
      default: break
      }
    }
    if let open { report(.error, open, "'|:' without ':|'") }
  }

  // MARK: Ties

  /// After a tie the next note or chord must have the pitch.
  private mutating func checkTies() {
    var open: [ABCNote] = []
    var position = ABCPosition(line: 1, column: 1)
    for symbol in voice.symbols {
      switch symbol.content {
      case .sound(let notes, _):
        let missing = open.contains { tied in
          !notes.contains { $0.step == tied.step && $0.octave == tied.octave }
        }
        if missing { report(.error, position, "a tie to a note of another pitch") }
        open = notes.filter(\.isTied)
        position = symbol.position
      case .rest, .barRests:
        if !open.isEmpty { report(.error, position, "a tie to a rest") }
        open = []
      case .overlay: open = []
      default: break
      }
    }
    if !open.isEmpty { report(.error, position, "a tie without a note behind it") }
  }

  // MARK: Bars

  /// A bar shorter than the meter is a pickup, or completes one, where a section begins or ends;
  /// anywhere else it is reported, and a longer one everywhere.
  private mutating func checkBars() {
    var meter = tune.meter
    var length = ABCDuration.zero
    var longest = ABCDuration.zero
    var start: ABCPosition?
    var mayBeShort = true
    var number = 1
    for symbol in voice.symbols {
      switch symbol.content {
      case .sound, .rest:
        length = length + symbol.duration
        start = start ?? symbol.position
      case .barRests:
        length = meter?.bar ?? .zero
        start = start ?? symbol.position
      case .overlay:
        longest = max(longest, length)
        length = .zero
      case .meter(let new): meter = new
      case .ending: mayBeShort = true
      case .bar(let bar):
        length = max(longest, length)
        if let start, let meter {
          check(
            length, meter, at: start, number: number, mayBeShort: mayBeShort || bar.endsSection)
        }
        if start != nil { number += 1 }
        mayBeShort = bar.endsSection || (mayBeShort && start == nil)
        (length, longest, start) = (.zero, .zero, nil)
      default: break
      }
    }
    if let start, let meter {
      check(length, meter, at: start, number: number, mayBeShort: true)
    }
  }

  private mutating func check(
    _ length: ABCDuration, _ meter: ABCMeter, at position: ABCPosition, number: Int,
    mayBeShort: Bool
  ) {
    // Lengths beside the grid are off by a part each.
    let difference = length.units - meter.bar.units
    guard abs(difference) > 1024, difference > 0 || !mayBeShort else { return }
    report(
      .warning, position,
      "bar \(number) lasts \(length.fraction), expected \(meter.numerator)/\(meter.denominator)")
  }
}
