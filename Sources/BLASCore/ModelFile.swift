package import WordtoolCore

/// A model file that is read: the facts of its header and its tensors, each checked when it is asked
/// for. All failures are `WordtoolError`s of kind `badData` that name the file.
package struct ModelFile: Sendable {
  /// The tensors and the header's strings.
  package let tensors: TensorFile

  /// Takes a file whose format its caller checks.
  package init(_ tensors: TensorFile) { self.tensors = tensors }

  /// Opens a file and checks what it says it is.
  ///
  /// - Parameters:
  ///   - path: a safetensors file.
  ///   - format: the kind and the version as `format` in the header has them: `wordtool-x 1`.
  ///   - writer: what writes such files: `train-lm`.
  ///   - bareRemedy: what to do about tensors without a format; nil says who writes such files.
  /// - Throws: `WordtoolError`: `noSuchInput`, `badData`.
  package init(
    path: String, format: String, writtenBy writer: String, bareRemedy: String? = nil
  ) throws {
    let file = try MappedFile(path: path)
    if let error = unsafe TensorFile.refusal(ofForeign: file.bytes, path: path) { throw error }
    guard unsafe TensorFile.matches(file.bytes) else {
      throw WordtoolError(
        .badData, path: path, found: "no safetensors file", expected: "'\(format)'",
        remedy: "\(writer) writes such files")
    }
    tensors = try unsafe TensorFile(bytes: file.bytes, path: path, owner: file)
    let found = tensors.metadata["format"]
    guard let found else {
      throw failure(
        Self.contents(of: tensors) ?? "tensors without a format", "'\(format)'",
        remedy: bareRemedy ?? "\(writer) writes such files")
    }
    guard found == format else {
      let isSameKind = Self.kind(of: found) == Self.kind(of: format)
      let contents = isSameKind ? nil : Self.contents(of: tensors)
      throw failure(
        contents ?? "a file of the kind '\(found)'", "'\(format)'",
        remedy: isSameKind ? "a newer wordtool may read it" : "\(writer) writes such files")
    }
  }

  /// What a file of this project holds, by its format or its tensors; nil of other tensors.
  package static func contents(of tensors: TensorFile) -> String? {
    if tensors.entry(named: "vocabulary.offsets") != nil, tensors.entry(named: "vectors") != nil {
      return "word vectors"
    }
    guard let format = tensors.metadata["format"], format.hasPrefix("wordtool-") else { return nil }
    let words = kind(of: format).dropFirst("wordtool-".count).split(separator: "-")
    // `wordtool-language-model-checkpoint 2` is what it is called.
    let name = words.joined(separator: " ")
    if name == "ngram model" { return "an n-gram model" }
    return name == "classifier" && tensors.metadata["model"] == "recurrent-tagger"
      ? "a tagger" : "\("aeiou".contains(name.prefix(1)) ? "an" : "a") \(name)"
  }

  /// A format without its version.
  package static func kind(of format: String) -> Substring {
    format.prefix { $0 != " " }
  }

  /// Whether a file is of some kind, whatever its version.
  package static func isKind(of format: String, _ tensors: TensorFile) -> Bool {
    tensors.metadata["format"].map { kind(of: $0) == kind(of: format) } ?? false
  }

  /// The name of the file, for messages.
  package var path: String { tensors.path }

  /// An error about this file.
  package func failure(
    _ found: String, _ expected: String? = nil, remedy: String? = nil
  ) -> WordtoolError {
    WordtoolError(.badData, path: tensors.path, found: found, expected: expected, remedy: remedy)
  }

  // MARK: Facts

  /// A fact of the header.
  package func text(_ name: String) throws -> String {
    guard let text = tensors.metadata[name] else { throw failure("no '\(name)' in the header") }
    return text
  }

  /// A fact that is a whole number in a range.
  package func integer(_ name: String, in range: ClosedRange<Int>) throws -> Int {
    let text = try text(name)
    guard let value = Int(text), range.contains(value) else {
      throw failure("'\(name)' is '\(text)'", "\(range.lowerBound) to \(range.upperBound)")
    }
    return value
  }

  /// A fact that is one of the cases of an enumeration.
  package func choice<Choice: RawRepresentable & CaseIterable>(
    _ name: String, _ type: Choice.Type = Choice.self
  ) throws -> Choice where Choice.RawValue == String {
    let text = try text(name)
    guard let value = Choice(rawValue: text) else {
      let known = Choice.allCases.map(\.rawValue).joined(separator: ", ")
      throw failure("'\(name)' is '\(text)'", "one of \(known)")
    }
    return value
  }

  /// A fact that is yes or no.
  package func flag(_ name: String) throws -> Bool {
    let text = try text(name)
    guard let value = Bool(text) else { throw failure("'\(name)' is '\(text)'", "true or false") }
    return value
  }

  /// A fact that is a value as JSON. What the value's own decoder refuses with a `WordtoolError`
  /// keeps its words.
  package func decoded<Value: Decodable>(_ name: String, as type: Value.Type) throws -> Value {
    let text = try text(name)
    do {
      return try StoredJSON.decode(type, from: text)
    } catch var error as WordtoolError {
      error.kind = .badData
      error.path = tensors.path
      throw error
    } catch {
      throw failure("an unreadable \(name) in the header", "JSON as this version writes it")
    }
  }

  // MARK: Tensors

  /// A tensor of some type and shape; an extent of -1 may be any.
  package func entry(
    _ name: String, _ type: TensorFile.ElementType, _ shape: [Int]
  ) throws -> TensorFile.Entry {
    let wanted = shape.map { $0 < 0 ? "any" : "\($0)" }.joined(separator: ", ")
    guard let entry = tensors.entry(named: name) else {
      let isWrapped = tensors.entry(named: "module.\(name)") != nil
      throw failure(
        "no tensor \(name)", "\(type.rawValue) [\(wanted)]",
        remedy: isWrapped
          ? "its names begin with 'module.': save the state_dict of the model's .module" : nil)
    }
    guard entry.type == type, entry.shape.count == shape.count,
      zip(entry.shape, shape).allSatisfy({ $1 == -1 || $0 == $1 })
    else {
      throw failure(
        "tensor \(name) of type \(entry.type.rawValue) and shape \(entry.shape)",
        "\(type.rawValue) [\(wanted)]")
    }
    return entry
  }

  /// The bytes of a tensor where they are in the file, valid as long as ``tensors`` lives.
  package func bytes(
    _ name: String, _ type: TensorFile.ElementType, _ shape: [Int]
  ) throws -> (bytes: UnsafeRawBufferPointer, shape: [Int]) {
    let entry = try entry(name, type, shape)
    return unsafe (tensors.bytes(of: entry), entry.shape)
  }

  /// A copy of a tensor's elements.
  package func values<Element: BitwiseCopyable>(
    _ name: String, _ type: TensorFile.ElementType, _ shape: [Int], zero: Element
  ) throws -> [Element] {
    let bytes = try unsafe bytes(name, type, shape).bytes
    precondition(MemoryLayout<Element>.stride == type.byteCount, "\(name): \(Element.self)")
    var result = [Element](repeating: zero, count: bytes.count / type.byteCount)
    // SAFETY: both have as many bytes: the element's size is that of the tensor's type.
    unsafe result.withUnsafeMutableBytes { unsafe $0.copyMemory(from: bytes) }
    return result
  }

  /// A copy of a tensor of floats, all of them finite.
  package func floats(_ name: String, _ shape: [Int]) throws -> [Float] {
    let result = try values(name, .float32, shape, zero: Float(0))
    guard result.allSatisfy(\.isFinite) else {
      throw failure("a value in \(name) that is not finite")
    }
    return result
  }

  // MARK: Strings

  /// The strings of two tensors, checked as ``StringTable`` says.
  package func strings(
    bytes bytesName: String, offsets offsetsName: String, allowsEmpty: Bool = true
  ) throws -> StringTable {
    let bytes = try values(bytesName, .uint8, [-1], zero: UInt8(0))
    let offsets = try values(offsetsName, .int64, [-1], zero: Int64(0))
    if let fault = StringTable.fault(in: offsets, byteCount: bytes.count) {
      throw failure("'\(offsetsName)' \(fault)", "rising offsets that fit '\(bytesName)'")
    }
    let table = StringTable(checkedBytes: bytes, offsets: offsets)
    if let index = table.firstNotUTF8 {
      throw failure("text \(index) of '\(bytesName)' is not UTF-8", "UTF-8")
    }
    if !allowsEmpty, let index = (0..<table.count).first(where: { table[$0].isEmpty }) {
      throw failure("text \(index) of '\(bytesName)' is empty", "at least one letter")
    }
    return table
  }

  /// The strings of two tensors, no two alike.
  package func distinctStrings(
    bytes bytesName: String, offsets offsetsName: String
  ) throws -> ByteStringTable {
    let strings = try strings(bytes: bytesName, offsets: offsetsName)
    var table = ByteStringTable(expectedCount: strings.count)
    for index in 0..<strings.count {
      guard table.add(strings[index]).isNew else {
        throw failure(
          "'\(String(decoding: strings[index], as: UTF8.self))' twice in '\(bytesName)'",
          "no two alike")
      }
    }
    return table
  }
}
