import ABCNotation
import Corpora
import Encoders
import Explorer
import SeqModels
import Subword
import TestSupport
import Tokenize
import Word2Vec
import WordtoolCore

extension MutantFormat {
  /// Some words in many themes.
  static let lines: [String] = {
    let words = ["sun", "moon", "star", "red", "blue", "green", "día", "日本", "été"]
    return (0..<24).map { line in
      (0..<5).map { words[(line * 7 + $0 * ($0 + 1) + line % 3) % words.count] }
        .joined(separator: " ")
    }
  }()
  static let text = lines.joined(separator: "\n") + "\n"

  // MARK: Vectors

  static let known = try? WordVectors(
    words: ["sun", "moon", "star", "red", "blue", "日本", "día"], counts: [9, 8, 7, 6, 5, 4, 3],
    dimension: 5,
    values: (0..<35).map { (place: Int) -> Float in
      Float((place * 37 + place * place * 11) % 19 - 9)
    })

  static func ask(_ vectors: WordVectors) throws -> [Double] {
    var answer: [Double] = []
    let options = SearchOptions(count: 2, threads: 1)
    for row in 0..<min(3, vectors.count) {
      let word = vectors.word(at: row)
      answer += try vectors.neighbors(of: [word], options: options).map { Double($0.similarity) }
      answer.append(Double(try vectors.similarity(word, vectors.word(at: 0))))
    }
    return answer
  }

  static let vectors: [MutantFormat] =
    fastTextModels + foreignTables + spacyFolders + staticFolders
    + WordVectors.Format.writable.flatMap { format -> [MutantFormat] in
      let layout: Mutator.Layout =
        switch format {
        case .safetensors, .safetensorsInt8, .safetensorsFloat16, .safetensorsPQ,
          .safetensorsTable:
          .safetensors
        case .word2vecText, .fastTextVec, .glove, .projector: .text
        default: .binary
        }
      func row(_ name: String, _ layout: Mutator.Layout, suffix: String) -> MutantFormat {
        MutantFormat(
          name: name, suffix: suffix, layout: layout, cost: 2,
          readers: [
            "WordVectors.init(contentsOf:options:)", "WordVectors.init(bytes:name:options:)",
          ]
        ) { folder in
          // Formats of two files need a suffix: the words go beside it.
          let whole = "whole" + (format.wordListPath(forPath: "x") == nil ? "" : suffix)
          try known?.write(to: folder(whole), format: format, threads: 1)
          let list = format.wordListPath(forPath: folder(whole))
          return Sample(file: try folder.bytes(of: whole)) {
            try ask(WordVectors(contentsOf: $0, options: .init(threads: 1, wordList: list)))
          }
        }
      }
      let plain = row(
        "vectors \(format.rawValue)", layout, suffix: format == .projector ? ".tsv" : ".vec")
      guard format == .word2vecText || format == .safetensors else { return [plain] }
      return [plain, row("vectors \(format.rawValue), gzip", .gzip(layout), suffix: ".gz")]
    } + codes + floretTables + indexes + wordListsOfVectors

  /// The index beside vectors.
  private static let indexes: [MutantFormat] = [
    MutantFormat(
      name: "index of vectors", layout: .safetensors, cost: 2,
      readers: ["ApproximateIndex.init(contentsOf:for:)"]
    ) { folder in
      guard let known else { throw WrongAnswer() }
      try ApproximateIndex(of: known, threads: 1).write(to: folder("whole"))
      return Sample(file: try folder.bytes(of: "whole")) {
        var vectors = known
        try vectors.searchApproximately(by: ApproximateIndex(contentsOf: $0, for: known))
        return try ask(vectors)
      }
    }
  ]

  /// Codes of a product quantizer, with and without a rotation.
  private static let codes: [MutantFormat] = [true, false].map { rotates in
    MutantFormat(
      name: "vectors safetensors-pq" + (rotates ? ", rotated" : ""), layout: .safetensors, cost: 2,
      readers: ["WordVectors.init(contentsOf:options:)"]
    ) { folder in
      let options = CompressionOptions(encoding: .product(codeBytes: 2, rotates: rotates))
      let made = try known?.compressed(options, threads: 1)
      try made?.vectors.write(to: folder("whole"), format: .safetensorsPQ, threads: 1)
      return Sample(file: try folder.bytes(of: "whole")) {
        try ask(WordVectors(contentsOf: $0, options: .init(threads: 1)))
      }
    }
  }

  /// Lists of words beside vectors, of every kind.
  private static let wordListsOfVectors: [MutantFormat] = [
    ("lines", "sun\nmoon\nstar\nred\nblue\n日本\ndía\n"),
    ("columns", "word\tcount\nsun\t7\nmoon\t6\nstar\t5\nred\t4\nblue\t3\n日本\t2\ndía\t1\n"),
    ("JSON", "[\"sun\", \"moon\", \"star\", \"red\", \"blue\", \"日本\", \"d\u{ED}a\"]"),
    (
      "tokenizer.json",
      "{\"model\": {\"vocab\": {\"sun\": 0, \"moon\": 1, \"star\": 2, \"red\": 3, \"blue\": 4}}, "
        + "\"added_tokens\": [{\"id\": 5, \"content\": \"x\"}, {\"id\": 6, \"content\": \"y\"}]}"
    ),
  ].map { name, list in
    MutantFormat(
      name: "list of words, \(name)", suffix: ".list", layout: .text, cost: 2,
      readers: ["WordVectors.init(contentsOf:options:)"]
    ) { folder in
      try known?.write(to: folder("whole.npy"), threads: 1)
      return Sample(file: Array(list.utf8)) {
        try ask(
          WordVectors(
            contentsOf: folder("whole.npy"), options: .init(threads: 1, wordList: $0)))
      }
    }
  }

  // MARK: Lists

  static let wordLists: [MutantFormat] = [
    MutantFormat(
      name: "vocabulary", layout: .text, cost: 2, readers: ["Vocabulary.init(contentsOf:)"]
    ) { _ in
      Sample(file: Array("the 12\nmoon 9\nнебо 5\na b 4\nred 1\n".utf8)) {
        let vocabulary = try Vocabulary(contentsOf: $0)
        return vocabulary.counts.map(Double.init) + [Double(vocabulary.id(for: "moon") ?? -1)]
      }
    },
    MutantFormat(
      name: "stop words", layout: .text, readers: ["TokenProcessing.stopWords(contentsOf:)"]
    ) { _ in
      Sample(file: Array("the\nand\n of \n\nну\n".utf8)) {
        [Double(try TokenProcessing.stopWords(contentsOf: $0).count)]
      }
    },
    MutantFormat(
      name: "column of words", layout: .text, readers: ["WordColumn.init(contentsOf:)"]
    ) { _ in
      Sample(file: Array("word\tkind\nthe\tarticle\nсон\tnoun\nred\t7\n".utf8)) {
        [Double(try WordColumn(contentsOf: $0).values.count)]
      }
    },
    MutantFormat(
      name: "phrases", layout: .text, cost: 4, readers: ["PhraseModel.init(contentsOf:)"]
    ) { folder in
      var options = PhraseOptions()
      (options.minimumCount, options.threshold, options.passes) = (1, 1, 2)
      options.connectors = ["red"]
      let reader = CorpusReader(limits: VocabularyLimits(minimumCount: 1), threads: 1)
      let corpus = try reader.read([folder.write(text, to: "text")])
      try PhraseModel.train(on: corpus, options: options, threads: 1).write(to: folder("phrases"))
      return Sample(file: try folder.bytes(of: "phrases")) {
        let model = try PhraseModel(contentsOf: $0)
        let joined = try model.join(corpus, threads: 1)
        return [Double(model.phrases.count), Double(joined.ids.count)] + model.phrases.map(\.score)
      }
    },
    MutantFormat(
      name: "analogy questions", layout: .text, cost: 2,
      readers: ["AnalogyQuestions.init(contentsOf:)"]
    ) { _ in
      let text = ": capitals\nsun moon red blue\nmoon sun blue red\n: gram1\nred blue sun moon\n"
      return Sample(file: Array(text.utf8)) {
        let questions = try AnalogyQuestions(contentsOf: $0)
        return [Double(questions.sections.reduce(0) { $0 + $1.questions.count })]
      }
    },
    MutantFormat(
      name: "similarity pairs", layout: .text, cost: 2,
      readers: ["SimilarityPairs.init(contentsOf:)"]
    ) { _ in
      Sample(file: Array("# scores\nsun\tmoon\t7.5\nred\tblue\t6\nsun\tred\t1.25\n".utf8)) {
        let pairs = try SimilarityPairs(contentsOf: $0)
        let answer = try known?.evaluateSimilarity(pairs)
        return pairs.pairs.map(\.score) + [answer?.spearman ?? 0, answer?.pearson ?? 0]
      }
    },
    MutantFormat(
      name: "association tests", layout: .text, cost: 2,
      readers: ["AssociationSets.read(contentsOf:)"]
    ) { _ in
      let text = "# colours\nX: red, blue\nY: sun, moon\nA: star\nB: día\n"
      return Sample(file: Array(text.utf8)) { path in
        try AssociationSets.read(contentsOf: path).flatMap { sets in
          sets.lists.map { Double($0.words.count) }
        }
      }
    },
    MutantFormat(
      name: "tokenizer.json", layout: .text, cost: 40,
      readers: ["BytePairEncoding.init(contentsOf:)"]
    ) { folder in
      try BytePairEncoding.train(
        on: lines, options: BytePairTrainingOptions(vocabularySize: 280), threads: 1
      ).write(to: folder("t"))
      return Sample(file: try folder.bytes(of: "t")) {
        let encoding = try BytePairEncoding(contentsOf: $0)
        let ids = encoding.encode("sun moon \u{1F600} <s> été")
        return ids.map(Double.init) + [Double(try encoding.decode(ids).count)]
      }
    },
  ]

  // MARK: Texts

  private static let tokenReaders = [
    "TokenReader.read(_:stop:lineEnd:token:)", "TokenReader.count(_:threads:stop:)",
  ]

  private static func tokens(_ path: String, _ encoding: TextEncoding) throws -> [Double] {
    var reader = TokenReader(encoding: encoding)
    reader.pieceSize = 1 << 12
    var count = try reader.count([path], threads: 1).tokensRead
    try reader.read([path]) { token, _ in
      count += token.text.utf8.count
      return true
    }
    return [Double(count)]
  }

  static let texts: [MutantFormat] =
    [
      MutantFormat(
        name: "text", layout: .text, cost: 4, readers: tokenReaders
      ) { _ in Sample(file: Array(text.utf8)) { try tokens($0, .utf8) } },
      MutantFormat(
        name: "text, gzip", layout: .gzip(.text), cost: 4,
        readers: tokenReaders
      ) { _ in Sample(file: Array(text.utf8)) { try tokens($0, .utf8) } },
      MutantFormat(
        name: "text in UTF-16", cost: 4, readers: tokenReaders
      ) { _ in
        let units = [0xFEFF] + text.utf16
        return Sample(file: units.flatMap { [UInt8($0 & 255), UInt8($0 >> 8)] }) {
          try tokens($0, .automatic)
        }
      },
      MutantFormat(
        name: "corpus", layout: .text, cost: 20,
        readers: [
          "CorpusReader.read(_:vocabulary:stop:progress:)", "CorpusReader.count(_:stop:progress:)",
          "WordVectors.train(on:reader:options:threads:progress:)",
          "WordVectors.train(on:reader:options:threads:stop:progress:)",
        ]
      ) { folder in
        Sample(file: Array(text.utf8)) {
          let reader = CorpusReader(
            rule: .whitespace, threads: 1, memoryLimit: 1 << 26, temporaryFolder: folder.path)
          let corpus = try reader.read([$0])
          return [Double(corpus.ids.count), Double(corpus.vocabulary.count)]
        }
      },
      MutantFormat(
        name: "catalogue of corpora", layout: .text, cost: 2,
        readers: ["CorpusCatalogue.init(contentsOf:)"]
      ) { _ in
        let digest = String(repeating: "0a", count: 32)
        let file =
          #"{"name":"a.txt","address":"https://example.org/a","bytes":12,"sha256":"\#(digest)"}"#
        let entry =
          #"{"name":"a","description":"d","licence":"l","page":"p","source":"s","example":"e","#
          + #""files":[\#(file)]}"#
        return Sample(file: Array(#"{"version":1,"corpora":[\#(entry)]}"#.utf8)) {
          try CorpusCatalogue(contentsOf: $0).corpora.map { Double($0.byteCount ?? 0) }
        }
      },
      MutantFormat(
        name: "documents", layout: .text, cost: 2,
        readers: ["Documents.init(linesOf:column:encoding:isStrict:)"]
      ) { _ in
        Sample(file: Array(text.utf8)) { [Double(try Documents(linesOf: [$0]).count)] }
      },
      MutantFormat(
        name: "lines as documents", layout: .text, cost: 20,
        readers: ["DocumentCorpus.init(linesOf:reader:vocabulary:stop:progress:)"]
      ) { folder in
        Sample(file: Array(text.utf8)) {
          let reader = CorpusReader(
            rule: .whitespace, threads: 1, memoryLimit: 1 << 26, temporaryFolder: folder.path)
          let corpus = try DocumentCorpus(linesOf: [$0], reader: reader)
          return [Double(corpus.count), Double(corpus.text.ids.count)]
        }
      },
      MutantFormat(
        name: "text for language models", layout: .text, cost: 40,
        readers: [
          "NGramModel.train(on:options:threads:memoryLimit:stop:progress:)",
          "NGramModel.train(on:options:threads:memoryLimit:progress:)",
          "LanguageModel.perplexity(of:isStrict:encoding:stop:)",
          "TokenizedText.init(_:for:isStrict:encoding:stop:)",
          "MixtureModel.measure(_:isStrict:encoding:stop:piece:)",
          "MixtureModel.tuned(on:isStrict:encoding:stop:)", "NeuralText.ids(of:stop:)",
          "NeuralText.init(counting:unit:rule:minimumCount:maximumVocabulary:isStrict:encoding:stop:)",
          "NeuralLanguageModel.train(on:options:training:valid:minimumCount:maximumVocabulary:threads:progress:)",
          "NeuralLanguageModel.train(on:options:training:valid:minimumCount:maximumVocabulary:threads:stop:progress:)",
        ]
      ) { _ in
        Sample(file: Array(text.utf8)) {
          var options = NGramOptions()
          options.order = 2
          let model = try NGramModel.train(on: [$0], options: options)
          let ids = try NeuralText(counting: [$0], unit: .word).ids(of: [$0])
          return [try model.perplexity(of: [$0]).perplexity, Double(ids.count)]
        }
      },
      MutantFormat(
        name: "text for byte pairs", layout: .text, cost: 20,
        readers: ["BytePairEncoding.train(contentsOf:options:threads:stop:progress:)"]
      ) { _ in
        Sample(file: Array(text.utf8)) {
          let options = BytePairTrainingOptions(vocabularySize: 270)
          let encoding = try BytePairEncoding.train(contentsOf: [$0], options: options, threads: 1)
          return [Double(encoding.vocabularySize)]
        }
      },
      MutantFormat(
        name: "tagged text", layout: .text, cost: 2,
        readers: ["TaggedText.append(contentsOf:layout:)"]
      ) { _ in
        Sample(file: Array("The\tDET\nsun\tNOUN\n\na x DET\nmoon y NOUN\n".utf8)) {
          var text = TaggedText()
          try text.append(contentsOf: $0)
          return [Double(text.wordCount), Double(text.tags.count)]
        }
      },
      MutantFormat(
        name: "ABC", suffix: ".abc", layout: .text, cost: 10,
        readers: ["ABCBook.init(text:)", "ABCBook.init(contentsOf:)"]
      ) { _ in
        let tune = """
          X:1
          T:Both ends
          M:6/8
          L:1/8
          Q:3/8=100
          K:Dmix
          |:A2 d "G"e>fe|(3abc' [Ace]2 z4-|1 ~B3 {ag}f3:|2 D6|]
          V:2
          [K:C] x8|^c_d=e f/2g3/4|]

          """
        return Sample(file: Array(tune.utf8)) { path in
          let book = try ABCBook(contentsOf: path)
          return book.tunes.flatMap { tune in
            let performance = ABCPerformance(tune)
            let midi = MIDIFile(performance, title: tune.title)
            return [performance.seconds, Double(midi.bytes.count), Double(tune.problems.count)]
          } + [Double(book.allProblems.count)]
        }
      },
    ] + LabelledTextLayout.Format.allCases.map(labelled)

  private static func labelled(_ format: LabelledTextLayout.Format) -> MutantFormat {
    let rows = [("yes", "sun moon"), ("no", "red, \"blue\" été"), ("yes", "star")]
    let file =
      switch format {
      case .fastText: rows.map { "__label__\($0) \($1)\n" }.joined()
      case .tsv: "label\ttext\n" + rows.map { "\($0)\t\($1)\n" }.joined()
      case .csv:
        rows.map { "\"\($1.replacing("\"", with: "\"\""))\",\($0)\r\n" }.joined()
      case .jsonl:
        rows.map { "{\"label\": \"\($0)\", \"text\": \(JSONText.quoted($1))}\n" }.joined()
      case .json:
        "["
          + rows.map { "{\"label\": \"\($0)\", \"text\": \(JSONText.quoted($1))}" }
          .joined(separator: ",\n") + "]\n"
      }
    return MutantFormat(
      name: "labelled text \(format.rawValue)", suffix: "." + format.rawValue, layout: .text,
      cost: 2,
      readers: [
        "LabelledText.init(contentsOf:layout:requiresLabels:)",
        "LabelledText.append(contentsOf:layout:requiresLabels:)",
      ]
    ) { _ in
      Sample(file: Array(file.utf8)) {
        let text = try LabelledText(contentsOf: $0)
        return [Double(text.count), Double(text.labels.count)]
      }
    }
  }
}
