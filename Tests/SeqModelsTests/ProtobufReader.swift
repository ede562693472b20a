/// Reads protobuf's wire format, as far as ONNX needs it: the fields of a message in their order.
struct ProtobufReader {
  enum Value: Equatable {
    case integer(Int)
    case number(Float)
    case bytes([UInt8])
  }

  var fields: [(number: Int, value: Value)] = []

  /// Reads a message; nil when the bytes are not one.
  init?(_ bytes: [UInt8]) {
    var position = 0
    func varint() -> UInt64? {
      var value: UInt64 = 0
      var shift: UInt64 = 0
      while position < bytes.count, shift < 64 {
        let byte = bytes[position]
        position += 1
        value |= UInt64(byte & 0x7F) << shift
        if byte < 0x80 { return value }
        shift += 7
      }
      return nil
    }
    while position < bytes.count {
      guard let key = varint() else { return nil }
      switch key & 7 {
      case 0:
        guard let value = varint() else { return nil }
        fields.append((Int(key >> 3), .integer(Int(Int64(bitPattern: value)))))
      case 2:
        guard let count = varint(), count <= UInt64(bytes.count - position) else { return nil }
        fields.append((Int(key >> 3), .bytes(Array(bytes[position..<position + Int(count)]))))
        position += Int(count)
      case 5:
        guard bytes.count - position >= 4 else { return nil }
        let bits = bytes[position..<position + 4].reversed().reduce(UInt32(0)) {
          $0 << 8 | UInt32($1)
        }
        fields.append((Int(key >> 3), .number(Float(bitPattern: bits))))
        position += 4
      default: return nil
      }
    }
  }

  /// The messages in the fields of that number.
  func messages(_ number: Int) -> [ProtobufReader] {
    fields.compactMap {
      if $0.number == number, case .bytes(let bytes) = $0.value {
        ProtobufReader(bytes)
      } else {
        nil
      }
    }
  }

  /// The strings in the fields of that number.
  func strings(_ number: Int) -> [String] {
    bytes(number).map { String(decoding: $0, as: UTF8.self) }
  }

  /// The bytes in the fields of that number.
  func bytes(_ number: Int) -> [[UInt8]] {
    fields.compactMap {
      if $0.number == number, case .bytes(let bytes) = $0.value { bytes } else { nil }
    }
  }

  /// The integers in the fields of that number.
  func integers(_ number: Int) -> [Int] {
    fields.compactMap {
      if $0.number == number, case .integer(let value) = $0.value { value } else { nil }
    }
  }

  /// The integers of lists in the fields of that number.
  func packed(_ number: Int) -> [Int] {
    bytes(number).flatMap { list -> [Int] in
      // A list is the values alone: with a key before each they are fields.
      var fields: [UInt8] = []
      var isStart = true
      for byte in list {
        if isStart { fields.append(8) }
        fields.append(byte)
        isStart = byte < 0x80
      }
      return ProtobufReader(fields)?.integers(1) ?? []
    }
  }
}
