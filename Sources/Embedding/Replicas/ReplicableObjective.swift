/// An objective that replicas can be trained with: it tells which rows a chunk changes.
package protocol ReplicableObjective: Objective {
  /// Counts the rows that training a chunk will change, once for each group of examples that does.
  func countChanges(by chunk: Chunk, in changes: TableChanges)
}
