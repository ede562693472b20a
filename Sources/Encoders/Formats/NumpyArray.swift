import WordtoolCore

/// An array in NumPy's `.npy` format, versions 1 to 3.
struct NumpyArray {
  /// The type of the elements: kind (`f`, `i`, `u`, `b`, `S`, `U`) and bytes each.
  var kind: Character
  var elementSize: Int
  var isBigEndian = false
  var shape: [Int]
  /// The elements, the last index running fastest.
  var data: [UInt8]

  var elementCount: Int { shape.reduce(1, *) }

  /// The bytes of the file before the elements.
  func header() -> [UInt8] {
    let mark = kind == "S" || elementSize == 1 ? "|" : "<"
    let extents = shape.map { "\($0), " }.joined()
    let tuple = shape.count == 1 ? "(\(shape[0]),)" : "(\(extents.dropLast(2)))"
    var header =
      "{'descr': '\(mark)\(kind)\(elementSize)', 'fortran_order': False, 'shape': \(tuple), }"
    while (10 + header.utf8.count + 1) % 64 != 0 { header += " " }
    header += "\n"
    var bytes: [UInt8] = [0x93] + Array("NUMPY".utf8) + [1, 0]
    ZipArchive.append(UInt16(header.utf8.count), to: &bytes)
    bytes += Array(header.utf8)
    return bytes
  }

  /// An array of 64-bit floats.
  static func doubles(_ values: [Double], shape: [Int]) -> NumpyArray {
    NumpyArray(
      kind: "f", elementSize: 8, shape: shape, data: littleEndian(values.map(\.bitPattern)))
  }

  /// An array of 32-bit integers.
  static func integers(_ values: [Int32]) -> NumpyArray {
    NumpyArray(kind: "i", elementSize: 4, shape: [values.count], data: littleEndian(values))
  }

  /// An array of 64-bit integers.
  static func integers(_ values: [Int]) -> NumpyArray {
    NumpyArray(
      kind: "i", elementSize: 8, shape: [values.count], data: littleEndian(values.map(Int64.init)))
  }

  /// The bytes of numbers, the lowest first.
  static func littleEndian<Number: FixedWidthInteger>(_ values: [Number]) -> [UInt8] {
    #if _endian(little)
    return values.withUnsafeBytes { Array($0) }
    #else
    let ordered = values.map(\.littleEndian)
    return ordered.withUnsafeBytes { Array($0) }
    #endif
  }

  /// The bytes of numbers, the lowest first.
  static func littleEndian(_ values: [Double]) -> [UInt8] {
    #if _endian(little)
    return values.withUnsafeBytes { Array($0) }
    #else
    return littleEndian(values.map(\.bitPattern))
    #endif
  }

  /// Reads an array from the bytes of a file.
  ///
  /// - Throws: ``WordtoolError`` of kind `badData`.
  init(_ bytes: some RandomAccessCollection<UInt8>, path: String) throws {
    let bytes = Array(bytes)
    func fail(_ offset: Int, _ found: String, _ expected: String) -> WordtoolError {
      WordtoolError(.badData, path: path, at: .byte(offset), found: found, expected: expected)
    }
    guard bytes.count >= 10, bytes.starts(with: [0x93] + Array("NUMPY".utf8)) else {
      throw fail(0, "other data", "the .npy format")
    }
    guard (1...3).contains(bytes[6]) else {
      throw fail(6, "version \(bytes[6])", "version 1, 2 or 3")
    }
    let start: Int
    let length: Int
    if bytes[6] == 1 {
      start = 10
      length = Int(bytes[8]) | Int(bytes[9]) << 8
    } else {
      guard bytes.count >= 12 else { throw fail(8, "the end of the file", "a header") }
      start = 12
      length = (0..<4).reduce(0) { $0 | Int(bytes[8 + $1]) << (8 * $1) }
    }
    guard length <= bytes.count - start else {
      throw fail(8, "a header of \(length) bytes in a file of \(bytes.count)", "one that fits")
    }
    guard let text = String(validating: bytes[start..<start + length], as: UTF8.self) else {
      throw fail(start, "a header that is not UTF-8", "text")
    }
    let header = try Header(text) { fail(start, $0, $1) }
    var needed = header.elementSize
    for extent in header.shape {
      let (product, overflow) = needed.multipliedReportingOverflow(by: extent)
      guard !overflow else { throw fail(start, "shape \(header.shape)", "fewer elements") }
      needed = product
    }
    guard bytes.count - start - length == needed else {
      throw fail(
        start + length, "\(bytes.count - start - length) bytes of data",
        "\(needed) for shape \(header.shape)")
    }
    kind = header.kind
    elementSize = header.elementSize
    isBigEndian = header.isBigEndian
    shape = header.shape
    data = Array(bytes[(start + length)...])
    if header.isFortranOrder { toRowMajor() }
  }

  init(kind: Character, elementSize: Int, shape: [Int], data: [UInt8]) {
    self.kind = kind
    self.elementSize = elementSize
    self.shape = shape
    self.data = data
  }

  /// The elements as floating-point numbers, or nil when they are no numbers.
  func doubles() -> [Double]? {
    switch (kind, elementSize) {
    case ("f", 8): elements(UInt64.self) { Double(bitPattern: $0) }
    case ("f", 4): elements(UInt32.self) { Double(Float(bitPattern: $0)) }
    #if !((os(macOS) || targetEnvironment(macCatalyst)) && arch(x86_64))
    case ("f", 2): elements(UInt16.self) { Double(Float16(bitPattern: $0)) }
    #endif
    case ("i", 8): elements(Int64.self) { Double($0) }
    case ("u", 8): elements(UInt64.self) { Double($0) }
    default: integers()?.map(Double.init)
    }
  }

  /// The elements as whole numbers, or nil when they are none or one does not fit.
  func integers() -> [Int]? {
    switch (kind, elementSize) {
    case ("i", 8): return elements(Int64.self) { Int($0) }
    case ("i", 4): return elements(Int32.self) { Int($0) }
    case ("i", 2): return elements(Int16.self) { Int($0) }
    case ("i", 1): return elements(Int8.self) { Int($0) }
    case ("u", 8):
      let values = elements(UInt64.self) { Int(exactly: $0) }.compactMap { $0 }
      return values.count == elementCount ? values : nil
    case ("u", 4): return elements(UInt32.self) { Int($0) }
    case ("u", 2): return elements(UInt16.self) { Int($0) }
    case ("u", 1), ("b", 1): return data.map(Int.init)
    default: return nil
    }
  }

  private func elements<Number: FixedWidthInteger, Result>(
    _ type: Number.Type, _ convert: (Number) -> Result
  ) -> [Result] {
    data.withUnsafeBytes { bytes in
      (0..<bytes.count / elementSize).map { index in
        let raw = bytes.loadUnaligned(fromByteOffset: index * elementSize, as: Number.self)
        return convert(isBigEndian ? Number(bigEndian: raw) : Number(littleEndian: raw))
      }
    }
  }

  /// Reorders elements whose first index runs fastest.
  private mutating func toRowMajor() {
    guard shape.count > 1, elementCount > 0 else { return }
    var result = data
    var index = [Int](repeating: 0, count: shape.count)
    for target in 0..<elementCount {
      var source = 0
      for axis in shape.indices.reversed() { source = source * shape[axis] + index[axis] }
      for byte in 0..<elementSize {
        result[target * elementSize + byte] = data[source * elementSize + byte]
      }
      for axis in shape.indices.reversed() {
        index[axis] += 1
        if index[axis] < shape[axis] { break }
        index[axis] = 0
      }
    }
    data = result
  }

  /// What the header, a Python dictionary, says. It is matched, never evaluated.
  private struct Header {
    var kind: Character = "f"
    var elementSize = 0
    var isBigEndian = false
    var isFortranOrder = false
    var shape: [Int] = []

    init(_ text: String, _ fail: (String, String) -> WordtoolError) throws {
      func value(of key: String) throws -> Substring {
        guard let name = text.firstRange(of: "'\(key)'"),
          let colon = text[name.upperBound...].firstIndex(of: ":")
        else { throw fail("no '\(key)' in the header", "it") }
        return text[text.index(after: colon)...].drop { $0 == " " }
      }
      let type = try value(of: "descr")
      guard type.first == "'", let end = type.dropFirst().firstIndex(of: "'") else {
        throw fail("a compound type", "one number an element")
      }
      let name = type[..<end].dropFirst()
      guard let mark = name.first, "<>|=".contains(mark), let kind = name.dropFirst().first,
        "fiubSU".contains(kind), let size = Int(name.dropFirst(2)), 1...1024 ~= size
      else { throw fail("the element type '\(name)'", "numbers of 1 to 8 bytes") }
      self.kind = kind
      elementSize = kind == "U" ? 4 * size : size
      isBigEndian = mark == ">"
      let order = try value(of: "fortran_order")
      guard order.hasPrefix("True") || order.hasPrefix("False") else {
        throw fail("no order of the axes", "True or False")
      }
      isFortranOrder = order.hasPrefix("True")
      let tuple = try value(of: "shape")
      guard tuple.first == "(", let close = tuple.firstIndex(of: ")") else {
        throw fail("no shape", "a tuple")
      }
      for part in tuple[..<close].dropFirst().split(separator: ",") {
        let digits = part.filter { $0 != " " }
        if digits.isEmpty { continue }
        guard let extent = Int(digits), extent >= 0 else {
          throw fail("the extent '\(part)'", "a number")
        }
        shape.append(extent)
      }
    }
  }
}
