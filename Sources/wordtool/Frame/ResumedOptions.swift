import WordtoolCore

/// Options beside `--resume`. Those of the checkpoint count, so none that is given may say otherwise.
enum ResumedOptions {
  /// Refuses options that are not those the training began with.
  ///
  /// - Parameters:
  ///   - given: the options of the command line.
  ///   - usual: those of one that gives none: what is equal there was not given.
  ///   - kept: those of the checkpoint.
  /// - Throws: ``WordtoolError`` of kind `usage` that names the property.
  static func check<Options: Encodable>(
    _ given: Options, usual: Options, kept: Options, path: String
  ) throws {
    let (given, usual, kept) = (try values(given), try values(usual), try values(kept))
    for (property, value) in given.sorted(by: { $0.key < $1.key })
    where property != "epochs" && value != usual[property] && value != kept[property] {
      throw WordtoolError(
        .usage, path: path, found: "`\(property)` of \(value)",
        expected: "\(kept[property] ?? "none"), with which the training began")
    }
  }

  /// The epochs of a training that goes on: those it began with, or more.
  ///
  /// - Throws: ``WordtoolError`` of kind `usage` for fewer.
  static func epochs(given: Int?, kept: Int, path: String) throws -> Int {
    if let given, given < kept {
      throw WordtoolError(
        .usage, path: path, found: "`epochs` of \(given)",
        expected: "at least \(kept), with which the training began")
    }
    return given ?? kept
  }

  /// The numbers and texts in a value, by the names on the way to them: `optimizer.clipNorm`.
  private static func values(_ options: some Encodable) throws -> [String: String] {
    var found: [String: String] = [:]
    func add(_ value: JSONText, _ name: String) {
      switch value {
      case .object(let members):
        for (key, value) in members { add(value, name.isEmpty ? key : "\(name).\(key)") }
      case .array(let elements):
        for (number, value) in elements.enumerated() { add(value, "\(name).\(number + 1)") }
      case .string(let text): found[name] = text
      case .integer(let number): found[name] = "\(number)"
      case .number(let number): found[name] = "\(number)"
      case .bool(let value): found[name] = "\(value)"
      case .null: break
      }
    }
    add(try JSONText.parse(Array(StoredJSON.text(options).utf8)), "")
    return found
  }
}
