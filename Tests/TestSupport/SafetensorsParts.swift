import WordtoolCore

/// A safetensors file taken apart, so that its parts can be changed and put together again with a
/// header whose length and offsets are right.
public struct SafetensorsParts: Sendable {
  /// A tensor as the header describes it.
  public struct Tensor: Sendable {
    /// Its name.
    public var name: String
    /// The type of its elements.
    public var type: String
    /// Its extents, as the header shall say.
    public var shape: [Int]
    /// Its bytes.
    public var bytes: [UInt8]
  }

  /// The strings of the header.
  public var metadata: [(key: String, value: String)] = []
  /// The tensors in the order of their bytes.
  public var tensors: [Tensor] = []

  /// Takes a file apart; nil when it is none.
  public init?(_ file: [UInt8]) {
    guard file.count > 8 else { return nil }
    let length = (0..<8).reduce(0) { $0 | Int(file[$1]) << (8 * $1) }
    guard length > 0, 8 + length <= file.count,
      case .object(let members)? = try? JSONText.parse(Array(file[8..<8 + length]))
    else { return nil }
    var starts: [Int] = []
    for (name, value) in members {
      if name == "__metadata__", case .object(let pairs) = value {
        metadata = pairs.map { ($0.key, $0.value.text ?? "") }
        continue
      }
      guard let type = value["dtype"]?.text, case .array(let shape)? = value["shape"],
        case .array(let offsets)? = value["data_offsets"], offsets.count == 2,
        case .integer(let begin) = offsets[0], case .integer(let end) = offsets[1]
      else { return nil }
      let extents = shape.compactMap { if case .integer(let extent) = $0 { extent } else { nil } }
      tensors.append(
        Tensor(
          name: name, type: type, shape: extents,
          bytes: Array(file[8 + length + begin..<8 + length + end])))
      starts.append(begin)
    }
    tensors = tensors.indices.sorted { starts[$0] < starts[$1] }.map { tensors[$0] }
  }

  /// The file, padded to a multiple of 64 bytes as writers do it.
  public var file: [UInt8] {
    var header = "{"
    if !metadata.isEmpty {
      header += "\"__metadata__\":{"
      header += metadata.map { "\(JSONText.quoted($0.key)):\(JSONText.quoted($0.value))" }
        .joined(separator: ",")
      header += "},"
    }
    var begin = 0
    header += tensors.map { tensor in
      defer { begin += tensor.bytes.count }
      return "\(JSONText.quoted(tensor.name)):{\"data_offsets\":[\(begin),"
        + "\(begin + tensor.bytes.count)],\"dtype\":\"\(tensor.type)\",\"shape\":"
        + "[\(tensor.shape.map(String.init).joined(separator: ","))]}"
    }.joined(separator: ",")
    header += "}"
    var text = Array(header.utf8)
    while (8 + text.count) % 64 != 0 { text.append(0x20) }
    return Self.withLength(text) + tensors.flatMap(\.bytes)
  }

  private static func withLength(_ header: [UInt8]) -> [UInt8] {
    (0..<8).map { UInt8(truncatingIfNeeded: header.count >> (8 * $0)) } + header
  }

  private static let types = [
    "BOOL", "U8", "I8", "F8_E4M3", "U16", "I16", "F16", "BF16", "U32", "I32", "F32", "U64", "I64",
    "F64", "X99",
  ]

  /// A file with something wrong in what its header says, in a tensor, or in the JSON that it holds
  /// as strings.
  func damaged(_ random: inout SeededGenerator) -> [UInt8] {
    var copy = self
    for _ in 0..<max(1, Int.random(in: -3...2, using: &random)) {
      switch Int.random(in: 0..<10, using: &random) {
      case 0..<4: copy.changeMetadata(&random)
      case 4..<8: copy.changeTensor(&random)
      default: return copy.withChangedHeader(&random)
      }
    }
    return copy.file
  }

  /// Damages the header's text and writes its length anew.
  private func withChangedHeader(_ random: inout SeededGenerator) -> [UInt8] {
    let whole = file
    let length = (0..<8).reduce(0) { $0 | Int(whole[$1]) << (8 * $1) }
    var header = Array(whole[8..<8 + length])
    let damage = Damage.text.randomElement(using: &random) ?? .number
    damage.apply(to: &header, &random)
    return Self.withLength(header) + whole[(8 + length)...]
  }

  private mutating func changeMetadata(_ random: inout SeededGenerator) {
    guard let place = metadata.indices.randomElement(using: &random) else { return }
    switch Int.random(in: 0..<10, using: &random) {
    case 0: metadata.remove(at: place)
    case 1:
      let other = Int.random(in: 0..<metadata.count, using: &random)
      metadata[place].value = metadata[other].value
    case 2: metadata[place].value = Damage.numbers.randomElement(using: &random) ?? ""
    case 3..<7:
      var text = Array(metadata[place].value.utf8)
      guard !text.isEmpty else { return }
      Damage.putNumber(in: &text, from: Int.random(in: 0..<text.count, using: &random), &random)
      metadata[place].value = String(decoding: text, as: UTF8.self)
    default:
      var text = Array(metadata[place].value.utf8)
      Damage.text.randomElement(using: &random)?.apply(to: &text, &random)
      metadata[place].value = String(decoding: text, as: UTF8.self)
    }
  }

  private mutating func changeTensor(_ random: inout SeededGenerator) {
    guard let place = tensors.indices.randomElement(using: &random) else { return }
    switch Int.random(in: 0..<12, using: &random) {
    case 0: tensors.remove(at: place)
    case 1: tensors[place].name += "x"
    case 2: tensors.swapAt(place, Int.random(in: 0..<tensors.count, using: &random))
    case 3: tensors[place].type = Self.types.randomElement(using: &random) ?? "F32"
    case 4: tensors[place].shape.shuffle(using: &random)
    case 5:
      // As many elements in another shape.
      let count = tensors[place].shape.reduce(1, *)
      tensors[place].shape =
        [[count], [1, count], [count, 1], [count, 1, 1]][
          Int.random(in: 0..<4, using: &random)]
    case 6:
      // Nothing in it, whatever the other extents say.
      let huge = Damage.integers.filter { $0 >= 0 }.randomElement(using: &random) ?? 1 << 62
      tensors[place].bytes = []
      tensors[place].shape = tensors[place].shape.indices.map { $0 == 0 ? 0 : huge }
    case 7:
      // A row more or less, as the header says too.
      let rows = max(1, tensors[place].shape.first ?? 1)
      let row = tensors[place].bytes.count / rows
      guard !tensors[place].shape.isEmpty, row > 0 else { return }
      let isMore = Bool.random(using: &random)
      tensors[place].shape[0] += isMore ? 1 : -1
      if isMore {
        tensors[place].bytes += tensors[place].bytes.suffix(row)
      } else {
        tensors[place].bytes.removeLast(row)
      }
    default: tensors[place].changeElement(&random)
    }
  }
}

extension SafetensorsParts.Tensor {
  private static let floats: [Float] = [
    .nan, .infinity, -.infinity, 0, -0.0, 1, -1, 3e38, -3e38, 1e30, .leastNonzeroMagnitude, 1e-38,
    1e9, -1e9,
  ]

  /// Puts a hostile number in the place of one element, or of all.
  fileprivate mutating func changeElement(_ random: inout SeededGenerator) {
    let size =
      switch type {
      case "F64", "I64", "U64": 8
      case "F32", "I32", "U32": 4
      case "F16", "BF16", "I16", "U16": 2
      default: 1
      }
    let count = bytes.count / size
    guard count > 0 else { return }
    let pattern: UInt64
    if type == "F32" {
      pattern = UInt64((Self.floats.randomElement(using: &random) ?? .nan).bitPattern)
    } else if type == "F64" {
      pattern = Double(Self.floats.randomElement(using: &random) ?? .nan).bitPattern
    } else {
      pattern = UInt64(bitPattern: Int64(Damage.integers.randomElement(using: &random) ?? -1))
    }
    let place = Int.random(in: 0..<count, using: &random)
    let places = Int.random(in: 0..<8, using: &random) == 0 ? 0..<count : place..<place + 1
    for place in places {
      for index in 0..<size {
        bytes[place * size + index] = UInt8(truncatingIfNeeded: pattern >> (8 * index))
      }
    }
  }
}
