package import WordtoolCore

/// A standard MIDI file of format 1: a track for tempo, meter and key, and one for each voice.
public struct MIDIFile: Sendable {
  /// The bytes of the file.
  public let bytes: [UInt8]

  /// Ticks of a quarter note: tuplets of 2 to 6 and 1/64 notes are whole numbers of them.
  public static let ticksPerQuarter = 480

  /// Writes a performance down.
  ///
  /// - Parameters:
  ///   - performance: what is played.
  ///   - title: the name of the piece.
  ///   - quartersPerMinute: the tempo instead of the tune's own, above 0.
  ///   - program: the instrument, 0 (grand piano) ... 127.
  public init(
    _ performance: ABCPerformance, title: String? = nil, quartersPerMinute: Double? = nil,
    program: Int = 0
  ) {
    precondition((0...127).contains(program), "the MIDI program \(program)")
    var tracks = [Self.conductor(performance, title, quartersPerMinute)]
    for (index, notes) in performance.voices.enumerated() {
      // Channel 10 is for drums.
      let channel = UInt8([0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 12, 13, 14, 15][index % 15])
      tracks.append(
        Self.track(
          notes, name: performance.names[index], channel: channel, program: UInt8(program),
          end: performance.length))
    }
    var bytes: [UInt8] = Array("MThd".utf8) + [0, 0, 0, 6, 0, 1]
    bytes += Self.bigEndian(tracks.count, 2) + Self.bigEndian(Self.ticksPerQuarter, 2)
    for track in tracks { bytes += Array("MTrk".utf8) + Self.bigEndian(track.count, 4) + track }
    self.bytes = bytes
  }

  /// Writes the file.
  ///
  /// - Throws: `WordtoolError`: `cannotCreate`, `inputOutput`.
  public func write(to path: String) throws {
    try OutputFile.write(to: path) { try write(to: $0) }
  }

  /// Writes into an open file.
  ///
  /// - Throws: ``WordtoolError``: `usage` for a name that asks for gzip, `inputOutput`.
  package func write(to file: OutputFile) throws {
    try file.requirePlain("a MIDI file")
    try file.write(bytes)
  }

  // MARK: Tracks

  private typealias Event = (tick: Int, rank: Int, bytes: [UInt8])

  private static func conductor(
    _ performance: ABCPerformance, _ title: String?, _ quartersPerMinute: Double?
  ) -> [UInt8] {
    var events: [Event] = []
    if let title { events.append((0, 0, meta(3, Array(title.utf8.prefix(4096))))) }
    for (time, change) in performance.changes {
      let tick = ticks(time)
      switch change {
      case .key(let key):
        events.append(
          (tick, 1, meta(0x59, [UInt8(bitPattern: Int8(key.sharps)), key.isMinor ? 1 : 0])))
      case .meter(let meter):
        // Clocks of the metronome: a beat, three of the written ones in compound meter.
        let clocks = min(255, max(1, 96 / meter.denominator) * (meter.isCompound ? 3 : 1))
        events.append(
          (
            tick, 2,
            meta(
              0x58,
              [
                UInt8(min(255, meter.numerator)), UInt8(meter.denominator.trailingZeroBitCount),
                UInt8(clocks), 8,
              ])
          ))
      case .tempo(let tempo):
        if quartersPerMinute != nil && tick > 0 { continue }
        let rate = quartersPerMinute ?? tempo.quartersPerMinute
        let microseconds = min(Double(0xFF_FFFF), max(1, (60_000_000 / rate).rounded()))
        events.append((tick, 3, meta(0x51, bigEndian(Int(microseconds), 3))))
      }
    }
    return track(events, end: ticks(performance.length))
  }

  private static func track(
    _ notes: [ABCPerformance.Note], name: String, channel: UInt8, program: UInt8, end: ABCDuration
  ) -> [UInt8] {
    var events: [Event] = []
    if !name.isEmpty { events.append((0, 0, meta(3, Array(name.utf8.prefix(4096))))) }
    events.append((0, 1, [0xC0 | channel, program]))
    for note in notes {
      let start = ticks(note.start)
      let stop = max(start + 1, ticks(note.start + note.length))
      // At one time, what ends goes before what begins.
      events.append((start, 3, [0x90 | channel, UInt8(note.pitch), 96]))
      events.append((stop, 2, [0x80 | channel, UInt8(note.pitch), 0]))
    }
    return track(events, end: ticks(end))
  }

  private static func track(_ events: [Event], end: Int) -> [UInt8] {
    let order = events.indices.sorted {
      (events[$0].tick, events[$0].rank, $0) < (events[$1].tick, events[$1].rank, $1)
    }
    var bytes: [UInt8] = []
    var now = 0
    for index in order {
      bytes += variableLength(events[index].tick - now) + events[index].bytes
      now = events[index].tick
    }
    return bytes + variableLength(max(0, end - now)) + meta(0x2F, [])
  }

  // MARK: Bytes

  private static func ticks(_ time: ABCDuration) -> Int {
    let perTick = ABCDuration.unitsPerWholeNote / (4 * ticksPerQuarter)
    return (time.units + perTick / 2) / perTick
  }

  private static func meta(_ kind: UInt8, _ content: [UInt8]) -> [UInt8] {
    [0xFF, kind] + variableLength(content.count) + content
  }

  private static func bigEndian(_ value: Int, _ count: Int) -> [UInt8] {
    (0..<count).reversed().map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
  }

  /// 7 bits a byte, the high bit set in all but the last. A gap beyond 28 bits is cut to them.
  private static func variableLength(_ value: Int) -> [UInt8] {
    var rest = min(value, 0xFFF_FFFF)
    var bytes = [UInt8(rest & 0x7F)]
    while rest > 0x7F {
      rest >>= 7
      bytes.insert(UInt8(rest & 0x7F | 0x80), at: 0)
    }
    return bytes
  }
}
