/// The n-grams of one length in the order of their tokens' numbers, as they are counted and read from
/// ARPA files.
struct SortedNGrams: Sendable, Equatable {
  /// The last token of each n-gram, ascending among those with the same context.
  var words: [Int32] = []
  /// Where the continuations of each n-gram begin in the next level, and the end of the last.
  var firstChild: [Int32] = []
  /// log10 of the probability of the last token after the others.
  var logProbabilities: [Float] = []
  /// log10 of the weight of the shorter context, where this one has no such continuation.
  var backoffs: [Float] = []
}
