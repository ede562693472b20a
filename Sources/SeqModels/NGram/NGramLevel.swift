import WordtoolCore

/// The n-grams of one length as they lie in memory and in files: records, sorted so that one is found
/// with a look or two.
///
/// A record is 16 bytes, four numbers of 32 bits, and never crosses a cache line:
///
/// | byte | number                                                                     |
/// | ---- | -------------------------------------------------------------------------- |
/// | 0    | the key of the last token, see ``key(of:)``                                |
/// | 4    | log10 of its probability after the others, a float                         |
/// | 8    | log10 of the back-off weight, a float                                      |
/// | 12   | the place in the next level where the n-grams that continue this one begin |
///
/// One more record behind the last says where the last one's continuations end. The longest n-grams
/// have the first two numbers alone. The records that continue one n-gram are neighbours, their keys
/// ascending. Keys of any set of tokens are spread evenly over 32 bits, so a key's value tells nearly
/// where among its neighbours it is (interpolation search: Perl, Itai and Avni, Interpolation
/// search: a log log N search, CACM 1978).
///
/// What a damaged file can say is bounded where it is read: places lie inside the level or are taken
/// for none, probabilities and weights are finite. Of sound numbers nothing changes by that.
@safe struct NGramLevel: @unchecked Sendable {
  // SAFETY: `records` holds `count` records, and one more where they have continuations: whoever makes
  // a level has checked its size. Places are below `count`.
  // Sendable: the memory is immutable; the store that holds the level keeps it alive.

  /// The records.
  let records: UnsafeRawBufferPointer
  /// How many n-grams there are.
  let count: Int
  /// Whether the records have a back-off weight and continuations.
  let isContinued: Bool

  /// Bytes of a record.
  static func stride(isContinued: Bool) -> Int { isContinued ? 16 : 8 }

  /// Bytes of all records of a level.
  static func byteCount(count: Int, isContinued: Bool) -> Int {
    stride(isContinued: isContinued) * (isContinued ? count + 1 : count)
  }

  /// - Precondition: the memory has the size of so many records.
  init(records: UnsafeRawBufferPointer, count: Int, isContinued: Bool) {
    precondition(records.count == Self.byteCount(count: count, isContinued: isContinued))
    unsafe self.records = records
    self.count = count
    self.isContinued = isContinued
  }

  // MARK: Keys

  /// 2^32 divided by the golden ratio, odd: multiples of it are spread evenly (Knuth, The Art of
  /// Computer Programming, volume 3, section 6.4).
  private static let spread: UInt32 = 0x9E37_79B1
  /// `spread` times this is 1 modulo 2^32.
  private static let gather: UInt32 = 0x0E8B_2F51

  /// A token's key: its number times a constant modulo 2^32. Different tokens have different keys.
  @inline(__always)
  static func key(of word: Int32) -> UInt32 { UInt32(bitPattern: word) &* spread }

  // MARK: Records

  @inline(__always)
  private func number<Number: BitwiseCopyable>(_ place: Int, _ offset: Int) -> Number {
    let stride = isContinued ? 16 : 8
    return unsafe records.baseAddress.unsafelyUnwrapped.loadUnaligned(
      fromByteOffset: place &* stride &+ offset, as: Number.self)
  }

  /// The last token of an n-gram; of a damaged file any number.
  func word(at place: Int) -> Int32 {
    Int32(bitPattern: (number(place, 0) as UInt32) &* Self.gather)
  }

  /// log10 of the probability of an n-gram's last token, -100 to 0.
  @inline(__always)
  func logProbability(at place: Int) -> Double {
    let value: Float = number(place, 4)
    // Comparisons with NaN are false.
    return Double(value >= -100 ? (value <= 0 ? value : 0) : -100)
  }

  /// log10 of an n-gram's back-off weight, -99 to 99.
  @inline(__always)
  func backoff(at place: Int) -> Double {
    let value: Float = number(place, 8)
    return Double(value >= -99 ? (value <= 99 ? value : 99) : -99)
  }

  /// The places in the next level of the n-grams that continue one of this level.
  @inline(__always)
  func continuations(of place: Int, in next: NGramLevel) -> Range<Int> {
    let start = Int(number(place, 12) as UInt32)
    let end = Int(number(place &+ 1, 12) as UInt32)
    guard start <= end, end <= next.count else { return 0..<0 }
    return unsafe Range(uncheckedBounds: (start, end))
  }

  // MARK: Search

  /// Looks that guess; after them the range is halved, so that no file makes a search long.
  private static let guesses = 16

  /// The place of the n-gram with that key among neighbours, or -1.
  @inline(__always)
  func find(_ key: UInt32, in neighbours: Range<Int>) -> Int {
    var (low, high) = (neighbours.lowerBound, neighbours.upperBound)
    let size = Int64(high &- low)
    var place = low &+ Int(truncatingIfNeeded: size &* Int64(key) >> 32)
    var looks = 0
    while low < high {
      let found: UInt32 = number(place, 0)
      if found == key { return place }
      if found < key { low = place &+ 1 } else { high = place }
      looks &+= 1
      if looks <= Self.guesses {
        // How far away it is where keys are even; at least one place.
        let distance = (Int64(key) &- Int64(found)) &* size >> 32
        place = max(low, min(high &- 1, place &+ Int(truncatingIfNeeded: distance)))
      } else {
        place = low &+ (high &- low) / 2
      }
    }
    return -1
  }
}
