import Server
import TestSupport
import Testing
import WordtoolCore

/// What a server does when clients are slow or many, when work takes too long, and at its end.
@Suite struct LimitTests {
  private func limits(_ change: (inout ServerLimits) -> Void) -> ServerLimits {
    var limits = ServerLimits()
    change(&limits)
    return limits
  }

  @Test func halfARequestIsNotWaitedForForEver() throws {
    try ServerFixture.run(limits: limits { $0.readingSeconds = 0.05 }) { server in
      let client = try server.client()
      client.send("GET /say?text=a HTTP/1.1\r\nHo")
      #expect(client.response()?.status == 408)
      #expect(client.rest().isEmpty)
    }
  }

  @Test func aConnectionWithoutRequestsEnds() throws {
    try ServerFixture.run(limits: limits { $0.idleSeconds = 0.05 }) { server in
      let client = try server.client()
      #expect(client.rest().isEmpty)
    }
  }

  @Test func whoNeverReadsIsCutOff() throws {
    try ServerFixture.run(limits: limits { $0.writingSeconds = 0.05 }) { server in
      let client = try server.client()
      client.send("GET /flood HTTP/1.1\r\nHost: localhost\r\n\r\n")
      // The work is told.
      server.gate.pass()
      let answer = try #require(client.response())
      #expect(!answer.isWhole)
    }
  }

  @Test func tooManyConnectionsAreTold() throws {
    try ServerFixture.run(limits: limits { $0.connectionCount = 2 }) { server in
      let clients = [try server.client(), try server.client()]
      for client in clients { #expect(client.get("/say?text=a")?.status == 200) }
      let refused = try server.client()
      #expect(refused.response()?.status == 503)
      #expect(refused.rest().isEmpty)
      for client in clients { #expect(client.get("/say?text=a")?.status == 200) }
    }
  }

  @Test func tooManyWaitingRequestsAreTold() throws {
    try ServerFixture.run(limits: limits { $0.waitingCount = 1 }, threads: 1) { server in
      let (first, second, third) = (try server.client(), try server.client(), try server.client())
      first.send("GET /wait HTTP/1.1\r\nHost: localhost\r\n\r\n")
      server.gate.awaitVisitor()
      // One of these two waits and the other is refused, whichever comes first.
      second.send("GET /wait HTTP/1.1\r\nHost: localhost\r\n\r\n")
      third.send("GET /wait HTTP/1.1\r\nHost: localhost\r\n\r\n")
      while !server.metrics.text.contains("code=\"503\"} 1") {}
      server.gate.open()
      let statuses = [first, second, third].map { $0.response()?.status }
      #expect(statuses[0] == 200 && Set(statuses[1...]) == [200, 503])
    }
  }

  @Test func workThatTakesTooLongIsAskedToStop() throws {
    try ServerFixture.run(limits: limits { $0.answeringSeconds = 0.05 }) { server in
      let client = try server.client()
      let answer = try #require(client.get("/until-stopped"))
      #expect(answer.status == 503 && answer.body.contains("interrupted"))
      #expect(client.get("/stream")?.body == "begun ended")
    }
  }

  @Test func whatWaitsTogetherIsAnsweredTogether() throws {
    try ServerFixture.run(threads: 1) { server in
      let first = try server.client()
      first.send("GET /wait HTTP/1.1\r\nHost: localhost\r\n\r\n")
      server.gate.awaitVisitor()
      var clients: [HTTPClient] = []
      for number in 0..<12 {
        clients.append(try server.client())
        let text = number == 5 ? "none" : "\(number)"
        clients[number].send(
          "GET /together?text=\(text)&times=\(1 + number % 2) HTTP/1.1\r\nHost: localhost\r\n\r\n")
      }
      while !server.metrics.text.contains("http_requests_waiting 12") {}
      server.gate.open()
      for (number, client) in clients.enumerated() {
        let answer = try #require(client.response())
        #expect(
          number == 5
            ? answer.status == 404
            : answer.body == "{\"text\":\"\(number)\",\"times\":\(1 + number % 2)}\n")
      }
      let groups = server.groups.withLock { $0 }
      #expect(groups == [6, 6])
    }
  }

  @Test func theEndLetsRunningRequestsEnd() throws {
    let runner = try HTTPServer(host: "127.0.0.1", port: 0)
    runner.stop()
    // Nothing has begun, so nothing is waited for.
    try runner.run(Router([], hosts: HostRule(address: runner.address)), threads: 1)
    var limits = limits { $0.stoppingSeconds = 0.05 }
    limits.answeringSeconds = 1000
    try ServerFixture.run(limits: limits) { server in
      let (stream, idle, half) = (try server.client(), try server.client(), try server.client())
      #expect(idle.get("/say?text=a")?.status == 200)
      half.send("GET /say")
      stream.send("GET /stream HTTP/1.1\r\nHost: localhost\r\n\r\n")
      // Until the first part has come there is nothing to be ended.
      while let line = stream.line(), !line.isEmpty {}
      server.server.stop()
      #expect(stream.rest().contains("ended"))
      #expect(idle.rest().isEmpty && half.rest().isEmpty)
    }
  }

  @Test func whatWasDoneIsCountedAndLogged() throws {
    try ServerFixture.run { server in
      let client = try server.client()
      #expect(client.get("/say?text=secret")?.status == 200)
      #expect(client.get("/none%22%0a")?.status == 404)
      let text = server.metrics.text
      for line in [
        "wordtool_http_requests_total{route=\"/say\",code=\"200\"} 1",
        "wordtool_http_requests_total{route=\"other\",code=\"404\"} 1",
        "wordtool_http_request_seconds_count{route=\"/say\"} 1",
        "wordtool_http_request_seconds_bucket{route=\"/say\",le=\"+Inf\"} 1",
        "wordtool_http_connections_total 1",
      ] {
        #expect(text.split(separator: "\n").contains { $0 == line }, "\(line) in \(text)")
      }
      // Bytes of a connection that is still open: two requests, two answers.
      while !server.metrics.text.contains("wordtool_http_received_bytes_total 95\n") {}
      let sent = server.metrics.text.split(separator: "\n").last {
        $0.contains("sent_bytes_total ")
      }
      #expect((400..<2000).contains(sent?.split(separator: " ").last.flatMap { Int($0) } ?? 0))
      let log = server.log.withLock { $0 }
      #expect(log.count == 2 && log[0].contains("\"path\":\"/say\",\"status\":200"))
      #expect(!log[0].contains("secret"))
    }
  }

  @Test func aPortInUseIsToldInOneLine() throws {
    try ServerFixture.run { server in
      let error = #expect(throws: (any Error).self) {
        try HTTPServer(host: "127.0.0.1", port: server.port)
      }
      #expect(
        "\(error.map { "\($0)" } ?? "")"
          == "nothing can listen at 127.0.0.1:\(server.port): Address already in use; choose another `port`; "
          + "0 takes one that is free")
      #expect(throws: (any Error).self) { try HTTPServer(host: "example.com", port: 0) }
    }
  }
}
