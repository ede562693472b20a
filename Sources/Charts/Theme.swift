/// Colours of a picture.
struct Theme: Sendable {
  var background: String
  var ink: String
  var pale: String
  /// Lines behind what is drawn.
  var grid: String
  private var colors: [String]

  /// The colour with a number; they come again after the last.
  func color(_ number: Int) -> String {
    colors[(number % colors.count + colors.count) % colors.count]
  }

  /// After Okabe and Ito 2008, darkened where letters would be too pale on white.
  static let light = Theme(
    background: "#ffffff", ink: "#222222", pale: "#777777", grid: "#e4e4e4",
    colors: [
      "#0072B2", "#B34700", "#00795A", "#A3497C", "#946200", "#2B7CA8", "#555555",
    ])
  static let dark = Theme(
    background: "#14171c", ink: "#e8e8e8", pale: "#9aa0a6", grid: "#30353d",
    colors: [
      "#56B4E9", "#F0935A", "#3CCBA0", "#E39CC4", "#E6B84A", "#9FC7F5", "#C8C8C8",
    ])
}
