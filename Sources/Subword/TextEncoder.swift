import WordtoolCore

/// What an encoding makes tokens of texts by. It holds no encoder, and encoders hold it.
struct EncodingRules: Sendable {
  /// Where texts are cut.
  let parts: TextParts
  /// The number of the token of each single byte.
  let byteIDs: [Int32]
  /// What is joined.
  let merges: MergeTable
  /// Pieces that are tokens as a whole, where those are taken before any merge.
  let wholePieces: [[UInt8]: Int32]
}

/// Writes the tokens of texts behind one another. Belongs to one thread at a time.
@safe final class TextEncoder: @unchecked Sendable {
  // Sendable: handed to one caller at a time.

  /// What has been written.
  let output = GrowingBytes()
  private let rules: EncodingRules
  private let spelled: SpelledTokens
  private let encoder: PieceEncoder
  private let known = PieceTexts()
  private let kinds = CharacterKinds()

  init(_ rules: EncodingRules, spelled: SpelledTokens) {
    self.rules = rules
    self.spelled = spelled
    encoder = PieceEncoder(byteIDs: rules.byteIDs, merges: rules.merges)
  }

  /// Writes the tokens of a text.
  ///
  /// - Parameter slack: how many bytes behind the text may be read.
  func write(_ text: UnsafeBufferPointer<UInt8>, slack: Int = 0) {
    output.append(spelled.opening)
    let start = output.count
    unsafe rules.parts.forEachPart(text, slack: slack, special: { write($0) }) { part, slack in
      unsafe writePieces(of: part, slack: slack)
    }
    end(start)
  }

  /// Writes the tokens of a text, with merges left out at random.
  func write(_ text: UnsafeBufferPointer<UInt8>, dropout: Double, seed: UInt64) {
    var random = DropoutSource(state: seed)
    output.append(spelled.opening)
    let start = output.count
    unsafe rules.parts.forEachPart(text, special: { write($0) }) { part, slack in
      unsafe rules.parts.forEachPiece(of: part, slack: slack, kinds: kinds) { piece, count, _ in
        unsafe encoder.encode(
          UnsafeBufferPointer(start: piece, count: count),
          isDropped: { random.nextUnit() < dropout }
        ) { ids in
          for index in ids.indices { unsafe write(ids[index]) }
        }
      }
    }
    end(start)
  }

  /// Takes the sign behind the last token back and ends the text.
  private func end(_ start: Int) {
    if output.count > start { output.removeLast(spelled.separatorCount) }
    output.append(spelled.closing)
  }

  private func write(_ id: Int32) { unsafe spelled.withBytes(of: id) { unsafe output.append($0) } }

  private func writePieces(of part: UnsafeBufferPointer<UInt8>, slack: Int) {
    let (known, output) = (known, output)
    unsafe rules.parts.forEachPiece(of: part, slack: slack, kinds: kinds) { piece, count, slack in
      let key = unsafe PieceKey(piece, count: count, slack: slack)
      if unsafe !known.append(key, of: piece, count: count, to: output) {
        unsafe learn(key, UnsafeBufferPointer(start: piece, count: count))
      }
    }
  }

  @inline(never)
  private func learn(_ key: PieceKey, _ piece: UnsafeBufferPointer<UInt8>) {
    let start = output.count
    if !rules.wholePieces.isEmpty, let id = unsafe rules.wholePieces[Array(piece)] {
      write(id)
    } else {
      unsafe encoder.encode(piece) { ids in
        for index in ids.indices { unsafe write(ids[index]) }
      }
    }
    unsafe known.store(key, piece, UnsafeRawBufferPointer(rebasing: output.bytes[start...]))
  }
}

/// Encoders with what they remember, one for each thread that works at a time.
final class TextEncoders: Sendable {
  private let idle = Locked<[TextEncoder]>([])

  /// Hands out an encoder of numbers that nobody else has.
  func take(_ rules: EncodingRules, tokenCount: Int) -> TextEncoder {
    idle.withLock { $0.popLast() }
      ?? TextEncoder(rules, spelled: SpelledTokens(numbersBelow: tokenCount))
  }

  /// Takes an encoder back.
  func giveBack(_ encoder: TextEncoder) { idle.withLock { $0.append(encoder) } }
}
