import Charts
import WordtoolCore

/// Where a picture goes: SVG, or PNG by the suffix of the name. A map's numbers go there as well.
struct DrawingFile {
  private let file: OutputFile
  private let isPNG: Bool

  /// Opens the file, and looks whether it can be drawn here, before the work.
  ///
  /// - Throws: ``WordtoolError``: `usage` for a name that promises something else, `unavailable` for PNG
  ///   without librsvg, `cannotCreate`.
  init(path: String, kind: OutputKind = .drawing) throws {
    let suffix = FileSuffix(of: path)
    isPNG = suffix.name == "png"
    if isPNG {
      try kind.check(path)
      do {
        try Raster.requireLibraries()
      } catch var error as WordtoolError {
        error.path = path
        throw error
      }
    }
    file = try kind.open(path)
    if isPNG { try file.requirePlain("a PNG picture") }
  }

  /// Whether the picture goes to standard output.
  var isStandardOutput: Bool { file.isStandardOutput }

  /// Writes a picture and puts it in its place.
  ///
  /// - Parameter text: the picture as SVG, or numbers for a file that is no PNG.
  func write(_ text: String) throws {
    if isPNG {
      try file.write(try Raster.png(text))
    } else {
      try file.write(text)
    }
    try file.commit()
  }
}
