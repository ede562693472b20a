import WordtoolCore

/// How text is cut into the pieces that tokens never cross: the `pre_tokenizer` of a `tokenizer.json`.
indirect enum Splitter: Sendable {
  case sequence([Splitter])
  case bert
  case whitespace
  case whitespaceSplit
  case metaspace(Unicode.Scalar, scheme: PrependScheme, splits: Bool)
  case byteLevel(addsPrefixSpace: Bool, splitsByPattern: Bool)
  case punctuation(Behavior)
  case digits(individual: Bool)
  case delimiter(Unicode.Scalar)
  case split(TextPattern, Behavior, inverts: Bool)

  /// Where a sign for a blank is put before a piece.
  enum PrependScheme: String {
    case always, first, never
  }

  /// What becomes of what a piece is cut at.
  enum Behavior: String {
    case removed = "Removed"
    case isolated = "Isolated"
    case mergedWithPrevious = "MergedWithPrevious"
    case mergedWithNext = "MergedWithNext"
    case contiguous = "Contiguous"
  }

  /// Reads a pre-tokenizer; nil for none.
  ///
  /// - Throws: `WordtoolError` of kind `badData` for one that is not known.
  init?(_ json: JSONText?) throws {
    guard let json, !json.isNull else { return nil }
    let type = json["type"]?.text ?? "?"
    func flag(_ name: String, _ value: Bool) throws -> Bool {
      try json.flag(name, value, of: type)
    }
    func behavior(_ value: Behavior?) throws -> Behavior {
      guard let text = json["behavior"]?.text else {
        guard let value else { throw PieceTokenizer.refusal("\(type) without a behavior", "one") }
        return value
      }
      guard let named = Behavior(rawValue: text) else {
        throw PieceTokenizer.refusal("the behavior '\(text)' of \(type)", "Isolated or another")
      }
      return named
    }
    func character(_ name: String) throws -> Unicode.Scalar {
      guard let text = json[name]?.text?.unicodeScalars, text.count == 1, let first = text.first
      else { throw PieceTokenizer.refusal("\(type) without its \(name)", "one character") }
      return first
    }
    switch type {
    case "Sequence":
      guard case .array(let list)? = json["pretokenizers"] else {
        throw PieceTokenizer.refusal("a Sequence without pretokenizers", "a list")
      }
      self = .sequence(try list.compactMap { try Splitter($0) })
    case "BertPreTokenizer": self = .bert
    case "Whitespace": self = .whitespace
    case "WhitespaceSplit": self = .whitespaceSplit
    case "Metaspace": self = try Self.metaspace(json, sign: character("replacement"))
    case "ByteLevel":
      self = .byteLevel(
        addsPrefixSpace: try flag("add_prefix_space", true),
        splitsByPattern: try flag("use_regex", true))
    case "Punctuation": self = .punctuation(try behavior(.isolated))
    case "Digits": self = .digits(individual: try flag("individual_digits", false))
    case "CharDelimiterSplit": self = .delimiter(try character("delimiter"))
    case "Split":
      self = .split(
        try TextPattern(json["pattern"], of: "Split"), try behavior(nil),
        inverts: try flag("invert", false))
    default:
      throw PieceTokenizer.refusal(
        "the pre-tokenizer \(type)",
        "BertPreTokenizer, Whitespace, WhitespaceSplit, Metaspace, ByteLevel, Punctuation, Digits, "
          + "CharDelimiterSplit, Split or a Sequence of them")
    }
  }

  private static func metaspace(_ json: JSONText, sign: Unicode.Scalar) throws -> Splitter {
    var scheme = PrependScheme.always
    if let text = json["prepend_scheme"]?.text {
      guard let named = PrependScheme(rawValue: text) else {
        throw PieceTokenizer.refusal("the prepend_scheme '\(text)'", "always, first or never")
      }
      scheme = named
    } else if try !json.flag("add_prefix_space", true, of: "Metaspace") {
      // As files before prepend_scheme have it.
      scheme = .never
    }
    return .metaspace(sign, scheme: scheme, splits: try json.flag("split", true, of: "Metaspace"))
  }

  /// Cuts every piece; what has no characters left is no piece.
  ///
  /// - Throws: `WordtoolError` of kind `unavailable` for a pattern that takes too long.
  func apply(_ pieces: [PieceText]) throws -> [PieceText] {
    if case .sequence(let steps) = self {
      return try steps.reduce(pieces) { try $1.apply($0) }
    }
    var result: [PieceText] = []
    for piece in pieces where !piece.scalars.isEmpty { try cut(piece, into: &result) }
    return result
  }

  private func cut(_ piece: PieceText, into result: inout [PieceText]) throws {
    switch self {
    case .sequence: break
    case .bert:
      for part in piece.cut(at: ScalarClasses.isSpace, .removed) {
        result += part.cut(at: ScalarClasses.isPunctuation, .isolated)
      }
    case .whitespace: Self.cutByWhitespace(piece, into: &result)
    case .whitespaceSplit: result += piece.cut(at: ScalarClasses.isSpace, .removed)
    case .punctuation(let behavior):
      result += piece.cut(at: ScalarClasses.isPunctuation, behavior)
    case .digits(let individual):
      result += piece.cut(at: ScalarClasses.isNumeric, individual ? .isolated : .contiguous)
    case .delimiter(let sign): result += piece.cut(at: { $0 == sign }, .removed)
    case .metaspace(let sign, let scheme, let splits):
      var piece = piece
      for place in piece.scalars.indices where piece.scalars[place] == " " {
        piece.scalars[place] = sign
      }
      let isPrepended =
        switch scheme {
        case .always: true
        case .first: piece.startsText
        case .never: false
        }
      if isPrepended, piece.scalars[0] != sign { piece.scalars.insert(sign, at: 0) }
      result += splits ? piece.cut(at: { $0 == sign }, .mergedWithNext) : [piece]
    case .byteLevel(let addsPrefixSpace, let splitsByPattern):
      Self.cutBytes(piece, addsPrefixSpace, splitsByPattern, into: &result)
    case .split(let pattern, let behavior, let inverts):
      result += piece.cut(
        at: try pattern.matches(in: piece.scalars), behavior, inverts: inverts)
    }
  }

  /// Runs of characters of words, and runs of what is neither those nor white space.
  private static func cutByWhitespace(_ piece: PieceText, into result: inout [PieceText]) {
    var start = 0
    while start < piece.scalars.count {
      func kind(_ place: Int) -> Int {
        let scalar = piece.scalars[place]
        return ScalarClasses.isWord(scalar) ? 1 : ScalarClasses.isSpace(scalar) ? 0 : 2
      }
      let first = kind(start)
      var end = start + 1
      while end < piece.scalars.count, kind(end) == first { end += 1 }
      if first != 0 { result.append(piece.part(start..<end)) }
      start = end
    }
  }

  /// Pieces by GPT-2's pattern, each byte as the character that stands for it.
  private static func cutBytes(
    _ piece: PieceText, _ addsPrefixSpace: Bool, _ splitsByPattern: Bool,
    into result: inout [PieceText]
  ) {
    var piece = piece
    if addsPrefixSpace, piece.scalars[0] != " " { piece.scalars.insert(" ", at: 0) }
    let bytes = piece.bytes
    func add(_ range: Range<Int>) {
      result.append(
        PieceText(
          scalars: bytes[range].map { ByteLevel.characters[Int($0)] },
          startsText: piece.startsText && range.lowerBound == 0))
    }
    guard splitsByPattern else {
      add(0..<bytes.count)
      return
    }
    unsafe bytes.withUnsafeBufferPointer { bytes in
      var cutter = unsafe PreTokenizer(bytes)
      while let range = cutter.next() { add(range) }
    }
  }
}

extension PieceText {
  /// The parts between characters of a kind, each of which is cut out by itself.
  func cut(at isCut: (Unicode.Scalar) -> Bool, _ behavior: Splitter.Behavior) -> [PieceText] {
    let cuts = scalars.indices.filter { isCut(scalars[$0]) }.map { $0..<$0 + 1 }
    return cut(at: cuts, behavior)
  }

  /// The parts between cuts, which are in rising order, and the cuts themselves as `behavior` has it.
  ///
  /// - Parameter inverts: whether what is between the cuts counts as them.
  func cut(
    at cuts: [Range<Int>], _ behavior: Splitter.Behavior, inverts: Bool = false
  ) -> [PieceText] {
    var parts: [(range: Range<Int>, isCut: Bool)] = []
    var done = 0
    for cut in cuts {
      if cut.lowerBound > done { parts.append((done..<cut.lowerBound, inverts)) }
      parts.append((cut, !inverts))
      done = cut.upperBound
    }
    if done < scalars.count { parts.append((done..<scalars.count, inverts)) }
    return Self.merged(parts, behavior).filter { !$0.isEmpty }.map(part)
  }

  private static func merged(
    _ parts: [(range: Range<Int>, isCut: Bool)], _ behavior: Splitter.Behavior
  ) -> [Range<Int>] {
    var ranges: [Range<Int>] = []
    var wasCut = false
    switch behavior {
    case .isolated: return parts.map(\.range)
    case .removed: return parts.filter { !$0.isCut }.map(\.range)
    case .contiguous:
      for (range, isCut) in parts {
        if let last = ranges.last, isCut == wasCut {
          ranges[ranges.count - 1] = last.lowerBound..<range.upperBound
        } else {
          ranges.append(range)
        }
        wasCut = isCut
      }
    case .mergedWithPrevious:
      for (range, isCut) in parts {
        if isCut, !wasCut, let last = ranges.last {
          ranges[ranges.count - 1] = last.lowerBound..<range.upperBound
        } else {
          ranges.append(range)
        }
        wasCut = isCut
      }
    case .mergedWithNext:
      for (range, isCut) in parts.reversed() {
        if isCut, !wasCut, let last = ranges.last {
          ranges[ranges.count - 1] = range.lowerBound..<last.upperBound
        } else {
          ranges.append(range)
        }
        wasCut = isCut
      }
      ranges.reverse()
    }
    return ranges
  }
}
