import Tokenize
import WordtoolCore

extension Progress {
  /// What ``CorpusReader`` is to call while it reads.
  var ofReading: @Sendable (CorpusProgress) -> Void {
    { moment in
      let fraction = moment.byteCount.map { $0 > 0 ? Double(moment.bytesRead) / Double($0) : 0 }
      self.update(Moment(phase: "reading", fraction: fraction, count: moment.tokensRead))
    }
  }
}

extension CorpusStatistics {
  /// Tells how much of the text was not UTF-8, if any was not.
  func warnOfReplacements() {
    guard invalidSequenceCount > 0 else { return }
    StandardError.warn(
      "\(invalidSequenceCount) byte sequences are not UTF-8 and were replaced by U+FFFD; --strict "
        + "refuses such text")
  }
}
