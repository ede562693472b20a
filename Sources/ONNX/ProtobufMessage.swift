/// A message in protobuf's wire format, under construction.
///
/// A field is a varint key, number times 8 plus the kind of what follows, and its value: a varint,
/// four bytes, or a length and so many bytes. Fields keep the order in which they were added, so
/// the same calls give the same bytes. A message inside another shares its memory with it: the
/// hundreds of megabytes of a large model are held once.
struct ProtobufMessage {
  /// The bytes so far, in pieces.
  private(set) var pieces: [[UInt8]] = []
  /// How many bytes there are in all pieces.
  private(set) var byteCount = 0

  private enum WireType: UInt64 {
    case varint = 0
    case lengthDelimited = 2
    case fixed32 = 5
  }

  /// Arrays from this size on become pieces of their own instead of being copied.
  private static let largeByteCount = 4096

  /// Adds an integer; negative ones take ten bytes, as the format has it.
  mutating func add(_ number: Int, _ value: Int) {
    addKey(number, .varint)
    addVarint(UInt64(bitPattern: Int64(value)))
  }

  /// Adds a number of single precision.
  mutating func add(_ number: Int, _ value: Float) {
    addKey(number, .fixed32)
    let bits = value.bitPattern
    append((0..<4).map { UInt8(truncatingIfNeeded: bits >> (8 * $0)) })
  }

  /// Adds a string.
  mutating func add(_ number: Int, _ text: String) { add(number, bytes: Array(text.utf8)) }

  /// Adds bytes.
  mutating func add(_ number: Int, bytes: [UInt8]) {
    addKey(number, .lengthDelimited)
    addVarint(UInt64(bytes.count))
    append(bytes)
  }

  /// Adds a message.
  mutating func add(_ number: Int, _ message: ProtobufMessage) {
    addKey(number, .lengthDelimited)
    addVarint(UInt64(message.byteCount))
    for piece in message.pieces { append(piece) }
  }

  /// Adds a list of integers in one field.
  mutating func add(_ number: Int, packed values: [Int]) {
    var list = ProtobufMessage()
    for value in values { list.addVarint(UInt64(bitPattern: Int64(value))) }
    add(number, list)
  }

  private mutating func addKey(_ number: Int, _ type: WireType) {
    addVarint(UInt64(number) << 3 | type.rawValue)
  }

  /// Seven bits a byte, the lowest first; the top bit says that more follow.
  private mutating func addVarint(_ value: UInt64) {
    var rest = value
    var bytes: [UInt8] = []
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    append(bytes + [UInt8(rest)])
  }

  private mutating func append(_ bytes: [UInt8]) {
    byteCount += bytes.count
    if bytes.count < Self.largeByteCount, let last = pieces.indices.last,
      pieces[last].count < Self.largeByteCount
    {
      pieces[last].append(contentsOf: bytes)
    } else if !bytes.isEmpty {
      pieces.append(bytes)
    }
  }
}
