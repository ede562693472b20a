import WordtoolCore

/// What a server has done, in Prometheus' text format.
package final class ServerMetrics: Sendable {
  private struct Key: Hashable, Comparable {
    var route: String
    var status: Int
    static func < (a: Key, b: Key) -> Bool { (a.route, a.status) < (b.route, b.status) }
  }

  /// How many answers took up to each of ``bounds`` seconds, and longer.
  private struct Histogram {
    var counts = [Int](repeating: 0, count: ServerMetrics.bounds.count + 1)
    var sum = 0.0
  }

  private struct State {
    var requests: [Key: Int] = [:]
    var seconds: [String: Histogram] = [:]
    var connections = 0
    var accepted = 0
    var waiting = 0
    var received = 0
    var sent = 0
  }

  private static let bounds = [
    0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30,
  ]

  private let state = Locked(State())

  /// Nothing yet.
  package init() {}

  /// Counts an answer, and how long after its request it was made.
  func countRequest(route: String, status: Int, seconds: Double) {
    let bucket = Self.bounds.firstIndex { seconds <= $0 } ?? Self.bounds.count
    state.withLock { state in
      state.requests[Key(route: route, status: status), default: 0] += 1
      state.seconds[route, default: Histogram()].counts[bucket] += 1
      state.seconds[route, default: Histogram()].sum += seconds
    }
  }

  func countConnection() { state.withLock { $0.accepted += 1 } }

  /// Counts bytes of connections, which may go on.
  func count(received: Int, sent: Int) {
    state.withLock { state in
      state.received += received
      state.sent += sent
    }
  }

  func set(connections: Int, waiting: Int) {
    state.withLock { ($0.connections, $0.waiting) = (connections, waiting) }
  }

  /// All numbers.
  ///
  /// - SeeAlso: Prometheus, "Exposition formats", text format 0.0.4.
  package var text: String {
    let state = state.withLock { $0 }
    var lines: [String] = []
    func metric(_ name: String, _ kind: String, _ help: String, _ rows: [String]) {
      lines += ["# HELP wordtool_\(name) \(help)", "# TYPE wordtool_\(name) \(kind)"]
      lines += rows.map { "wordtool_" + $0 }
    }
    metric(
      "http_requests_total", "counter", "Answers by route and status.",
      state.requests.sorted { $0.key < $1.key }.map {
        "http_requests_total{route=\"\($0.key.route)\",code=\"\($0.key.status)\"} \($0.value)"
      })
    metric(
      "http_request_seconds", "histogram", "Seconds from the end of a request to its answer.",
      state.seconds.sorted { $0.key < $1.key }.flatMap { route, histogram in
        var total = 0
        let ends = Self.bounds.map { "\($0)" } + ["+Inf"]
        var rows = zip(ends, histogram.counts).map { end, count in
          total += count
          return "http_request_seconds_bucket{route=\"\(route)\",le=\"\(end)\"} \(total)"
        }
        rows.append("http_request_seconds_sum{route=\"\(route)\"} \(histogram.sum)")
        rows.append("http_request_seconds_count{route=\"\(route)\"} \(total)")
        return rows
      })
    metric(
      "http_connections", "gauge", "Connections that are open.",
      ["http_connections \(state.connections)"])
    metric(
      "http_connections_total", "counter", "Connections that were taken.",
      ["http_connections_total \(state.accepted)"])
    metric(
      "http_requests_waiting", "gauge", "Requests that wait for a thread.",
      ["http_requests_waiting \(state.waiting)"])
    metric(
      "http_received_bytes_total", "counter", "Bytes received.",
      ["http_received_bytes_total \(state.received)"])
    metric(
      "http_sent_bytes_total", "counter", "Bytes sent.",
      ["http_sent_bytes_total \(state.sent)"])
    return lines.joined(separator: "\n") + "\n"
  }
}
