import Libc
import TestSupport
import Testing
import WordtoolCore

/// The server as a process, asked over sockets.
@Suite struct ServeTests {
  @Test func everyAnswerIsTheDocumentOfTheCommand() throws {
    try TestFiles.withFolder { folder in
      let server = try ServedProcess(in: folder, "--no-page")
      try TestFiles.write("Sweden's queen, Norway!\nIt's 5 o'clock.", to: folder + "/text")
      let client = try server.client()
      for (target, json, command) in [
        (
          "nearest?q=sweden&k=3", #"{"q":"sweden","k":3}"#,
          ["nearest", "sweden", "-k", "3", "--json"]
        ),
        (
          "nearest?q=king+-+man+%2B+woman&explain=true",
          #"{"q":"king - man + woman","explain":true}"#,
          ["nearest", "king - man + woman", "--explain", "--json"]
        ),
        (
          "nearest?q=sweden&least=true&restrict=9&raw=true",
          #"{"q":"sweden","least":true,"restrict":9,"raw":true}"#,
          ["nearest", "sweden", "--least", "--restrict", "9", "--raw", "--json"]
        ),
        (
          "nearest?q=sweden&minSimilarity=0.97&includeInputs=true",
          #"{"q":"sweden","minSimilarity":0.97,"includeInputs":true}"#,
          ["nearest", "sweden", "--min-similarity", "0.97", "--include-inputs", "--json"]
        ),
        (
          "analogy?a=king&b=man&c=woman", #"{"a":"king","b":"man","c":"woman"}"#,
          ["analogy", "king", "man", "woman", "--json"]
        ),
        (
          "analogy?a=king&b=man&c=woman&method=mul&k=2",
          #"{"a":"king","b":"man","c":"woman","method":"mul","k":2}"#,
          ["analogy", "king", "man", "woman", "--method", "mul", "-k", "2", "--json"]
        ),
        (
          "similarity?a=sweden&b=norway&explain=true",
          #"{"a":"sweden","b":"norway","explain":true}"#,
          ["similarity", "sweden", "norway", "--explain", "--json"]
        ),
        (
          "matrix?words=sweden&words=norway&words=king", #"{"words":["sweden","norway","king"]}"#,
          ["similarity", "sweden", "norway", "king", "--json"]
        ),
        (
          "vector?word=finland&normalize=true", #"{"word":"finland","normalize":true}"#,
          ["vector", "finland", "--normalize", "--json"]
        ),
        (
          "sentence?text=Sweden,+the+king", #"{"text":"Sweden, the king"}"#,
          ["sentence-vector", "Sweden, the king", "--json"]
        ),
        (
          "tokenize?text=Sweden's+queen,+Norway!%0AIt's+5+o'clock.",
          #"{"text":"Sweden's queen, Norway!\nIt's 5 o'clock."}"#,
          ["tokenize", folder + "/text", "--format", "json"]
        ),
        (
          "tokenize?unit=sentence&text=Sweden's+queen,+Norway!%0AIt's+5+o'clock.",
          #"{"unit":"sentence","text":"Sweden's queen, Norway!\nIt's 5 o'clock."}"#,
          ["tokenize", folder + "/text", "--unit", "sentence", "--format", "json"]
        ),
      ] {
        let run = try server.tool.start(command).wait()
        #expect(run.exitCode == 0, "\(command): \(run.errors)")
        let got = try #require(client.get("/api/" + target))
        #expect(got.status == 200 && got.body == run.output, "\(target): \(got)")
        let path = target.prefix { $0 != "?" }
        #expect(client.post("/api/" + path, json)?.body == run.output, "\(json)")
      }
      #expect(
        client.get("/api/words?prefix=sw")?.body
          == "{\"prefix\":\"sw\",\"words\":[\"sweden\",\"swede\"]}\n")
      let run = server.end()
      #expect(run.exitCode == 0 && run.errors.contains("serving sample.txt"), "\(run)")
    }
  }

  @Test func whatHasNoAnswerIsToldAsTheCommandsTellIt() throws {
    try TestFiles.withFolder { folder in
      let server = try ServedProcess(in: folder, "--no-page", "--max-count", "5")
      let client = try server.client()
      for (target, status, part) in [
        ("/api/nearest?q=swedne", 404, "sweden"), ("/api/nearest?q=+", 422, "blank"),
        ("/api/nearest?q=king+-+(", 422, "usage"), ("/api/nearest", 422, "`q`"),
        ("/api/nearest?q=king&k=6", 422, "1 to 5"),
        ("/api/nearest?q=king&k=abc", 422, "`k` is 'abc'"),
        ("/api/analogy?a=king&b=man&c=nobody", 404, "nobody"),
        ("/api/analogy?a=king&b=man&c=woman&method=mul&raw=true", 422, "usage"),
        ("/api/sentence?text=nothing", 404, "nothing"),
        ("/api/sentence?text=king&method=sif", 404, "counts"),
        ("/api/sentence?text=king&smoothing=0.1", 422, "sif"),
        ("/api/tokenize?text=a&locale=xx-nowhere", 422, "locale"), ("/sample.txt", 404, "sample"),
        ("/api/classify?text=a", 404, "classify"),
      ] {
        let answer = try #require(client.get(target))
        #expect(answer.status == status && answer.body.contains(part), "\(target): \(answer)")
        #expect(answer.body.hasPrefix("{\"error\":") && !answer.body.contains(folder))
      }
      // An answer to what was known, and a note of what was not.
      let partly = try #require(client.get("/api/nearest?q=sweden+nob%C3%B6dy&k=1"))
      #expect(partly.status == 200 && partly.body.contains("norway"))
      let notes = try JSONValue.document(partly.fields["wordtool-notes"] ?? "")
      #expect(notes.elements.contains { $0.text?.contains("nobödy") == true }, "\(partly.fields)")
      #expect(server.end(SIGINT).exitCode == 0)
    }
  }

  /// Many questions of one request: each answer is the one to the question alone, and what is wrong with
  /// a question is told in its place.
  @Test func manyQuestionsHaveTheAnswersOfEach() throws {
    try TestFiles.withFolder { folder in
      let server = try ServedProcess(in: folder, "--no-page", "--max-count", "200")
      let client = try server.client()
      let found = try #require(
        client.post(
          "/api/nearest",
          #"{"questions":["sweden","nobody","king - man + woman","king - ("],"k":3}"#)
      )
      let list = try JSONValue.document(found.body).elements
      #expect(found.status == 200 && list.count == 4, "\(found)")
      for (place, query) in [(0, "sweden"), (2, "king+-+man+%2B+woman")] {
        let alone = try #require(client.get("/api/nearest?k=3&q=\(query)"))
        #expect(try JSONValue.document(alone.body).elements == [list[place]])
      }
      #expect(list[1]["query"].text == "nobody" && list[1]["neighbors"].elements.isEmpty)
      #expect(list[1]["error"]["kind"].text == "unavailable")
      #expect(list[3]["error"]["kind"].text == "usage")
      let analogies = try #require(
        client.post(
          "/api/analogy",
          #"{"questions":[["king","man","woman"],["king","man","nobody"]],"method":"mul","k":2}"#))
      let answers = try JSONValue.document(analogies.body).elements
      let alone = try #require(client.get("/api/analogy?a=king&b=man&c=woman&method=mul&k=2"))
      #expect(try JSONValue.document(alone.body) == answers[0])
      #expect(answers[1]["positive"].elements.map(\.text) == ["king", "nobody"])
      #expect(answers[1]["error"]["found"].text?.contains("nobody") == true)
      for (path, json, part) in [
        ("nearest", #"{"questions":[]}"#, "1 to 1000"),
        ("nearest", #"{"q":"a","questions":["b"]}"#, "together"),
        (
          "nearest",
          "{\"k\":200,\"questions\":[" + String(repeating: "\"a\",", count: 500) + "\"a\"]}",
          "100000"
        ), ("analogy", #"{"questions":[["king","man"]]}"#, "lists of 3"),
        ("analogy", #"{"a":"king","b":"man"}"#, "no `c`"),
      ] {
        let refused = try #require(client.post("/api/" + path, json))
        #expect(refused.status == 422 && refused.body.contains(part), "\(refused)")
      }
      #expect(server.end().exitCode == 0)
    }
  }

  @Test func numbersAreAQuestion() throws {
    try TestFiles.withFolder { folder in
      let server = try ServedProcess(in: folder, "--no-page")
      let client = try server.client()
      let vector = try JSONValue.document(#require(client.get("/api/vector?word=sweden")).body)
      let numbers = vector.elements[0]["vector"].elements.compactMap { value in
        if case .number(let number) = value { Float(number).description } else { nil }
      }.joined(separator: ",")
      let run = try server.tool.run("nearest", "--vector=\(numbers)", "-k", "4", "--json")
      let answer = try #require(client.post("/api/nearest", "{\"vector\":[\(numbers)],\"k\":4}"))
      #expect(answer.body == run.output && run.exitCode == 0, "\(answer) \(run)")
      for (json, status) in [
        (#"{"vector":[1,2]}"#, 422), (#"{"vector":[\#(numbers)],"q":"a"}"#, 422),
        (
          #"{"vector":[\#(numbers.split(separator: ",").map { _ in "0" }.joined(separator: ","))]}"#,
          404
        ),
      ] {
        #expect(client.post("/api/nearest", json)?.status == status, "\(json)")
      }
      #expect(server.end().exitCode == 0)
    }
  }

  @Test func theInterfaceIsDescribed() throws {
    try TestFiles.withFolder { folder in
      let server = try ServedProcess(in: folder, "--no-page")
      let client = try server.client()
      let document = try JSONValue.document(#require(client.get("/openapi.json")).body)
      #expect(document["openapi"].text == "3.1.0")
      guard case .object(let paths) = document["paths"] else {
        Issue.record("no paths")
        return
      }
      #expect(paths.count == 12, "\(paths.keys.sorted())")
      // Each is there, with the examples of its parameters.
      for (path, operations) in paths {
        let examples = operations["get"]["parameters"].elements.flatMap { parameter in
          // A list is given by its name for each element.
          ([parameter["example"].text] + parameter["example"].elements.map(\.text)).compactMap {
            text in
            text.map { "\(parameter["name"].text ?? "")=\($0.replacing(" ", with: "+"))" }
          }
        }
        let target = path + (examples.isEmpty ? "" : "?" + examples.joined(separator: "&"))
        let answer = try #require(client.get(target))
        #expect([200, 404].contains(answer.status), "\(target): \(answer)")
        guard answer.status == 200 else { continue }
        let content = operations["get"]["responses"]["200"]["content"]
        let type = answer.fields["content-type"]?.prefix { $0 != ";" } ?? ""
        #expect(content[String(type)] != .null, "\(path): \(type)")
        let schema = content[String(type)]["schema"]
        // The first of several is what one question has.
        let own = schema["oneOf"].elements.first ?? schema
        if schema != .null { check(try JSONValue.document(answer.body), own, path) }
      }
      let health = try JSONValue.document(#require(client.get("/health")).body)
      #expect(health["status"].text == "ok" && health["words"] == .number(11))
      #expect(client.get("/metrics")?.body.contains("route=\"/health\",code=\"200\"") == true)
      _ = server.end()
    }
  }

  /// Holds a document against the part of JSON Schema that the description has.
  private func check(_ value: JSONValue, _ schema: JSONValue, _ path: String) {
    switch (schema["type"].text, value) {
    case ("object", .object(let members)):
      for name in schema["required"].elements {
        #expect(members[name.text ?? ""] != nil, "\(path): no \(name)")
      }
      guard case .object(let properties) = schema["properties"] else { return }
      for (name, part) in properties {
        if let member = members[name] { check(member, part, path + "/" + name) }
      }
    case ("array", .list(let elements)):
      for element in elements { check(element, schema["items"], path + "[]") }
    case ("string", .text), ("number", .number), ("integer", .number), ("boolean", .bool): break
    default: Issue.record("\(path): \(value) is no \(schema)")
    }
  }

  @Test func eachAnswerIsALineOfTheLog() throws {
    try TestFiles.withFolder { folder in
      let server = try ServedProcess(in: folder, "--no-page", "--access-log")
      let client = try server.client()
      #expect(client.get("/api/nearest?q=sweden")?.status == 200)
      client.send("nonsense\r\n\r\n")
      #expect(client.response()?.status == 400)
      let run = server.end()
      let lines = try JSONValue.lines(
        run.errors.split(separator: "\n").filter { $0.hasPrefix("{") }.joined(separator: "\n"))
      #expect(lines.count == 2 && lines[0]["path"].text == "/api/nearest", "\(run.errors)")
      #expect(lines[1]["status"] == .number(400) && lines[1]["path"] == .null)
      #expect(!run.errors.contains("sweden"))
    }
  }

  @Test func aPortInUseIsOneLine() throws {
    try TestFiles.withFolder { folder in
      let server = try ServedProcess(in: folder, "--no-page")
      let run = try server.tool.run("serve", "--port", "\(server.port)")
      #expect(run.exitCode == 1 && run.output.isEmpty)
      #expect(run.errors.contains("Address already in use; choose another --port"), "\(run.errors)")
      let elsewhere = try server.tool.run("serve", "--host", "example.com")
      #expect(
        elsewhere.exitCode == 64 && elsewhere.errors.contains("--host"), "\(elsewhere.errors)")
      _ = server.end()
    }
  }

  /// Damaged requests of all kinds: each connection ends or has an answer, none is left behind, and the
  /// server goes on as before. A hundred thousand of them with `WT_SLOW_TESTS=1`.
  @Test func damagedRequestsDoNoHarm() throws {
    let count = RealData.slowTestsAreWanted ? 100_000 : 1000
    try TestFiles.withFolder { folder in
      let server = try ServedProcess(in: folder, "--no-page")
      let seeds = [
        "GET /api/nearest?q=sweden&k=3 HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "POST /api/analogy HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
          + "Content-Length: 32\r\n\r\n{\"a\":\"king\",\"b\":\"man\",\"c\":\"woman\"}",
        "POST /api/words HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
          + "Transfer-Encoding: chunked\r\n\r\n8\r\n{\"k\":3, \r\nd\r\n\"prefix\":\"s\"}\r\n0\r\n\r\n",
      ].map { Array($0.utf8) }
      var generator = SeededGenerator(seed: 7)
      let before = try descriptors(of: server)
      for number in 0..<count {
        let client = try server.client()
        var bytes = seeds[number % seeds.count]
        for _ in 0..<Int.random(in: 1...6, using: &generator) where !bytes.isEmpty {
          let place = Int.random(in: 0..<bytes.count, using: &generator)
          switch Int.random(in: 0..<4, using: &generator) {
          case 0: bytes[place] = UInt8.random(in: 0...255, using: &generator)
          case 1: bytes.remove(at: place)
          case 2: bytes.insert(contentsOf: bytes[place...].prefix(9), at: place)
          default: bytes = Array(bytes[..<max(1, place)])
          }
        }
        client.send(bytes)
        // Some go away without a word.
        guard number % 10 != 0 else { continue }
        client.endSending()
        let answer = client.rest()
        #expect(answer.isEmpty || answer.hasPrefix("HTTP/1.1 "), "\(bytes)")
        #expect(!answer.hasPrefix("HTTP/1.1 5") || answer.hasPrefix("HTTP/1.1 50"), "\(answer)")
      }
      let client = try server.client()
      #expect(client.get("/api/nearest?q=sweden&k=1")?.body.contains("norway") == true)
      while try descriptors(of: server) > before + 1 {}
      let run = server.end()
      #expect(run.exitCode == 0, "\(run.errors)")
    }
  }

  /// How many connections are open, by the server's own count and, on Linux, by the system's.
  private func descriptors(of server: ServedProcess) throws -> Int {
    let client = try server.client()
    let text = try #require(client.get("/metrics")).body
    let line = text.split(separator: "\n").first { $0.hasPrefix("wordtool_http_connections ") }
    return Int(line?.split(separator: " ").last ?? "") ?? 0
  }
}
