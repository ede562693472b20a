import ArgumentParser
import ConvNets
import Libc
import WordtoolCore

/// `wordtool image show`: the numbers of an image, and its picture.
struct ImageShowCommand: ParsableCommand, ConditionalOptions {
  static let configuration = CommandConfiguration(
    commandName: "show",
    abstract: "Print the numbers that an image is, and draw it.",
    discussion: """
      Prints height, width and channels, the matrix of numbers 0 to 255 of each channel, and draws \
      the image: in colour on a terminal that has it, in grey with characters elsewhere. Of an \
      image larger than 32 x 32 the numbers of the top left 16 x 16 are printed, unless --region \
      names a part.

      Example:
        wordtool image show photo.png --region 100,200,8x12
        wordtool image show mnist/ --part test --index 7
      """)

  /// How the picture is drawn.
  enum Palette: String, CaseIterable, ExpressibleByArgument {
    case auto, truecolor, xterm256 = "256", ramp, none
  }

  @OptionGroup var input: ImageInput

  @Option(
    help: ArgumentHelp(
      "The part whose numbers are printed: first row, first column, height x width.",
      valueName: "row,column,HxW"))
  var region: ImageRegion?

  @Flag(inversion: .prefixedNo, help: "Print the numbers.")
  var numbers = true

  @Option(
    help: ArgumentHelp(
      "How the picture is drawn: in 24-bit colour, xterm's 256 colours, or characters.",
      valueName: "auto|truecolor|256|ramp|none"))
  var palette: Palette = .auto

  @Option(
    help: ArgumentHelp(
      "The widest the picture may be, in characters. (default: the terminal, or 80)",
      valueName: "n"))
  var columns: Int?

  @OptionGroup var json: JSONOptions

  func validate() throws {
    try OptionCheck.whole([("--columns", columns, 1...1000)])
  }

  var optionRules: [OptionRule] {
    [
      OptionRule(
        ["--numbers", "--no-numbers", "--palette", "--columns"], need: "a table, not to --json",
        isMet: !json.json),
      OptionRule(["--columns"], need: "a picture, not to --palette none", isMet: palette != .none),
    ]
  }

  struct Answer: Encodable {
    var image: String
    var height: Int
    var width: Int
    var channels: Int
    var label: String?
    /// [channel][row][column], 0 to 255.
    var values: [[[UInt8]]]
  }

  func run() throws {
    let loaded = try input.load()
    let image = loaded.image
    let part = region ?? ImageRegion(defaultFor: image)
    guard part.row + part.height <= image.height, part.column + part.width <= image.width else {
      throw WordtoolError(
        .usage, path: loaded.name, found: "--region \(part)",
        expected: "a part of an image of \(image.shape)")
    }
    let (rows, columns) = (
      part.row..<part.row + part.height, part.column..<part.column + part.width
    )
    if json.json {
      return try JSONOutput.write(
        Answer(
          image: loaded.name, height: image.height, width: image.width, channels: image.channels,
          label: loaded.label,
          values: (0..<image.channels).map { channel in
            rows.map { row in columns.map { Image.byte(image[row, $0, channel]) } }
          }))
    }
    let output = StandardOutput.shared
    let kind = image.channels == 1 ? "grey" : image.channels == 3 ? "red, green, blue" : "planes"
    let label = loaded.label.map { ", class \($0)" } ?? ""
    try output.writeLine(
      "\(loaded.name): height x width x channels = \(image.shape) (\(kind))\(label)")
    if numbers {
      let isWhole = part.height == image.height && part.width == image.width
      for channel in 0..<image.channels {
        let place =
          isWhole
          ? ""
          : ", rows \(rows.lowerBound) to \(rows.upperBound - 1), columns "
            + "\(columns.lowerBound) to \(columns.upperBound - 1)"
        try output.writeLine(
          "\n\(NumberMatrix.planeName(channel, of: image.channels)), 0 to 255\(place):")
        try output.write(
          NumberMatrix.text(of: image, rows: rows, columns: columns, channel: channel))
      }
    }
    if let palette = chosenPalette {
      try output.write("\n")
      try output.writeStyled(TerminalPicture.draw(image, columns: width, palette: palette))
    }
  }

  /// What the terminal can show, where the option leaves it open.
  private var chosenPalette: TerminalPicture.Palette? {
    switch palette {
    case .none: return nil
    case .truecolor: return .trueColor
    case .xterm256: return .xterm256
    case .ramp: return .ramp
    case .auto:
      guard StandardOutput.isTerminal, Environment.allowsColor else { return .ramp }
      let depth = Environment.value("COLORTERM")
      if depth == "truecolor" || depth == "24bit" { return .trueColor }
      return Environment.value("TERM")?.contains("256color") == true ? .xterm256 : .ramp
    }
  }

  private var width: Int {
    if let columns { return columns }
    var size = winsize()
    if StandardOutput.isTerminal, unsafe ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0,
      size.ws_col > 0
    {
      return Int(size.ws_col)
    }
    return 80
  }
}

/// `ROW,COLUMN,HxW`.
struct ImageRegion: ExpressibleByArgument, CustomStringConvertible {
  var row: Int
  var column: Int
  var height: Int
  var width: Int

  init?(argument: String) {
    let parts = argument.split(separator: ",", omittingEmptySubsequences: false)
    guard parts.count == 3, let row = Int(parts[0]), let column = Int(parts[1]), row >= 0,
      column >= 0
    else { return nil }
    let extents = parts[2].split(separator: "x", omittingEmptySubsequences: false).map { Int($0) }
    guard extents.count == 2, let height = extents[0], let width = extents[1],
      (1...1 << 28).contains(height), (1...1 << 28).contains(width), row <= 1 << 28,
      column <= 1 << 28
    else { return nil }
    self.row = row
    self.column = column
    self.height = height
    self.width = width
  }

  /// All of a small image, and the top left corner of a large one.
  init(defaultFor image: Image) {
    row = 0
    column = 0
    let isSmall = image.height <= 32 && image.width <= 32
    height = isSmall ? image.height : min(16, image.height)
    width = isSmall ? image.width : min(16, image.width)
  }

  var description: String { "\(row),\(column),\(height)x\(width)" }
}
