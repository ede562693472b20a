import WordtoolCore

/// The facts that stand at the start of files of numbers.
enum HeaderFacts {
  private typealias Fact = FileDescription.Fact

  /// Bytes that hold every such start.
  private static let sampleSize = 64 << 10

  /// What the start of a file tells.
  ///
  /// - Throws: ``WordtoolError``: `badData` when the start is damaged.
  static func facts(of kind: FileKind, path: String) throws -> [FileDescription.Fact] {
    let start = try FileStart.bytes(of: path, count: sampleSize)
    let facts: [Fact]?
    switch kind {
    case .idxImages, .idxLabels: facts = idx(start)
    case .numpyArray: facts = numpy(start)
    case .matrixMarket: facts = matrix(start)
    case .midi: facts = midi(start)
    default: facts = []
    }
    guard let facts else {
      throw WordtoolError(
        .badData, path: path, found: "a damaged start of a file", expected: kind.noun)
    }
    return facts
  }

  private static func number(_ bytes: ArraySlice<UInt8>) -> Int {
    bytes.reduce(0) { $0 << 8 | Int($1) }
  }

  /// Extents behind four bytes, the highest byte first.
  private static func idx(_ start: [UInt8]) -> [Fact]? {
    let count = Int(start[3])
    guard start.count >= 4 + 4 * count else { return nil }
    let extents = (0..<count).map { number(start[(4 + 4 * $0)..<(8 + 4 * $0)]) }
    let types: [UInt8: String] = [
      8: "unsigned bytes", 9: "signed bytes", 11: "16-bit integers", 12: "32-bit integers",
      13: "32-bit floats", 14: "64-bit floats",
    ]
    var facts: [Fact] = [
      .count(count == 1 ? "labels" : "images", extents[0]),
      .text("values", types[start[2]] ?? "of an unknown type"),
    ]
    if count > 1 {
      facts.append(
        .text(
          "rows x columns x channels",
          (extents.dropFirst() + (count == 3 ? [1] : [])).map(String.init)
            .joined(separator: " x ")))
    }
    return facts
  }

  /// A Python dictionary behind the mark, the version and its length.
  private static func numpy(_ start: [UInt8]) -> [Fact]? {
    guard start.count > 12 else { return nil }
    let isLong = start[6] > 1
    let length = number(start[8..<(isLong ? 12 : 10)].reversed()[...])
    let text = String(decoding: start[(isLong ? 12 : 10)...].prefix(length), as: UTF8.self)
    func value(after key: String, until end: Character) -> String? {
      guard let place = text.firstRange(of: "'\(key)':") else { return nil }
      return String(text[place.upperBound...].prefix { $0 != end }.drop { " ('".contains($0) })
    }
    guard let type = value(after: "descr", until: ","),
      let shape = value(after: "shape", until: ")")
    else { return nil }
    let names = [
      "f4": "32-bit floats", "f8": "64-bit floats", "f2": "16-bit floats", "i4": "32-bit integers",
      "i8": "64-bit integers", "u1": "bytes",
    ]
    let plain = type.filter { !"'<|=".contains($0) }
    let extents = shape.split(separator: ",").map { $0.drop { $0 == " " } }.filter { !$0.isEmpty }
    return [
      .text("shape", extents.isEmpty ? "one number" : extents.joined(separator: " x ")),
      .text("values", names[plain] ?? plain),
    ]
  }

  /// A line of words, comments, and a line of extents.
  private static func matrix(_ start: [UInt8]) -> [Fact]? {
    let lines = String(decoding: start, as: UTF8.self).split(whereSeparator: \.isNewline)
    guard let size = lines.first(where: { !$0.hasPrefix("%") }), let head = lines.first else {
      return nil
    }
    let numbers = size.split(separator: " ").compactMap { Int($0) }
    guard numbers.count >= 2 else { return nil }
    var facts: [Fact] = [
      .text("layout", head.split(separator: " ").dropFirst().joined(separator: " ")),
      .text("rows x columns", "\(numbers[0]) x \(numbers[1])"),
    ]
    if numbers.count > 2 { facts.append(.count("entries", numbers[2])) }
    return facts
  }

  private static func midi(_ start: [UInt8]) -> [Fact]? {
    guard start.count >= 14 else { return nil }
    return [
      .count("format", number(start[8..<10])), .count("tracks", number(start[10..<12])),
      .count("ticks a quarter note", number(start[12..<14])),
    ]
  }
}
