/// Which row of the embeddings each feature has.
///
/// Of the n-grams of a training text most occur in it once. All that occur once and in the same text
/// change by the same amount whenever that text is trained, so one row stands for them: the text's
/// own, counted as often as it stands for a feature. That is the training of rows of their own but for
/// where they begin, in a third of the memory. Hashed n-grams that never occur have one row together.
struct FeatureRows: Sendable {
  /// The row of each feature; empty where it is the feature's number.
  let places: [Int32]
  /// How many rows there are.
  let count: Int
  /// The rows of each text: in the order of its features, its own row last.
  let documents: DocumentFeatures
  /// How many features the last row of each text stands for; empty for one everywhere.
  let lastCounts: [Int32]

  /// Leaves every feature its own row, as models must whose files say which row a feature has.
  init(fixed features: DocumentFeatures, count: Int) {
    self.init(places: [], count: count, documents: features, lastCounts: [])
  }

  private init(places: [Int32], count: Int, documents: DocumentFeatures, lastCounts: [Int32]) {
    self.places = places
    self.count = count
    self.documents = documents
    self.lastCounts = lastCounts
  }

  /// Gives rows to the features of some texts.
  ///
  /// - Parameters:
  ///   - features: of each text.
  ///   - featureCount: how many features there are; some may be in no text.
  init(_ features: DocumentFeatures, featureCount: Int) {
    var counts = [UInt8](repeating: 0, count: featureCount)
    for feature in features.features where counts[Int(feature)] < 2 { counts[Int(feature)] += 1 }
    guard counts.contains(where: { $0 < 2 }) else {
      self.init(fixed: features, count: featureCount)
      return
    }
    var places = [Int32](repeating: -1, count: featureCount)
    var rowCount: Int32 = 0
    for feature in 0..<featureCount where counts[feature] > 1 {
      places[feature] = rowCount
      rowCount += 1
    }
    var rows = DocumentFeatures()
    rows.features.reserveCapacity(features.features.count)
    var lastCounts: [Int32] = []
    for document in 0..<features.count {
      var own: Int32 = 0
      for feature in features.features[features.starts[document]..<features.starts[document + 1]] {
        if counts[Int(feature)] > 1 {
          rows.features.append(places[Int(feature)])
        } else {
          places[Int(feature)] = rowCount
          own += 1
        }
      }
      if own > 0 {
        rows.features.append(rowCount)
        rowCount += 1
      }
      lastCounts.append(max(own, 1))
      rows.starts.append(rows.features.count)
    }
    if counts.contains(0) {
      for feature in 0..<featureCount where places[feature] < 0 { places[feature] = rowCount }
      rowCount += 1
    }
    self.init(places: places, count: Int(rowCount), documents: rows, lastCounts: lastCounts)
  }
}
