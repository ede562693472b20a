import ABCNotation
import ConvNets
import Encoders
import Explorer
import SeqModels
import Subword
import TestSupport
import Tokenize
import Word2Vec
import WordtoolCore

/// Every reader of text: a sample, and what reading a file gives, in a form that can be compared.
enum TextReaders: String, CaseIterable {
  case corpus, tokens, count, sentences, characters, neuralText, ngrams, documents, tableColumn
  case vocabulary, stopWords, phrases, similarityPairs, pairLines, analogyQuestions, analogyPairs
  case associationSets, wordColumn, documentLines
  case fastText, tsv, csv, jsonLines, jsonArray, taggedWords, conllU
  case arpa, vectorText, gloveVectors, bytePairs, tokenizerFile, pieceTokenizer
  case matrixMarket
  case kernel, optdigits, tunes, lines

  /// A file with line feeds, the last line with one too.
  var sample: String {
    switch self {
    case .corpus, .documentLines, .tokens, .count, .sentences, .characters, .neuralText, .ngrams,
      .documents,
      .bytePairs, .lines:
      "The café was good,\nthe food was good.\nIl était très bon.\n"
    case .tableColumn: "1\tThe café\n2\twas good\n"
    case .vocabulary: "the 10\ncafé 5\nx y 3\n"
    case .stopWords: "the\ncafé\nof\n"
    case .phrases: Self.phraseFile
    case .similarityPairs: "Word 1,Word 2,Human (mean)\nking,queen,8.58\ncafé,bar,6.1\n"
    case .pairLines: "king\tqueen\t8\ncafé\tbar\n"
    case .analogyQuestions: ": capitals\nparis france oslo norway\n: gram1\na b c dé\n"
    case .analogyPairs: "good\tbetter/best\nné\tnée\nbad\tworse\n"
    case .associationSets: "# one\nX: a, é\nY: b\nA: c, d\nB: e\n"
    case .wordColumn: "word\tkind\ncafé\tplace\nking\té\n"
    case .fastText: "__label__a good café\n__label__b bad food\n"
    case .tsv: "text\tlabel\ngood café\tpos\nbad food\tneg\n"
    case .csv: "text;label\n\"good; \"\"café\"\"\";pos\nbad food;neg\n"
    case .jsonLines: "{\"text\": \"café\", \"label\": \"a\"}\n{\"text\": \"b\", \"label\": 2}\n"
    case .jsonArray:
      "[\n{\"text\": \"café\", \"label\": \"a\"},\n{\"text\": \"b\", \"label\": 2}\n]\n"
    case .taggedWords: "the DET\ncafé NOUN\n\n-DOCSTART- -X-\n\na DET\n"
    case .conllU:
      """
      # text = le café
      1-2\tlecafé\t_\t_\t_\t_\t_\t_\t_\t_
      1\tle\tle\tDET\t_\t_\t2\tdet\t_\t_
      2\tcafé\tcafé\tNOUN\t_\t_\t0\troot\t_\t_
      2.1\tx\tx\tVERB\t_\t_\t_\t_\t_\t_

      1\toui\toui\tINTJ\t_\t_\t0\troot\t_\t_

      """
    case .arpa:
      """
      \\data\\
      ngram 1=4

      \\1-grams:
      -1\t<s>
      -0.5\t</s>
      -0.7\t<UNK>
      -0.6\tcafé

      \\end\\

      """
    case .vectorText: "2 3\nthe 1 2 3\ncafé 0.5 -1 2\n"
    case .gloveVectors: "the 1 2 3\ncafé 0.5 -1 2\n"
    case .tokenizerFile, .pieceTokenizer: Self.tokenizer
    case .matrixMarket:
      """
      %%MatrixMarket matrix coordinate real general
      % a remark
      2 3 2
      1 1 5
      2 3 0.5

      """
    case .kernel: "# edges\n0 1 0\n1 -4 1\n0 1/2 0\n"
    case .optdigits:
      (0..<2).map { line in
        ((0..<64).map { "\(($0 + line) % 17)" } + ["\(line)"]).joined(separator: ",") + "\n"
      }.joined()
    case .tunes: "X:1\nT:Café\nM:4/4\nL:1/4\nK:C\nCDEF|GABc|]\n\nX:2\nT:Two\nK:G\nGABc|\n"
    }
  }

  /// The suffix of the sample's name, where it decides.
  var suffix: String {
    switch self {
    case .tsv: ".tsv"
    case .csv: ".csv"
    case .optdigits: ".tra"
    default: ""
    }
  }

  /// Whether a blank line is a line like any other, so that more of them are more of the text.
  var countsBlankLines: Bool {
    [.count, .characters, .neuralText, .documents, .tableColumn, .lines, .bytePairs].contains(self)
  }

  /// A tokenizer.json with tokens for all bytes.
  private static let tokenizer: String = {
    let folder = ScratchFolder()
    let options = BytePairTrainingOptions(vocabularySize: 260, minimumFrequency: 1)
    let encoding = try? BytePairEncoding.train(on: ["abba café"], options: options)
    try? encoding?.write(to: folder("tokenizer.json"))
    return (try? folder.bytes(of: "tokenizer.json")).map { String(decoding: $0, as: UTF8.self) }
      ?? ""
  }()

  /// Phrases of a small text.
  private static let phraseFile: String = {
    let folder = ScratchFolder()
    var options = PhraseOptions()
    (options.minimumCount, options.threshold) = (1, 0.5)
    let corpus = (try? folder.write("le café noir\nun café noir\n", to: "text")).flatMap {
      try? CorpusReader(limits: VocabularyLimits(minimumCount: 1), threads: 1).read([$0])
    }
    try? corpus.map { try PhraseModel.train(on: $0, options: options).write(to: folder("p")) }
    return (try? folder.bytes(of: "p")).map { String(decoding: $0, as: UTF8.self) } ?? ""
  }()

  /// What reading a file gives.
  func value(_ path: String) throws -> String {
    switch self {
    case .corpus:
      let corpus = try CorpusReader(
        limits: VocabularyLimits(minimumCount: 1), threads: 2
      ).read([path])
      return "\(corpus.vocabulary.words) \(corpus.ids.array)"
    case .documentLines:
      let corpus = try DocumentCorpus(
        linesOf: [path], reader: CorpusReader(limits: VocabularyLimits(minimumCount: 1), threads: 2)
      )
      return "\(corpus.vocabulary.words) \(corpus.text.ids.array) \(corpus.names)"
    case .tokens:
      var tokens: [String] = []
      try TokenReader().read([path], lineEnd: { tokens.append("/") }) { token, _ in
        tokens.append(token.text)
        return true
      }
      while tokens.last == "/" { tokens.removeLast() }
      return "\(tokens)"
    case .count:
      let count = try TokenReader().count([path], threads: 1)
      return "\(count.tokensRead) \(count.lineCount)"
    case .sentences, .characters:
      let reader = try SentenceReader(unit: self == .sentences ? .word : .char)
      var text = ""
      try reader.read(
        [path], token: { text += String(decoding: $0, as: UTF8.self) + " " }, end: { text += "/" })
      return text
    case .neuralText:
      let text = try NeuralText(counting: [path], unit: .char)
      return "\(text.vocabulary.counts) \(try text.ids(of: [path]))"
    case .ngrams:
      let model = try NGramModel.train(on: [path])
      let report = try model.perplexity(of: [path])
      let ids = try TokenizedText([path], for: model).ids
      return "\(model.counts) \(report) \(ids)"
    case .documents:
      let documents = try Documents(linesOf: [path])
      return "\((0..<documents.count).map { documents[$0] })"
    case .tableColumn:
      let documents = try Documents(linesOf: [path], column: 2)
      return "\((0..<documents.count).map { documents[$0] })"
    case .vocabulary:
      let words = try Vocabulary(contentsOf: path)
      return "\(words.words) \(words.counts)"
    case .stopWords: return "\(try TokenProcessing.stopWords(contentsOf: path))"
    case .phrases:
      let model = try PhraseModel(contentsOf: path)
      return "\(model.options) \(model.passes)"
    case .wordColumn:
      let column = try WordColumn(contentsOf: path)
      return "\(column.name) \(column.values.sorted { $0.key < $1.key })"
    case .similarityPairs: return "\(try SimilarityPairs(contentsOf: path).pairs)"
    case .pairLines: return "\(try PairLines.read(path).map(\.fields))"
    case .analogyQuestions: return "\(try AnalogyQuestions(contentsOf: path).sections)"
    // A section is called as its file.
    case .analogyPairs:
      return "\(try AnalogyQuestions(contentsOf: path).sections.map(\.questions))"
    case .associationSets: return "\(try AssociationSets.read(contentsOf: path))"
    case .fastText, .tsv, .csv, .jsonLines, .jsonArray:
      let text = try LabelledText(contentsOf: path)
      return "\((0..<text.count).map { "\(text.text(at: $0)) \(text.labelIDs(of: $0))" }) "
        + "\(text.labels)"
    case .taggedWords, .conllU:
      var text = TaggedText()
      try text.append(contentsOf: path)
      return "\(text.sentences)"
    case .arpa:
      guard let model = try LanguageModelFile.load(path) as? NGramModel else { return "" }
      let scores = try model.logProbabilities(of: ids(of: model), stop: StopFlag())
      return "\(model.vocabularyCount) \(scores)"
    case .vectorText, .gloveVectors:
      let vectors = try WordVectors(contentsOf: path)
      return "\(vectors.words.map { $0 }) \((0..<vectors.count).map { vectors.vector(at: $0) })"
    case .bytePairs:
      let encoding = try BytePairEncoding.train(
        contentsOf: [path], options: BytePairTrainingOptions(vocabularySize: 300))
      return "\(encoding.vocabularySize) \(encoding.encode("the food café"))"
    case .tokenizerFile: return "\(try BytePairEncoding(contentsOf: path).encode("abba"))"
    case .pieceTokenizer:
      return "\(try PieceTokenizer(contentsOf: path).encode("abba".unicodeScalars))"
    case .matrixMarket:
      let matrix = try SparseMatrix(matrixMarket: path)
      return "\((0..<matrix.rowCount).map { matrix.denseRow($0) })"
    case .kernel:
      let kernel = try ImageKernel(contentsOf: path)
      return "\((0..<kernel.height).map { row in (0..<kernel.width).map { kernel[row, $0] } })"
    case .optdigits:
      let set = try ImageDataset(contentsOf: path)
      return "\(set.labels) \(try set.image(at: 1)[3, 4, 0])"
    case .tunes:
      let book = try ABCBook(contentsOf: path)
      return "\(book.tunes.map { "\($0.title ?? "") \($0.noteCount)" }) \(book.problems)"
    case .lines: return "\(try LineReader.all(path))"
    }
  }

  /// The tokens of a word that is known and one that is not.
  private func ids(of model: NGramModel) -> [Int32] {
    ["café", "unheard"].map { model.id(of: $0) ?? model.unknownID }
  }

  /// The files of the libraries that declare public functions of paths: how many such functions,
  /// and which readers here go through them. Without readers: what is no text, or only calls
  /// others.
  static let entryPoints: [String: (count: Int, readers: [TextReaders])] = [
    "ABCNotation/ABCBook.swift": (1, [.tunes]),
    "ConvNets/Datasets/ImageDataset+Evaluation.swift": (1, []),
    "ConvNets/Datasets/ImageDataset+Reading.swift": (2, [.optdigits]),
    "ConvNets/Filters/ImageKernel.swift": (1, [.kernel]),
    "Encoders/Documents.swift": (1, [.documents, .tableColumn]),
    "Encoders/Formats/SparseMatrix+MatrixMarket.swift": (1, [.matrixMarket]),
    "SeqModels/Classification/LabelledText+Reading.swift": (
      2, [.fastText, .tsv, .csv, .jsonLines, .jsonArray]
    ),
    "SeqModels/Classification/TaggedText.swift": (1, [.taggedWords, .conllU]),
    "SeqModels/LanguageModels/LanguageModelFile.swift": (1, [.arpa]),
    "SeqModels/LanguageModels/MixtureModel+Tuning.swift": (1, [.ngrams]),
    "SeqModels/LanguageModels/Perplexity.swift": (2, [.ngrams]),
    "SeqModels/LanguageModels/TokenizedText.swift": (1, [.ngrams]),
    // The name of an output says its format, too.
    "SeqModels/NGram/NGramModel+File.swift": (2, [.arpa]),
    "SeqModels/NGram/NGramModel+Training.swift": (2, [.ngrams, .sentences, .characters]),
    "SeqModels/Network/NeuralLanguageModel+Training.swift": (2, [.neuralText]),
    "SeqModels/Network/NeuralText.swift": (2, [.neuralText]),
    "Subword/BytePairEncoding+File.swift": (1, [.tokenizerFile]),
    "Subword/BytePairEncoding+Training.swift": (1, [.bytePairs]),
    "Tokenize/CorpusReader.swift": (1, [.corpus]),
    "Tokenize/Counting/CorpusReader+Counting.swift": (1, [.corpus]),
    "Explorer/WordColumn.swift": (1, [.wordColumn]),
    "Tokenize/TokenFilter.swift": (1, [.stopWords]),
    "Tokenize/TokenReader.swift": (1, [.tokens]),
    "Tokenize/TokenReader+Threads.swift": (1, [.count]),
    "Tokenize/Vocabulary+File.swift": (1, [.vocabulary]),
    "Word2Vec/Documents/DocumentCorpus.swift": (1, [.documentLines]),
    "Word2Vec/Evaluation/AnalogyQuestions+Reading.swift": (1, [.analogyQuestions, .analogyPairs]),
    "Word2Vec/Evaluation/AssociationSets+Reading.swift": (1, [.associationSets]),
    "Word2Vec/Evaluation/SimilarityPairs.swift": (1, [.similarityPairs, .pairLines]),
    "Word2Vec/Formats/WordVectors+Reading.swift": (
      1, [.vectorText, .gloveVectors, .pieceTokenizer]
    ),
    "Word2Vec/Phrases/PhraseModel+File.swift": (1, [.phrases]),
    "Word2Vec/Queries/WordVectors+Async.swift": (1, [.vectorText]),
    "Word2Vec/Training/WordVectors+Training.swift": (2, [.corpus]),
    // Images, weights, matrices of NumPy, models and checkpoints.
    "ConvNets/Images/Image+Color.swift": (1, []),
    "ConvNets/Images/ImageFormat.swift": (3, []),
    "ConvNets/Training/ImageModelFile.swift": (3, []),
    "ConvNets/Training/ImageTrainer+Checkpoint.swift": (1, []),
    "ConvNets/Whitening/ZCAWhitening+File.swift": (1, []),
    "Encoders/Formats/Encoders+Files.swift": (6, []),
    "SeqModels/Classification/ClassifierFile.swift": (1, []),
    "SeqModels/Classification/SequenceTagger.swift": (1, []),
    "SeqModels/Network/NeuralModelFile.swift": (1, []),
    "SeqModels/Network/NeuralTrainer+Checkpoint.swift": (1, []),
    "SeqModels/SequenceModelFile.swift": (1, []),
    "Word2Vec/Training/WordVectorTrainer+Checkpoint.swift": (1, []),
    "Word2Vec/GloVe/GloVeTrainer+Corpus.swift": (1, []),
    "Word2Vec/Documents/DocumentVectorTrainer.swift": (1, []),
    "Word2Vec/Documents/DocumentVectors+Reading.swift": (1, []),
    "Word2Vec/Queries/Graph/ApproximateIndex+File.swift": (1, []),
    "Word2Vec/Training/WordVectorTrainer+Beginning.swift": (2, []),
    // Names of outputs, and what all stand on.
    "Word2Vec/Formats/Format.swift": (1, []),
    "WordtoolCore/OutputFile.swift": (1, []),
    "WordtoolCore/WordtoolError.swift": (1, []),
    "WordtoolCore/InputFiles.swift": (1, []), "WordtoolCore/InputFiles+Texts.swift": (1, []),
  ]

  /// The files that may open an input themselves: the front, and readers of what is no text.
  static let mayOpen: Set<String> = [
    "BLASCore/BLASLibrary.swift", "WordtoolCore/ByteSource.swift",
    "WordtoolCore/TextSource.swift",
    "WordtoolCore/LineReader.swift", "WordtoolCore/MappedFile.swift",
    "WordtoolCore/ProcessorCount.swift", "WordtoolCore/ProcessMemory.swift",
    "Tokenize/TextEncoding.swift",
    "Tokenize/PieceReader.swift", "Tokenize/ReadingShare.swift",
    "SeqModels/Classification/LabelledText+Reading.swift", "ConvNets/Datasets/OptdigitsFile.swift",
    "SeqModels/Classification/ClassifierFile.swift",
    "Word2Vec/Formats/FileContents.swift",
    "ConvNets/Images/ImageBytes.swift", "Encoders/Formats/SparseMatrix+NumPy.swift",
    "SeqModels/SequenceModelFile.swift", "SeqModels/LanguageModels/LanguageModelFile.swift",
    "SeqModels/NGram/NGramModel+File.swift",
    "BLASCore/TensorFile.swift", "BLASCore/ModelFile.swift",
    "wordtool/Frame/MetricsLog.swift", "wordtool/Vectors/DefaultVectors.swift",
    "wordtool/Files/FileStart.swift", "wordtool/Files/ArchiveFacts.swift",
    "wordtool/Files/ONNXFacts.swift",
  ]
}
