/// The shapes of answers as JSON Schema, for the description of the interface. `ServeTests` holds real
/// answers against them.
enum Schemas {
  static let nearest = list(
    of: object(
      [
        "query": text, "neighbors": list(of: object(["word": text, "similarity": number])),
        "approximate": boolean, "error": error, "notes": list(of: text),
      ], optional: ["approximate", "error", "notes"]))
  static let analogy = oneOrMany([
    "positive": list(of: text), "negative": list(of: text),
    "answers": list(of: object(["word": text, "score": number])),
  ])
  static let sentences = oneOrMany([
    "query": text,
    "neighbors": list(
      of: object(
        [
          "file": text, "line": integer, "text": text, "similarity": number, "distance": number,
        ], optional: ["file", "similarity", "distance"])),
  ])
  static let matrix = object(["words": list(of: text), "similarities": list(of: list(of: number))])
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

  /// The answer to one question, or to each of several, of which some may have none.
  private static func oneOrMany(_ members: [String: String]) -> String {
    var several = members
    several["error"] = error
    several["notes"] = list(of: text)
    let element = object(several, optional: ["error", "notes"])
    return "{\"oneOf\":[\(object(members)),\(list(of: element))]}"
  }

  private static let error = ##"{"$ref":"#/components/schemas/Error/properties/error"}"##
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
