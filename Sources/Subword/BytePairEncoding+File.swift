package import WordtoolCore

extension BytePairEncoding {
  /// Reads a `tokenizer.json` of Hugging Face that holds a byte-level byte-pair encoding.
  ///
  /// - Throws: `WordtoolError`: `noSuchInput`, or `badData` when the file is damaged or asks for
  ///   something that would give other tokens here than there: a normalizer, another way of
  ///   cutting, unknown tokens, truncation.
  public init(contentsOf path: String) throws {
    let json = try JSONText.tokenizerFile(at: path)
    do {
      try self.init(json)
    } catch var error as WordtoolError {
      error.path = path
      throw error
    }
  }

  private init(_ json: JSONText) throws {
    func refuse(_ found: String, _ expected: String) -> WordtoolError {
      WordtoolError(.badData, found: found, expected: expected)
    }
    func isAbsent(_ value: JSONText?) -> Bool { value?.isNull ?? true }
    for name in ["normalizer", "truncation", "padding"] where !isAbsent(json[name]) {
      throw refuse("a \(name)", "none: byte-level text is taken as it is")
    }
    guard let model = json["model"] else { throw refuse("no model", "a tokenizer.json") }
    if let type = model["type"]?.text, type != "BPE" {
      throw refuse("a model of the type \(type)", "BPE")
    }
    for name in ["continuing_subword_prefix", "end_of_word_suffix"] {
      if let value = model[name], !value.isNull, value.text != "" {
        throw refuse("a \(name)", "a byte-level model, which has none")
      }
    }
    if model["byte_fallback"]?.boolean == true || !isAbsent(model["dropout"]) {
      throw refuse("byte_fallback or a fixed dropout", "neither")
    }
    guard let cutting = json["pre_tokenizer"], cutting["type"]?.text == "ByteLevel" else {
      throw refuse(
        "the pre-tokenizer \(json["pre_tokenizer"]?["type"]?.text ?? "none")", "ByteLevel")
    }
    if let post = json["post_processor"], !post.isNull, post["type"]?.text != "ByteLevel" {
      throw refuse("the post-processor \(post["type"]?.text ?? "?")", "ByteLevel or none")
    }

    guard case .object(let vocabulary)? = model["vocab"], case .array(let pairs)? = model["merges"]
    else { throw refuse("no vocab or merges", "both in the model") }
    var added: [(token: SpecialToken, id: Int32)] = []
    if let list = json["added_tokens"], !list.isNull {
      guard case .array(let list) = list else { throw refuse("added_tokens", "an array") }
      for item in list {
        guard case .integer(let id)? = item["id"], let content = item["content"]?.text,
          let number = Int32(exactly: id), number >= 0
        else { throw refuse("an added token without id or content", "both") }
        for name in ["single_word", "lstrip", "rstrip"] where item[name]?.boolean == true {
          throw refuse("the added token '\(content)' with \(name)", "tokens taken as they stand")
        }
        added.append((SpecialToken(content, isSpecial: item["special"]?.boolean ?? false), number))
      }
    }
    // Holes are allowed, but no number that is out of all proportion.
    let limit = 4 * (vocabulary.count + added.count) + 4096
    var tokens: [[UInt8]?] = []
    func place(_ bytes: [UInt8], at id: Int, name: String, replaces: Bool) throws {
      guard id >= 0, id < limit else {
        throw refuse("the number \(id) for '\(name)'", "0 to \(limit - 1)")
      }
      while tokens.count <= id { tokens.append(nil) }
      guard tokens[id] == nil || replaces else {
        throw refuse("the number \(id) for '\(name)' and another token", "distinct numbers")
      }
      tokens[id] = bytes
    }
    let addedIDs = Set(added.map(\.id))
    var numbers: [[UInt8]: Int32] = [:]
    for (name, value) in vocabulary {
      guard case .integer(let id) = value, let number = Int32(exactly: id) else {
        throw refuse("no number for '\(name)'", "a whole number")
      }
      guard let bytes = addedIDs.contains(number) ? Array(name.utf8) : ByteLevel.bytes(name) else {
        throw refuse("the token '\(name)'", "characters that stand for bytes")
      }
      try place(bytes, at: id, name: name, replaces: false)
      if addedIDs.contains(number) {
        // A word that merges make may have been added once more, as a token of its own.
        if let merged = ByteLevel.bytes(name), numbers[merged] == nil { numbers[merged] = number }
      } else if let other = numbers.updateValue(number, forKey: bytes), !addedIDs.contains(other) {
        throw refuse("the token '\(name)' twice", "distinct tokens")
      }
    }
    for (token, id) in added {
      try place(Array(token.content.utf8), at: Int(id), name: token.content, replaces: true)
    }
    var merges: [Merge] = []
    merges.reserveCapacity(pairs.count)
    for pair in pairs {
      let parts: [String]
      switch pair {
      case .string(let text):
        parts = text.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
      case .array(let items): parts = items.compactMap(\.text)
      default: parts = []
      }
      guard parts.count == 2, let left = ByteLevel.bytes(parts[0]),
        let right = ByteLevel.bytes(parts[1]), let leftID = numbers[left],
        let rightID = numbers[right], let result = numbers[left + right]
      else {
        throw refuse(
          "merge \(merges.count + 1) of '\(parts.joined(separator: " "))'",
          "two tokens of the vocabulary that make a third")
      }
      merges.append(Merge(left: leftID, right: rightID, result: result))
    }
    try self.init(
      tokens: tokens, merges: merges, specialTokens: added,
      addsPrefixSpace: cutting["add_prefix_space"]?.boolean ?? true,
      splitsByPattern: cutting["use_regex"]?.boolean ?? true,
      ignoresMerges: model["ignore_merges"]?.boolean ?? false)
  }

  /// Writes a `tokenizer.json` that the Hugging Face libraries load.
  ///
  /// - Throws: `WordtoolError` of kind `cannotCreate` or `inputOutput`.
  public func write(to path: String) throws { try OutputFile.write(to: path) { try write(to: $0) } }

  /// Writes a `tokenizer.json` into an open file; the same encoding gives the same bytes.
  package func write(to output: OutputFile) throws {
    let specials = Dictionary(uniqueKeysWithValues: specialTokens.map { ($0.id, $0.token) })
    func name(_ id: Int32) -> String {
      if let token = specials[id] { return JSONText.quoted(token.content) }
      return JSONText.quoted(ByteLevel.text(tokens[Int(id)] ?? []))
    }
    try output.write("{\n  \"version\": \"1.0\",\n  \"truncation\": null,\n  \"padding\": null,\n")
    let added = specialTokens.map { token, id in
      "\n    {\"id\": \(id), \"content\": \(JSONText.quoted(token.content)), "
        + "\"single_word\": false, \"lstrip\": false, \"rstrip\": false, \"normalized\": false, "
        + "\"special\": \(token.isSpecial)}"
    }
    try output.write("  \"added_tokens\": [\(added.joined(separator: ","))],\n")
    let level =
      "{\"type\": \"ByteLevel\", \"add_prefix_space\": \(addsPrefixSpace), "
      + "\"trim_offsets\": true, \"use_regex\": \(splitsByPattern)}"
    try output.write(
      """
        "normalizer": null,
        "pre_tokenizer": \(level),
        "post_processor": null,
        "decoder": \(level),
        "model": {
          "type": "BPE",
          "dropout": null,
          "unk_token": null,
          "continuing_subword_prefix": null,
          "end_of_word_suffix": null,
          "fuse_unk": false,
          "byte_fallback": false,
          "ignore_merges": \(ignoresMerges),
          "vocab": {
      """)
    var separator = "\n"
    for id in tokens.indices where tokens[id] != nil {
      try output.write("\(separator)      \(name(Int32(id))): \(id)")
      separator = ",\n"
    }
    try output.write("\n    },\n    \"merges\": [")
    separator = "\n"
    for merge in merges {
      let left = ByteLevel.text(tokens[Int(merge.left)] ?? [])
      let right = ByteLevel.text(tokens[Int(merge.right)] ?? [])
      try output.write("\(separator)      \(JSONText.quoted(left + " " + right))")
      separator = ",\n"
    }
    try output.write("\n    ]\n  }\n}\n")
  }
}
