import BLASCore
import Subword
import WordtoolCore

/// Reads folders of model2vec and of sentence-transformers' StaticEmbedding: `tokenizer.json`, and
/// `model.safetensors` with a row for each token, or with rows that tokens share (`mapping`) and factors of
/// tokens (`weights`).
///
/// Words are the tokens, by their numbers; a row has its factor in it. Any other word and any text is made
/// of its tokens, see ``TokenComposer``.
struct StaticModelReader {
  /// The folder itself, for messages.
  let folder: String
  /// Where `model.safetensors` and `tokenizer.json` are.
  let modelFolder: String
  /// Whether there are settings of model2vec.
  private let hasSettings: Bool
  /// Whether there are settings of sentence-transformers.
  private let hasModules: Bool

  /// The reader of a folder; nil for anything else.
  init?(at path: String) {
    guard path != "-" else { return nil }
    let base = path.hasSuffix("/") ? String(path.dropLast()) : path
    func holds(_ names: String...) -> Bool { names.allSatisfy { WordList.isFile(base + "/" + $0) } }
    folder = base
    hasSettings = holds("config.json")
    hasModules = holds("config_sentence_transformers.json") || holds("modules.json")
    if holds("model.safetensors", "tokenizer.json"), hasSettings || hasModules {
      modelFolder = base
    } else if let first = (try? Self.modules(base))?.first, !first.path.isEmpty,
      first.type.hasSuffix("StaticEmbedding"),
      holds(first.path + "/model.safetensors", first.path + "/tokenizer.json")
    {
      modelFolder = base + "/" + first.path
    } else {
      return nil
    }
  }

  /// The steps of a model of sentence-transformers, in their order.
  private static func modules(_ folder: String) throws -> [(type: String, path: String)] {
    guard let json = try json(folder + "/modules.json") else { return [] }
    guard case .array(let list) = json else {
      throw WordtoolError(
        .badData, path: folder + "/modules.json", found: "no list", expected: "a list of modules")
    }
    return list.map { ($0["type"]?.text ?? "?", $0["path"]?.text ?? "") }
  }

  /// A file of JSON; nil when it is not there.
  private static func json(_ path: String) throws -> JSONText? {
    guard WordList.isFile(path) else { return nil }
    let text = try TextSource(path: path).readAll(limit: 1 << 24)
    do {
      return try JSONText.parse(text)
    } catch let failure {
      throw WordtoolError(
        .badData, path: path, at: .byte(failure.offset), found: failure.found, expected: "JSON")
    }
  }

  func read(_ options: WordVectors.ReadOptions) throws -> WordVectors {
    let path = modelFolder + "/model.safetensors"
    let contents = try FileContents(path: path)
    let tensors = try unsafe TensorFile(bytes: contents.bytes, path: path, owner: contents)
    // sentence-transformers may keep a config.json too, and model2vec writes modules.json.
    let isModel2Vec =
      hasSettings && modelFolder == folder
      && (tensors.entry(named: "embeddings") != nil || !hasModules)
    let format: WordVectors.Format = isModel2Vec ? .model2vec : .staticEmbedding
    try options.refuseWordList(for: format, path: folder)
    let tokenizer = try PieceTokenizer(contentsOf: modelFolder + "/tokenizer.json")
    let table = try StaticTable(tensors, tokenizer: tokenizer, isModel2Vec: isModel2Vec)
    var rules = try isModel2Vec ? rulesOfModel2Vec(tokenizer) : rulesOfModules(tokenizer)
    rules.roundsToHalf = isModel2Vec && table.isHalf
    let rows = try table.rows(threads: options.threads)
    var rowsByID = [Int32](repeating: -1, count: table.idCount)
    for (row, token) in tokenizer.tokens.enumerated() { rowsByID[Int(token.id)] = Int32(row) }
    var assembly = VectorAssembly(
      path: folder, format: format, dimension: table.dimension, rows: rows)
    assembly.wordPath = modelFolder + "/tokenizer.json"
    let layout = unsafe Float32Rows(
      rows.base, dimension: table.dimension, stride: table.dimension)
    assembly.composer = TokenComposer(
      tokenizer: tokenizer, rules: rules, rows: layout, dimension: table.dimension,
      owner: TableRowsOwner(rows), rowsByID: rowsByID)
    let words = WordList(
      tokenizer.tokens.map { Array($0.text.utf8) }, path: assembly.wordPath ?? "")
    return try unsafe words.places.withUnsafeBufferPointer {
      try unsafe assembly.finish(words: $0, bytes: words.contents.bytes, options: options) { _ in
        nil
      }
    }
  }

  private func failure(_ file: String, _ found: String, _ expected: String) -> WordtoolError {
    WordtoolError(.badData, path: folder + "/" + file, found: found, expected: expected)
  }

  /// model2vec cuts a text to as many characters as its most tokens would have if all were as long as the
  /// median token, then takes that many tokens, then leaves the unknown ones out.
  private func rulesOfModel2Vec(_ tokenizer: PieceTokenizer) throws -> TokenComposer.Rules {
    let json = try Self.json(folder + "/config.json")
    var rules = TokenComposer.Rules()
    rules.keepsUnknown = false
    switch json?["normalize"] {
    case nil, .null?: break
    case .bool(let value)?: rules.isUnit = value
    default: throw failure("config.json", "a normalize that is no truth value", "true or false")
    }
    var tokenCount: Int? = 512
    switch json?["max_length"] {
    case nil: break
    case .null?: tokenCount = nil
    case .integer(let value)? where value >= 0: tokenCount = value
    default: throw failure("config.json", "a bad max_length", "a whole number or null")
    }
    guard let tokenCount else { return rules }
    let lengths = tokenizer.tokens.map { $0.text.unicodeScalars.count }.sorted()
    let middle = lengths.count / 2
    // Half of an odd sum is rounded down, as the library does.
    let median =
      lengths.isEmpty
      ? 0 : lengths.count % 2 == 1 ? lengths[middle] : (lengths[middle - 1] + lengths[middle]) / 2
    let (product, isLarge) = tokenCount.multipliedReportingOverflow(by: median)
    rules.characterCount = isLarge ? nil : product
    rules.truncation = PieceTokenizer.Truncation(tokenCount: tokenCount)
    return rules
  }

  /// StaticEmbedding truncates as the tokenizer says and keeps unknown tokens; a prompt comes first where
  /// the model has a default one.
  private func rulesOfModules(_ tokenizer: PieceTokenizer) throws -> TokenComposer.Rules {
    var rules = TokenComposer.Rules()
    rules.truncation = tokenizer.truncation
    for (place, module) in try Self.modules(folder).enumerated() {
      switch module.type.split(separator: ".").last {
      case "StaticEmbedding" where place == 0: break
      case "Normalize" where place > 0: rules.isUnit = true
      default:
        throw failure(
          "modules.json", "the module \(place + 1) '\(module.type)'",
          "StaticEmbedding, and Normalize or nothing behind it")
      }
    }
    let json = try Self.json(folder + "/config_sentence_transformers.json")
    if let name = json?["default_prompt_name"], !name.isNull {
      guard let name = name.text else {
        throw failure(
          "config_sentence_transformers.json", "a default_prompt_name that is no text", "a name")
      }
      guard let prompt = json?["prompts"]?[name]?.text else {
        throw failure(
          "config_sentence_transformers.json", "no prompt of the name '\(name)'", "the default one")
      }
      rules.prompt = prompt
    }
    return rules
  }
}

/// Keeps rows in memory.
///
/// Sendable: nothing writes to them.
final class TableRowsOwner: Sendable {
  private let rows: TableRows
  init(_ rows: TableRows) { self.rows = rows }
}
