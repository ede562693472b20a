import Tokenize
import Word2Vec
import WordtoolCore

/// The vectors a command asks, and how they came to be asked.
struct VectorSet {
  let vectors: WordVectors
  let choice: DefaultVectors.Choice

  /// Opens the vectors that the options and the surroundings name.
  init(_ options: VectorsOptions, threads: Int = Workers.defaultCount) throws {
    let choice = try DefaultVectors.choose(option: options.vectors)
    self.choice = choice
    var vectors = try choice.open(options.reading.options(threads: threads))
    for warning in vectors.warnings { StandardError.warn("\(choice.path): \(warning)") }
    let file = choice.path.split(separator: "/").last.map(String.init) ?? choice.path
    let words = NumberFormat.grouped(vectors.count) + (vectors.count == 1 ? " word" : " words")
    // So that whoever misses a word sees at once which vectors were asked, and why those.
    vectors.name = "\(file) (\(words); \(choice.explanation))"
    self.vectors = vectors
    Self.warnIfUntrained(vectors, named: choice.path)
    // A rule whose locale this ICU does not know is told now and not as unknown words.
    guard let rule = vectors.tokenizerRule else {
      if vectors.tokenizerRuleJSON != nil {
        StandardError.warn(
          "\(choice.path): the tokenizer rule in it is not known to this version: words are looked up "
            + "as they are written")
      }
      return
    }
    do {
      _ = try WordTokenizer(rule: rule)
    } catch var error as WordtoolError where error.path == nil {
      error.path = choice.path
      throw error
    }
    StandardError.warn(of: rule, in: choice.path)
  }

  /// Says so when all words point the same way: training on too few words leaves that, and neighbours
  /// then mean nothing. Small tables made by hand may well be like that.
  static func warnIfUntrained(_ vectors: WordVectors, named path: String) {
    guard vectors.count >= 100, let mean = vectors.meanCosine(), mean > 0.9 else { return }
    StandardError.warn(
      "\(path): the vectors hardly moved from where they began (mean cosine "
        + "\(NumberFormat.fixed(mean, 3))): train on more text, or with more --epochs")
  }
}
