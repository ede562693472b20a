import WordtoolCore

/// What one client, and all of them together, may take of a server.
///
/// Each limit has an answer of its own, so that a client learns which one it met.
package struct ServerLimits: Sendable {
  /// Bytes of the target of a request, which is its path and query; more is answered with 414.
  package var targetBytes = 8 << 10
  /// Bytes of all header fields and the request line; more is answered with 431.
  package var headBytes = 16 << 10
  /// Header fields; more is answered with 431.
  package var fieldCount = 100
  /// Bytes of a body; more is answered with 413.
  package var bodyBytes = 1 << 20
  /// Connections at a time; one more is answered with 503 and closed.
  package var connectionCount = 256
  /// Requests that wait for a thread; one more is answered with 503.
  package var waitingCount = 1024
  /// The same for routes whose answers take long.
  package var longWaitingCount = 16
  /// Seconds from the first byte of a request to its last; then 408.
  package var readingSeconds = 10.0
  /// Seconds that a connection may be open with nothing asked.
  package var idleSeconds = 60.0
  /// Seconds in which a client that is sent something must take ``progressBytes`` of it, or all.
  package var writingSeconds = 10.0
  /// See ``writingSeconds``.
  package let progressBytes = 4 << 10
  /// Seconds from the end of a request to the end of its answer. Work that goes on then is asked to
  /// stop; what has not begun to answer is answered with 503.
  package var answeringSeconds = 30.0
  /// Seconds that running requests have when the server stops; then their work is asked to stop.
  package var stoppingSeconds = 5.0
  /// Seconds that work has from being asked to stop to the end of its connection.
  package let graceSeconds = 2.0
  /// Bytes of an answer that wait for a client; work that makes more waits.
  package let pendingBytes = 256 << 10

  /// The usual ones.
  package init() {}

  /// - Throws: `WordtoolError` of kind `usage` that names the property.
  package func validate() throws {
    try OptionCheck.require("connectionCount", connectionCount, in: 1...10_000)
    try OptionCheck.require("bodyBytes", bodyBytes, in: 1...(1 << 30))
    try OptionCheck.require("answeringSeconds", answeringSeconds, .positive)
    try OptionCheck.require("stoppingSeconds", stoppingSeconds, .notNegative)
  }
}
