import BLASCore
import WordtoolCore

/// What `info` tells about a file that is no file of vectors.
struct FileDescription: Encodable {
  /// A fact about a file.
  struct Fact {
    var name: String
    var value: Value

    enum Value {
      case text(String)
      case count(Int)
    }

    static func text(_ name: String, _ value: String) -> Fact {
      Fact(name: name, value: .text(value))
    }
    static func count(_ name: String, _ value: Int) -> Fact {
      Fact(name: name, value: .count(value))
    }

    /// The value for a person.
    var shown: String {
      switch value {
      case .text(let text): text
      case .count(let count): NumberFormat.grouped(count)
      }
    }
  }

  var path: String
  var kind: FileKind
  var facts: [Fact]

  /// Describes a file.
  ///
  /// - Throws: ``WordtoolError``: what reading it gives where it is damaged.
  init(_ kind: FileKind, path: String) throws {
    self.kind = kind
    self.path = path
    facts = try FileFacts.facts(of: kind, path: path)
    if !Environment.isFolder(path), let bytes = InputFiles.totalByteCount([path]) {
      facts.append(.count("bytes", bytes))
    }
  }

  /// The lines for a person.
  var lines: [(String, String)] {
    [("file", path), ("what it is", kind.noun)] + facts.map { ($0.name, $0.shown) }
      + [
        (
          "for", kind.takers.isEmpty ? "other programs" : kind.takers.joined(separator: ", ")
        )
      ]
  }

  private struct Key: CodingKey {
    var stringValue: String
    var intValue: Int? { nil }
    init(_ name: String) { stringValue = name }
    init?(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
  }

  /// The facts are members of their own, under their names in camel case.
  func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: Key.self)
    try values.encode(path, forKey: Key("path"))
    try values.encode(kind, forKey: Key("kind"))
    try values.encode(kind.noun, forKey: Key("description"))
    try values.encode(kind.takers, forKey: Key("commands"))
    var inner = values.nestedContainer(keyedBy: Key.self, forKey: Key("facts"))
    for fact in facts {
      let words = fact.name.split { " -_".contains($0) }
      let key = words.prefix(1).joined() + words.dropFirst().map(\.capitalizedFirst).joined()
      switch fact.value {
      case .text(let text): try inner.encode(text, forKey: Key(key))
      case .count(let count): try inner.encode(count, forKey: Key(key))
      }
    }
  }
}

extension Substring {
  fileprivate var capitalizedFirst: String { prefix(1).uppercased() + dropFirst() }
}
