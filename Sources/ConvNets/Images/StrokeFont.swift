/// Letters as straight strokes, for words on sheets of images: the same pixels everywhere, with no font of
/// the system's.
///
/// A letter stands on a grid of units: capitals are 6 high, small letters 4, and descenders reach 2 below
/// the line. It has the letters of ASCII and a few signs; a box stands for others.
struct StrokeFont {
  /// The height of capitals, in pixels.
  let height: Float

  /// From one line to the next, in pixels.
  var lineHeight: Int { Int((height * 1.75).rounded(.up)) }
  private var unit: Float { height / 6 }
  private var thickness: Float { max(1, height * 0.14) }

  /// Units between letters, and of a blank.
  private static let gap: Float = 1.6
  private static let blank: Float = 2.2

  /// Strokes of a letter, apart by blanks; each is a row of points, a digit to the right and one down.
  private static let strokes: [Character: String] = [
    "A": "062046 1434", "B": "06003041423303 3344453606", "C": "4130100105163645",
    "D": "00204244260600", "E": "40000646 0333", "F": "400006 0333", "G": "41301001051636454323",
    "H": "0006 4046 0343", "I": "1016 0020 0626", "J": "3035261605", "K": "0006 4004 1346",
    "L": "000646", "M": "0600234046", "N": "06004640", "O": "103041453616050110",
    "P": "06003041423303", "Q": "103041453616050110 2446", "R": "06003041423303 2346",
    "S": "413010010213334445361605", "T": "0040 2026", "U": "000516364540", "V": "002640",
    "W": "0016233640", "X": "0046 4006", "Y": "002340 2326", "Z": "00400646",
    "a": "02223336 341405162635", "b": "0006 0312223335261605", "c": "3322120305162635",
    "d": "3036 3322120305162635", "e": "04343322120305162635", "f": "30201116 0222",
    "g": "3322120305162635 3237281807", "h": "0006 0312223336", "i": "0206 0000",
    "j": "22271808 2020", "k": "0006 3205 1436", "l": "000516", "m": "0206 03122326 23324346",
    "n": "0206 0312223336", "o": "122233352616050312", "p": "0208 0312223335261605",
    "q": "3238 3322120305162635", "r": "0206 031222", "s": "3212031424352606",
    "t": "10152636 0232", "u": "0205162635 3236", "v": "022642", "w": "0216243642",
    "x": "0236 3206", "y": "0226 4218", "z": "02320636",
    "0": "102031352616050110", "1": "011016 0626", "2": "01102031320636",
    "3": "01102031322313 233435261605", "4": "200434 2026", "5": "300003233435261605",
    "6": "312010010516263534231304", "7": "003016", "8": "102031322313020110 132334352616050413",
    "9": "322313020110203135261605",
    ".": "0606", ",": "1607", ":": "0303 0606", ";": "1313 1607", "!": "0004 0606",
    "?": "01102031322324 2626", "'": "0002", "\"": "0002 2022", "-": "0434", "+": "0444 2226",
    "=": "0333 0535", "_": "0747", "/": "0630", "\\": "0036", "|": "0008", "(": "10020416",
    ")": "00121406", "[": "20000626", "]": "00202606", "{": "20111203141526",
    "}": "00111223141506", "<": "320436", ">": "023406", "%": "4006 0010110100 3545463635",
    "*": "2125 0244 0442", "#": "1016 3036 0242 0444", "@": "33231424333545 4130100105163646",
    "&": "4602011021220405162644", "$": "413010010213334445361605 2026", "~": "04132433",
    "^": "022042", "`": "0011", "…": "0606 2626 4646", "−": "0444", "×": "0236 3206",
    "→": "0444 2244 2644", "·": "0404", "±": "0343 2125 0646",
  ]
  private static let unknown = "0030360600"

  private typealias Point = (x: Float, y: Float)

  /// The strokes of a letter in units, and how wide it is.
  private static func glyph(_ letter: Character) -> (strokes: [[Point]], width: Float) {
    if letter == " " { return ([], blank) }
    let lines = (strokes[letter] ?? unknown).split(separator: " ").map { stroke -> [Point] in
      let digits = stroke.utf8.map { Float($0) - Float(UInt8(ascii: "0")) }
      return stride(from: 0, to: digits.count - 1, by: 2).map { (digits[$0], digits[$0 + 1]) }
    }
    return (lines, lines.joined().map(\.x).max() ?? 0)
  }

  /// How wide a text is, in pixels.
  func width(of text: String) -> Int {
    let units = text.reduce(Float(0)) { $0 + Self.glyph($1).width + Self.gap }
    return Int((max(0, units - Self.gap) * unit + thickness).rounded(.up))
  }

  /// The text, or as much of it as has room before an ellipsis.
  func shortened(_ text: String, to limit: Int) -> String {
    guard width(of: text) > limit else { return text }
    var short = text
    while !short.isEmpty, width(of: short + "…") > limit { short.removeLast() }
    return short.isEmpty ? "" : short + "…"
  }

  /// The text in lines of a width, broken at blanks; a word that is wider is shortened.
  func wrapped(_ text: String, to limit: Int) -> [String] {
    var lines: [String] = []
    for word in text.split(separator: " ") {
      if let last = lines.last, width(of: last + " " + word) <= limit {
        lines[lines.count - 1] = last + " " + word
      } else {
        lines.append(shortened(String(word), to: limit))
      }
    }
    return lines
  }

  /// Draws a text in one value on all planes; what is outside of the image is left out.
  ///
  /// - Parameters:
  ///   - x: where it begins.
  ///   - top: where capitals begin.
  ///   - ink: the value of a pixel that a stroke covers.
  func draw(_ text: String, on image: inout Image, x: Int, top: Int, ink: Float) {
    var left = Float(x) + thickness / 2
    for letter in text {
      let (strokes, width) = Self.glyph(letter)
      for stroke in strokes {
        for (start, end) in zip(stroke, stroke.dropFirst()) {
          draw(
            from: (left + start.x * unit, Float(top) + thickness / 2 + start.y * unit),
            to: (left + end.x * unit, Float(top) + thickness / 2 + end.y * unit), on: &image,
            ink: ink)
        }
      }
      left += (width + Self.gap) * unit
    }
  }

  /// A stroke with soft edges: a pixel is covered by how far its centre is from the line.
  private func draw(from start: Point, to end: Point, on image: inout Image, ink: Float) {
    let reach = thickness / 2 + 1
    let rows =
      max(
        0, Int(min(start.y, end.y) - reach))..<min(
        image.height, max(0, Int(max(start.y, end.y) + reach) + 1))
    let columns =
      max(
        0, Int(min(start.x, end.x) - reach))..<min(
        image.width, max(0, Int(max(start.x, end.x) + reach) + 1))
    guard !rows.isEmpty, !columns.isEmpty else { return }
    let (dx, dy) = (end.x - start.x, end.y - start.y)
    let square = dx * dx + dy * dy
    for row in rows {
      for column in columns {
        let (px, py) = (Float(column) + 0.5 - start.x, Float(row) + 0.5 - start.y)
        let share = square > 0 ? min(1, max(0, (px * dx + py * dy) / square)) : 0
        let (ex, ey) = (px - share * dx, py - share * dy)
        let cover = min(1, max(0, thickness / 2 + 0.5 - (ex * ex + ey * ey).squareRoot()))
        guard cover > 0 else { continue }
        for channel in 0..<image.channels {
          let value = image[row, column, channel]
          // Where strokes meet nothing is drawn twice.
          let drawn = value + (ink - value) * cover
          image[row, column, channel] = ink < value ? min(value, drawn) : max(value, drawn)
        }
      }
    }
  }
}
