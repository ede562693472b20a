import Synchronization

/// Gives out the numbers of the pieces of some work to threads, each number once.
package final class PieceCounter: Sendable {
  private let value = Atomic(0)

  /// Begins with 0.
  package init() {}

  /// The next number, or nil from `end` on.
  package func take(below end: Int) -> Int? {
    let number = value.wrappingAdd(1, ordering: .relaxed).oldValue
    return number < end ? number : nil
  }
}
