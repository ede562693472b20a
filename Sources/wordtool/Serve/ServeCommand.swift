import ArgumentParser
import BLASCore
import SeqModels
import Server
import Tokenize
import Word2Vec
import WordtoolCore

/// `wordtool serve`: questions to vectors over HTTP.
struct ServeCommand: ParsableCommand, ConditionalOptions {
  static let configuration = CommandConfiguration(
    commandName: "serve",
    abstract: "Answer questions to vectors over HTTP, on this machine.",
    discussion: """
      The vectors are opened once. GET /api/nearest?q=sweden gives the document that \
      'nearest sweden --json' prints, /api/analogy?a=king&b=man&c=woman that of 'analogy king man woman \
      --json', and so do /api/similarity, /api/matrix, /api/vector, /api/sentence, /api/tokenize and \
      /api/words; POST takes the same names in an object of JSON, and many questions at once. With \
      --sentences there is /api/sentences, with --classifier /api/classify, with --lm /api/generate, which \
      sends text as it is written. /openapi.json describes all of them, /health and /metrics are for those \
      who watch, and / is the page of 'explore', which asks the server for words that are not on it.

      It listens at 127.0.0.1, so that only programs of this machine reach it, and answers for that \
      address and localhost alone: pages of other hosts cannot ask through a browser. Its address is \
      printed when it listens. SIGTERM and Ctrl-C end it when running requests are answered, with exit \
      code 0.

      Example:
        wordtool serve
        wordtool serve -v wiki.safetensors --port 0 --access-log
        curl 'http://127.0.0.1:8080/api/nearest?q=sweden&k=3'
      """)

  @OptionGroup var vectors: VectorsOptions

  @Option(
    help: ArgumentHelp("A classifier, which then answers at /api/classify.", valueName: "model"),
    completion: .file())
  var classifier: String?

  @Option(
    help: ArgumentHelp("A language model, which then writes at /api/generate.", valueName: "model"),
    completion: .file())
  var lm: String?

  @Option(
    help: ArgumentHelp(
      "A file of a text a line, or a folder of such files; /api/sentences then finds the nearest lines.",
      valueName: "file"), completion: .file())
  var sentences: String?

  @Option(
    help: ArgumentHelp(
      "How these are compared: mean, sif or wmd, as by nearest-sentences. (default: mean)",
      valueName: "name"))
  var sentenceMethod: SentenceWeightingOptions.Method?

  @Option(
    help: ArgumentHelp(
      "The a of a / (a + p), the weight of a word with the frequency p, of the method sif. (default: "
        + "0.001)", valueName: "a"))
  var sentenceSmoothing: Double?

  @OptionGroup(title: "Text of --sentences") var input: TextInputOptions

  @Flag(inversion: .prefixedNo, help: "Make the page of 'explore', which is then at /.")
  var page = true

  @Option(help: ArgumentHelp("Show the first n words of the vectors on the page.", valueName: "n"))
  var top = 30_000

  @Option(help: ArgumentHelp("The port to listen at; 0 takes one that is free.", valueName: "n"))
  var port = 8080

  @Option(
    name: [.long, .customLong("bind")],
    help: ArgumentHelp(
      "The numeric address to listen at. Others than 127.0.0.1 and ::1 let other machines ask.",
      valueName: "address"))
  var host = "127.0.0.1"

  @Option(help: ArgumentHelp("The most words that an answer may have.", valueName: "k"))
  var maxCount = 1000

  @Option(help: ArgumentHelp("The most connections at a time.", valueName: "n"))
  var connections = 256

  @Option(help: ArgumentHelp("Seconds that an answer may take.", valueName: "s"))
  var timeout = 30.0

  @Flag(
    help: "Print a line of JSON on standard error for each answer: path and status, no questions.")
  var accessLog = false

  @OptionGroup var threads: ThreadsOptions

  func validate() throws {
    try OptionCheck.whole([
      ("--port", port, 0...65_535), ("--max-count", maxCount, 1...100_000),
      ("--connections", connections, 1...10_000), ("--top", top, 2...100_000),
    ])
    if let a = sentenceSmoothing, !(a > 0 && a.isFinite) {
      throw ValidationError("--sentence-smoothing is \(a), expected a number above 0")
    }
    if !(0.001...86_400).contains(timeout) {
      throw ValidationError("--timeout is \(timeout), expected 0.001 to 86400 seconds")
    }
  }

  var optionRules: [OptionRule] {
    [
      OptionRule(["--top"], need: "the page, not to --no-page", isMet: page),
      OptionRule(
        ["--sentence-method"] + TextInputOptions.names, need: "--sentences",
        isMet: sentences != nil),
      OptionRule(
        ["--sentence-smoothing"], need: "--sentences with --sentence-method sif",
        isMet: sentences != nil && sentenceMethod == .sif),
    ]
  }

  func run() throws {
    var limits = ServerLimits()
    limits.connectionCount = connections
    limits.answeringSeconds = timeout
    let set = try VectorSet(vectors, threads: threads.count)
    // Each thread of the server answers by itself.
    BLASLibrary.useCallersThreadOnly()
    let metrics = ServerMetrics()
    var routes = VectorRoutes(vectors: set.vectors, largestCount: maxCount).routes + [.tokenize]
    if let sentences { routes.append(try sentencesRoute(sentences, set.vectors)) }
    routes += try modelRoutes()
    // From here on a signal asks for an orderly end.
    _ = Interrupts.stopFlag()
    let server = try HTTPServer(host: host, port: port, limits: limits)
    let page = page ? ServedPage(of: set, wordCount: top, threads: threads.count) : nil
    defer { page?.end() }
    if let page { routes.append(page.route) }
    routes.append(.metrics(metrics))
    routes.append(.description(of: routes))
    try announce(server, set)
    let log: (@Sendable (String) -> Void)? = accessLog ? StandardError.printLine : nil
    try server.run(
      Router(routes, hosts: HostRule(address: server.address)), threads: threads.count,
      metrics: metrics, log: log, until: EndRequest.descriptor)
  }

  /// The route of the texts that are named.
  private func sentencesRoute(_ path: String, _ vectors: WordVectors) throws -> Route {
    let method = sentenceMethod ?? .mean
    let weighting = SentenceWeightingOptions.weighting(method, smoothing: sentenceSmoothing)
    let search = try TextSearch(
      path: path, files: try input.files([path]), encoding: input.encoding, vectors: vectors,
      method: method, weighting: weighting, threads: threads.count)
    return .sentences(of: search, method: method, weighting, largestCount: maxCount)
  }

  /// The routes of the models that are named.
  private func modelRoutes() throws -> [Route] {
    var routes: [Route] = []
    if let classifier {
      let model = try FileKind.reading(classifier, as: .classifier) {
        try TextClassifier(contentsOf: classifier)
      }
      StandardError.warn(of: model.rule, in: classifier)
      routes.append(.classify(by: model))
    }
    if let lm {
      let model = try FileKind.reading(lm, as: .languageModel, .nGramModel, .mappedNGramModel) {
        try LanguageModelFile.load(lm, threads: 1)
      }
      if model.unit == .word { StandardError.warn(of: model.readingRule, in: lm) }
      routes.append(GenerateRoute(model).route)
    }
    return routes
  }

  /// Says where it listens, and what there is to be known about that.
  private func announce(_ server: HTTPServer, _ set: VectorSet) throws {
    if !["127.0.0.1", "::1"].contains(server.address) {
      StandardError.warn(
        "at \(server.address) every machine that reaches this one can ask; there is neither a password nor "
          + "encryption")
    }
    if !accessLog { StandardError.note("serving \(set.vectors.name ?? "vectors")") }
    // It waits from here on, and that is nothing to be told about.
    WaitingSign.end()
    try StandardOutput.shared.writeLine(server.url)
    try StandardOutput.shared.flush()
  }
}

extension Route {
  /// What has been done, for Prometheus.
  static func metrics(_ metrics: ServerMetrics) -> Route {
    Route(
      "/metrics", "What has been done, in Prometheus' text format.", mediaType: MediaType.metrics,
      work: .single { _, _ in
        HTTPResponse(mediaType: MediaType.metrics, body: .bytes(Array(metrics.text.utf8)))
      })
  }

  /// The description of the interface.
  static func description(of routes: [Route]) -> Route {
    var route = Route(
      "/openapi.json", "This interface as an OpenAPI document.", schema: #"{"type":"object"}"#,
      work: .single { _, _ in HTTPResponse(status: 500, mediaType: MediaType.json, body: .bytes([]))
      })
    let text = InterfaceDescription(
      title: "wordtool serve", version: WordTool.version, routes: routes + [route]
    ).json
    let bytes = Array(text.utf8)
    route.work = .single { _, _ in HTTPResponse(mediaType: MediaType.json, body: .bytes(bytes)) }
    return route
  }
}
