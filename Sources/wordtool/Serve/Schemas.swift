/// The shapes of answers as JSON Schema, for the description of the interface. `ServeTests` holds real
/// answers against them.
enum Schemas {
  static let nearest = list(
    of: object(
      [
        "query": text, "neighbors": list(of: object(["word": text, "similarity": number])),
        "approximate": boolean,
      ], optional: ["approximate"]))
  static let analogy = object([
    "positive": list(of: text), "negative": list(of: text),
    "answers": list(of: object(["word": text, "score": number])),
  ])
  static let similarity = object(["a": text, "b": text, "similarity": number])
  static let vector = list(of: object(["word": text, "vector": list(of: number)]))
  static let sentence = object([
    "text": text, "vector": list(of: number), "known": integer, "unknown": list(of: text),
  ])
  static let words = object(["prefix": text, "words": list(of: text)])
  static let health = object(
    ["status": text, "version": text, "vectors": text, "words": integer, "dimension": integer],
    optional: ["vectors"])
  static let labels = object([
    "line": integer, "known": integer,
    "labels": list(of: object(["label": text, "probability": number])),
  ])

  private static let text = #"{"type":"string"}"#
  private static let number = #"{"type":"number"}"#
  private static let integer = #"{"type":"integer"}"#
  private static let boolean = #"{"type":"boolean"}"#

  private static func list(of element: String) -> String {
    #"{"type":"array","items":\#(element)}"#
  }

  /// An object whose members are there but for some; it may have more, such as explanations.
  private static func object(_ members: [String: String], optional: Set<String> = []) -> String {
    let names = members.keys.sorted()
    let required = names.filter { !optional.contains($0) }.map { "\"\($0)\"" }
    let properties = names.map { "\"\($0)\":\(members[$0] ?? "{}")" }
    return "{\"type\":\"object\",\"required\":[" + required.joined(separator: ",")
      + "],\"properties\":{" + properties.joined(separator: ",") + "}}"
  }
}
