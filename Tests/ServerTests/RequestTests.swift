import Server
import TestSupport
import Testing

/// Requests, right ones and wrong ones, whole and in pieces.
@Suite struct RequestTests {
  @Test func aQueryAndAnObjectOfJSONAskTheSame() throws {
    try ServerFixture.run { server in
      let client = try server.client()
      let got = try #require(client.get("/say?text=%C3%A9+%2B+b&times=3&loud=true"))
      #expect(got.status == 200 && got.body == "{\"text\":\"É + B\",\"times\":3}\n")
      let posted = try #require(
        client.post("/say", #"{"text": "é + b", "times": 3.0, "loud": true}"#))
      #expect(posted.body == got.body && posted.fields["content-type"] == "application/json")
      #expect(posted.fields["cache-control"] == "no-store")
      #expect(posted.fields["x-content-type-options"] == "nosniff")
      #expect(posted.fields["access-control-allow-origin"] == nil)
      #expect(posted.fields["date"]?.hasSuffix(" GMT") == true)
    }
  }

  @Test(arguments: [
    ("/say", 422, "no `text`"), ("/say?text=", 422, "`text`"),
    ("/say?text=a&times=0", 422, "1 to 9"),
    ("/say?text=a&times=x", 422, "`times`"), ("/say?text=a&text=b", 422, "second time"),
    ("/say?text=a&tiems=2", 422, "tiems"), ("/say?text=a&loud=1", 422, "true or false"),
    ("/say?text=a&share=1.5", 422, "`share`"), ("/say?text=a&share=nan", 422, "`share`"),
    ("/say?text=a&kind=c", 422, "a or b"), ("/say?text=%ff", 400, "UTF-8"),
    ("/say?text=%4", 400, "percent"), ("/nothing", 404, "/nothing"), ("/say/", 404, "/say/"),
    ("/../etc/passwd", 404, "passwd"), ("/%2e%2e/etc/passwd", 404, "passwd"),
    ("/fault", 500, "cannot read"), ("/together?text=none", 404, "no 'none'"),
  ])
  func whatCannotBeAnsweredIsTold(_ target: String, _ status: Int, _ part: String) throws {
    try ServerFixture.run { server in
      let client = try server.client()
      let answer = try #require(client.get(target))
      #expect(answer.status == status && answer.body.contains(part), "\(answer)")
      #expect(answer.body.hasPrefix("{\"error\":{") && !answer.body.contains("secret"))
      // The connection goes on.
      #expect(client.get("/say?text=a")?.status == 200)
    }
  }

  @Test func listsAreGivenByNameInAQueryAndAsListsInABody() throws {
    try ServerFixture.run { server in
      let client = try server.client()
      for target in ["/lists?words=a&words=b%2C+c", "/lists?words=a&times=1&words=b%2C+c"] {
        #expect(client.get(target)?.body == "{\"text\":\"a|b, c\",\"times\":1}\n", "\(target)")
      }
      for (json, text) in [
        (#"{"words":["a","b, c"]}"#, "a|b, c"), (#"{"pairs":[["a","b"],["c","d"]]}"#, "a-b|c-d"),
        (#"{"numbers":[1,-0.5]}"#, "[1.0, -0.5]"),
      ] {
        #expect(
          client.post("/lists", json)?.body == "{\"text\":\"\(text)\",\"times\":1}\n", "\(json)")
      }
      for (json, part) in [
        ("{}", "`words`, or `pairs`, or `numbers`"), (#"{"words":[]}"#, "1 to 3 texts"),
        (#"{"words":["a","b","c","d"]}"#, "1 to 3 texts"), (#"{"words":["a",""]}"#, "1 to 5"),
        (#"{"words":["a",1]}"#, "texts"), (#"{"words":"a"}"#, "texts"),
        (#"{"words":["a"],"numbers":[1,0]}"#, "`words` and `numbers` together"),
        (#"{"pairs":[["a"]]}"#, "lists of 2 texts"), (#"{"pairs":["a","b"]}"#, "lists of 2"),
        (#"{"numbers":[1]}"#, "2 numbers"), (#"{"numbers":[1,2]}"#, "-1.0 to 1.0"),
        (#"{"numbers":[1,"0"]}"#, "2 numbers"), (#"{"numbers":[1,null]}"#, "2 numbers"),
      ] {
        let answer = try #require(client.post("/lists", json))
        #expect(answer.status == 422 && answer.body.contains(part), "\(json): \(answer.body)")
      }
      for (target, part) in [
        ("/lists", "no `words`"), ("/lists?numbers=1&numbers=0", "no parameter"),
        ("/lists?words=a&words=", "texts"), ("/lists?times=2", "no `words`"),
      ] {
        let answer = try #require(client.get(target))
        #expect(answer.status == 422 && answer.body.contains(part), "\(target): \(answer.body)")
      }
    }
  }

  @Test(arguments: [
    ("", 400), ("{", 400), ("[]", 422), ("{\"text\":1}", 422),
    ("{\"text\":\"a\",\"text\":\"b\"}", 400),
    ("{\"text\":\"a\",\"times\":1.5}", 422), ("{\"text\":\"a\",\"times\":1e300}", 422),
    ("{\"text\":\"\\ud800\"}", 400), (String(repeating: "[", count: 100_000), 400),
    ("{\"text\":\"a\"} x", 400), ("{\"text\":null}", 422), ("{\"tïtle\":1}", 422),
  ])
  func wrongJSONIsRefused(_ json: String, _ status: Int) throws {
    try ServerFixture.run { server in
      let client = try server.client()
      #expect(client.post("/say", json)?.status == status)
      #expect(client.post("/say", "{\"text\":\"a\"}")?.status == 200)
    }
  }

  @Test func methodsThatARouteDoesNotHaveAreTold() throws {
    try ServerFixture.run { server in
      let client = try server.client()
      let head = try #require(client.get("/say?text=a", method: "HEAD"))
      #expect(head.status == 200 && head.fields["content-length"] == "23" && head.body.isEmpty)
      let options = try #require(client.get("/parts", method: "OPTIONS"))
      #expect(options.status == 204 && options.fields["allow"] == "GET, HEAD, OPTIONS")
      #expect(client.get("*", method: "OPTIONS")?.status == 204)
      for method in ["DELETE", "PUT", "TRACE", "get", "BREW"] {
        let refused = try #require(client.get("/say", method: method))
        #expect(refused.status == 405 && refused.fields["allow"] == "GET, HEAD, OPTIONS, POST")
      }
      let refused = try #require(client.post("/parts", "{}"))
      #expect(refused.status == 405 && refused.fields["allow"] == "GET, HEAD, OPTIONS")
      #expect(client.get("/parts", method: "HEAD")?.status == 200)
      #expect(client.get("/parts")?.body == "abcd")
    }
  }

  /// Beside the first line of the answer: after each the connection is over.
  @Test(arguments: [
    ("GET\r\n\r\n", 400), ("GET /\r\n\r\n", 400), ("GET  / HTTP/1.1\r\n\r\n", 400),
    ("GET / HTTP/1.1\n\n", 400), ("GET / HTTP/1.1\r\nHost: a\n\r\n", 400),
    ("G\u{0}T / HTTP/1.1\r\n\r\n", 400),
    ("GET / HTTP/9.9\r\nHost: a\r\n\r\n", 505), ("GET / FTP/1.1\r\nHost: a\r\n\r\n", 400),
    ("GET / HTTP/1.1\r\n\r\n", 400), ("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400),
    ("GET / HTTP/1.1\r\nHost : a\r\n\r\n", 400),
    ("GET / HTTP/1.1\r\nHost: a\r\n folded\r\n\r\n", 400),
    ("GET / HTTP/1.1\r\nnothing\r\nHost: a\r\n\r\n", 400),
    ("GET /\u{e9} HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    ("GET a HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    ("POST /say HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n", 400),
    ("POST /say HTTP/1.1\r\nHost: a\r\nContent-Length: 1, 1\r\n\r\n", 400),
    ("POST /say HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\na", 400),
    ("POST /say HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999999999999\r\n\r\n", 413),
    ("POST /say HTTP/1.1\r\nHost: a\r\nContent-Length: 1048577\r\n\r\n", 413),
    (
      "POST /say HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
      400
    ),
    ("POST /say HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", 501),
    ("POST /say HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n", 400),
    ("POST /say HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nabc\r\n", 400),
    ("POST /say HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nffffff\r\n", 413),
    (
      "POST /say HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n", 400
    ),
    ("POST /say HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", 400),
    ("POST /say HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nExpect: tea\r\n\r\n", 417),
    ("GET /" + String(repeating: "a", count: 9000) + " HTTP/1.1\r\nHost: a\r\n\r\n", 414),
    ("GET /" + String(repeating: "a", count: 9000), 414),
    ("GET / HTTP/1.1\r\nHost: a\r\nx: " + String(repeating: "a", count: 17000), 431),
    ("GET / HTTP/1.1\r\nHost: a\r\n" + String(repeating: "x: a\r\n", count: 101) + "\r\n", 431),
  ])
  func requestsThatCannotBeReadEndTheConnection(_ text: String, _ status: Int) throws {
    try ServerFixture.run { server in
      let client = try server.client()
      client.send(text)
      client.endSending()
      let answer = try #require(client.response(), "\(text.prefix(60))")
      #expect(answer.status == status, "\(text.prefix(60)): \(answer)")
      #expect(answer.fields["connection"] == "close" && client.rest().isEmpty)
    }
  }

  @Test func mediaTypesThatAreNotJSONAreRefused() throws {
    try ServerFixture.run { server in
      let client = try server.client()
      for (field, status) in [
        ("Content-Type: text/plain", 415), ("X: y", 415),
        ("Content-Type: Application/JSON ; charset=utf-8", 200),
        ("Content-Type: application/json\r\nContent-Encoding: gzip", 415),
      ] {
        client.send(
          "POST /say HTTP/1.1\r\nHost: localhost\r\n\(field)\r\nContent-Length: 12\r\n\r\n{\"text\":\"a\"}"
        )
        #expect(client.response()?.status == status, "\(field)")
      }
    }
  }

  @Test func aRequestMayComeInPiecesOfAnySize() throws {
    let request =
      "\r\nPOST /say HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
      + "Transfer-Encoding: chunked\r\n\r\n4;x=y\r\n{\"te\r\n8\r\nxt\":\"a\"}\r\n0\r\nTrailer: x\r\n\r\n"
    try ServerFixture.run { server in
      for size in [1, 2, 3, 7, 50, 1000] {
        let client = try server.client()
        var bytes = Array(request.utf8)[...]
        while !bytes.isEmpty {
          client.send(Array(bytes.prefix(size)))
          bytes = bytes.dropFirst(size)
        }
        #expect(client.response()?.body == "{\"text\":\"a\",\"times\":1}\n", "pieces of \(size)")
        #expect(client.get("/say?text=b")?.status == 200)
      }
    }
  }

  @Test func requestsInARowAreAnsweredInOrder() throws {
    try ServerFixture.run { server in
      let client = try server.client()
      var text = ""
      for number in 0..<100 {
        text +=
          "GET \(number % 3 == 0 ? "/none" : "/say?text=\(number)") HTTP/1.1\r\nHost: localhost\r\n\r\n"
      }
      client.send(text)
      client.endSending()
      for number in 0..<100 {
        let answer = try #require(client.response())
        #expect(number % 3 == 0 ? answer.status == 404 : answer.body.contains("\"\(number)\""))
      }
      #expect(client.rest().isEmpty)
      // Answers that need no thread must not pile up on the stack.
      let many = try server.client()
      let sender = String(
        repeating: "GET /none HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", count: 5000)
      many.send(sender)
      for _ in 0..<5000 { #expect(many.response()?.status == 404) }
    }
  }

  @Test func aClientMayWaitBeforeItSendsABody() throws {
    try ServerFixture.run { server in
      let client = try server.client()
      client.send(
        "POST /say HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
          + "Expect: 100-continue\r\nContent-Length: 12\r\n\r\n")
      #expect(client.response()?.status == 100)
      client.send("{\"text\":\"a\"}")
      #expect(client.response()?.status == 200)
    }
  }

  @Test func anOldClientGetsItsAnswerAndTheEnd() throws {
    try ServerFixture.run { server in
      let client = try server.client()
      client.send("GET /parts HTTP/1.0\r\n\r\n")
      let answer = try #require(client.response())
      #expect(answer.body == "abcd" && answer.fields["transfer-encoding"] == nil)
      let other = try server.client()
      other.send("GET http://localhost/say?text=a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
      #expect(other.response()?.status == 200)
      #expect(other.rest().isEmpty)
    }
  }

  @Test func requestsForOtherHostsAndFromOtherOriginsAreRefused() throws {
    try ServerFixture.run { server in
      for (host, fields, status) in [
        ("127.0.0.1:\(server.port)", "", 200), ("LOCALHOST", "", 200), ("[::1]:80", "", 200),
        ("evil.example", "", 421), ("127.0.0.1.evil.example", "", 421), ("0.0.0.0", "", 421),
        ("localhost", "Origin: http://evil.example\r\n", 403),
        ("localhost", "Origin: null\r\n", 403),
        ("localhost:\(server.port)", "Origin: http://localhost:\(server.port)\r\n", 200),
      ] {
        let client = try server.client()
        client.send("GET /say?text=a HTTP/1.1\r\nHost: \(host)\r\n\(fields)\r\n")
        #expect(client.response()?.status == status, "\(host) \(fields)")
      }
    }
  }

  @Test func datesAreThoseOfTheCalendar() {
    #expect(Clock.httpDate(at: 0) == "Thu, 01 Jan 1970 00:00:00 GMT")
    #expect(Clock.httpDate(at: 784_111_777) == "Sun, 06 Nov 1994 08:49:37 GMT")
    #expect(Clock.httpDate(at: 951_782_400) == "Tue, 29 Feb 2000 00:00:00 GMT")
    #expect(Clock.httpDate(at: 4_107_542_399) == "Sun, 28 Feb 2100 23:59:59 GMT")
    #expect(Clock.httpDate(at: 4_107_542_400) == "Mon, 01 Mar 2100 00:00:00 GMT")
  }
}
