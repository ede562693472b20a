import ConvNets
import Testing

@Suite struct TerminalPictureTests {
  private let small = Image(
    shape: ImageShape(height: 2, width: 2, channels: 1), values: [0, 1, 0.5, 0.25])

  @Test func aRampHasTwoCharactersAPixel() {
    #expect(TerminalPicture.draw(small, columns: 80, palette: .ramp) == "  @@\n++::\n")
    #expect(TerminalPicture.draw(small, columns: 1, palette: .ramp).count == 2)
  }

  @Test func halfBlocksHoldTwoRows() {
    let blocks = TerminalPicture.draw(small, columns: 80, palette: .trueColor)
    #expect(
      blocks
        == "\u{1B}[38;2;0;0;0;48;2;128;128;128m▀\u{1B}[38;2;255;255;255;48;2;64;64;64m▀\u{1B}[0m\n")
    let cube = TerminalPicture.draw(
      ImageSamples.random(3, 3, 3), columns: 80, palette: .xterm256)
    #expect(cube.split(separator: "\n").count == 2)
  }

  @Test func wideImagesShrinkToTheColumns() {
    let image = ImageSamples.smooth(50, 300, 3)
    for palette in TerminalPicture.Palette.allCases {
      let lines = TerminalPicture.draw(image, columns: 60, palette: palette).split(separator: "\n")
      #expect(lines.count == 5)
    }
  }

  @Test func theMatrixIsTheNumbers() {
    #expect(
      NumberMatrix.text(of: small, rows: 0..<2, columns: 0..<2, channel: 0)
        == "  0 255\n128  64\n")
  }
}
