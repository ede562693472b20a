/// Finds URLs, e-mail addresses and mentions in ASCII runs of a text.
///
/// A URL is `http://`, `https://`, `ftp://` or `www.` behind something that is no letter or digit,
/// and the printable ASCII up to white space, quotes or brackets `<>{}|\^`, without the
/// punctuation it ends with. An address is letters, digits and `._%+-`, an `@`, and labels joined by
/// dots of which the last is of letters, at least two. A mention is an `@`, behind no letter or
/// digit, with letters, digits and `_` behind it. None of them spans a place where a stream of
/// text is cut.
struct EntityFinder {
  let urls: TokenProcessing.EntityPolicy
  let emailAddresses: TokenProcessing.EntityPolicy
  let mentions: TokenProcessing.EntityPolicy

  struct Found {
    var range: Range<Int>
    var policy: TokenProcessing.EntityPolicy
  }

  init?(_ processing: TokenProcessing?) {
    guard let processing, processing.hasEntities else { return nil }
    urls = processing.urls
    emailAddresses = processing.emailAddresses
    mentions = processing.mentions
  }

  /// The first one that starts at or behind `start`.
  func next(in text: UnsafeBufferPointer<UInt8>, from start: Int) -> Found? {
    var at = start
    // SAFETY: all offsets stay below the count.
    while at < text.count {
      let byte = unsafe text[at]
      let found: Found?
      switch byte {
      case UInt8(ascii: ":"): found = unsafe schemeURL(text, at, from: start)
      case UInt8(ascii: "w"), UInt8(ascii: "W"): found = unsafe bareURL(text, at)
      case UInt8(ascii: "@"): found = unsafe addressOrMention(text, at, from: start)
      default: found = nil
      }
      if let found { return found }
      at += 1
    }
    return nil
  }

  private static func isAlphanumeric(_ byte: UInt8) -> Bool {
    (byte | 0x20) &- UInt8(ascii: "a") < 26 || byte &- UInt8(ascii: "0") < 10
  }

  /// Whether a word could go on from before `at` into it.
  private func follows(_ text: UnsafeBufferPointer<UInt8>, _ at: Int) -> Bool {
    guard at > 0 else { return false }
    let byte = unsafe text[at - 1]
    return Self.isAlphanumeric(byte) || byte == UInt8(ascii: "_") || byte >= 0x80
  }

  private func schemeURL(
    _ text: UnsafeBufferPointer<UInt8>, _ colon: Int, from start: Int
  ) -> Found? {
    guard urls != .split, colon + 3 < text.count,
      unsafe text[colon + 1] == UInt8(ascii: "/"), unsafe text[colon + 2] == UInt8(ascii: "/")
    else { return nil }
    for scheme in ["https", "http", "ftp"] {
      let letters = scheme.utf8
      let first = colon - letters.count
      guard first >= start, unsafe !follows(text, first) else { continue }
      guard zip(letters, first..<colon).allSatisfy({ unsafe text[$1] | 0x20 == $0 }) else {
        continue
      }
      return unsafe url(text, first, body: colon + 3)
    }
    return nil
  }

  private func bareURL(_ text: UnsafeBufferPointer<UInt8>, _ at: Int) -> Found? {
    guard urls != .split, at + 4 < text.count, unsafe text[at + 3] == UInt8(ascii: "."),
      unsafe text[at + 1] | 0x20 == UInt8(ascii: "w"),
      unsafe text[at + 2] | 0x20 == UInt8(ascii: "w"), unsafe !follows(text, at)
    else { return nil }
    return unsafe url(text, at, body: at + 4)
  }

  private func url(_ text: UnsafeBufferPointer<UInt8>, _ first: Int, body: Int) -> Found? {
    var end = body
    var open = 0
    while end < text.count {
      let byte = unsafe text[end]
      guard byte > 32 && byte < 0x7F && !"\"<>{}|\\^`".utf8.contains(byte) else { break }
      if byte == UInt8(ascii: "(") { open += 1 }
      if byte == UInt8(ascii: ")") { open -= 1 }
      end += 1
    }
    while end > body {
      let last = unsafe text[end - 1]
      if last == UInt8(ascii: ")") {
        // A bracket that the URL opened belongs to it.
        if open >= 0 { break }
        open += 1
      } else if !".,;:!?'*_~]".utf8.contains(last) {
        break
      }
      end -= 1
    }
    guard end > body, Self.isAlphanumeric(unsafe text[body]) else { return nil }
    return Found(range: first..<end, policy: urls)
  }

  private func addressOrMention(
    _ text: UnsafeBufferPointer<UInt8>, _ at: Int, from start: Int
  ) -> Found? {
    if emailAddresses != .split, let range = unsafe address(text, at, from: start) {
      return Found(range: range, policy: emailAddresses)
    }
    guard mentions != .split, unsafe !follows(text, at) else { return nil }
    var end = at + 1
    while end < text.count,
      unsafe Self.isAlphanumeric(text[end]) || text[end] == UInt8(ascii: "_")
    { end += 1 }
    return end > at + 1 ? Found(range: at..<end, policy: mentions) : nil
  }

  private func address(
    _ text: UnsafeBufferPointer<UInt8>, _ at: Int, from start: Int
  ) -> Range<Int>? {
    var first = at
    while first > start,
      unsafe Self.isAlphanumeric(text[first - 1]) || "._%+-".utf8.contains(text[first - 1])
    { first -= 1 }
    while first < at, unsafe !Self.isAlphanumeric(text[first]) { first += 1 }
    guard first < at, unsafe !follows(text, first) else { return nil }
    // Labels; `end` stands behind the last whole domain that ends with letters.
    var end: Int?
    var label = at + 1
    while true {
      var stop = label
      var isLetters = true
      while stop < text.count,
        unsafe Self.isAlphanumeric(text[stop]) || text[stop] == UInt8(ascii: "-")
      {
        isLetters = unsafe isLetters && (text[stop] | 0x20) &- UInt8(ascii: "a") < 26
        stop += 1
      }
      if stop == label { break }
      if label > at + 1 && isLetters && stop - label >= 2 { end = stop }
      guard stop < text.count, unsafe text[stop] == UInt8(ascii: ".") else { break }
      label = stop + 1
    }
    return end.map { first..<$0 }
  }
}
