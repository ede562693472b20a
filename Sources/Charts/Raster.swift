import CRSVGShims
import WordtoolCore

/// SVG as pixels, drawn by librsvg and cairo where the machine has them.
///
/// Both are looked for at run time: a program that draws no PNG needs neither. The bytes depend on their
/// versions and on the fonts of the machine; those of the SVG do not.
public enum Raster {
  /// How many pixels are drawn for a unit of the SVG: sharp on today's screens.
  public static let scale = 2.0

  /// The longest side in pixels.
  public static let largestSide = Int(wt_rsvg_largest_side)

  /// Throws when the libraries are not here.
  ///
  /// - Throws: `WordtoolError` of kind `unavailable`.
  public static func requireLibraries() throws {
    try unsafe withReason { unsafe wt_rsvg_find($0, $1) }
  }

  /// A PNG file, 8 bits a channel with alpha.
  ///
  /// - Parameters:
  ///   - svg: a picture that says its size.
  ///   - scale: pixels for a unit.
  /// - Throws: `WordtoolError`: `unavailable` without the libraries, `usage` for a picture with a side
  ///   of more than ``largestSide`` pixels, `badData` for text that librsvg does not draw.
  public static func png(_ svg: String, scale: Double = Raster.scale) throws -> [UInt8] {
    var png = Bytes()
    var text = svg
    try text.withUTF8 { text in
      guard let start = text.baseAddress else {
        throw WordtoolError(
          .badData, found: "an empty picture", expected: "SVG that librsvg draws")
      }
      try unsafe withReason { reason, size in
        unsafe withUnsafeMutablePointer(to: &png) { png in
          unsafe wt_rsvg_png(start, text.count, scale, append, png, reason, size)
        }
      }
    }
    return png.all
  }

  /// What the C side adds to.
  private struct Bytes {
    var all: [UInt8] = []
  }

  private static let append: wt_rsvg_sink = { context, bytes, count in
    guard let png = unsafe context?.assumingMemoryBound(to: Bytes.self) else { return }
    unsafe png.pointee.all.append(contentsOf: UnsafeBufferPointer(start: bytes, count: count))
  }

  /// Calls with room for a reason, and throws what it says.
  private static func withReason(
    _ body: (UnsafeMutablePointer<CChar>, Int) throws -> wt_rsvg_status
  ) throws {
    var reason: [CChar] = Array(repeating: 0, count: 200)
    let status = try unsafe reason.withUnsafeMutableBufferPointer { buffer in
      guard let start = buffer.baseAddress else { return wt_rsvg_refused }
      return unsafe try body(start, buffer.count)
    }
    if status == wt_rsvg_done { return }
    let said = String(
      decoding: reason.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    switch status {
    case wt_rsvg_missing:
      throw WordtoolError(
        .unavailable, found: said, expected: "librsvg 2.52 or newer and cairo, which draw PNG",
        remedy: "install Debian's librsvg2-2 or Homebrew's librsvg, or write .svg")
    case wt_rsvg_too_large:
      throw WordtoolError(
        .usage, found: said, expected: "at most \(largestSide) a side", remedy: "write .svg")
    default:
      throw WordtoolError(.badData, found: said, expected: "SVG that librsvg draws")
    }
  }
}
