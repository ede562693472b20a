import CICUShims
import WordtoolCore

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

  /// `utf-8`, `auto` or the name.
  public var description: String {
    switch self {
    case .utf8: "utf-8"
    case .automatic: "auto"
    case .named(let name): name
    }
  }

  /// Reads `auto`, `utf-8` or a name. Whether ICU knows the name shows when text is read, or by
  /// ``check()``.
  public init?(_ description: String) {
    guard !description.isEmpty else { return nil }
    switch description.lowercased() {
    case "auto", "automatic": self = .automatic
    case "utf-8", "utf8": self = .utf8
    default: self = .named(description)
    }
  }

  /// Makes sure that ICU knows the encoding.
  ///
  /// - Throws: ``WordtoolError`` of kind `usage` if not.
  public func check() throws {
    if case .named(let name) = self { _ = try ICUDecoder(name: name, isStrict: false) }
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
    try unsafe self.init(
      ByteSource(path: path), isStrict: isStrict, sampled: encoding == .automatic
    ) {
      var encoding = encoding
      if encoding == .automatic { encoding = unsafe TextEncoding.detect(Array($0)) }
      guard case .named(let name) = encoding else { return nil }
      return try ICUDecoder(name: name, isStrict: isStrict)
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
