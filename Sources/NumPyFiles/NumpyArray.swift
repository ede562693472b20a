/// An array to be written in NumPy's `.npy` format, version 1.
package struct NumpyArray {
  /// The type of the elements: `f`, `i`, `S` for bytes, `U` for text.
  package var kind: Character
  /// Bytes of an element; of text the characters.
  package var elementSize: Int
  package var shape: [Int]
  /// The elements, the last index running fastest.
  package var data: [UInt8]

  /// An array of some elements.
  package init(kind: Character, elementSize: Int, shape: [Int], data: [UInt8] = []) {
    self.kind = kind
    self.elementSize = elementSize
    self.shape = shape
    self.data = data
  }

  /// The bytes of the file before the elements.
  package func header() -> [UInt8] {
    let mark = kind == "S" ? "|" : "<"
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
  package static func doubles(_ values: [Double], shape: [Int]) -> NumpyArray {
    NumpyArray(
      kind: "f", elementSize: 8, shape: shape, data: littleEndian(values.map(\.bitPattern)))
  }

  /// An array of 32-bit integers.
  package static func integers(_ values: [Int32]) -> NumpyArray {
    NumpyArray(kind: "i", elementSize: 4, shape: [values.count], data: littleEndian(values))
  }

  /// An array of 64-bit integers.
  package static func integers(_ values: [Int]) -> NumpyArray {
    NumpyArray(
      kind: "i", elementSize: 8, shape: [values.count], data: littleEndian(values.map(Int64.init)))
  }

  /// The bytes of numbers, the lowest first.
  package static func littleEndian<Number: FixedWidthInteger>(_ values: [Number]) -> [UInt8] {
    #if _endian(little)
    return unsafe values.withUnsafeBytes { unsafe Array($0) }
    #else
    let ordered = values.map(\.littleEndian)
    return ordered.withUnsafeBytes { Array($0) }
    #endif
  }

  /// The bytes of numbers, the lowest first.
  package static func littleEndian(_ values: [Double]) -> [UInt8] {
    #if _endian(little)
    return unsafe values.withUnsafeBytes { unsafe Array($0) }
    #else
    return littleEndian(values.map(\.bitPattern))
    #endif
  }
}
