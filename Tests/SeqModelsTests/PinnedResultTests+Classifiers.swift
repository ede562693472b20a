import Networks
import SeqModels
import TestSupport
import Tokenize
import WordtoolCore

/// Classifiers and taggers.
extension PinnedResultTests {
  /// Texts of one of some labels, or of several of them, told by which words stand in them.
  private static func labelledText(_ labels: Int, isSeveral: Bool = false) -> LabelledText {
    var text = LabelledText()
    for (number, sentence) in PinnedText(sentences: 60, words: 24, seed: 2).sentences.enumerated() {
      var own = [sentence[0] % labels]
      if isSeveral, number % 3 == 0 { own.append((own[0] + 1) % labels) }
      text.append(text: PinnedText.text(sentence), labels: own.map { "label \($0)" })
    }
    return text
  }

  private static func result(
    _ classifier: TextClassifier, _ text: LabelledText, _ losses: [Double] = []
  ) throws -> PinnedResult {
    let report = try classifier.evaluate(text)
    return try PinnedResult(losses + [report.accuracy] + (report.meanLoss.map { [$0] } ?? [])) {
      try classifier.write(to: $0)
    }
  }

  private static func linear(
    _ name: String, labels: Int, isSeveral: Bool = false, _ expected: PinnedResult,
    _ weighting: LinearClassifierOptions.Weighting,
    _ change: @escaping @Sendable (inout LinearClassifierOptions) -> Void = { _ in }
  ) -> PinnedRun {
    PinnedRun(name, expected) { threads in
      let text = labelledText(labels, isSeveral: isSeveral)
      var options = LinearClassifierOptions(weighting: weighting)
      options.tolerance = 0.01
      change(&options)
      return try result(TextClassifier.train(on: text, options: options, threads: threads), text)
    }
  }

  private static func fastText(
    _ name: String, labels: Int, isSeveral: Bool, loss: FastTextOptions.Loss = .softmax,
    _ expected: PinnedResult
  ) -> PinnedRun {
    PinnedRun(name, expected) { threads in
      let text = labelledText(labels, isSeveral: isSeveral)
      // 100 values are seven blocks of columns in two groups.
      let options = FastTextOptions(dimension: 100, epochs: 3, loss: loss)
      let losses = Locked<[Double]>([])
      let training = try TextClassifier.train(on: text, options: options, threads: threads) {
        progress in losses.withLock { $0.append(progress.loss ?? 0) }
      }
      return try result(training, text, losses.withLock { $0 })
    }
  }

  /// A model written as fastText's file, whose words are numbers of few digits.
  private static func fastTextFile(
    _ name: String, labels: Int, isSeveral: Bool = false, _ expected: PinnedResult,
    _ change: @escaping @Sendable (inout FastTextOptions) -> Void
  ) -> PinnedRun {
    PinnedRun(name, expected) { threads in
      let text = labelledText(labels, isSeveral: isSeveral)
      var options = FastTextOptions(dimension: 100, epochs: 3)
      options.keepsToFastText = true
      options.features.bucketCount = 300
      change(&options)
      let losses = Locked<[Double]>([])
      let training = try TextClassifier.train(on: text, options: options, threads: threads) {
        progress in losses.withLock { $0.append(progress.loss ?? 0) }
      }
      // A file of fastText's has no header of ours: all of it counts.
      let folder = ScratchFolder()
      try training.write(to: folder("m.bin"))
      let report = try training.evaluate(text)
      return PinnedResult(
        SHA256(of: try folder.bytes(of: "m.bin")).hexadecimal,
        losses.withLock { $0 } + [report.accuracy] + (report.meanLoss.map { [$0] } ?? []))
    }
  }

  private static func sequenceOptions(_ cell: RecurrentCell) -> SequenceTrainingOptions {
    var options = SequenceTrainingOptions(rule: .whitespace)
    options.recurrent.hidden = 9
    options.recurrent.cell = cell
    options.embedding = 7
    options.minimumCount = 1
    options.batch = 8
    options.epochs = 3
    options.learningRate = 0.02
    return options
  }

  static let classifiers = [
    linear(
      "two labels, counts", labels: 2,
      PinnedResult(
        "15b6e252b564c35db365e1dd9800198dffe96a5bfc9ae46422d14b221e47d506",
        [0.8666666666666667, 0.5624659343093575]), .counts),
    linear(
      "two labels, tf-idf", labels: 2,
      PinnedResult(
        "de3e03ff1b7adf5bd3e67e2b2c2776e55ee07b4405032200415cf7fabf13ee95",
        [0.9666666666666667, 0.2632570932097607]), .tfIdf),
    linear(
      "four labels, presence", labels: 4,
      PinnedResult(
        "3f3968d6a64f7fe5b45ee1945253ef27e49455489afd0c873b67484a2d8c5ddd",
        [0.8333333333333334, 0.8794915532825417]), .binary),
    linear(
      "four labels, naive Bayes", labels: 4,
      PinnedResult(
        "709d03291c5f702f69e5ababf645d329054d33c487fac8d09d0af0290009a1f8",
        [0.85, 0.7331746819515167]), .naiveBayes),
    linear(
      "several of four labels, naive Bayes", labels: 4, isSeveral: true,
      PinnedResult(
        "f588723b1b0c061e3dd80ece80fdd4f163cf1a0c1ded0a71360812ab090f97b9",
        [0.8833333333333333, 0.5612770418405822]), .naiveBayes),
    linear(
      "two labels, a support vector machine", labels: 2,
      PinnedResult(
        "3a6ca905047e62eb4fce1f08a3dc5c3950e33574a22156fe469448369a5581a0",
        [0.85, 0.6144972805303492]), .naiveBayes
    ) { $0.loss = .squaredHinge },
    linear(
      "four labels, n-grams of characters", labels: 4,
      PinnedResult(
        "5a2154356de4946c10ce26adbe6a18c3b372e62423fc42d52c02c6b4e2ea4d32",
        [0.8833333333333333, 1.0861464842631123]), .tfIdf
    ) {
      $0.loss = .squaredHinge
      $0.features.characterOrders = 2...4
    },
    fastText(
      "fastText, three labels", labels: 3, isSeveral: false,
      PinnedResult(
        "399b42c35a8f9bd00b47b8f7c47ec2331f173138c7225fc7e7286ae16a12c9b5",
        [1.0985662861602379, 1.0982517111095442, 1.0978399637191794, 0.7, 1.0976493336356383])),
    fastText(
      "fastText, several of twenty labels", labels: 20, isSeveral: true,
      PinnedResult(
        "12da523828bafaf3ea313d536bcf84f18fdf8ecd6e661e1b35727d44949caebd",
        [
          2.995720697804259, 2.99560767852531, 2.9954497507719426, 0.7166666666666667,
          2.995409590581923,
        ])),
    fastText(
      "fastText one-vs-all, several of 24 labels", labels: 24, isSeveral: true, loss: .oneVersusAll,
      PinnedResult(
        "610643cf9c48fb5e4e1f42d139aaf28b3056956c0c462609311e388fceff1702",
        [
          15.48149800093275, 6.330819931227492, 5.1835581057969256, 0.08333333333333333,
          2.754412579147344,
        ])),
    fastTextFile(
      "fastText's file with n-grams of characters, three labels", labels: 3,
      PinnedResult(
        "0656ee8165c03544609eaa8194262974df32f66c6bcb0d1ee2d2123b763a1066",
        [1.0985861794560388, 1.0984825291656868, 1.0983696834095416, 0.45, 1.098324947089263])
    ) { $0.subwords = 2...3 },
    fastTextFile(
      "fastText's file with hierarchical softmax, several of 24 labels", labels: 24,
      isSeveral: true,
      PinnedResult(
        "90bf9657ffdd941c499a05fbc28c91b998744b2af7748ff62fafca65b451ad55",
        [
          3.0613943045084833, 3.0613005225610825, 3.061167224648694, 0.5166666666666667,
          3.07266528475263,
        ])
    ) { $0.loss = .hierarchicalSoftmax },
    fastTextFile(
      "fastText's file with negative sampling, three labels", labels: 3,
      PinnedResult(
        "a71163605f0a75fd1854ff4633192728aaa39e60ef8fc31cda68adf9afe80aff",
        [4.143313212142761, 3.3814681098164385, 2.6967865876743726, 0.45, 1.6599613049304396])
    ) { $0.loss = .negativeSampling },
    PinnedRun(
      "LSTM classifier",
      PinnedResult(
        "6cb789836c767e9c595a7009b6ca4cc93a346f4d3760ee7e1ba7de8be46199a3",
        [
          1.0118803862616474, 1.0173777319676889, 1.0173777319676889, 0.6333333333333333,
          1.008251966602713,
        ])
    ) { threads in
      let text = labelledText(3)
      var losses: [Double] = []
      let training = try TextClassifier.train(
        on: text, options: sequenceOptions(.lstm), threads: threads
      ) { losses.append($0.loss ?? 0) }
      return try result(training, text, losses.suffix(3))
    },
    PinnedRun(
      "GRU classifier in both directions with attention",
      PinnedResult(
        "72b9e05967ca453b99464ac63f9bb2eb2fbe2e4afe498087294c2f5f86687116",
        [
          1.334492547664882, 1.3282614329188187, 1.3282614329188187, 0.4666666666666667,
          1.3146818858170868,
        ])
    ) { threads in
      let text = labelledText(4, isSeveral: true)
      var options = sequenceOptions(.gru)
      options.recurrent.isBidirectional = true
      options.pooling = .attention
      options.averagesLastPass = true
      options.seed = 3
      var losses: [Double] = []
      let training = try TextClassifier.train(on: text, options: options, threads: threads) {
        losses.append($0.loss ?? 0)
      }
      return try result(training, text, losses.suffix(3))
    },
    PinnedRun(
      "tagger",
      PinnedResult(
        "58bae618e2ec2a1be770458818ea8e7eabf8639e760739f5259d3932a6e42618",
        [1.0577990621371414, 1.0635050179104006, 1.0635050179104006])
    ) { threads in
      var text = TaggedText()
      for sentence in PinnedText(sentences: 40, words: 20, seed: 6).sentences {
        // The tag of a word hangs on the word before as well.
        let tags = zip([0] + sentence, sentence).map { "T\(($0 + $1) % 3)" }
        text.sentences.append(.init(words: sentence.map { "w\($0)" }, tags: tags))
      }
      var options = sequenceOptions(.lstm)
      options.recurrent.isBidirectional = true
      var losses: [Double] = []
      let tagger = try SequenceTagger.train(on: text, options: options, threads: threads) {
        losses.append($0.loss ?? 0)
      }
      return try PinnedResult(losses.suffix(3)) { try tagger.write(to: $0) }
    },
  ]
}
