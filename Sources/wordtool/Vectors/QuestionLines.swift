import WordtoolCore

/// Questions that come one a line on standard input, in batches of what is there.
///
/// A file comes in large batches, which are answered together by one pass over the vectors. A
/// program or a person at the other end that waits for each answer gets it: what has been read so
/// far is answered before more is waited for.
enum QuestionLines {
  /// Lines that are answered at once.
  private static let batchSize = 1 << 13
  /// Bytes of a question; near spellings of longer ones take long.
  private static let longestQuestion = 1 << 16

  /// The next lines; nil at the end of the input.
  private static func next(_ lines: LineReader) throws -> [String]? {
    var batch: [String] = []
    while batch.isEmpty || (batch.count < batchSize && lines.hasLine) {
      guard let line = try lines.nextLine() else { break }
      batch.append(line)
    }
    return batch.isEmpty ? nil : batch
  }

  /// Reads all lines and calls `answer` with each batch, then `show` with each line's answer;
  /// results are flushed after each batch.
  ///
  /// - Parameters:
  ///   - prompt: printed before each line, for the layouts that print one.
  ///   - end: a line that ends the run, in those layouts.
  ///   - longest: the bytes a line may have, where they are whole texts.
  static func forEach<Answer>(
    prompt: String = "", until end: String? = nil, longest: Int = longestQuestion,
    _ answer: ([String]) throws -> [Answer],
    show: (Answer, _ line: String, _ number: Int) throws -> Void
  ) throws {
    let out = StandardOutput.shared
    var number = 0
    try out.write(prompt)
    try out.flush()
    // Opening waits for the first bytes.
    let lines = try LineReader(path: "-", invalid: .replaced, maximumLength: longest)
    while var batch = try next(lines) {
      let stop = end.flatMap { batch.firstIndex(of: $0) }
      if let stop { batch.removeSubrange(stop...) }
      // Before, as bytes that nobody checked can end the process; after, as they may have changed
      // meanwhile.
      try MappedFile.requireUnchanged()
      let answers = try answer(batch)
      try MappedFile.requireUnchanged()
      for (line, result) in zip(batch, answers) {
        number += 1
        try show(result, line, number)
        try out.write(prompt)
      }
      try out.flush()
      if stop != nil { return }
    }
  }
}
