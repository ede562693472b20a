import CXML2Shims
import WordtoolCore

/// The text of HTML, as it streams by: what a browser shows as words, a block a line.
///
/// - Scripts, styles, templates, drawings and what stands for them without scripts are no text; the
///   title is a line.
/// - What HTML calls blocks, list items, rows and line breaks are lines; cells are kept apart by a
///   blank. White space is one blank but in `pre` and `textarea`.
/// - Any markup is read: what is not closed or not known is passed over, as libxml2's parser for HTML does
///   it.
///
/// Belongs to one thread.
@safe final class HTMLDecoder: TextDecoder {
  let name: String
  private let inner: any TextDecoder
  private let parser: OpaquePointer
  private let lines = HTMLLines()
  private var decoded = [UInt8](repeating: 0, count: 32 << 10)
  private var isOver = false

  /// - Parameter inner: gives the markup as UTF-8.
  /// - Throws: ``WordtoolError`` of kind `unavailable` without memory.
  init(_ inner: any TextDecoder) throws {
    self.inner = inner
    name = "HTML in \(inner.name)"
    let handlers = unsafe wt_html_handlers(
      begin: { lines, name in unsafe HTMLLines.from(lines)?.begin(HTMLLines.string(name)) },
      end: { lines, name in unsafe HTMLLines.from(lines)?.end(HTMLLines.string(name)) },
      text: { lines, text, count in
        unsafe HTMLLines.from(lines)?.add(UnsafeBufferPointer(start: text, count: Int(count)))
      })
    // SAFETY: the parser calls back only inside of `parse`, while `self` and so `lines` live.
    guard
      let opened = unsafe wt_html_open(handlers, Unmanaged.passUnretained(lines).toOpaque())
    else { throw WordtoolError(.unavailable, found: "no memory for a parser of HTML") }
    unsafe parser = opened
  }

  deinit { unsafe wt_html_close(parser) }

  var replacedCount: Int { inner.replacedCount }

  func step(
    _ input: UnsafeRawBufferPointer, isLast: Bool, into room: UnsafeMutableRawBufferPointer
  ) -> DecodingStep {
    var consumed = 0
    while lines.isEmpty && !isOver {
      let step = unsafe decoded.withUnsafeMutableBytes {
        unsafe inner.step(
          UnsafeRawBufferPointer(rebasing: input[consumed...]), isLast: isLast, into: $0)
      }
      consumed += step.consumed
      if step.failure != nil {
        return DecodingStep(consumed: consumed, written: 0, failure: step.failure)
      }
      isOver = isLast && consumed == input.count && step.written == 0
      parse(step.written)
      if isOver { lines.finish() }
      if step.written == 0 { break }
    }
    return unsafe DecodingStep(consumed: consumed, written: lines.take(into: room))
  }

  private func parse(_ count: Int) {
    unsafe decoded.withUnsafeBufferPointer { text in
      // SAFETY: of `text`, which is longer than `count`, nothing is kept by the parser.
      unsafe wt_html_parse(parser, text.baseAddress, Int32(count), isOver ? 1 : 0)
    }
  }

  /// Whether a file is HTML: by its name, or by how it begins.
  ///
  /// - Parameters:
  ///   - start: the first bytes, without a byte order mark.
  ///   - path: its name.
  static func isHTML(_ start: [UInt8], path: String) -> Bool {
    let names = path.lowercased().split(separator: "/").last?.split(separator: ".") ?? []
    let suffix = names.last == "gz" ? names.dropLast().last : names.last
    if let suffix, names.count > 1, ["html", "htm", "xhtml"].contains(suffix) { return true }
    let first = Array(start.drop { $0 <= 0x20 }.prefix(2))
    guard first.count == 2, first[0] == UInt8(ascii: "<") else { return false }
    return first[1] == UInt8(ascii: "!") || first[1] == UInt8(ascii: "?")
      || (first[1] | 0x20 >= UInt8(ascii: "a") && first[1] | 0x20 <= UInt8(ascii: "z"))
  }

  /// The encoding that the markup names: `<meta charset=...>`, `<meta ... content="...; charset=...">`
  /// or the declaration of XML, in the first 4 KB.
  ///
  /// UTF-16 cannot be read in bytes and so means UTF-8, Latin-1 means Windows-1252, as in the HTML
  /// standard, 13.2.3.3.
  static func encoding(_ start: [UInt8]) -> String? {
    let text = String(decoding: start.prefix(4 << 10), as: UTF8.self).lowercased()
    for (tag, attribute) in [("<meta", "charset"), ("<?xml", "encoding")] {
      for part in text.split(separator: tag, omittingEmptySubsequences: false).dropFirst() {
        let inside = part.prefix { $0 != ">" }
        guard let found = inside.firstRange(of: attribute) else { continue }
        let value = inside[found.upperBound...].drop { $0.isWhitespace }
        guard value.first == "=" else { continue }
        let name = value.dropFirst().drop { $0.isWhitespace || $0 == "\"" || $0 == "'" }
          .prefix { $0.isASCII && ($0.isLetter || $0.isNumber || "-_.:+".contains($0)) }
        switch name {
        case "": continue
        case "iso-8859-1", "latin1", "us-ascii", "ascii": return "windows-1252"
        case _ where name.hasPrefix("utf-16"): return "utf-8"
        default: return String(name)
        }
      }
    }
    return nil
  }
}

/// Lines of text out of the parts of a document.
private final class HTMLLines {
  private var text: [UInt8] = []
  private var taken = 0
  /// How deep inside of what is no text.
  private var skipped = 0
  /// How deep inside of text whose white space counts.
  private var kept = 0
  private var isLineEmpty = true
  private var owesBlank = false

  private static let noText: Set<String> = [
    "script", "style", "template", "noscript", "svg", "math", "object", "iframe", "canvas",
  ]
  private static let preformatted: Set<String> = ["pre", "textarea", "listing", "xmp"]
  private static let lineBreaks: Set<String> = ["br", "hr"]
  private static let cells: Set<String> = ["td", "th"]
  /// What flows inside a line. All else is a line of its own, also what HTML does not know yet.
  private static let inline: Set<String> = [
    "a", "abbr", "acronym", "b", "bdi", "bdo", "big", "blink", "cite", "code", "data", "del", "dfn",
    "em", "font", "i", "img", "input", "ins", "kbd", "label", "map", "mark", "meter", "nobr",
    "output", "progress", "q", "rb", "rp", "rt", "ruby", "s", "samp", "small", "span", "strike",
    "strong", "sub", "sup", "time", "tt", "u", "var", "wbr", "picture", "source", "area",
  ]

  /// The lines that a parser calls back for.
  static func from(_ context: UnsafeMutableRawPointer?) -> HTMLLines? {
    // SAFETY: the context is what the decoder gave its parser, and lives as long.
    unsafe context.map { unsafe Unmanaged<HTMLLines>.fromOpaque($0).takeUnretainedValue() }
  }

  static func string(_ name: UnsafePointer<CChar>) -> String { unsafe String(cString: name) }

  var isEmpty: Bool { taken == text.count }

  func begin(_ element: String) {
    if skipped > 0 || Self.noText.contains(element) {
      skipped += 1
    } else if Self.cells.contains(element) {
      owesBlank = true
    } else if !Self.inline.contains(element) {
      endLine()
      if Self.preformatted.contains(element) { kept += 1 }
    }
  }

  func end(_ element: String) {
    if skipped > 0 {
      skipped -= 1
    } else if Self.cells.contains(element) {
      owesBlank = true
    } else if !Self.inline.contains(element) {
      if Self.preformatted.contains(element) { kept = max(0, kept - 1) }
      endLine()
    }
  }

  func add(_ characters: UnsafeBufferPointer<UInt8>) {
    guard skipped == 0 else { return }
    for place in characters.indices {
      let byte = unsafe characters[place]
      switch byte {
      case UInt8(ascii: "\n") where kept > 0: endLine()
      case UInt8(ascii: " "), UInt8(ascii: "\t"), 10, 12, 13:
        if kept > 0 && !isLineEmpty { text.append(UInt8(ascii: " ")) } else { owesBlank = true }
      case 0..<0x20: owesBlank = true
      default:
        if owesBlank && !isLineEmpty { text.append(UInt8(ascii: " ")) }
        owesBlank = false
        isLineEmpty = false
        text.append(byte)
      }
    }
  }

  func finish() { endLine() }

  private func endLine() {
    if !isLineEmpty { text.append(UInt8(ascii: "\n")) }
    isLineEmpty = true
    owesBlank = false
  }

  /// Moves what is done into some room; returns how many bytes.
  func take(into room: UnsafeMutableRawBufferPointer) -> Int {
    let count = min(room.count, text.count - taken)
    unsafe room.copyBytes(from: text[taken..<taken + count])
    taken += count
    if isEmpty {
      text.removeAll(keepingCapacity: true)
      taken = 0
    }
    return count
  }
}
