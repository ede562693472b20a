import WordtoolCore

extension WordtoolError {
  /// The options of a training that the libraries name by their properties.
  private static let flags = [
    "`dimension`": "--dim", "`windowRadius`": "--window", "`negativeSamples`": "--negative",
    "`noiseExponent`": "--noise-exponent", "`subsampling`": "--sample", "`epochs`": "--epochs",
    "`learningRate`": "--lr", "`minimumLearningRateRatio`": "--min-lr-ratio",
    "`minimumCount`": "--min-count", "`maximumSize`": "--max-vocab", "`bucketCount`": "--buckets",
    "`threads`": "--threads",
  ]

  /// The error with the options of the command line where the libraries name properties.
  var namingFlags: WordtoolError {
    func named(_ text: String) -> String {
      text.split(separator: " ", omittingEmptySubsequences: false)
        .map { Self.flags[String($0)] ?? String($0) }.joined(separator: " ")
    }
    var error = self
    error.found = named(found)
    error.expected = expected.map(named)
    error.remedy = remedy.map(named)
    return error
  }
}
