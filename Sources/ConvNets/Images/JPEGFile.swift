import CJPEG
import WordtoolCore

/// JPEG through TurboJPEG, which reports errors by its return value.
///
/// Grey files are read as one plane, all others as RGB. What the library only warns of, such as
/// data that end early, is an error here. The orientation in a camera's EXIF block is not applied.
enum JPEGFile {
  static let signature: [UInt8] = [0xFF, 0xD8, 0xFF]

  /// A block of 64 values takes one bit at least, and arithmetic coding does better than that.
  private static let maximumValuesPerByte = 64 * 8 * 16

  /// Decodes a whole file.
  ///
  /// - Throws: `WordtoolError` of kind `badData`.
  static func decode(_ bytes: [UInt8], path: String) throws -> Image {
    guard let handle = unsafe tjInitDecompress() else { throw unavailable(path) }
    defer { unsafe tjDestroy(handle) }
    func failure() -> WordtoolError {
      WordtoolError(
        .badData, path: path, found: unsafe "libjpeg: \(message(handle))",
        remedy: "the JPEG file is damaged: get it again")
    }
    guard bytes.count <= Int(Int32.max) else {
      throw WordtoolError(.badData, path: path, found: "\(bytes.count, "byte")")
    }
    var (width, height, subsampling, space) = (Int32(0), Int32(0), Int32(0), Int32(0))
    let size = UInt(bytes.count)
    return try unsafe bytes.withUnsafeBufferPointer { file in
      guard
        unsafe tjDecompressHeader3(
          handle, file.baseAddress, size, &width, &height, &subsampling, &space) == 0
      else { throw failure() }
      guard space != TJCS_CMYK.rawValue, space != TJCS_YCCK.rawValue else {
        throw WordtoolError(
          .badData, path: path, found: "a JPEG for print, in CMYK", expected: "grey or RGB",
          remedy: "convert it to RGB first")
      }
      let channels = space == TJCS_GRAY.rawValue ? 1 : 3
      guard let shape = ImageShape(ofFile: Int(height), Int(width), channels) else {
        throw ImageBytes.impossibleShape(
          path, height: Int(height), width: Int(width), channels: channels)
      }
      guard shape.planeCount / maximumValuesPerByte <= file.count else {
        throw WordtoolError(
          .badData, path: path,
          found: "an image of \(height) x \(width) in \(file.count, "byte")",
          expected: "a file that holds it", remedy: "the JPEG file is damaged: get it again")
      }
      var pixels = [UInt8](repeating: 0, count: shape.valueCount)
      let format = channels == 1 ? TJPF_GRAY.rawValue : TJPF_RGB.rawValue
      let status = unsafe pixels.withUnsafeMutableBufferPointer {
        unsafe tjDecompress2(
          handle, file.baseAddress, size, $0.baseAddress, width, 0, height, Int32(format),
          TJFLAG_ACCURATEDCT | TJFLAG_STOPONWARNING | TJFLAG_LIMITSCANS)
      }
      guard status == 0 else { throw failure() }
      return Image(shape: shape, interleaved: pixels)
    }
  }

  /// The file for an image of 1 or 3 planes, with full colour resolution.
  static func encode(_ picture: Image, quality: Int = 95, path: String) throws -> [UInt8] {
    precondition(picture.channels == 1 || picture.channels == 3, "JPEG of \(picture.shape)")
    guard picture.height <= 65500, picture.width <= 65500 else {
      throw WordtoolError(
        .usage, path: path, found: "an image of \(picture.shape)",
        expected: "at most 65,500 rows and columns in JPEG", remedy: "write PNG")
    }
    guard let handle = unsafe tjInitCompress() else { throw unavailable(path) }
    defer { unsafe tjDestroy(handle) }
    let isGrey = picture.channels == 1
    let sampling = isGrey ? TJSAMP_GRAY.rawValue : TJSAMP_444.rawValue
    let format = isGrey ? TJPF_GRAY.rawValue : TJPF_RGB.rawValue
    let (width, height) = (Int32(picture.width), Int32(picture.height))
    var size = UInt(tjBufSize(width, height, Int32(sampling)))
    var file = [UInt8](repeating: 0, count: Int(size))
    let status = unsafe picture.bytes.withUnsafeBufferPointer { pixels in
      unsafe file.withUnsafeMutableBufferPointer { room in
        var target = room.baseAddress
        return unsafe tjCompress2(
          handle, pixels.baseAddress, width, 0, height, Int32(format), &target, &size,
          Int32(sampling), Int32(quality), TJFLAG_ACCURATEDCT | TJFLAG_NOREALLOC)
      }
    }
    guard status == 0 else {
      throw WordtoolError(.inputOutput, path: path, found: unsafe "libjpeg: \(message(handle))")
    }
    file.removeLast(file.count - Int(size))
    return file
  }

  private static func message(_ handle: tjhandle) -> String {
    unsafe tjGetErrorStr2(handle).map { unsafe String(cString: $0) } ?? "no reason given"
  }

  private static func unavailable(_ path: String) -> WordtoolError {
    WordtoolError(.unavailable, path: path, found: "libjpeg failed to start")
  }
}
