import BLASCore
import Embedding
import FastTextFiles
package import Tokenize
package import WordtoolCore

extension WordVectorOptions {
  /// What a training with these options holds at its peak: when the vectors are trained, or written.
  ///
  /// - Parameters:
  ///   - corpus: what is trained on.
  ///   - threads: at least 1.
  ///   - rankCount: ranks that train together, of which each has its share of the replicas.
  package func memoryEstimate(
    on corpus: TokenizedCorpus, threads: Int, rankCount: Int = 1
  ) -> MemoryEstimate {
    let replicas = max(1, replicas / rankCount)
    let vocabulary = corpus.vocabulary
    let index = subwords?.index(for: vocabulary)
    var estimate = MemoryEstimate()
    let inputRows =
      embeddingRowCount(vocabularySize: vocabulary.count, index) + positionCount
    let outputRows = outputRowCount(vocabularySize: vocabulary.count)
    let inputs = RowStorage.byteCount(rowCount: inputRows, dimension: dimension)
    let outputs = RowStorage.byteCount(rowCount: outputRows, dimension: dimension)
    estimate.add("vectors", inputs)
    estimate.add("context vectors", outputs)
    if self.replicas > 1 {
      let rows = inputRows + outputRows
      let one = inputs.flatMap { inputs in outputs.map { inputs + $0 + 4 * rows } }
      estimate.add("replicas", one.map { Self.product(replicas, $0) })
    }
    if let index {
      estimate.add("n-grams of words", SubwordBags.byteCount(vocabulary, index: index))
      // Words with their n-grams, when all is trained.
      estimate.add(
        "joined vectors", RowStorage.byteCount(rowCount: vocabulary.count, dimension: dimension))
    }
    estimate.add("text", corpus.ids.residentByteCount)
    estimate.add("words", TextMemory.wordsByteCount(vocabulary, hasTree: hierarchicalSoftmax))
    let isOfWindows = model == .structuredSkipGram || model == .skipGram && subwords == nil
    estimate.add(
      "examples",
      TextMemory.chunksByteCount(
        threads: threads, lanes: replicas, each: isOfWindows ? TextMemory.windows : TextMemory.bags)
    )
    return estimate
  }

  private static func product(_ a: Int, _ b: Int) -> Int {
    let (product, overflow) = a.multipliedReportingOverflow(by: b)
    return overflow ? .max : product
  }
}

extension GloVeOptions {
  /// What a training holds at its peak, without the co-occurrences that are counted.
  package func memoryEstimate(on corpus: TokenizedCorpus) -> MemoryEstimate {
    let vocabulary = corpus.vocabulary
    var estimate = MemoryEstimate()
    // Values and bias, and AdaGrad's sums.
    let rows = RowStorage.byteCount(rowCount: 2 * vocabulary.count, dimension: dimension + 1)
    estimate.add("vectors", rows)
    estimate.add("context vectors", rows)
    estimate.add(
      "joined vectors", RowStorage.byteCount(rowCount: vocabulary.count, dimension: dimension))
    estimate.add("text", corpus.ids.residentByteCount)
    estimate.add("words", TextMemory.wordsByteCount(vocabulary, hasTree: false))
    return estimate
  }
}

extension GloVeOptions {
  /// The bytes that the co-occurrences of a text take at most, while they are counted and behind it.
  ///
  /// - Throws: `WordtoolError` of kind `inputOutput` when the file that the text is in fails.
  package func countsByteCount(of text: TokenIDs) throws -> Int {
    let pairs = try text.withIDs {
      try CooccurrenceCounter.pairCount(
        of: $0, windowRadius: windowRadius, isLeftOnly: isLeftOnly)
    }
    let (size, overflow) = pairs.multipliedReportingOverflow(by: 2 * PairSums.bytesPerSlot)
    return overflow ? .max : size
  }
}

extension DocumentVectorOptions {
  /// What a training holds at its peak.
  package func memoryEstimate(on corpus: DocumentCorpus, threads: Int) -> MemoryEstimate {
    let layout = DocumentTableLayout(options: self, wordCount: corpus.vocabulary.count)
    var estimate = MemoryEstimate()
    estimate.add(
      "vectors",
      RowStorage.byteCount(rowCount: layout.inputWords + corpus.count, dimension: dimension))
    estimate.add(
      "context vectors", RowStorage.byteCount(rowCount: layout.outputCount, dimension: dimension))
    estimate.add("text", corpus.text.ids.residentByteCount)
    estimate.add("names of documents", corpus.namesByteCount)
    estimate.add(
      "words", TextMemory.wordsByteCount(corpus.vocabulary, hasTree: hierarchicalSoftmax))
    estimate.add(
      "examples",
      TextMemory.chunksByteCount(
        threads: threads, lanes: 1, each: model == .memory ? TextMemory.bags : TextMemory.windows))
    return estimate
  }
}

/// What trainings hold beside their tables, in bytes.
enum TextMemory {
  /// The examples of one chunk: places of words, groups, inputs and outputs of windows; measured.
  static let windows = 400_000
  /// The same of bags, with the rows of each.
  static let bags = 1_200_000

  /// What is known of the words of a vocabulary: the vocabulary itself, how often each is kept and is
  /// noise, and the words as they stand beside finished vectors.
  static func wordsByteCount(_ vocabulary: Vocabulary, hasTree: Bool) -> Int {
    let count = vocabulary.count
    // Counts, thresholds and noise; offsets, slots, counts and lengths of finished vectors.
    let each = 8 + 4 + 8 + (8 + 12 + 8 + 4)
    var size = vocabulary.byteCount + vocabulary.textByteCount + each * count
    if hasTree {
      // The way to a word: a row for each node, and pieces of them. A balanced tree of as many words has
      // ways of log2(count).
      let nodes = Int.bitWidth - count.leadingZeroBitCount + 2
      size += count * (4 * nodes + 16)
    }
    return size
  }

  /// The chunks that are prepared together, of all lanes.
  static func chunksByteCount(threads: Int, lanes: Int, each: Int) -> Int {
    lanes * 4 * max(1, threads / lanes) * each
  }
}
