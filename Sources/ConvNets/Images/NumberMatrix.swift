/// A part of an image as the matrix of numbers that it is.
public enum NumberMatrix {
  /// The rows of one plane as text: 8-bit values, right-aligned, a line a row.
  ///
  /// - Parameters:
  ///   - image: the image.
  ///   - rows: which rows; inside the image.
  ///   - columns: which columns; inside the image.
  ///   - channel: which plane.
  public static func text(
    of image: Image, rows: Range<Int>, columns: Range<Int>, channel: Int
  ) -> String {
    var text = ""
    for row in rows {
      for column in columns {
        let number = String(Image.byte(image[row, column, channel]))
        text += String(repeating: " ", count: (column == columns.lowerBound ? 3 : 4) - number.count)
        text += number
      }
      text += "\n"
    }
    return text
  }

  /// The name of a plane: R, G and B of three, otherwise its number.
  public static func planeName(_ channel: Int, of channels: Int) -> String {
    channels == 3 ? ["red", "green", "blue"][channel] : channels == 1 ? "grey" : "\(channel)"
  }
}
