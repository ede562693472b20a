import Synchronization

/// A flag that one thread raises and long-running work looks at between steps.
///
/// Raising it asks for an orderly end: the work finishes its step, keeps what it has and throws
/// ``WordtoolError/Kind/interrupted``.
public final class StopFlag: Sendable {
  private let raised = Atomic<Bool>(false)

  /// A flag that is not raised.
  public init() {}

  /// Whether somebody asked for the end.
  public var isRaised: Bool { raised.load(ordering: .relaxed) }

  /// Asks for the end. Safe to call from a signal handler.
  public func raise() { raised.store(true, ordering: .relaxed) }
}
