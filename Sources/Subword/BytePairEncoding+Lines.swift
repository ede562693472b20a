package import WordtoolCore

extension BytePairEncoding {
  /// Writes the tokens of each line of some texts as a line, made on several threads. Texts of any size
  /// pass through in memory that a block of lines, or the longest one, decides.
  ///
  /// - Parameters:
  ///   - texts: opened one after another.
  ///   - spelling: what tokens are written as.
  ///   - dropout: the probability that a merge is passed over, 0 ... 1; see
  ///     ``encode(_:dropout:seed:)-(String,_,_)``.
  ///   - seed: decides the choices of the first line, and one more those of each line behind it.
  ///   - threads: how many threads, at least 1; the bytes do not depend on it.
  ///   - blockSize: about how many bytes a thread takes at a time.
  ///   - stop: ends the work early, with an error of kind `interrupted`.
  ///   - output: gets the lines in parts, in order, each valid during the call only.
  /// - Throws: ``WordtoolError``: `usage` for a dropout that is no probability, `badData` for a line that
  ///   is too long, what opening and reading throw, when the lines of the blocks before have been written;
  ///   what `output` throws.
  package func writeTokens(
    ofLines texts: [() throws -> TextSource], as spelling: TokenSpelling, dropout: Double = 0,
    seed: UInt64 = 1, threads: Int = Workers.defaultCount,
    blockSize: Int = LineBlocks.usualSize, stop: StopFlag = StopFlag(),
    to output: @escaping @Sendable (UnsafeRawBufferPointer) throws -> Void
  ) throws {
    try OptionCheck.require("dropout", dropout, .probability)
    let spelled = SpelledTokens(tokens, as: spelling)
    let rules = rules
    try unsafe OrderedLines.write(
      LineBlocks(texts, blockSize: blockSize), threads: threads, stop: stop,
      makeWorker: { TextEncoder(rules, spelled: spelled) },
      work: { block, encoder in
        encoder.output.removeAll()
        var line = UInt64(block.linesBefore)
        unsafe block.forEachLine { text, _ in
          if dropout > 0 {
            unsafe encoder.write(text, dropout: dropout, seed: seed &+ line)
          } else {
            unsafe encoder.write(text, slack: LineBlock.slack)
          }
          line += 1
        }
        return unsafe encoder.output.bytes
      }, to: output)
  }

  /// Writes the bytes that each line of token numbers stands for as a line, made on several threads. Between
  /// numbers are blanks, tabs, commas and brackets. Texts of any size pass through in little memory.
  ///
  /// - Parameters:
  ///   - texts: opened one after another.
  ///   - skipsSpecialTokens: leaves out tokens that mark something.
  ///   - threads: how many threads, at least 1; the bytes do not depend on it.
  ///   - blockSize: about how many bytes a thread takes at a time.
  ///   - stop: ends the work early, with an error of kind `interrupted`.
  ///   - output: gets the lines in parts, in order, each valid during the call only.
  /// - Throws: ``WordtoolError`` of kind `badData` with the line for what is no number of a token, and as
  ///   ``writeTokens(ofLines:as:dropout:seed:threads:blockSize:stop:to:)``.
  package func writeText(
    ofLines texts: [() throws -> TextSource], skipsSpecialTokens: Bool = false,
    threads: Int = Workers.defaultCount, blockSize: Int = LineBlocks.usualSize,
    stop: StopFlag = StopFlag(),
    to output: @escaping @Sendable (UnsafeRawBufferPointer) throws -> Void
  ) throws {
    let tokens = TokenBytes(tokens, skipped: skippedTokens(skipsSpecialTokens))
    try unsafe OrderedLines.write(
      LineBlocks(texts, blockSize: blockSize), threads: threads, stop: stop,
      makeWorker: { LineDecoder(tokens) },
      work: { block, decoder in
        decoder.output.removeAll()
        let path = block.path
        try unsafe block.forEachLine { line, number in
          try unsafe decoder.write(line, path: path, number: number)
        }
        return unsafe decoder.output.bytes
      }, to: output)
  }
}
