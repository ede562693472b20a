import ABCNotation
import BLASCore
import ConvNets
import SeqModels
import Subword
import Tokenize
import Word2Vec
import WordtoolCore

/// The facts that files of each kind tell.
enum FileFacts {
  private typealias Fact = FileDescription.Fact

  /// What a file of some kind holds; damaged files are refused as their readers do.
  static func facts(of kind: FileKind, path: String) throws -> [FileDescription.Fact] {
    switch kind {
    case .vectors, .vectorIndex, .tensors: try tensors(path)
    case .documentModel: try documentModel(path)
    case .vectorCheckpoint, .languageModelCheckpoint, .imageCheckpoint: try checkpoint(path)
    case .languageModel: try languageModel(path)
    case .nGramModel, .mappedNGramModel: try nGramModel(path)
    case .classifier, .tagger: try classifier(path)
    case .fastTextClassifier: try fastTextClassifier(path)
    case .imageModel: try imageModel(path)
    case .imageWeights: try weights(path)
    case .whitening: try whitening(path)
    case .bagOfWords, .oneHot, .tfIdf: try encoder(path)
    case .bytePairEncoding: try encoding(path)
    case .tokenizer: try tokenizer(path)
    case .phrases: try phrases(path)
    case .vocabulary: try vocabulary(path)
    case .analogyQuestions: try questions(path)
    case .similarityPairs: [.count("pairs", try SimilarityPairs(contentsOf: path).pairs.count)]
    case .labelledText: try labelledText(path)
    case .taggedText: try taggedText(path)
    case .numbers: try numbers(path)
    case .tunes: try tunes(path)
    case .kernel: try kernel(path)
    case .text: try text(path)
    case .answer, .json, .picture, .page, .metrics: try MarkupFacts.facts(of: kind, path: path)
    case .catalogue, .associationTests, .wordList, .wordPairs, .wordColumn, .nameList, .digests,
      .sparseRows, .answerTable:
      try ListRecognizer.facts(of: kind, path: path)
    case .imageFolder: FolderRecognizer.imageFacts(path)
    case .textFolder: try FolderRecognizer.textFacts(path)
    case .onnx: try ONNXFacts(path: path).facts
    case .numpyArchive, .sparseArchive: try ArchiveFacts.facts(path)
    case .image: try image(path)
    case .idxImages, .idxLabels, .numpyArray, .matrixMarket, .midi:
      try HeaderFacts.facts(of: kind, path: path)
    case .cifar, .optdigits: try set(path)
    }
  }

  // MARK: Tensors

  /// Floats of all tensors.
  private static func parameters(_ file: TensorFile) -> Int {
    file.entries.filter { [.float32, .float16, .bfloat16, .float64].contains($0.type) }
      .reduce(0) { $0 + $1.elementCount }
  }

  private static func tensors(_ path: String) throws -> [Fact] {
    let file = try TensorFile(path: path)
    let names = file.entries.prefix(8).map(\.name).joined(separator: ", ")
    let more = file.entries.count > 8 ? ", ..." : ""
    return [.count("tensors", file.entries.count), .text("names", names + more)]
      + header(file, leavingOut: ["format"])
  }

  /// The strings of the header in words.
  private static func header(_ file: TensorFile, leavingOut names: Set<String>) -> [Fact] {
    file.metadata.sorted { $0.key < $1.key }.filter { !names.contains($0.key) }.compactMap {
      let value = JSONPhrase.phrase($0.value)
      return value.isEmpty ? nil : .text(JSONPhrase.name($0.key), value)
    }
  }

  private static func documentModel(_ path: String) throws -> [Fact] {
    let model = try DocumentVectors(contentsOf: path)
    var facts: [Fact] = [
      .text("model", model.options.model.rawValue), .count("documents", model.count),
      .count("vocabulary", model.vocabulary.count), .count("dimension", model.dimension),
      .text("word vectors", model.words == nil ? "no" : "yes"),
      .count("labels", model.labels.names.count),
    ]
    if !model.labels.isEmpty { facts.append(.text("label names", list(model.labels.names))) }
    return facts + header(try TensorFile(path: path), leavingOut: ["format"])
  }

  /// Options in words, and of where the training stands what a person can use.
  private static func checkpoint(_ path: String) throws -> [Fact] {
    struct Position: Decodable {
      var epoch: Int?
      var step: Int?
    }
    let file = try TensorFile(path: path)
    var facts: [Fact] = [.count("numbers", parameters(file))]
    if let text = file.metadata["position"],
      let position = try? StoredJSON.decode(Position.self, from: text)
    {
      if let epoch = position.epoch { facts.append(.count("epochs done", epoch)) }
      if let step = position.step { facts.append(.count("steps done", step)) }
    }
    return facts + header(file, leavingOut: ["format", "position", "history"])
  }

  private static func languageModel(_ path: String) throws -> [Fact] {
    let file = try TensorFile(path: path)
    let words = file.entry(named: "vocabulary.counts")?.elementCount ?? 0
    var facts: [Fact] = [.count("vocabulary", words), .count("parameters", parameters(file))]
    facts += header(file, leavingOut: ["format"])
    return facts + rule(in: file.metadata["options"])
  }

  /// The tokenizer's rule inside of options.
  private static func rule(in options: String?) -> [Fact] {
    struct Options: Decodable { var rule: TokenizerRule? }
    guard let options, let found = try? StoredJSON.decode(Options.self, from: options).rule else {
      return []
    }
    return [.text("tokenizer rule", JSONPhrase.phrase(found))]
  }

  private static func classifier(_ path: String) throws -> [Fact] {
    let file = try TensorFile(path: path)
    let labels = try ModelFile(file).strings(bytes: "labels.bytes", offsets: "labels.offsets").texts
    let words = (file.entry(named: "vocabulary.offsets")?.elementCount ?? 1) - 1
    return [
      .text("model", file.metadata["model"] ?? ""), .count("labels", labels.count),
      .text("label names", list(labels)), .count("vocabulary", words),
      .count("parameters", parameters(file)),
    ] + header(file, leavingOut: ["format", "model"])
  }

  private static func fastTextClassifier(_ path: String) throws -> [Fact] {
    let model = try TextClassifier(contentsOf: path)
    guard let facts = model.fastTextFacts else { return [] }
    let lengths = facts.characterNGrams.map { "\($0.lowerBound) to \($0.upperBound)" }
    let codes = facts.quantizesLabels ? "yes, labels as well" : "yes"
    return [
      .count("labels", model.labels.count),
      .text("label names", list(model.labels)), .count("vocabulary", facts.wordCount),
      .count("dimension", facts.dimension), .text("loss", facts.loss),
      .count("word n-grams", facts.wordNGramOrder), .text("character n-grams", lengths ?? "no"),
      .count("rows of n-grams", facts.nGramRows),
      .text("quantized", facts.isQuantized ? codes : "no"),
      .text("pruned", facts.isPruned ? "yes" : "no"),
    ]
  }

  private static func list(_ names: [String]) -> String {
    names.prefix(10).joined(separator: ", ") + (names.count > 10 ? ", ..." : "")
  }

  private static func imageModel(_ path: String) throws -> [Fact] {
    let model = try ImageModelDescription(contentsOf: path)
    let file = try TensorFile(path: path)
    let preprocessing = try StoredJSON.text(model.preprocessing)
    return [
      .text("network", model.architecture), .text("input", "\(model.inputShape)"),
      .count("classes", model.classNames.count), .text("class names", list(model.classNames)),
      .count("parameters", parameters(file)),
      .text("preprocessing", JSONPhrase.phrase(preprocessing)),
      .text("whitening", file.metadata["zca.format"] == nil ? "no" : "yes"),
    ]
  }

  private static func weights(_ path: String) throws -> [Fact] {
    let file = try TensorFile(path: path)
    let found = Architecture.names.first { name in
      guard let network = try? Architecture(name),
        let graph = try? network.graph(input: network.usualInput, classes: 1000)
      else { return false }
      let shapes = graph.nodes.indices.flatMap { graph.parameters(of: $0) }
      // The number of classes is the file's: its last layer may have other shapes.
      return !shapes.isEmpty
        && shapes.allSatisfy { file.entry(named: $0.name)?.shape.count == $0.shape.count }
        && shapes.dropLast(2).allSatisfy { file.entry(named: $0.name)?.shape == $0.shape }
        && file.entries.count { $0.name.hasSuffix(".weight") }
          == shapes.count { $0.name.hasSuffix(".weight") }
    }
    return [
      .text("network", found ?? "none that has a name here"),
      .count("tensors", file.entries.count), .count("parameters", parameters(file)),
    ] + header(file, leavingOut: [])
  }

  private static func whitening(_ path: String) throws -> [Fact] {
    let transform = try ZCAWhitening(contentsOf: path)
    var region = "whole images"
    if case .patch(let size) = transform.region { region = "patches of \(size) x \(size)" }
    return [
      .text("whitens", region), .text("images", "\(transform.shape)"),
      .count("directions kept", transform.rank),
      .text("epsilon", NumberFormat.general(transform.epsilon)),
    ]
  }

  private static func encoder(_ path: String) throws -> [Fact] {
    let file = try TensorFile(path: path)
    var facts: [Fact] = []
    for (tensor, name, extra) in [
      ("terms.offsets", "terms", 1), ("categories.offsets", "categories", 1),
      ("idf", "weights", 0), ("stopWords.offsets", "stop words", 1),
    ] {
      if let entry = file.entry(named: tensor) {
        facts.append(.count(name, max(0, entry.elementCount - extra)))
      }
    }
    return facts + header(file, leavingOut: ["encoder", "version"])
  }

  // MARK: Text

  private static func nGramModel(_ path: String) throws -> [Fact] {
    let model = try NGramModel(contentsOf: path)
    var facts: [Fact] = [
      .count("order", model.order), .text("unit", model.unit.rawValue),
      .count("vocabulary", model.vocabularyCount),
      .text("n-grams", model.counts.map { NumberFormat.grouped($0) }.joined(separator: " + ")),
    ]
    if let rule = model.tokenizerRule {
      facts.append(.text("tokenizer rule", JSONPhrase.phrase(rule)))
    }
    return facts
  }

  private static func encoding(_ path: String) throws -> [Fact] {
    let encoding = try BytePairEncoding(contentsOf: path)
    return [
      .text("kind", "byte level"), .count("tokens", encoding.vocabularySize),
      .count("merges", encoding.merges.count),
      .text(
        "special tokens",
        encoding.specialTokens.isEmpty ? "none" : list(encoding.specialTokens.map(\.token.content))),
      .text("prefix space", encoding.addsPrefixSpace ? "yes" : "no"),
    ]
  }

  private static func tokenizer(_ path: String) throws -> [Fact] {
    let tokenizer = try PieceTokenizer(contentsOf: path)
    let unknown = tokenizer.tokens.first { $0.id == tokenizer.unknownID }?.text
    return [
      .text("kind", tokenizer.modelName), .count("tokens", tokenizer.tokens.count),
      .count("added tokens", tokenizer.addedTokenCount), .text("unknown token", unknown ?? "none"),
      .text(
        "truncation", tokenizer.truncation.map { "to \($0.tokenCount) tokens" } ?? "none"),
    ]
  }

  private static func phrases(_ path: String) throws -> [Fact] {
    let model = try PhraseModel(contentsOf: path)
    return [
      .count("phrases", model.phrases.count), .count("passes", model.passes.count),
      .text("score", model.options.score.rawValue),
      .text("threshold", NumberFormat.general(model.options.effectiveThreshold)),
      .text("best", model.phrases.prefix(5).map(\.text).joined(separator: " ")),
      .text("tokenizer rule", JSONPhrase.phrase(model.rule)),
    ]
  }

  private static func vocabulary(_ path: String) throws -> [Fact] {
    let vocabulary = try Vocabulary(contentsOf: path)
    return [
      .count("words", vocabulary.count), .count("tokens", Int(vocabulary.totalCount)),
      .text("most frequent", vocabulary.words.prefix(5).joined(separator: " ")),
    ]
  }

  private static func questions(_ path: String) throws -> [Fact] {
    let sections = try AnalogyQuestions(contentsOf: path).sections
    return [
      .count("sections", sections.count),
      .count("questions", sections.reduce(0) { $0 + $1.questions.count }),
      .count("syntactic sections", sections.count { $0.isSyntactic }),
    ]
  }

  private static func labelledText(_ path: String) throws -> [Fact] {
    var text = LabelledText()
    try text.append(contentsOf: path)
    let columns = text.tables.first?.columns.map { [Fact.text("columns", $0)] } ?? []
    return [.count("texts", text.count)] + columns + [
      .count("labels", text.labels.count), .text("label names", list(text.labels)),
    ]
  }

  private static func taggedText(_ path: String) throws -> [Fact] {
    var text = TaggedText()
    try text.append(contentsOf: path)
    return [
      .count("sentences", text.sentences.count), .count("words", text.wordCount),
      .count("tags", text.tags.count), .text("tag names", list(text.tags)),
    ]
  }

  private static func numbers(_ path: String) throws -> [Fact] {
    let lines = try LineReader(path: path, invalid: .replaced)
    var (rows, columns) = (0, 0)
    while let line = try lines.nextLine() {
      if line.allSatisfy(\.isWhitespace) { continue }
      rows += 1
      columns = max(columns, line.split { "\t,;".contains($0) }.count)
    }
    return [.count("rows", rows), .count("columns", columns)]
  }

  private static func tunes(_ path: String) throws -> [Fact] {
    let book = try ABCBook(contentsOf: path)
    return [
      .count("tunes", book.tunes.count), .count("good", book.tunes.count { $0.isGood }),
      .count("notes", book.tunes.reduce(0) { $0 + $1.noteCount }),
      .text("titles", list(book.tunes.compactMap(\.title))),
    ]
  }

  private static func text(_ path: String) throws -> [Fact] {
    let lines = try LineReader(path: path, invalid: .replaced)
    while try unsafe lines.next({ _ in }) != nil {}
    return [
      .count("lines", lines.number), .count("bytes that are not UTF-8", lines.replacedCount),
    ]
  }

  private static func kernel(_ path: String) throws -> [Fact] {
    let kernel = try ImageKernel(contentsOf: path)
    let sum = kernel.weights.reduce(0) { $0 + Double($1) }
    return [
      .text("size", "\(kernel.height) x \(kernel.width)"),
      .text("sum of the weights", NumberFormat.general(sum)),
    ]
  }

  // MARK: Images

  private static func image(_ path: String) throws -> [Fact] {
    let image = try Image(contentsOf: path)
    let format = ImageFormat(sniffing: try FileStart.bytes(of: path, count: 16))
    return [
      .text("format", format?.rawValue.uppercased() ?? ""),
      .text("rows x columns x channels", "\(image.shape)"),
    ]
  }

  private static func set(_ path: String) throws -> [Fact] {
    let set = try ImageDataset(contentsOf: path)
    return [
      .count("images", set.count),
      .text("rows x columns x channels", set.shape.map { "\($0)" } ?? "not all the same"),
      .count("classes", set.classNames.count), .text("class names", list(set.classNames)),
    ]
  }
}
