import Embedding
import Testing
import TestSupport
import Tokenize
import WordtoolCore

import Word2Vec

/// Nothing in a checkpoint is believed.
@Suite struct EmbeddingCheckpointTests {
  static func options() -> WordVectorOptions {
    var options = WordVectorOptions()
    options.dimension = 20
    options.epochs = 3
    return options
  }

  /// A text of several chunks.
  static func corpus(_ folder: ScratchFolder) throws -> TokenizedCorpus {
    let (ids, _) = WordVectorTrainerTests.camps(lines: 1_500)
    let words = ids.map { $0 < 0 ? "\n" : "w\($0) " }.joined()
    let path = try folder.write(Array(words.utf8), to: "text")
    return try CorpusReader(rule: .whitespace).read([path])
  }

  /// Replaces text in the header of a safetensors file, and writes its new length.
  static func changed(_ bytes: [UInt8], _ old: String, _ new: String) throws -> [UInt8] {
    let length = bytes.prefix(8).reversed().reduce(0) { $0 << 8 | Int($1) }
    let header = String(decoding: bytes[8..<8 + length], as: UTF8.self)
    let at = try #require(header.firstRange(of: old), "no \(old) in \(header)")
    let text = Array((header[..<at.lowerBound] + new + header[at.upperBound...]).utf8)
    return (0..<8).map { UInt8(truncatingIfNeeded: text.count >> (8 * $0)) } + text
      + bytes[(8 + length)...]
  }

  /// What stands in the JSON that stands in the JSON header, and what takes its place.
  static let changes: [(old: String, new: String)] = [
    (#"\"chunk\":0"#, #"\"chunk\":-1"#), (#"\"chunk\":0"#, #"\"chunk\":1000000"#),
    (#"\"chunk\":0"#, #"\"chunk\":9223372036854775807"#), (#"\"chunk\":0"#, #"\"chunk\":0.5"#),
    (#"\"chunk\":0"#, #"\"chunk\":99999999999999999999"#),
    (#"\"epoch\":1"#, #"\"epoch\":-1"#), (#"\"epoch\":1"#, #"\"epoch\":0"#),
    (#"\"epoch\":1"#, #"\"epoch\":2"#), (#"\"epoch\":1"#, #"\"epoch\":3"#),
    (#"\"epoch\":1"#, #"\"epoch\":4"#), (#"\"epoch\":1"#, #"\"epoch\":9223372036854775807"#),
    (#"\"epochLosses\":["#, #"\"epochLosses\":[1,"#), (#"\"pairs\":0"#, #"\"pairs\":-5"#),
    (#"\"sum\":0"#, #"\"sum\":1e999"#), (#"\"version\":2"#, #"\"version\":0"#),
    (#"\"version\":2"#, #"\"version\":3"#), (#"\"version\":2"#, #"\"version\":-9"#),
    (#"\"textLength\":"#, #"\"textLength\":1"#), (#"\"dimension\":20"#, #"\"dimension\":21"#),
    (#"\"epochs\":3"#, #"\"epochs\":9"#), (#"\"vocabulary\":\""#, #"\"vocabulary\":\"0"#),
    (#"wordtool_skipgram_state"#, #"wordtool_something"#), (#"\"position\""#, #"\"place\""#),
    (#""vectors""#, #""vektors""#), (#"[40,32]"#, #"[32,40]"#), (#"[44,32]"#, #"[22,64]"#),
  ]

  @Test("a checkpoint written while a pause lasts goes on to the same bits")
  func writtenInPauses() throws {
    let folder = ScratchFolder()
    let corpus = try Self.corpus(folder)
    let plain = try WordVectorTrainer(options: Self.options(), counts: corpus.vocabulary.counts)
    try plain.train(on: corpus.ids, threads: 2)
    let trainer = try WordVectorTrainer(options: Self.options(), counts: corpus.vocabulary.counts)
    var positions: [EmbeddingPosition] = []
    try trainer.train(
      on: corpus.ids, threads: 2,
      pausing: .init(every: .zero) {
        try trainer.writeCheckpoint(to: folder("\(positions.count)"), corpus: corpus)
        positions.append(trainer.position)
      })
    #expect(positions.count > 2 && Set(positions).count == positions.count)
    for number in positions.indices {
      let resumed = try WordVectorTrainer(options: Self.options(), counts: corpus.vocabulary.counts)
      try resumed.resume(fromCheckpoint: folder("\(number)"), corpus: corpus)
      #expect(resumed.position == positions[number])
      try resumed.train(on: corpus.ids, threads: 1)
      #expect(
        WordVectorTrainerTests.bits(resumed.vectors) == WordVectorTrainerTests.bits(plain.vectors))
    }
  }

  @Test("numbers of a checkpoint that cannot be are told, and change nothing", arguments: changes)
  func hostile(old: String, new: String) throws {
    let folder = ScratchFolder()
    let (corpus, bytes) = try Self.checkpoint(folder)
    let path = try folder.write(Self.changed(bytes, old, new), to: "hostile")
    let trainer = try WordVectorTrainer(options: Self.options(), counts: corpus.vocabulary.counts)
    let before = WordVectorTrainerTests.bits(trainer.vectors)
    let error = #expect(throws: WordtoolError.self) {
      try trainer.resume(fromCheckpoint: path, corpus: corpus)
    }
    #expect(error?.kind == .badData)
    #expect(error?.path == path && error?.remedy != nil)
    #expect(trainer.position == .init() && trainer.epochLosses.isEmpty)
    #expect(WordVectorTrainerTests.bits(trainer.vectors) == before)
  }

  @Test("values that are not finite, and padding that is not zero, are told")
  func badValues() throws {
    let folder = ScratchFolder()
    let (corpus, bytes) = try Self.checkpoint(folder)
    let start = bytes.count - (40 + 44) * 32 * 4
    // A NaN in a vector, an infinity in a context vector, a 1 behind the 20 values of a row.
    for (float, bits) in [(5, 0x7FC0_0000), (40 * 32 + 7, 0x7F80_0000), (3 * 32 + 25, 0x3F80_0000)]
    {
      var damaged = bytes
      for byte in 0..<4 { damaged[start + 4 * float + byte] = UInt8(bits >> (8 * byte) & 0xFF) }
      let path = try folder.write(damaged, to: "damaged")
      let trainer = try WordVectorTrainer(options: Self.options(), counts: corpus.vocabulary.counts)
      let error = #expect(throws: WordtoolError.self) {
        try trainer.resume(fromCheckpoint: path, corpus: corpus)
      }
      #expect(error?.kind == .badData)
    }
  }

  @Test("a file of the first version, which does not say so, is gone on with")
  func firstVersion() throws {
    let folder = ScratchFolder()
    let (corpus, bytes) = try Self.checkpoint(folder)
    let path = try folder.write(Self.changed(bytes, #",\"version\":2"#, ""), to: "old")
    let resumed = try WordVectorTrainer(options: Self.options(), counts: corpus.vocabulary.counts)
    try resumed.resume(fromCheckpoint: path, corpus: corpus)
    try resumed.train(on: corpus.ids, threads: 2)
    let unbroken = try WordVectorTrainer(options: Self.options(), counts: corpus.vocabulary.counts)
    try unbroken.train(on: corpus.ids, threads: 1)
    #expect(
      WordVectorTrainerTests.bits(resumed.vectors) == WordVectorTrainerTests.bits(unbroken.vectors))
    #expect(resumed.epochLosses == unbroken.epochLosses)
  }

  @Test("a training that stands beyond the end of another text is refused")
  func otherText() throws {
    let folder = ScratchFolder()
    let corpus = try Self.corpus(folder)
    let trainer = try WordVectorTrainer(options: Self.options(), counts: corpus.vocabulary.counts)
    let stop = StopFlag()
    _ = #expect(throws: WordtoolError.self) {
      try trainer.train(on: corpus.ids, threads: 1, stop: stop) { moment in
        if moment.examples > 4 * WordVectorTrainer.wordsPerChunk - 1 { stop.raise() }
      }
    }
    #expect(trainer.position.chunk > 1)
    let short = Array(corpus.ids.array.prefix(100))
    let error = #expect(throws: WordtoolError.self) {
      try trainer.train(on: short.span, threads: 1)
    }
    #expect(error?.kind == .usage)
  }

  /// A checkpoint after the first epoch, and what it was trained on.
  static func checkpoint(_ folder: ScratchFolder) throws -> (TokenizedCorpus, [UInt8]) {
    let corpus = try corpus(folder)
    let trainer = try WordVectorTrainer(options: options(), counts: corpus.vocabulary.counts)
    let stop = StopFlag()
    let error = #expect(throws: WordtoolError.self) {
      try trainer.train(on: corpus.ids, threads: 1, stop: stop) { moment in
        if moment.epoch == 2 { stop.raise() }
      }
    }
    #expect(error?.kind == .interrupted)
    #expect(trainer.position == .init(epoch: 1, chunk: 0))
    try trainer.writeCheckpoint(to: folder("checkpoint"), corpus: corpus)
    return (corpus, try folder.bytes(of: "checkpoint"))
  }
}
