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
