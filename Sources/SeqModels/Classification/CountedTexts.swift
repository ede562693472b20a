import Tokenize
import WordtoolCore

/// Labelled texts as numbers of words and n-grams: where the training of a linear and of a fastText
/// classifier begins.
struct CountedTexts {
  let labels: TrainingLabels
  /// The words and n-grams that count.
  let features: NGramFeatures
  /// Those of each text.
  let documents: DocumentFeatures
  /// How many texts have none.
  let emptyCount: Int
  /// How many byte sequences were not UTF-8 and became U+FFFD.
  let replacedCount: Int

  /// Counts the words of texts.
  ///
  /// - Throws: `WordtoolError`: `badData` for fewer than two labels or texts without any word that
  ///   counts, `interrupted`.
  init(
    _ text: LabelledText, options: NGramFeatureOptions, threads: Int, stop: StopFlag
  ) throws {
    labels = try TrainingLabels(text)
    let words = try DocumentWords(text, rule: options.rule, threads: threads, stop: stop)
    let (features, documents) = NGramFeatures.counted(words, options: options)
    let emptyCount = (0..<documents.count).count(where: documents.isEmpty)
    guard emptyCount < documents.count else {
      throw WordtoolError(
        .badData, found: "no word that occurs at least \(options.minimumCount) times",
        expected: "texts with words", remedy: "use a smaller `minimumCount` or other `kinds`")
    }
    self.features = features
    self.documents = documents
    self.emptyCount = emptyCount
    replacedCount = words.replacedCount
  }
}
