import WordtoolCore

/// The kinds of files that the tool writes or reads, told by their content.
enum FileKind: String, Encodable, CaseIterable {
  case vectors, vectorCheckpoint, vectorIndex, documentModel
  case nGramModel, mappedNGramModel, languageModel, languageModelCheckpoint
  case classifier, fastTextClassifier, tagger
  case imageModel, imageCheckpoint, imageWeights, whitening
  case bagOfWords, oneHot, tfIdf
  case bytePairEncoding, tokenizer, phrases, vocabulary, analogyQuestions, similarityPairs,
    labelledText
  case taggedText, numbers
  case tunes, kernel
  case image, idxImages, idxLabels, cifar, optdigits
  case numpyArray, numpyArchive, matrixMarket, midi, onnx
  case metrics, answer, picture, page
  case tensors, text
  case catalogue, associationTests, wordList, wordPairs, wordColumn, nameList, digests
  case sparseArchive, sparseRows, answerTable, json, imageFolder, textFolder

  /// What it is called, with its article.
  var noun: String {
    switch self {
    case .vectors: "word vectors"
    case .vectorCheckpoint: "a checkpoint of train-embeddings"
    case .vectorIndex: "an index of vectors for approximate searches"
    case .documentModel: "a model of documents"
    case .nGramModel: "an n-gram model in ARPA format"
    case .mappedNGramModel: "an n-gram model as safetensors"
    case .languageModel: "a neural language model"
    case .languageModelCheckpoint: "a checkpoint of train-lm"
    case .classifier: "a classifier of texts"
    case .fastTextClassifier: "a classifier of texts in fastText's own format"
    case .tagger: "a tagger of words"
    case .imageModel: "an image model"
    case .imageCheckpoint: "a checkpoint of image train"
    case .imageWeights: "bare weights of a network"
    case .whitening: "a whitening of images"
    case .bagOfWords: "a bag-of-words encoder"
    case .oneHot: "a one-hot encoder"
    case .tfIdf: "tf-idf weights"
    case .bytePairEncoding: "a byte-pair encoding (tokenizer.json)"
    case .tokenizer: "a tokenizer (tokenizer.json)"
    case .phrases: TextKind.phrases.noun
    case .vocabulary: "a vocabulary: words with their counts"
    case .analogyQuestions: "analogy questions"
    case .similarityPairs: "pairs of words with scores"
    case .labelledText: "labelled text"
    case .taggedText: "tagged words"
    case .numbers: "a table of numbers"
    case .tunes: "tunes in ABC notation"
    case .kernel: "an image kernel"
    case .image: "an image"
    case .idxImages: "images in IDX format"
    case .idxLabels: "labels in IDX format"
    case .cifar: "images in CIFAR-10's binary format"
    case .optdigits: "images in optdigits format"
    case .numpyArray: "a NumPy array"
    case .numpyArchive: "an archive of NumPy arrays"
    case .matrixMarket: "a sparse matrix in Matrix Market format"
    case .midi: "a MIDI file"
    case .onnx: "an ONNX graph"
    case .metrics: TextKind.metrics.noun
    case .answer: TextKind.answer.noun
    case .picture: TextKind.picture.noun
    case .page: TextKind.page.noun
    case .tensors: "tensors of another program"
    case .text: "a text"
    case .catalogue: "a catalogue of corpora"
    case .associationTests: "lists of words for tests of association"
    case .wordList: "a list of words"
    case .wordPairs: "pairs of words"
    case .wordColumn: "a column of values for words"
    case .nameList: "a list of names in JSON"
    case .digests: "SHA-256 digests"
    case .sparseArchive: "a sparse matrix of SciPy's"
    case .sparseRows: "sparse rows in JSON"
    case .answerTable: "a table that wordtool wrote"
    case .json: "a document in JSON"
    case .imageFolder: "a folder of images"
    case .textFolder: "a folder of texts"
    }
  }

  /// The commands that take it, as they are typed, and in brackets with what; none where only other
  /// programs do.
  var takers: [String] {
    switch self {
    case .vectors:
      ["nearest -v", "analogy -v", "convert", "evaluate analogies -v", "train-lm --embeddings"]
    case .vectorCheckpoint: ["train-embeddings --resume (its folder)"]
    case .vectorIndex: ["nearest --approximate --index"]
    case .documentModel: ["nearest-documents", "document-vector", "convert --documents"]
    case .nGramModel, .mappedNGramModel: ["generate", "perplexity", "convert"]
    case .languageModel:
      ["generate", "perplexity", "export-onnx", "inspect", "gradient-flow --model"]
    case .languageModelCheckpoint: ["train-lm --resume"]
    case .classifier: ["classify", "evaluate classification", "export-onnx", "inspect"]
    case .fastTextClassifier:
      ["classify", "evaluate classification", "quantize", "nearest -v", "convert"]
    case .tagger: ["tag", "evaluate tagging", "export-onnx", "inspect"]
    case .imageModel: ["image classify", "image features", "image describe", "image time"]
    case .imageCheckpoint: ["image train --resume"]
    case .imageWeights: ["image classify --model NETWORK", "image features --model NETWORK"]
    case .whitening: ["image whiten --load", "image train --whiten"]
    case .bagOfWords: ["encode bag-of-words --load", "encode tf-idf --load"]
    case .oneHot: ["encode one-hot --load"]
    case .tfIdf: ["encode tf-idf --load-weights"]
    case .bytePairEncoding: ["bpe encode -m", "bpe decode -m"]
    case .tokenizer: ["vector --text-lines -v (the folder of its model)"]
    case .phrases: ["phrases --load"]
    case .vocabulary: ["train-embeddings --vocab"]
    case .analogyQuestions: ["evaluate analogies"]
    case .similarityPairs: ["evaluate similarity", "similarity --pairs"]
    case .labelledText: ["train-classifier", "evaluate classification"]
    case .taggedText: ["train-tagger", "evaluate tagging"]
    case .text, .textFolder:
      ["train-embeddings", "train-lm", "tokenize", "vocab", "encode", "bpe train"]
    case .catalogue: ["corpus list --catalogue", "corpus get --catalogue"]
    case .associationTests: ["evaluate weat"]
    case .wordList:
      [
        "tokenize --stop-words", "convert --word-list (beside an array)",
        "train-embeddings --freeze",
      ]
    case .wordPairs: ["align --pairs", "similarity --pairs"]
    case .wordColumn: ["explore --column"]
    case .imageFolder: ["image train", "image whiten", "image classify --test"]
    case .tunes: ["abc check", "abc list", "abc midi"]
    case .kernel: ["image filter --kernel"]
    case .image: ["image show", "image filter", "image augment", "image classify"]
    case .idxImages, .cifar, .optdigits: ["image train", "image show", "image whiten"]
    case .idxLabels: ["image train (beside its images)"]
    case .numpyArray, .numpyArchive, .tensors:
      ["nearest -v (with a list of words)", "convert (with a list of words)"]
    case .metrics: ["plot --metrics"]
    case .numbers, .matrixMarket, .midi, .onnx, .answer, .picture, .page, .nameList, .digests,
      .sparseArchive, .sparseRows, .answerTable, .json:
      []
    }
  }

  /// What to do with such a file where it was not expected.
  var remedy: String {
    takers.isEmpty
      ? "no command of wordtool reads it"
      : "it is for " + takers.prefix(3).map(Self.quoted).joined(separator: ", ")
        + (takers.count > 3 ? " and others" : "")
  }

  /// What to do with such a file where something of `kinds` was expected.
  private func remedy(expecting kinds: [FileKind]) -> String {
    if kinds.contains(.idxImages), self == .numpyArray || self == .numpyArchive {
      return "write its images in IDX format, or as PNG files in a folder for each class"
    }
    return remedy
  }

  /// A command in quotation marks, what stands in brackets behind it.
  private static func quoted(_ taker: String) -> String {
    guard let bracket = taker.firstIndex(of: "(") else { return "'\(taker)'" }
    return "'\(taker[..<bracket].dropLast())' \(taker[bracket...])"
  }

  /// The error for a file of another kind than was expected; the error of who read it where the file
  /// is of the right kind, and damaged, or of none that is known here.
  ///
  /// - Parameters:
  ///   - error: what reading it gave.
  ///   - kinds: what was expected; none for text.
  static func explained(
    _ error: WordtoolError, path: String, expected kinds: [FileKind]
  ) -> WordtoolError {
    guard error.kind == .badData, error.path == nil || error.path == path,
      let found = FileRecognizer.kind(of: path), !kinds.contains(found),
      // Tables may be vectors once words stand beside them: the reader says what is missing.
      !(kinds.contains(.vectors)
        && [.numpyArray, .numpyArchive, .tensors, .numbers].contains(found)),
      // It is both.
      !(found == .fastTextClassifier && (kinds.contains(.vectors) || kinds.contains(.classifier))),
      // The reader says what it cannot do.
      !(found == .tokenizer && kinds.contains(.bytePairEncoding)),
      // A word and a number a line are vectors of one value too.
      !(kinds.contains(.vocabulary) && found == .vectors && FileRecognizer.isText(path))
    else { return error }
    return WordtoolError(
      .badData, path: path,
      // It may have vectors of words as well: the reader says why this one has none.
      found: found == .documentModel && kinds.contains(.vectors) ? error.found : found.noun,
      expected: kinds.isEmpty ? "text" : Self.listed(kinds),
      // What is called a vocabulary may be somebody's text.
      remedy: found.remedy(expecting: kinds)
        + (error.remedy == TextKind.remedy ? "; " + TextKind.remedy : ""))
  }

  private static func listed(_ kinds: [FileKind]) -> String {
    let first = kinds.dropLast().map(\.noun).joined(separator: ", ")
    return (first.isEmpty ? "" : first + " or ") + kinds.suffix(1).map(\.noun).joined()
  }

  /// Reads a file that is to be of one of some kinds; one of another is told what it is.
  static func reading<Result>(
    _ path: String, as kinds: FileKind..., body: () throws -> Result
  ) throws -> Result {
    do { return try body() } catch let error as WordtoolError {
      throw explained(error, path: path, expected: kinds)
    }
  }
}
