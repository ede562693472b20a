import CPNG
import WordtoolCore

/// PNG through libpng's simplified interface, which reports errors by its return value.
///
/// Every PNG is read as 8-bit grey or RGB: palettes and small bit depths are expanded, 16 bits
/// rounded to 8, and transparency is laid over white. Values are those stored, as Pillow gives them,
/// whatever gamma or colour space the file names.
enum PNGFile {
  static let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]

  /// The chunks by which libpng's simplified interface would change the values.
  private static let colourChunks = ["gAMA", "cHRM", "sRGB", "iCCP", "cICP"].map { Array($0.utf8) }

  /// Deflate makes at most 1,032 bytes out of one.
  private static let maximumExpansion = 1032

  /// Decodes a whole file.
  ///
  /// - Throws: `WordtoolError` of kind `badData`.
  static func decode(_ bytes: [UInt8], path: String) throws -> Image {
    var bytes = bytes
    for chunk in try colourChunks(of: bytes, path: path).reversed() { bytes.removeSubrange(chunk) }
    var image = unsafe png_image()
    unsafe image.version = png_uint_32(PNG_IMAGE_VERSION)
    defer { unsafe png_image_free(&image) }
    return try unsafe bytes.withUnsafeBytes { file in
      guard unsafe png_image_begin_read_from_memory(&image, file.baseAddress, file.count) != 0
      else {
        throw unsafe failure(image, path)
      }
      // Without a gamma in the file 16 bits mean what 8 bits do, not linear light.
      unsafe image.flags |= png_uint_32(PNG_IMAGE_FLAG_16BIT_sRGB)
      let isColour = unsafe image.format & png_uint_32(PNG_FORMAT_FLAG_COLOR) != 0
      unsafe image.format = isColour ? png_uint_32(PNG_FORMAT_FLAG_COLOR) : 0
      let (height, width) = unsafe (Int(image.height), Int(image.width))
      guard let shape = ImageShape(ofFile: height, width, isColour ? 3 : 1) else {
        throw ImageBytes.impossibleShape(
          path, height: height, width: width, channels: isColour ? 3 : 1)
      }
      var white = png_color(red: 255, green: 255, blue: 255)
      var pixels = [UInt8](repeating: 0, count: shape.valueCount)
      let done = unsafe pixels.withUnsafeMutableBytes {
        unsafe png_image_finish_read(
          &image, &white, $0.baseAddress, png_int_32(width * shape.channels), nil)
      }
      guard done != 0 else { throw unsafe failure(image, path) }
      return Image(shape: shape, interleaved: pixels)
    }
  }

  /// The file for an image of 1 or 3 planes, 8 bits a value.
  static func encode(_ picture: Image, path: String) throws -> [UInt8] {
    precondition(picture.channels == 1 || picture.channels == 3, "PNG of \(picture.shape)")
    var image = unsafe png_image()
    unsafe image.version = png_uint_32(PNG_IMAGE_VERSION)
    unsafe image.width = png_uint_32(picture.width)
    unsafe image.height = png_uint_32(picture.height)
    unsafe image.format = picture.channels == 3 ? png_uint_32(PNG_FORMAT_FLAG_COLOR) : 0
    defer { unsafe png_image_free(&image) }
    let pixels = picture.bytes
    let stride = png_int_32(picture.width * picture.channels)
    // Incompressible data grows by 5 bytes per 16 kB at worst; the rest is chunks and headers.
    let rows = pixels.count + picture.height
    var file = [UInt8](repeating: 0, count: rows + rows / 500 + 4096)
    var size = png_alloc_size_t(file.count)
    let done = unsafe pixels.withUnsafeBytes { source in
      unsafe file.withUnsafeMutableBytes {
        unsafe png_image_write_to_memory(
          &image, $0.baseAddress, &size, 0, source.baseAddress, stride, nil)
      }
    }
    guard done != 0 else {
      throw WordtoolError(.inputOutput, path: path, found: unsafe "libpng: \(message(image))")
    }
    file.removeLast(file.count - Int(size))
    return file
  }

  /// Walks over the chunks: each must lie inside the file, IHDR first, IEND at the end, and the
  /// image may not be larger than the file can hold.
  ///
  /// - Returns: where the chunks about gamma and colour space are.
  private static func colourChunks(of bytes: [UInt8], path: String) throws -> [Range<Int>] {
    var found: [Range<Int>] = []
    func fail(_ offset: Int, _ found: String, _ expected: String? = nil) -> WordtoolError {
      WordtoolError(
        .badData, path: path, at: .byte(offset), found: found, expected: expected,
        remedy: "the PNG file is damaged: get it again")
    }
    var offset = signature.count
    var isFirst = true
    while true {
      guard bytes.count - offset >= 12 else {
        throw fail(bytes.count, "the end of the file", "the chunk IEND: the file is truncated")
      }
      let length = ImageBytes.bigEndian32(bytes[offset...])
      let name = bytes[(offset + 4)..<(offset + 8)]
      guard length <= bytes.count - offset - 12 else {
        throw fail(
          offset, "a chunk of \(length, "byte")", "at most \(bytes.count - offset - 12), the rest")
      }
      if isFirst {
        guard name.elementsEqual("IHDR".utf8), length == 13 else {
          throw fail(offset, "another chunk", "IHDR")
        }
        let header = bytes[(offset + 8)...]
        let (width, height) = (
          ImageBytes.bigEndian32(header), ImageBytes.bigEndian32(header.dropFirst(4))
        )
        guard ImageShape(ofFile: height, width, 3) != nil else {
          throw ImageBytes.impossibleShape(
            path, height: height, width: width, channels: 3, at: offset + 8)
        }
        let samples = [2: 3, 4: 2, 6: 4][header[header.startIndex + 9], default: 1]
        let bits = height * width * samples * Int(header[header.startIndex + 8])
        guard bits / 8 <= bytes.count * maximumExpansion else {
          throw fail(
            offset + 8, "an image of \(height) x \(width) in \(bytes.count, "byte")",
            "a file that holds it")
        }
        isFirst = false
      }
      if colourChunks.contains(where: { name.elementsEqual($0) }) {
        found.append(offset..<(offset + 12 + length))
      }
      offset += 12 + length
      if name.elementsEqual("IEND".utf8) { return found }
    }
  }

  private static func failure(_ image: png_image, _ path: String) -> WordtoolError {
    WordtoolError(
      .badData, path: path, found: unsafe "libpng: \(message(image))",
      remedy: "the PNG file is damaged: get it again")
  }

  private static func message(_ image: png_image) -> String {
    unsafe withUnsafeBytes(of: image.message) {
      unsafe String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
    }
  }
}
