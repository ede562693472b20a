public import WordtoolCore

/// The formats of single images that are read and written.
public enum ImageFormat: String, CaseIterable, Sendable {
  /// Portable Network Graphics, read with any depth, written with 8 bits a channel.
  case png
  /// JPEG, with losses.
  case jpeg
  /// Netpbm's portable anymap: bits, grey or colours, as text or as bytes.
  case pnm

  /// The format that the first bytes of a file tell of, whatever its name; nil for any other.
  public init?(sniffing bytes: some Collection<UInt8>) {
    if bytes.starts(with: PNGFile.signature) {
      self = .png
    } else if bytes.starts(with: JPEGFile.signature) {
      self = .jpeg
    } else if PNMFile.matches(bytes) {
      self = .pnm
    } else {
      return nil
    }
  }

  /// The format that the suffix of an output's name asks for; nil for any other.
  public init?(suffixOf path: String) {
    let name = path.split(separator: "/").last ?? ""
    guard let dot = name.lastIndex(of: ".") else { return nil }
    switch name[name.index(after: dot)...].lowercased() {
    case "png": self = .png
    case "jpg", "jpeg": self = .jpeg
    case "pnm", "pgm", "ppm": self = .pnm
    default: return nil
    }
  }

  /// The images that paths stand for: files as they are, and those of folders that are images by
  /// their names or else by their content, gzip or not.
  ///
  /// - Throws: `WordtoolError` of kind `noSuchInput` as `InputFiles.expand`.
  public static func images(_ paths: [String]) throws -> InputFiles.Listing {
    try InputFiles.list(paths) { ClassFolder.isImage(at: $0) ? nil : ClassFolder.noImage }
  }
}

extension Image {
  /// Reads a PNG, JPEG or PNM file; its content decides which, and gzip is unpacked.
  ///
  /// - Parameters:
  ///   - path: the file; `-` is standard input.
  ///   - channels: 1 or 3 to have grey or RGB whatever the file holds; nil to have what it holds.
  /// - Throws: `WordtoolError`: `noSuchInput`, `inputOutput`, or `badData` when the file is
  ///   truncated, damaged, too large or of no format known here.
  public init(contentsOf path: String, channels: Int? = nil) throws {
    try self.init(decoding: try ImageBytes.read(path), path: path, channels: channels)
  }

  /// Decodes a PNG, JPEG or PNM file that is in memory.
  ///
  /// - Parameters:
  ///   - bytes: the whole file.
  ///   - path: its name, for messages.
  ///   - channels: as for ``init(contentsOf:channels:)``.
  /// - Throws: `WordtoolError` of kind `badData`.
  public init(decoding bytes: [UInt8], path: String, channels: Int? = nil) throws {
    let image: Image
    switch ImageFormat(sniffing: bytes) {
    case .png: image = try PNGFile.decode(bytes, path: path)
    case .jpeg: image = try JPEGFile.decode(bytes, path: path)
    case .pnm: image = try PNMFile.decode(bytes, path: path)
    case nil:
      throw WordtoolError(
        .badData, path: path,
        found: bytes.isEmpty ? "an empty file" : "no image format known here",
        expected: "PNG, JPEG, PGM or PPM")
    }
    self = try channels.map { try image.converted(toChannels: $0, path: path) } ?? image
  }

  /// The bytes of a file of that format; values are clamped to 0...1 and rounded to 8 bits.
  ///
  /// - Throws: `WordtoolError`: `usage` when the image has neither 1 nor 3 planes or is too large
  ///   for the format.
  public func encoded(as format: ImageFormat, path: String = "-") throws -> [UInt8] {
    guard channels == 1 || channels == 3 else {
      throw WordtoolError(
        .usage, path: path, found: "an image of \(channels) channels", expected: "1 or 3")
    }
    switch format {
    case .png: return try PNGFile.encode(self, path: path)
    case .jpeg: return try JPEGFile.encode(self, path: path)
    case .pnm: return PNMFile.encode(self)
    }
  }

  /// Writes the image to a file that appears when it is complete.
  ///
  /// - Parameters:
  ///   - path: the file, which is replaced as a whole.
  ///   - format: nil takes the one that the suffix of `path` names, PNG without one.
  /// - Throws: `WordtoolError`: `usage` as ``encoded(as:path:)`` does, `cannotCreate`, `inputOutput`.
  public func write(to path: String, as format: ImageFormat? = nil) throws {
    try OutputFile.write(to: path) {
      try write(to: $0, as: format ?? ImageFormat(suffixOf: path) ?? .png)
    }
  }

  /// Writes the image into an open file.
  package func write(to output: OutputFile, as format: ImageFormat) throws {
    try output.requirePlain("a picture")
    try output.write(try encoded(as: format, path: output.path))
  }
}
