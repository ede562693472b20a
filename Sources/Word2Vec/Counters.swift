import Synchronization
import WordtoolCore

/// The number of the next piece of work, shared by threads.
final class Counter: Sendable {
  let value = Atomic<Int>(0)
}

/// A sum that several threads add to.
final class Total: Sendable {
  private let sum = Atomic<Int>(0)
  var value: Int { sum.load(ordering: .relaxed) }
  func add(_ amount: Int) { sum.wrappingAdd(amount, ordering: .relaxed) }
}
