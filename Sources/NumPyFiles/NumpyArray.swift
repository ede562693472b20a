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
    NumpyArray(kind: "f", elementSize: 8, shape: shape, data: littleEndian(values))
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

  /// The array as a file of an archive.
  package func member(_ name: String) -> ZipArchive.Member {
    ZipArchive.Member(name: name, head: header(), body: data)
  }

  /// 64-bit floats as a file of an archive, written from where they are.
  package static func member(_ name: String, _ values: [Double]) -> ZipArchive.Member {
    member(name, NumpyArray(kind: "f", elementSize: 8, shape: [values.count]), values) {
      littleEndian($0)
    }
  }

  /// 32-bit integers as a file of an archive, written from where they are.
  package static func member(_ name: String, _ values: [Int32]) -> ZipArchive.Member {
    member(name, NumpyArray(kind: "i", elementSize: 4, shape: [values.count]), values) {
      littleEndian($0)
    }
  }

  private static func member<Number>(
    _ name: String, _ array: NumpyArray, _ values: [Number], bytes: @escaping ([Number]) -> [UInt8]
  ) -> ZipArchive.Member {
    let head = array.header()
    let size = head.count + values.count * array.elementSize
    return unsafe ZipArchive.Member(name: name, byteCount: size) { piece in
      try unsafe head.withUnsafeBytes { try unsafe piece($0) }
      // A stretch at a time, where bytes have to change places.
      for start in stride(from: 0, to: values.count, by: 1 << 16) {
        let stretch = values[start..<min(start + (1 << 16), values.count)]
        #if _endian(little)
        try unsafe stretch.withUnsafeBytes { try unsafe piece($0) }
        #else
        try unsafe bytes(Array(stretch)).withUnsafeBytes { try unsafe piece($0) }
        #endif
      }
    }
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
