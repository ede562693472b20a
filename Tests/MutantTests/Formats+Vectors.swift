import TestSupport
import Word2Vec
import WordtoolCore

extension MutantFormat {
  /// Tables that other tools have made, the fixtures of Word2VecTests.
  static let foreignTables: [MutantFormat] = [
    ("tables/packed.npz", Mutator.Layout.binary, nil),
    ("tables/float16.npy", .binary, "tables/float16.words"),
    ("tables/fortran.npy", .binary, "tables/fortran.words"),
    ("tables/BF16.safetensors", .safetensors, nil), ("tables/I8.safetensors", .safetensors, nil),
    ("finalfusion/bucket.fifu", .binary, nil), ("finalfusion/explicit.fifu", .binary, nil),
    ("finalfusion/opq.fifu", .binary, nil), ("floret/table.fifu", .binary, nil),
    ("floret/table.floret", .text, nil), ("floret/table.floret", .text, "tables/float32.words"),
  ].map { name, layout, list in
    fixture(name, layout, called: name + (list == nil ? "" : " with words"), list: list)
  }

  /// Vectors of floret's table in the formats that hold it.
  static let floretTables: [MutantFormat] = [
    (WordVectors.Format.safetensors, Mutator.Layout.safetensors), (.floretModel, .binary),
    (.floret, .text),
  ].map { format, layout in
    MutantFormat(
      name: "vectors of floret's table as \(format.rawValue)", layout: layout, cost: 2,
      readers: ["WordVectors.init(contentsOf:options:)"]
    ) { folder in
      let table = try WordVectors(contentsOf: fixtures + "floret/floret.bin")
      try table.write(to: folder("whole"), format: format, threads: 1)
      return Sample(file: try folder.bytes(of: "whole")) {
        try answer(WordVectors(contentsOf: $0, options: .init(threads: 1)))
      }
    }
  }

  /// The files in a folder of spaCy.
  static let spacyFolders: [MutantFormat] = [
    ("spacy", "key2row"), ("spacy", "strings.json"), ("spacy", "vectors"),
    ("floret/spacy", "vectors.cfg"),
  ].map { name, part in
    MutantFormat(
      name: "\(name), \(part)", layout: part.hasSuffix("s") || part == "key2row" ? .binary : .text,
      cost: 8, readers: ["WordVectors.init(contentsOf:options:)"]
    ) { folder in
      func whole(_ part: String) -> [UInt8]? {
        TestFiles.readBytes("\(fixtures)\(name)/vocab/\(part)")
      }
      let parts = ["key2row", "strings.json", "vectors", "vectors.cfg"].filter { $0 != part }
      for part in parts {
        if let bytes = whole(part) { _ = try folder.write(bytes, to: part) }
      }
      return Sample(file: whole(part) ?? []) {
        _ = try folder.write(TestFiles.readBytes($0) ?? [], to: part)
        return try answer(WordVectors(contentsOf: folder.path, options: .init(threads: 1)))
      }
    }
  }

  /// The files in folders of model2vec and of sentence-transformers, and the vectors of some texts.
  static let staticFolders: [MutantFormat] = [
    ("wordpiece", "tokenizer.json"), ("unigram", "tokenizer.json"), ("bytes", "tokenizer.json"),
    ("fallback", "tokenizer.json"), ("words", "tokenizer.json"), ("bytes", "model.safetensors"),
    ("unigram", "model.safetensors"), ("wordpiece", "config.json"), ("static", "modules.json"),
    ("static", "config_sentence_transformers.json"),
  ].map { name, part in
    let layout: Mutator.Layout = part.hasSuffix(".safetensors") ? .safetensors : .text
    return MutantFormat(
      name: "\(name), \(part)", layout: layout, cost: 20,
      readers: ["WordVectors.init(contentsOf:options:)"]
    ) { folder in
      func whole(_ part: String) -> [UInt8]? {
        TestFiles.readBytes("\(fixtures)static/\(name)/\(part)")
      }
      let parts = [
        "tokenizer.json", "model.safetensors", "config.json", "modules.json",
        "config_sentence_transformers.json",
      ]
      for other in parts where other != part {
        if let bytes = whole(other) { _ = try folder.write(bytes, to: other) }
      }
      return Sample(file: whole(part) ?? []) {
        _ = try folder.write(TestFiles.readBytes($0) ?? [], to: part)
        let vectors = try WordVectors(contentsOf: folder.path, options: .init(threads: 1))
        let texts = ["the river's café, 東京 <mask> x²", String(repeating: "of a ", count: 40)]
        return try answer(vectors)
          + texts.flatMap { try vectors.vector(ofText: $0).map(Double.init) }
      }
    }
  }

  /// A file that another tool has made, and an unknown word that its n-grams may make a vector of.
  private static func fixture(
    _ name: String, _ layout: Mutator.Layout, called title: String? = nil, cost: Int = 4,
    list: String? = nil
  ) -> MutantFormat {
    MutantFormat(
      name: title ?? name, layout: layout, cost: cost,
      readers: ["WordVectors.init(contentsOf:options:)"]
    ) { _ in
      let list = list.map { fixtures + $0 }
      return Sample(file: TestFiles.readBytes(fixtures + name) ?? []) {
        try answer(
          WordVectors(contentsOf: $0, options: .init(threads: 1, wordList: list)))
      }
    }
  }

  private static let fixtures =
    #filePath.split(separator: "/").dropLast(2).map { "/" + $0 }.joined()
    + "/Word2VecTests/Fixtures/"

  /// The answers to some words of the vectors, and the vector made for one that is not there.
  private static func answer(_ vectors: WordVectors) throws -> [Double] {
    let unknown = try? vectors.resolve("riverside")
    guard case .composed(let vector) = unknown?.reading else { return try ask(vectors) }
    return try ask(vectors) + vector.map(Double.init)
  }

  /// Models that fastText has made.
  static let fastTextModels =
    [
      "fasttext-skipgram.bin", "fasttext-supervised.bin", "fasttext-quantized.ftz",
      "fasttext-pruned.ftz",
    ].map { fixture($0, .binary, cost: 20) } + [nGrams]

  /// Our own format with fastText's n-grams.
  private static let nGrams = MutantFormat(
    name: "vectors safetensors with n-grams", layout: .safetensors, cost: 20,
    readers: ["WordVectors.init(contentsOf:options:)"]
  ) { folder in
    let model = try WordVectors(contentsOf: fixtures + "fasttext-skipgram.bin")
    try model.write(to: folder("whole"), format: .safetensors, threads: 1)
    return Sample(file: try folder.bytes(of: "whole")) {
      try answer(WordVectors(contentsOf: $0, options: .init(threads: 1)))
    }
  }
}
