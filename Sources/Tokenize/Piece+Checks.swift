import Libc
import WordtoolCore

extension Piece {
  /// Throws if the text, which is this piece, has a NUL byte.
  func refuseBinary(_ text: UnsafeBufferPointer<UInt8>) throws {
    guard let base = text.baseAddress, let nul = unsafe memchr(base, 0, text.count) else {
      return
    }
    let offset = unsafe UnsafeRawPointer(nul) - UnsafeRawPointer(base)
    throw WordtoolError(
      .badData, path: path,
      at: .byte(byteOffset + range.lowerBound + offset),
      found: "a NUL byte: a binary file or UTF-16", expected: "UTF-8 text",
      remedy: "leave the file out, or read UTF-16 with `encoding` utf-16")
  }

  /// The error for a byte of the text, which is this piece, that is not UTF-8.
  func invalidText(_ text: UnsafeBufferPointer<UInt8>, _ offset: Int) -> WordtoolError {
    let digits = Array("0123456789ABCDEF")
    let byte = unsafe Int(text[offset])
    return WordtoolError(
      .badData, path: path,
      at: .byte(byteOffset + range.lowerBound + offset),
      found: "byte \(digits[byte >> 4])\(digits[byte & 15]) is not valid UTF-8 here",
      expected: "UTF-8 text",
      remedy: "leave out `isStrict` to replace such bytes, or convert the text with iconv")
  }
}
