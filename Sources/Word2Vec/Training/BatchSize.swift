import BLASCore

/// How many windows are trained between two meetings of the threads, and how far each step goes.
struct BatchSize {
  /// Units of consecutive windows, at least 1.
  var units: Int
  /// What share of the learning rate is taken, 0 ... 1.
  var rateShare: Float
  /// How often a word may be the centre of a window in one batch, at least 1: the unit that goes beyond
  /// is the last.
  var mostRepeats: Int

  /// Windows between two meetings of the threads. Gradients within are taken at the values before;
  /// 16 to 128 were measured to give the same accuracy.
  private static let windowsPerBatch = 60
  /// Pairs of words between two meetings where each is a step of its own: those of so many windows of the
  /// usual size. A word that comes again and again within a few lines, as in lists, gathers steps by
  /// pairs, and with 16 pairs a window 60 windows of Wikipedia diverge.
  private static let pairsPerBatch = Double(60 * (WordVectorOptions().windowRadius + 1))
  /// How far the changes that one batch makes to a row may go together, as the learning rate times
  /// their number. All of them are taken at the values before the batch, so that many of them
  /// overshoot, each batch further than the last: 11 words in turn (4.9) diverge, 16 (3.4) do not.
  private static let largestStep = 4.0
  /// How far the choices of a word that comes again and again within a batch may move it together, as
  /// the learning rate times their number. Bursts of a few words within long texts diverge at 16, or with
  /// wide windows, n-grams or a tree at 8; a word of Wikipedia hardly ever comes so often.
  private static let largestRepeat = 4.0
  /// How far they go where that would be too far.
  private static let safeStep = 2.0

  /// The products of a batch stay in the second-level cache whatever the window. With a handful of
  /// words, each stands in every window: then batches are shorter, and where even one unit has too
  /// many pairs for a row at the usual rate, all count less.
  ///
  /// - Parameters:
  ///   - length: IDs of the text, ends of lines included.
  ///   - lineEnds: how many of them are these.
  ///   - windowsPerUnit: windows that are trained as one.
  ///   - productsPerUnit: what they take of the cache.
  ///   - stepsByPair: whether each pair is a step of its own, as in skip-gram; CBOW has one for a window.
  ///   - rowSharing: how many of a pair's changes are expected to move the vector of another word, where
  ///     words share rows; see ``SubwordBags/overlap(weights:rowCount:)``.
  init(
    length: Int, lineEnds: Int, sampling: WindowGroups.Sampling, windowsPerUnit: Int,
    productsPerUnit: Int, learningRate: Float, stepsByPair: Bool = true, rowSharing: Double = 0
  ) {
    rateShare = 1
    // A window has a radius drawn from 1 ... windowRadius on both sides, and ends with its line.
    let lines = 1 + lineEnds
    let wordsPerLine = Double(length - lineEnds) / Double(lines) * sampling.keptShare
    let places = sampling.isWindowFixed ? 2 * sampling.windowRadius : sampling.windowRadius + 1
    let contexts = max(0, min(Double(places), wordsPerLine - 1))
    let windows =
      stepsByPair && contexts > 0
      ? Int(min(Double(Self.windowsPerBatch), Self.pairsPerBatch / contexts)) : Self.windowsPerBatch
    let repeats = Self.largestRepeat / (max(1, contexts) * sampling.choices * Double(learningRate))
    mostRepeats = max(1, Int(min(repeats, 1e6)))
    units = max(1, min(windows / windowsPerUnit, (1 << 16) / productsPerUnit))
    let pairs =
      Double(windowsPerUnit) * contexts * max(sampling.pairsOnOneRow, rowSharing)
    let step = pairs * Double(learningRate)
    if Double(units) * step <= Self.largestStep { return }
    if step <= Self.safeStep {
      units = Int(Self.safeStep / step)
      return
    }
    let usualStep = pairs * Double(WordVectorOptions().learningRate)
    units = 1
    rateShare = Float(min(1, Self.safeStep / usualStep))
  }
}
