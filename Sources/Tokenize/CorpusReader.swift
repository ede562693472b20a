import Libc
package import MessagePassing
public import WordtoolCore

/// Reads text once and makes it a vocabulary and the numbers of its words.
///
/// ```swift
/// let corpus = try CorpusReader().read(["text.txt.gz", "folder"])
/// corpus.vocabulary.word(at: 0)  // the most frequent word
/// ```
///
/// All threads take part. The result depends on the text, the rule and the limits alone: not on
/// the number of threads, nor on how the text is cut into pieces or files are compressed.
/// Memory: 4 bytes a token up to `memoryLimit`, the distinct words of each thread up to `wordLimit`, and
/// a few megabytes a thread.
public struct CorpusReader: Sendable {
  /// How text becomes tokens.
  public var rule: TokenizerRule
  /// Which words make up the vocabulary. Not looked at when a vocabulary is given.
  public var limits: VocabularyLimits
  /// Whether text that is invalid in its encoding is an error; otherwise U+FFFD takes its place and
  /// is counted.
  public var isStrict: Bool
  /// The encoding of the text.
  public var encoding: TextEncoding
  /// How many threads read, at least 1.
  public var threads: Int
  /// How many bytes of numbers are kept in memory; above, they go to a temporary file.
  public var memoryLimit: Int
  /// How many bytes words may take; nil for no limit. While they are counted, tables above it are put
  /// aside to a temporary file and merged in the end; words that are kept and take more are an error.
  /// The result does not depend on it.
  public var wordLimit: Int?
  /// The folder of that file.
  public var temporaryFolder: String

  /// Bytes that a thread's table uses when it is put aside; by ``wordLimit`` if nil.
  package var tableLimit: Int?
  /// About how many bytes a thread takes at a time.
  package var pieceSize = PieceReader.usualSize
  /// The longest stretch without a place to cut that is still taken for text.
  package var pieceLimit = PieceReader.usualLimit
  /// Whether lines without words have a line end among the numbers as well, so that the lines of
  /// the text can be written again.
  package var keepsEmptyLines = false
  /// The ranks that read together, each a part of the text, and all of which get the vocabulary of all of it;
  /// nil for this process alone. Each keeps the numbers of what it has read (`TokenIDs.held`).
  package var communicator: (any Communicator)?

  /// Sets up a reader.
  ///
  /// - Parameters:
  ///   - rule: how text becomes words.
  ///   - limits: which words are kept.
  ///   - isStrict: whether invalid bytes end the reading.
  ///   - threads: how many threads to use, at least 1.
  ///   - memoryLimit: in bytes; half of the memory there is for this process if not given.
  ///   - temporaryFolder: `$TMPDIR`, else /var/tmp, if not given.
  ///   - encoding: that of the texts.
  ///   - wordLimit: in bytes; no limit if not given.
  public init(
    rule: TokenizerRule = .words, limits: VocabularyLimits = VocabularyLimits(),
    isStrict: Bool = false, threads: Int = Workers.defaultCount, memoryLimit: Int? = nil,
    temporaryFolder: String? = nil, encoding: TextEncoding = .utf8, wordLimit: Int? = nil
  ) {
    self.wordLimit = wordLimit
    self.rule = rule
    self.limits = limits
    self.isStrict = isStrict
    self.encoding = encoding
    self.threads = threads
    self.memoryLimit = memoryLimit ?? max(MemorySizes.available / 2, 1 << 28)
    // SAFETY: the text of the environment variable is copied at once.
    let variable = unsafe getenv("TMPDIR").map { unsafe String(cString: $0) } ?? ""
    self.temporaryFolder = temporaryFolder ?? (variable.isEmpty ? "/var/tmp" : variable)
  }

  /// Reads files, folders (see `InputFiles.texts`) and standard input (`-`).
  ///
  /// - Parameters:
  ///   - paths: what to read, in this order.
  ///   - vocabulary: if given, its words are kept and all others dropped.
  ///   - stop: ends the work early, with an error of kind `interrupted`.
  ///   - progress: called now and then, by one thread at a time.
  /// - Throws: `WordtoolError`: `noSuchInput` for missing inputs; `badData` for text without
  ///   words or without frequent ones, binary files, damaged gzip and, if strict, invalid UTF-8
  ///   with its byte offset in the unpacked file; `usage` for limits and threads out of range, no paths,
  ///   and an unknown locale; `unavailable` for words that take more than ``wordLimit``; `inputOutput`
  ///   and `cannotCreate` when a temporary file fails.
  public func read(
    _ paths: [String], vocabulary: Vocabulary? = nil, stop: StopFlag = StopFlag(),
    progress: (@Sendable (CorpusProgress) -> Void)? = nil
  ) throws -> TokenizedCorpus {
    let (run, results, statistics) = try scan(
      paths, vocabulary: vocabulary, keepsNumbers: true, stop: stop, progress: progress)
    return try run.finish(results, statistics: statistics)
  }
}

/// How far the reading of a corpus is.
public struct CorpusProgress: Hashable, Sendable {
  /// Bytes read so far of the files as they are stored (packed, if they are).
  public var bytesRead: Int
  /// Bytes of all files as they are stored, if they all are regular files.
  public var byteCount: Int?
  /// Tokens found so far.
  public var tokensRead: Int
}

/// What was met while a corpus was read.
public struct CorpusStatistics: Hashable, Sendable {
  /// Files that were read.
  public var fileCount = 0
  /// What was found in folders and is no text.
  public var leftOut: [InputFiles.LeftOut] = []
  /// Bytes of text, unpacked and in UTF-8.
  public var byteCount = 0
  /// Tokens in the text.
  public var tokensRead = 0
  /// Tokens whose word is in the vocabulary.
  public var tokensKept = 0
  /// Lines, empty ones included; a last line needs no line feed.
  public var lineCount = 0
  /// Sequences that were not text in their encoding and were replaced by U+FFFD.
  public var invalidSequenceCount = 0
  /// Distinct words in the text, before the limits; 0 when a vocabulary was given.
  public var distinctWordCount = 0

  /// Of a text that nothing is known of yet.
  package init() {}

  mutating func add(_ other: CorpusStatistics) {
    byteCount += other.byteCount
    tokensRead += other.tokensRead
    tokensKept += other.tokensKept
    lineCount += other.lineCount
    invalidSequenceCount += other.invalidSequenceCount
  }
}

/// A text that has been read.
public struct TokenizedCorpus: Sendable {
  /// The words.
  public let vocabulary: Vocabulary
  /// The text as numbers of words.
  public let ids: TokenIDs
  /// What was met on the way.
  public let statistics: CorpusStatistics
  /// The rule the text was tokenized by.
  public let rule: TokenizerRule

  package init(
    vocabulary: Vocabulary, ids: TokenIDs, statistics: CorpusStatistics, rule: TokenizerRule
  ) {
    self.vocabulary = vocabulary
    self.ids = ids
    self.statistics = statistics
    self.rule = rule
  }
}
