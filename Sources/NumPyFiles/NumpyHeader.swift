import WordtoolCore

/// What stands before the elements of a `.npy` file, of versions 1 to 3.
///
/// The header is a Python literal. It is read as what NumPy writes: a dictionary of a string, a truth
/// value and a tuple of numbers; nothing is evaluated.
package struct NumpyHeader: Sendable {
  /// The first six bytes of every such file.
  package static let signature: [UInt8] = [0x93] + Array("NUMPY".utf8)

  /// The kind of the elements: `f`, `i`, `u`, `b`, `S` for bytes or `U` for text.
  package private(set) var kind: Character = "?"
  /// Bytes of an element; of text (`U`) four times the characters.
  package private(set) var elementByteCount = 0
  /// Whether numbers have their highest byte first.
  package private(set) var isBigEndian = false
  /// Whether the first index runs fastest.
  package private(set) var isColumnMajor = false
  /// The extents, as they are indexed.
  package private(set) var shape: [Int] = []
  /// How many elements there are.
  package private(set) var count = 0
  /// Where the elements begin; they fill the rest of the file.
  package private(set) var start = 0

  /// Reads the header, and checks that the file holds as many elements as it says.
  ///
  /// - Throws: `WordtoolError` of kind `badData`.
  package init(_ bytes: UnsafeRawBufferPointer, path: String) throws {
    func failure(_ found: String, _ expected: String?, _ remedy: String? = nil) -> WordtoolError {
      WordtoolError(.badData, path: path, found: found, expected: expected, remedy: remedy)
    }
    guard bytes.count >= 12, unsafe bytes.starts(with: Self.signature) else {
      throw failure("no header of a NumPy array", "\\x93NUMPY and a version")
    }
    let version = unsafe bytes[6]
    guard (1...3).contains(version) else {
      throw failure("version \(version) of NumPy's format", "1 to 3")
    }
    let wide = version > 1 ? 4 : 2
    let length = (0..<wide).reduce(0) { unsafe $0 | Int(bytes[8 + $1]) << (8 * $1) }
    start = 8 + wide + length
    guard start <= bytes.count else {
      throw failure(
        "a header of \(length, "byte") in a file of \(bytes.count)", "a file that holds it",
        "the file is truncated")
    }
    let text = unsafe String(decoding: bytes[8 + wide..<start], as: UTF8.self)
    var literal = PythonLiteral(text)
    guard let members = literal.dictionary() else {
      throw failure("the header '\(text.prefix(80))'", "descr, fortran_order and shape")
    }
    guard case .text(let description)? = members["descr"] else {
      throw failure(
        "an array of records", "an array of numbers", "save one column of it by itself")
    }
    guard case .truth(let order)? = members["fortran_order"],
      case .numbers(let extents)? = members["shape"]
    else { throw failure("the header '\(text.prefix(80))'", "fortran_order and shape") }
    isColumnMajor = order && extents.count > 1
    shape = extents
    try read(description, failure)
    var (total, isTooMany) = (1, false)
    for extent in extents {
      let (product, overflow) = total.multipliedReportingOverflow(by: extent)
      (total, isTooMany) = (product, isTooMany || overflow)
    }
    let (needed, overflow) = total.multipliedReportingOverflow(by: elementByteCount)
    guard !isTooMany, !overflow, needed == bytes.count - start else {
      throw failure(
        "\(bytes.count - start, "byte") of elements",
        isTooMany || overflow
          ? "fewer than the shape \(extents) says" : "\(needed) for the shape \(extents)",
        "the file is truncated or damaged")
    }
    count = total
  }

  /// Reads the type of the elements: `<f4`.
  private mutating func read(
    _ description: String, _ failure: (String, String?, String?) -> WordtoolError
  ) throws {
    var rest = description[...]
    if let mark = rest.first, "<>|=".contains(mark) {
      isBigEndian = mark == ">"
      rest = rest.dropFirst()
    }
    let kind = rest.popFirst() ?? "?"
    guard kind != "O" else {
      throw failure(
        "an array of Python objects, which is a pickle", "numbers or text",
        "save words as text: numpy.array(words, dtype=str)")
    }
    guard let size = Int(rest), size >= 1, "fiubSU".contains(kind),
      kind == "S" || kind == "U" || [1, 2, 4, 8].contains(size)
    else { throw failure("elements of the type '\(description)'", "numbers or text", nil) }
    self.kind = kind
    let (bytes, overflow) = size.multipliedReportingOverflow(by: kind == "U" ? 4 : 1)
    guard !overflow else { throw failure("elements of \(size) characters", nil, nil) }
    elementByteCount = bytes
  }

  /// The words of an array of text, in their order: UTF-8 of `U`, the bytes of `S` as they are. What of
  /// `U` is no character, which Python makes of bytes that are not UTF-8, is the byte 0xFF.
  ///
  /// - Parameter bytes: the whole file.
  /// - Returns: nil for an array of numbers, or one that is no list.
  package func words(_ bytes: UnsafeRawBufferPointer) -> [[UInt8]]? {
    guard kind == "S" || kind == "U", shape.count == 1 else { return nil }
    return (0..<count).map { element in
      let first = start + element * elementByteCount
      var last = first + elementByteCount
      if kind == "S" {
        while last > first, unsafe bytes[last - 1] == 0 { last -= 1 }
        return unsafe Array(bytes[first..<last])
      }
      var word: [UInt8] = []
      while last > first, unsafe bytes[last - 4..<last].allSatisfy({ $0 == 0 }) { last -= 4 }
      for at in stride(from: first, to: last, by: 4) {
        let raw = unsafe bytes.loadUnaligned(fromByteOffset: at, as: UInt32.self)
        let code = isBigEndian ? UInt32(bigEndian: raw) : UInt32(littleEndian: raw)
        if let scalar = Unicode.Scalar(code) {
          word += Array(String(scalar).utf8)
        } else {
          word.append(0xFF)
        }
      }
      return word
    }
  }
}

/// The little of Python's literals that headers are made of.
struct PythonLiteral {
  enum Value {
    case text(String)
    case truth(Bool)
    case numbers([Int])
    case other
  }

  private var rest: Substring.UnicodeScalarView

  init(_ text: String) { rest = Substring(text).unicodeScalars }

  private mutating func skipSpace() {
    while let next = rest.first, " \n\t\r".unicodeScalars.contains(next) { rest.removeFirst() }
  }

  private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
    skipSpace()
    guard rest.first == scalar else { return false }
    rest.removeFirst()
    return true
  }

  /// A dictionary that fills the text, or nil.
  mutating func dictionary() -> [String: Value]? {
    guard take("{") else { return nil }
    var members: [String: Value] = [:]
    while !take("}") {
      guard let key = string(), take(":"), let value = value(),
        members.updateValue(value, forKey: key) == nil
      else { return nil }
      if !take(",") {
        guard take("}") else { return nil }
        break
      }
    }
    skipSpace()
    return rest.isEmpty ? members : nil
  }

  private mutating func string() -> String? {
    skipSpace()
    guard let quote = rest.first, quote == "'" || quote == "\"" else { return nil }
    rest.removeFirst()
    var text = ""
    while let next = rest.popFirst() {
      if next == quote { return text }
      guard next != "\\" else { return nil }
      text.unicodeScalars.append(next)
    }
    return nil
  }

  private mutating func value() -> Value? {
    if let text = string() { return .text(text) }
    if take("(") {
      var numbers: [Int] = []
      while !take(")") {
        skipSpace()
        var digits = ""
        while let next = rest.first, ("0"..."9").contains(next) {
          digits.unicodeScalars.append(rest.removeFirst())
        }
        // Python 2 wrote long numbers as `10L`.
        if rest.first == "L" { rest.removeFirst() }
        guard let number = Int(digits) else { return nil }
        numbers.append(number)
        if !take(",") {
          guard take(")") else { return nil }
          break
        }
      }
      return .numbers(numbers)
    }
    if take("[") {
      // The fields of records, which may nest.
      var depth = 1
      while depth > 0, let next = rest.popFirst() {
        if next == "[" { depth += 1 }
        if next == "]" { depth -= 1 }
      }
      return .other
    }
    for (name, truth) in [("True", true), ("False", false)]
    where rest.starts(with: name.unicodeScalars) {
      rest.removeFirst(name.unicodeScalars.count)
      return .truth(truth)
    }
    return nil
  }
}
