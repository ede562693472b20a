import Synchronization

/// What has gone into and out of the process so far, for whoever shows that work goes on.
package enum Traffic {
  private static let bytesIn = Atomic<Int>(0)
  private static let bytesOut = Atomic<Int>(0)
  private static let isConversing = Atomic<Bool>(false)

  /// Bytes of files and pipes, as they are stored, without those of files that are mapped.
  package static var bytesRead: Int { bytesIn.load(ordering: .relaxed) }

  /// Bytes written to outputs.
  package static var bytesWritten: Int { bytesOut.load(ordering: .relaxed) }

  /// Whether anything was asked of a terminal or written to one: what a person types or reads there is
  /// not to be drawn over.
  package static var usesTerminal: Bool { isConversing.load(ordering: .relaxed) }

  package static func read(_ count: Int) { bytesIn.wrappingAdd(count, ordering: .relaxed) }
  static func wrote(_ count: Int) { bytesOut.wrappingAdd(count, ordering: .relaxed) }
  static func touchTerminal() { isConversing.store(true, ordering: .relaxed) }
}
