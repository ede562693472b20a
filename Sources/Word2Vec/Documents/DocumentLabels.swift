/// Which labels documents have: none, one or several each.
public struct DocumentLabels: Hashable, Sendable {
  /// The distinct labels, in the order they were first seen.
  public private(set) var names: [String] = []
  /// The labels of all documents one after another, as places in `names`.
  private(set) var ids: [Int32] = []
  /// Where those of each document begin, and the end; a single 0 where no document has any.
  private(set) var starts = [0]

  /// Of documents without labels.
  public init() {}

  /// Of documents with these labels.
  public init(_ labels: [[String]]) {
    guard labels.contains(where: { !$0.isEmpty }) else { return }
    var places: [String: Int32] = [:]
    for list in labels {
      for name in list {
        let id = places[name] ?? Int32(names.count)
        if Int(id) == names.count {
          names.append(name)
          places[name] = id
        }
        ids.append(id)
      }
      starts.append(ids.count)
    }
  }

  /// From what was checked: ids below the number of names, starts that rise to their number.
  init(names: [String], ids: [Int32], starts: [Int]) {
    self.names = names
    self.ids = ids
    self.starts = starts
  }

  /// Whether no document has a label.
  public var isEmpty: Bool { ids.isEmpty }

  /// The labels of a document, by its number.
  public subscript(document: Int) -> [String] {
    if isEmpty { return [] }
    precondition(
      document >= 0 && document < starts.count - 1, "document \(document) of \(starts.count - 1)")
    return ids[starts[document]..<starts[document + 1]].map { names[Int($0)] }
  }
}
