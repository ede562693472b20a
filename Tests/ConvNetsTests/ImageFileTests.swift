import ConvNets
import Testing

@Suite struct ImageFileTests {
  @Test(arguments: [ImageFormat.png, .pnm], [1, 3])
  func losslessFormatsGiveBackEveryByte(_ format: ImageFormat, _ channels: Int) throws {
    for (height, width) in [(1, 1), (3, 7), (40, 33)] {
      let image = ImageSamples.random(height, width, channels)
      let bytes = try image.encoded(as: format)
      #expect(ImageFormat(sniffing: bytes) == format)
      #expect(try Image(decoding: bytes, path: "x") == image)
      #expect(try image.encoded(as: format) == bytes)
    }
  }

  @Test(arguments: [1, 3]) func jpegComesBackNearly(_ channels: Int) throws {
    let image = ImageSamples.smooth(40, 50, channels)
    let back = try Image(decoding: try image.encoded(as: .jpeg), path: "x")
    #expect(back.shape == image.shape)
    let worst = zip(image.values, back.values).map { abs($0 - $1) }.max() ?? 0
    #expect(worst < 0.05)
  }

  @Test func pnmIsReadInAllItsForms() throws {
    let text = Array("P2 # grey\n3 2\n# largest\n15\n0 5 10\n15 3 6\n".utf8)
    let grey = try Image(decoding: text, path: "x")
    #expect(grey.shape == ImageShape(height: 2, width: 3, channels: 1))
    #expect(grey.values == [0, 5, 10, 15, 3, 6].map { Float($0) / 15 })
    let colour = try Image(decoding: Array("P3 1 2 255 1 2 3 4 5 6".utf8), path: "x")
    #expect(colour[1, 0, 2] == 6.0 / 255)
    #expect(colour[0, 0, 1] == 2.0 / 255)
    let deep = try Image(decoding: Array("P5 2 1 1000\n".utf8) + [3, 0xE8, 1, 0xF4], path: "x")
    #expect(deep.values == [1, 0.5])
  }

  @Test(arguments: [UInt32(100_000), 55_556, 45_455]) func aGammaChangesNoValue(_ gamma: UInt32)
    throws
  {
    let shape = ImageShape(height: 1, width: 6, channels: 1)
    let stored: [UInt8] = [0, 32, 64, 128, 192, 255]
    let image = Image(shape: shape, values: stored.map { Float($0) / 255 })
    var png = try image.encoded(as: .png)
    // Behind the header, which is 33 bytes with the signature.
    png.insert(contentsOf: Self.chunk("gAMA", gamma), at: 33)
    #expect(try Image(decoding: png, path: "x").bytes == stored)
  }

  /// A chunk of PNG that holds one number.
  private static func chunk(_ name: String, _ value: UInt32) -> [UInt8] {
    let bigEndian = { (number: UInt32) in withUnsafeBytes(of: number.bigEndian) { Array($0) } }
    let body = Array(name.utf8) + bigEndian(value)
    var check = UInt32.max
    for byte in body {
      check ^= UInt32(byte)
      for _ in 0..<8 { check = check >> 1 ^ (check & 1 == 1 ? 0xEDB8_8320 : 0) }
    }
    return bigEndian(4) + body + bigEndian(~check)
  }

  @Test func everyTruncationIsAnError() throws {
    for (format, channels) in [(ImageFormat.png, 3), (.jpeg, 3), (.jpeg, 1), (.pnm, 1)] {
      let bytes = try ImageSamples.random(9, 8, channels).encoded(as: format)
      // The end marker of a JPEG file may be missing without loss.
      let longest = format == .jpeg ? bytes.count - 2 : bytes.count
      for count in 0..<longest {
        #expect(throws: (any Error).self, "\(format) cut to \(count) of \(bytes.count) bytes") {
          try Image(decoding: Array(bytes[..<count]), path: "x")
        }
      }
    }
  }

  @Test func impossibleExtentsAreRefusedBeforeMemoryIsTaken() throws {
    var png = try ImageSamples.random(4, 4, 1).encoded(as: .png)
    png.replaceSubrange(16..<24, with: [0x7F, 0xFF, 0xFF, 0xFF, 0x7F, 0xFF, 0xFF, 0xFF])
    expectError("2147483647 x 2147483647") { _ = try Image(decoding: png, path: "x") }
    png.replaceSubrange(16..<24, with: [0, 0, 0x20, 0, 0, 0, 0x20, 0])
    expectError("8192 x 8192") { _ = try Image(decoding: png, path: "x") }
    var jpeg = try ImageSamples.random(8, 8, 3).encoded(as: .jpeg)
    let frame = try #require(jpeg.indices.first { jpeg[$0] == 0xFF && jpeg[$0 + 1] == 0xC0 })
    jpeg.replaceSubrange(frame + 5..<frame + 9, with: [0x3F, 0xFF, 0x3F, 0xFF])
    expectError("16383 x 16383") { _ = try Image(decoding: jpeg, path: "x") }
    for text in ["P6 4294967296 1 255\n", "P6 99999 99999 255\n", "P5 1000 1000 255\n abc"] {
      #expect(throws: (any Error).self) { try Image(decoding: Array(text.utf8), path: "x") }
    }
  }

  @Test func damagedAndForeignFilesSayWhatIsWrong() throws {
    expectError("empty file") { _ = try Image(decoding: [], path: "x") }
    expectError("no image format") { _ = try Image(decoding: Array("GIF89a".utf8), path: "x") }
    expectError("a value of 300, expected at most 255") {
      _ = try Image(decoding: Array("P2 2 1 255 300 1".utf8), path: "x")
    }
    expectError("after the image") {
      _ = try Image(decoding: Array("P2 1 1 255 3 1".utf8), path: "x")
    }
    var png = try ImageSamples.random(9, 9, 3).encoded(as: .png)
    png[png.count / 2] ^= 0x10
    expectError("libpng") { _ = try Image(decoding: png, path: "x") }
  }

  @Test func greyAndColourAreConvertedOnRequestOnly() throws {
    let grey = ImageSamples.random(3, 4, 1)
    let bytes = try grey.encoded(as: .png)
    #expect(try Image(decoding: bytes, path: "x").channels == 1)
    let colour = try Image(decoding: bytes, path: "x", channels: 3)
    #expect((0..<3).allSatisfy { colour.plane($0) == grey })
    let back = colour.grayscale()
    #expect(zip(back.values, grey.values).allSatisfy { abs($0 - $1) < 1e-6 })
    #expect(throws: (any Error).self) {
      try Image(planes: [grey, grey]).converted(toChannels: 3)
    }
    #expect(throws: (any Error).self) { try Image(planes: [grey, grey]).encoded(as: .png) }
  }

  @Test func valuesAreClampedWhenTheyBecomeBytes() {
    #expect(
      [-1, 0, 0.002, 0.5, 0.998, 1, 7, .nan, .infinity].map(Image.byte) == [
        0, 0, 1, 128, 254, 255, 255, 0, 255,
      ])
    for byte in UInt8.min ... .max { #expect(Image.byte(Float(byte) / 255) == byte) }
  }

  @Test func suffixesTellFormats() {
    #expect(ImageFormat(suffixOf: "a/b.PNG") == .png)
    #expect(ImageFormat(suffixOf: "b.jpeg") == .jpeg)
    #expect(ImageFormat(suffixOf: "b.pgm") == .pnm)
    #expect(ImageFormat(suffixOf: "a.png/b") == nil)
    #expect(ImageFormat(suffixOf: "b.gif") == nil)
  }
}
