import CICUShims
package import WordtoolCore

/// The encoding text is read in.
public enum TextEncoding: Hashable, Sendable, Codable, CustomStringConvertible,
  LosslessStringConvertible
{
  /// UTF-8. A byte order mark of UTF-16 or UTF-32 tells otherwise, as with all encodings.
  case utf8
  /// What the text looks like: whether its first 64 KB are UTF-8, then ICU's statistics.
  case automatic
  /// An encoding by any name ICU knows, such as `latin-1`, `utf-16`, `windows-1252`, `shift_jis`.
  case named(String)
  /// The text of what is HTML, in the encoding that it names or else in this one; files that are no
  /// HTML are taken as they are.
  indirect case html(TextEncoding)

  /// `utf-8`, `auto` or the name; `html`, or `html:` and one of those.
  public var description: String {
    switch self {
    case .utf8: "utf-8"
    case .automatic: "auto"
    case .named(let name): name
    case .html(.utf8): "html"
    case .html(let encoding): "html:\(encoding)"
    }
  }

  /// Reads `auto`, `utf-8` or a name. Whether ICU knows the name shows when text is read, or by
  /// ``check()``.
  public init?(_ description: String) {
    guard !description.isEmpty else { return nil }
    switch description.lowercased() {
    case "auto", "automatic": self = .automatic
    case "utf-8", "utf8": self = .utf8
    case "html": self = .html(.utf8)
    case let name where name.hasPrefix("html:"):
      guard let inner = TextEncoding(String(description.dropFirst(5))) else { return nil }
      self = .html(inner)
    default: self = .named(description)
    }
  }

  /// Makes sure that ICU knows the encoding.
  ///
  /// - Throws: `WordtoolError` of kind `usage` if not.
  public func check() throws {
    switch self {
    case .utf8, .automatic: break
    case .named(let name): _ = try ICUDecoder(name: name, isStrict: false)
    case .html(let encoding): try encoding.check()
    }
  }

  /// The encoding some text most likely has.
  ///
  /// - Parameter bytes: the start of the text; some kilobytes are enough.
  /// - Returns: `utf8`, or a name of ICU; `utf8` if nothing fits.
  public static func detect(_ bytes: [UInt8]) -> TextEncoding {
    unsafe bytes.withUnsafeBufferPointer { bytes in
      if unsafe bytes.starts(with: [0xEF, 0xBB, 0xBF]) { return .utf8 }
      if unsafe bytes.starts(with: [0xFF, 0xFE, 0, 0]) { return .named("UTF-32") }
      if unsafe bytes.starts(with: [0, 0, 0xFE, 0xFF]) { return .named("UTF-32") }
      if unsafe bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) {
        return .named("UTF-16")
      }
      // The last character may be cut off.
      let problem = unsafe UTF8Text.firstProblem(in: bytes)
      let isUTF8 = problem == nil || problem.map { $0 + 4 > bytes.count } == true
      if unsafe isUTF8 && !bytes.contains(0) { return .utf8 }
      var name = [CChar](repeating: 0, count: 64)
      var confidence: Int32 = 0
      // SAFETY: the name has the room the function asks for.
      let code = unsafe name.withUnsafeMutableBufferPointer {
        unsafe wt_icu_detect_encoding(
          bytes.baseAddress, Int32(min(bytes.count, 1 << 20)), $0.baseAddress, &confidence)
      }
      let found = String(
        decoding: name.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
      return code == 0 && !found.isEmpty ? TextEncoding(found) ?? .utf8 : .utf8
    }
  }
}

extension TextSource {
  /// Opens a file, or standard input for `-`, whose text is in some encoding.
  ///
  /// - Throws: as ``init(path:)``, and `usage` for an unknown encoding.
  package convenience init(path: String, encoding: TextEncoding, isStrict: Bool = false) throws {
    let markup: TextEncoding? = if case .html(let inner) = encoding { inner } else { nil }
    let plain = markup ?? encoding
    func decoder(_ name: String) throws -> any TextDecoder {
      try ICUDecoder(name: name, isStrict: isStrict)
    }
    try unsafe self.init(
      ByteSource(path: path), isStrict: isStrict, sampled: plain == .automatic || markup != nil,
      decoder: { start in
        let start = unsafe Array(start)
        let encoding = plain == .automatic ? TextEncoding.detect(start) : plain
        // What the markup says of itself, where nothing else was said.
        if markup == .utf8, HTMLDecoder.isHTML(start, path: path),
          let name = HTMLDecoder.encoding(start), let named = try? decoder(name)
        {
          return named
        }
        guard case .named(let name) = encoding else { return nil }
        return try decoder(name)
      },
      markup: { start, inner in
        guard markup != nil, unsafe HTMLDecoder.isHTML(Array(start), path: path) else {
          return inner
        }
        return try HTMLDecoder(inner ?? decoder("utf-8"))
      })
    takesEncoding = true
  }
}

extension InputFiles {
  /// The text files that paths stand for, where their text is in some encoding. Where it is to be
  /// found out, UTF-16 without a mark is recognised by its zeros; what else has such is no text.
  ///
  /// - Throws: as ``InputFiles/texts(_:selection:isUTF8:takesHTML:)``.
  package static func texts(
    _ paths: [String], selection: Selection = Selection(), encoding: TextEncoding
  ) throws -> Listing {
    let isMarkup = if case .html = encoding { true } else { false }
    let plain = if case .html(let inner) = encoding { inner } else { encoding }
    return try texts(
      paths, selection, isUTF8: encoding == .utf8, takesHTML: isMarkup
    ) { path in
      switch plain {
      case .named: return try TextSource(path: path, encoding: plain)
      case .automatic where TextSource.isUnmarkedUTF16(path):
        return try TextSource(path: path, encoding: plain)
      case .utf8, .automatic, .html: return try TextSource(path: path)
      }
    }
  }
}

/// Any encoding that ICU knows.
@safe private final class ICUDecoder: TextDecoder {
  private let decoder: OpaquePointer
  let name: String

  /// - Throws: ``WordtoolError`` of kind `usage` when ICU does not know the encoding.
  init(name: String, isStrict: Bool) throws {
    self.name = name
    var opened: OpaquePointer?
    let code = unsafe wt_icu_open_decoder(name, isStrict ? 1 : 0, &opened)
    guard code == 0, let opened = unsafe opened else {
      throw WordtoolError(
        .usage, found: "unknown encoding '\(name)'",
        expected: "auto, utf-8 or a name ICU knows, such as latin-1, utf-16 or shift_jis")
    }
    unsafe decoder = opened
  }

  deinit { unsafe wt_icu_close_decoder(decoder) }

  var replacedCount: Int { Int(unsafe wt_icu_replaced(decoder)) }

  func step(
    _ input: UnsafeRawBufferPointer, isLast: Bool, into room: UnsafeMutableRawBufferPointer
  ) -> DecodingStep {
    var consumed: Int32 = 0
    var written: Int32 = 0
    let code = unsafe wt_icu_decode(
      decoder, input.baseAddress?.assumingMemoryBound(to: UInt8.self), Int32(input.count),
      isLast ? 1 : 0, &consumed, room.baseAddress?.assumingMemoryBound(to: UInt8.self),
      Int32(min(room.count, 1 << 30)), &written)
    return DecodingStep(
      consumed: Int(consumed), written: Int(written),
      failure: code == 0 ? nil : icuErrorName(code))
  }
}
