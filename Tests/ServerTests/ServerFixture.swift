import Server
import TestSupport
import WordtoolCore

/// A server of this process with some routes that show how requests go through it.
struct ServerFixture {
  let port: Int
  let server: HTTPServer
  let metrics: ServerMetrics
  /// Opened to let `/wait` go on.
  let gate: Gate
  /// What was asked for together at `/together`.
  let groups: Locked<[Int]>
  /// Lines of the log.
  let log: Locked<[String]>

  /// Lets threads wait until it is opened.
  final class Gate: @unchecked Sendable {
    // Sendable: the state is touched with the lock held.
    private let monitor = Monitor()
    private var isOpen = false
    private var waitingCount = 0

    func open() {
      monitor.whileLocked { isOpen = true }
      monitor.notify()
    }

    func pass() {
      monitor.whileLocked {
        waitingCount += 1
        monitor.notify()
        while !isOpen { monitor.wait() }
      }
    }

    /// Waits until somebody waits.
    func awaitVisitor() { monitor.whileLocked { while waitingCount == 0 { monitor.wait() } } }
  }

  struct Answer: Encodable {
    var text: String
    var times: Int
  }

  /// Runs a server while `body` asks it, then stops it and waits for its end.
  static func run(
    limits: ServerLimits = ServerLimits(), threads: Int = 2, _ body: (ServerFixture) throws -> Void
  ) throws {
    let server = try HTTPServer(host: "127.0.0.1", port: 0, limits: limits)
    let fixture = ServerFixture(
      port: server.port, server: server, metrics: ServerMetrics(), gate: Gate(), groups: Locked([]),
      log: Locked([]))
    let router = Router(fixture.routes, hosts: HostRule(address: server.address))
    let (metrics, log) = (fixture.metrics, fixture.log)
    let runner = HelperThreads(count: 1) { _ in
      try? server.run(
        router, threads: threads, metrics: metrics,
        log: { line in log.withLock { $0.append(line) } })
    }
    defer {
      fixture.gate.open()
      server.stop()
      runner.join()
    }
    try body(fixture)
  }

  func client() throws -> HTTPClient { try HTTPClient(port: port) }

  private var routes: [Route] {
    let parameters = [
      Parameter.required("text", .text(longest: 1000), "Some text.", example: "\"a\""),
      .optional("times", .integer(1...9), "How often.", usual: "1"),
      .optional("loud", .flag, "Whether in capitals.", usual: "false"),
      .optional("share", .number(0...1), "A share."),
      .optional("kind", .choice(["a", "b"]), "A kind."),
    ]
    return [
      Route(
        "/say", "Says something.", parameters: parameters, takesJSON: true,
        work: .single { asked, _ in
          let text = asked.text("text") ?? ""
          return HTTPResponse(
            json: Answer(
              text: asked.flag("loud") ? text.uppercased() : text,
              times: asked.integer("times") ?? 1))
        }),
      Route(
        "/together", "Answers what waits together.", parameters: parameters,
        work: .together(apart: ["text"], most: 64) { asked, _ in
          groups.withLock { $0.append(asked.count) }
          return asked.map { arguments in
            Result {
              guard arguments.text("text") != "none" else {
                throw WordtoolError(.unavailable, found: "no 'none'")
              }
              return HTTPResponse(
                json: Answer(
                  text: arguments.text("text") ?? "", times: arguments.integer("times") ?? 1))
            }
          }
        }),
      Route(
        "/lists", "Says what lists have.",
        parameters: [
          .required("words", .texts(count: 1...3, longest: 5), "Words.", example: "[\"a\"]"),
          .inBody("pairs", .tuples(size: 2, count: 1...2, longest: 5), "Pairs."),
          .inBody("numbers", .numbers(count: 2...2, -1...1), "Two."),
          .optional("times", .integer(1...9), "How often.", usual: "1"),
        ], alternatives: [["words"], ["pairs"], ["numbers"]], takesJSON: true,
        work: .single { asked, _ in
          let text =
            asked.texts("words").map { $0.joined(separator: "|") }
            ?? asked.tuples("pairs").map {
              $0.map { $0.joined(separator: "-") }.joined(separator: "|")
            }
            ?? "\(asked.numbers("numbers") ?? [])"
          return HTTPResponse(json: Answer(text: text, times: asked.integer("times") ?? 1))
        }),
      Route(
        "/wait", "Waits for the gate.",
        work: .single { _, _ in
          gate.pass()
          return HTTPResponse(mediaType: "text/plain", body: .bytes([]))
        }),
      Route(
        "/until-stopped", "Works until it is asked to stop.",
        work: .single { _, stop in
          while !stop.isRaised {}
          throw WordtoolError(.interrupted, found: "stopped")
        }),
      Route(
        "/parts", "Three parts.", mediaType: "text/plain",
        work: .single { _, _ in
          HTTPResponse(
            mediaType: "text/plain",
            body: .parts { writer, _ in for part in ["a", "bc", "d"] { try writer.write(part) } })
        }),
      Route(
        "/flood", "Writes until nobody reads; then the gate is open.", mediaType: "text/plain",
        work: .single { _, _ in
          HTTPResponse(
            mediaType: "text/plain",
            body: .parts { writer, _ in
              defer { gate.open() }
              let part = String(repeating: "x", count: 1 << 16)
              while true { try writer.write(part) }
            })
        }),
      Route(
        "/stream", "A part, and another when it is asked to stop.", mediaType: "text/plain",
        work: .single { _, _ in
          HTTPResponse(
            mediaType: "text/plain",
            body: .parts { writer, stop in
              try writer.write("begun ")
              while !stop.isRaised {}
              try writer.write("ended")
            })
        }),
      Route(
        "/fault", "Fails as no route should.",
        work: .single { _, _ in
          throw WordtoolError(.badData, path: "/secret/place", found: "the secret is damaged")
        }),
    ]
  }
}
