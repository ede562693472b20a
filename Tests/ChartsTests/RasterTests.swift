import Charts
import Testing
import WordtoolCore

@Suite struct RasterTests {
  /// The first bytes of every PNG file.
  private static let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]

  private func square(_ side: Int) -> String {
    #"<svg xmlns="http://www.w3.org/2000/svg" width="\#(side)" height="\#(side)">"#
      + ##"<rect width="100%" height="100%" fill="#0072B2"/></svg>"##
  }

  /// A big-endian number of four bytes.
  private func number(_ bytes: [UInt8], at offset: Int) -> Int {
    bytes[offset..<offset + 4].reduce(0) { $0 << 8 | Int($1) }
  }

  @Test(arguments: [(1.0, 30), (2.0, 60), (0.5, 15)])
  func `a picture has as many pixels as its size and scale say`(scale: Double, side: Int) throws {
    let png = try Raster.png(square(30), scale: scale)
    #expect(Array(png.prefix(8)) == Self.signature)
    // The header: length, name, width, height, bits a channel, kind of colour.
    #expect(number(png, at: 16) == side && number(png, at: 20) == side)
    #expect(png[24] == 8 && [2, 6].contains(png[25]))
    #expect(png.suffix(8).prefix(4) == [0x49, 0x45, 0x4E, 0x44])
  }

  @Test func `each chart can be drawn`() throws {
    var map = PointMap(title: "a < b & c")
    map.points = [PointMap.Point(x: 0, y: 0, name: "é日本", color: 0, isMain: true)]
    #expect(number(try Raster.png(map.svg().text), at: 16) == 1920)
  }

  @Test(arguments: [
    "", "<svg", "<html/>", "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"0\" height=\"4\"/>",
  ])
  func `what is no picture is refused`(text: String) throws {
    let error = try #require(throws: WordtoolError.self) { try Raster.png(text) }
    #expect(error.kind == .badData && error.expected == "SVG that librsvg draws")
  }

  @Test func `a side that is too long is refused before memory is taken`() throws {
    let error = try #require(throws: WordtoolError.self) { try Raster.png(square(20_000)) }
    #expect(error.kind == .usage && error.found == "40000 x 40000 pixels")
    #expect(error.expected == "at most 32767 a side")
  }
}
