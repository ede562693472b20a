import Tokenize
import WordtoolCore

/// Cuts texts into terms as a ``TextAnalysis`` says. Belongs to one thread.
final class TermAnalyzer {
  private let analysis: TextAnalysis
  private let tokenizer: WordTokenizer?
  private let accents: TextTransform?
  private let stopWords: ByteStringTable?
  private var lowered: [UInt8] = []
  /// Words with one space between them, so that each n-gram is a slice.
  private var joined: [UInt8] = []
  private var starts: [Int] = []
  private var ends: [Int] = []

  /// - Throws: what ``WordTokenizer/init(rule:)`` throws.
  init(_ analysis: TextAnalysis) throws {
    self.analysis = analysis
    if case .tokens(let rule) = analysis.unit {
      tokenizer = try WordTokenizer(rule: rule)
    } else {
      tokenizer = nil
    }
    accents =
      analysis.stripsAccents && tokenizer == nil ? try TextTransform.strippingAccents() : nil
    stopWords = analysis.stopWords.isEmpty ? nil : ByteStringTable(analysis.stopWords)
  }

  /// Calls `body` with the bytes of each term, valid during the call only.
  ///
  /// - Parameter text: well-formed UTF-8.
  @inline(__always)
  func forEachTerm(
    _ text: UnsafeBufferPointer<UInt8>, _ body: (UnsafeBufferPointer<UInt8>) -> Void
  ) {
    unsafe prepare(text) { source in
      switch analysis.unit {
      case .words, .tokens: unsafe forEachGram(source, body)
      case .characters: unsafe forEachCharacterGram(source, body)
      case .charactersWithinWords: unsafe forEachGramWithinWords(source, body)
      }
    }
  }

  /// Calls `body` with each word that is no stop word, valid during the call only.
  ///
  /// - Parameter text: well-formed UTF-8.
  @inline(__always)
  func forEachKeptWord(
    _ text: UnsafeBufferPointer<UInt8>, _ body: (UnsafeBufferPointer<UInt8>) -> Void
  ) {
    unsafe prepare(text) { unsafe forEachKept($0, body) }
  }

  @inline(__always)
  private func forEachKept(
    _ text: UnsafeBufferPointer<UInt8>, _ body: (UnsafeBufferPointer<UInt8>) -> Void
  ) {
    guard let stopWords else { return unsafe forEachWord(text, body) }
    unsafe forEachWord(text) { word in
      if unsafe stopWords.find(word) == nil { unsafe body(word) }
    }
  }

  /// Lends the text in lower case and without accents, if they are to go; a tokenizer does that itself.
  @inline(__always)
  private func prepare(
    _ text: UnsafeBufferPointer<UInt8>, _ body: (UnsafeBufferPointer<UInt8>) -> Void
  ) {
    if tokenizer != nil { return unsafe body(text) }
    lowered.removeAll(keepingCapacity: true)
    if analysis.lowercase {
      unsafe Characters.appendLowercaseFast(text, to: &lowered)
    } else {
      unsafe lowered.append(contentsOf: text)
    }
    if let accents, lowered.contains(where: { $0 >= 0x80 }) {
      lowered = unsafe lowered.withUnsafeBufferPointer { unsafe Array(accents.apply($0)) }
    }
    // The buffer is lent while the body runs; nothing below changes it.
    let source = lowered
    unsafe source.withUnsafeBufferPointer { unsafe body($0) }
  }

  /// The tokens of the rule, or runs of at least two word characters.
  @inline(__always)
  private func forEachWord(
    _ text: UnsafeBufferPointer<UInt8>, _ body: (UnsafeBufferPointer<UInt8>) -> Void
  ) {
    if let tokenizer {
      unsafe tokenizer.forEachToken(inUTF8: text) { unsafe body($0) }
      return
    }
    unsafe Characters.asciiWord.withUnsafeBufferPointer { isWord in
      var at = 0
      let count = text.count
      while at < count {
        let start = at
        var length = 0
        while at < count {
          let byte = unsafe text[at]
          if byte < 0x80 {
            guard unsafe isWord[Int(byte)] else { break }
            at += 1
          } else {
            let (scalar, size) = unsafe Characters.decode(text, at)
            guard Characters.isWord(scalar) else { break }
            at += size
          }
          length += 1
        }
        if length >= 2 { unsafe body(UnsafeBufferPointer(rebasing: text[start..<at])) }
        if at < count { unsafe at += text[at] < 0x80 ? 1 : Characters.decode(text, at).length }
      }
    }
  }

  /// Words as terms, or some of them at a time.
  @inline(__always)
  private func forEachGram(
    _ text: UnsafeBufferPointer<UInt8>, _ body: (UnsafeBufferPointer<UInt8>) -> Void
  ) {
    if analysis.ngrams == 1...1 {
      return unsafe forEachKept(text, body)
    }
    joined.removeAll(keepingCapacity: true)
    starts.removeAll(keepingCapacity: true)
    ends.removeAll(keepingCapacity: true)
    unsafe forEachKept(text) { word in
      if !joined.isEmpty { joined.append(0x20) }
      starts.append(joined.count)
      unsafe joined.append(contentsOf: word)
      ends.append(joined.count)
    }
    unsafe joined.withUnsafeBufferPointer { joined in
      for size in analysis.ngrams where size <= starts.count {
        for first in 0...starts.count - size {
          let range = starts[first]..<ends[first + size - 1]
          unsafe body(UnsafeBufferPointer(rebasing: joined[range]))
        }
      }
    }
  }

  private func forEachCharacterGram(
    _ text: UnsafeBufferPointer<UInt8>, _ body: (UnsafeBufferPointer<UInt8>) -> Void
  ) {
    // Runs of two or more spaces become one space; a single one stays what it is.
    joined.removeAll(keepingCapacity: true)
    starts.removeAll(keepingCapacity: true)
    var at = 0
    while at < text.count {
      let (scalar, length) = unsafe Characters.decode(text, at)
      starts.append(joined.count)
      var end = at + length
      if Characters.isSpace(scalar) {
        while end < text.count, case let next = unsafe Characters.decode(text, end),
          Characters.isSpace(next.scalar)
        {
          end += next.length
        }
      }
      if end > at + length {
        joined.append(0x20)
      } else {
        unsafe joined.append(contentsOf: text[at..<end])
      }
      at = end
    }
    starts.append(joined.count)
    unsafe joined.withUnsafeBufferPointer { joined in
      for size in analysis.ngrams where size < starts.count {
        for first in 0..<starts.count - size {
          unsafe body(UnsafeBufferPointer(rebasing: joined[starts[first]..<starts[first + size]]))
        }
      }
    }
  }

  private func forEachGramWithinWords(
    _ text: UnsafeBufferPointer<UInt8>, _ body: (UnsafeBufferPointer<UInt8>) -> Void
  ) {
    var at = 0
    while at < text.count {
      let (first, length) = unsafe Characters.decode(text, at)
      if Characters.isSpace(first) {
        at += length
        continue
      }
      joined.removeAll(keepingCapacity: true)
      starts.removeAll(keepingCapacity: true)
      starts.append(0)
      joined.append(0x20)
      while at < text.count {
        let (scalar, length) = unsafe Characters.decode(text, at)
        if Characters.isSpace(scalar) { break }
        starts.append(joined.count)
        unsafe joined.append(contentsOf: text[at..<at + length])
        at += length
      }
      starts.append(joined.count)
      joined.append(0x20)
      starts.append(joined.count)
      let count = starts.count - 1
      unsafe joined.withUnsafeBufferPointer { joined in
        for size in analysis.ngrams {
          // A word shorter than the n-gram counts once, as it is.
          if size >= count {
            unsafe body(joined)
            break
          }
          for first in 0...count - size {
            unsafe body(UnsafeBufferPointer(rebasing: joined[starts[first]..<starts[first + size]]))
          }
        }
      }
    }
  }
}

extension Characters {
  /// ``appendLowercase(_:to:)``, at the speed of a copy while the text is ASCII.
  static func appendLowercaseFast(_ text: UnsafeBufferPointer<UInt8>, to result: inout [UInt8]) {
    var all: UInt8 = 0
    for index in text.indices { unsafe all |= text[index] }
    if all >= 0x80 {
      unsafe appendLowercase(text, to: &result)
      return
    }
    let start = result.count
    unsafe result.append(contentsOf: text)
    unsafe result.withUnsafeMutableBufferPointer { result in
      for index in start..<result.count {
        let byte = unsafe result[index]
        unsafe result[index] = byte &- UInt8(ascii: "A") < 26 ? byte | 0x20 : byte
      }
    }
  }
}
