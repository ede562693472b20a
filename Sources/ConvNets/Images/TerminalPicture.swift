/// An image drawn with characters.
///
/// With colour, one character is two pixels: an upper half block whose foreground is the upper
/// pixel and whose background is the lower. Without, every pixel is two characters wide, or less
/// when there is no room, and its light is one of ten characters, dark to bright as on a dark
/// terminal.
public struct TerminalPicture: Sendable {
  /// What the terminal can show.
  public enum Palette: String, CaseIterable, Sendable {
    /// 24-bit colour.
    case trueColor = "truecolor"
    /// The 6 x 6 x 6 cube and the 24 greys of xterm.
    case xterm256 = "256"
    /// Characters of more and more ink.
    case ramp
  }

  private static let ramp = Array(" .:-=+*#%@")

  /// The image as lines of text, each ended by a line feed, at most `columns` characters wide.
  public static func draw(_ image: Image, columns: Int, palette: Palette) -> String {
    precondition(columns >= 1, "a picture of \(columns) columns")
    let visible: Image
    switch image.channels {
    case 1, 3: visible = image
    case 2: visible = image.plane(0)
    default: visible = Image(planes: (0..<3).map { image.plane($0) })
    }
    switch palette {
    case .ramp: return drawRamp(visible.grayscale(), columns: columns)
    case .trueColor, .xterm256: return drawBlocks(visible, columns: columns, palette)
    }
  }

  private static func drawRamp(_ image: Image, columns: Int) -> String {
    // A character is about twice as high as it is wide.
    let width = min(columns, 2 * image.width)
    let height = max(1, (image.height * width + image.width) / (2 * image.width))
    let small =
      width == 2 * image.width
      ? image.resized(height: image.height, width: width, by: .nearest)
      : image.resized(height: height, width: width)
    var text = ""
    for row in 0..<small.height {
      var line = ""
      for column in 0..<width {
        line.append(ramp[Int(Image.byte(small[row, column, 0])) * ramp.count / 256])
      }
      while line.last == " " { line.removeLast() }
      text += line + "\n"
    }
    return text
  }

  private static func drawBlocks(_ image: Image, columns: Int, _ palette: Palette) -> String {
    let width = min(columns, image.width)
    let height =
      width == image.width
      ? image.height : max(1, (image.height * width + image.width / 2) / image.width)
    let small = image.resized(height: height, width: width)
    func code(_ row: Int, _ column: Int) -> String {
      let red = Image.byte(small[row, column, 0])
      let green = small.channels == 3 ? Image.byte(small[row, column, 1]) : red
      let blue = small.channels == 3 ? Image.byte(small[row, column, 2]) : red
      return palette == .trueColor
        ? "2;\(red);\(green);\(blue)" : "5;\(xterm(Int(red), Int(green), Int(blue)))"
    }
    var text = ""
    for row in stride(from: 0, to: height, by: 2) {
      var last = ""
      for column in 0..<width {
        var codes = "38;" + code(row, column)
        if row + 1 < height { codes += ";48;" + code(row + 1, column) }
        // Most neighbours are alike: only changes are written.
        if codes != last { text += "\u{1B}[\(codes)m" }
        last = codes
        text += "▀"
      }
      text += "\u{1B}[0m\n"
    }
    return text
  }

  /// The number of the nearest colour in xterm's cube, or of a grey when the colour is one.
  private static func xterm(_ red: Int, _ green: Int, _ blue: Int) -> Int {
    if max(red, green, blue) - min(red, green, blue) < 10 {
      let light = (red + green + blue) / 3
      if light < 4 { return 16 }
      if light > 246 { return 231 }
      return 232 + min(23, max(0, (light - 3) / 10))
    }
    func level(_ value: Int) -> Int { value < 48 ? 0 : value < 115 ? 1 : (value - 35) / 40 }
    return 16 + 36 * level(red) + 6 * level(green) + level(blue)
  }
}
