import Libc
import WordtoolCore

/// One file of a ``CorpusDownload``.
struct FileFetch {
  var file: CorpusCatalogue.File
  var folder: String
  /// The digest that it must have; nil the first time, where the catalogue has none.
  var expected: String?
  /// Where that digest is from.
  var check: CorpusDownload.Check
  var replacing: Bool
  var stop: StopFlag?
  /// Called with the bytes of the file so far.
  var progress: (Int) -> Void

  /// How often a transfer that broke off is gone on with, as long as each brings something.
  private static let attempts = 5
  private static let agent = "wordtool (corpus get)"

  private var target: String { folder + "/" + file.name }

  /// Makes sure that the file is there with the right content.
  ///
  /// - Throws: as ``CorpusDownload/run(stop:progress:)``.
  func run() throws -> CorpusDownload.Outcome {
    if let present = try present() { return present }
    let part = try PartialFile(folder: folder, name: file.name)
    // Without a digest nothing would tell whether two parts are of one file.
    if expected == nil || part.byteCount > file.byteCount ?? .max { try part.truncate(to: 0) }
    let isResumed = part.byteCount > 0
    do {
      try fill(part)
      var digest = try part.digest()
      if isResumed, digest != expected {
        // What was there was of another file, or damaged.
        try part.truncate(to: 0)
        try fill(part)
        digest = try part.digest()
      }
      if let expected, digest != expected {
        part.discard()
        throw mismatch(digest, expected)
      }
      try part.finish(replacing: replacing)
      return .init(
        path: target, byteCount: part.byteCount, sha256: digest, wasThere: false, check: check)
    } catch var error as WordtoolError {
      // Of no use to the next run.
      if expected == nil || part.byteCount == 0 { part.discard() }
      if error.kind == .interrupted {
        error.path = target
        error.found = "interrupted after \(part.byteCount, "byte")"
        error.remedy =
          expected == nil ? nil : "they are kept: run the same again to go on from there"
      }
      throw error
    }
  }

  /// The file, if it is there already.
  ///
  /// - Throws: `WordtoolError` of kind `cannotCreate` for one of another content that is not to be
  ///   replaced.
  private func present() throws -> CorpusDownload.Outcome? {
    var status = stat()
    guard unsafe stat(target, &status) == 0 else { return nil }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw WordtoolError(
        .cannotCreate, path: target, found: "something that is no file", expected: "none")
    }
    var digest = SHA256()
    try digest.update(contentsOf: target)
    let found = digest.hexadecimal
    if found == expected {
      progress(Int(status.st_size))
      return .init(
        path: target, byteCount: Int(status.st_size), sha256: found, wasThere: true, check: check)
    }
    guard !replacing else { return nil }
    throw WordtoolError(
      .cannotCreate, path: target,
      found: expected == nil
        ? "a file of that name, and no digest to tell whether it is the same"
        : "another file of that name (SHA-256 \(found))",
      expected: expected.map { "none, or the one with SHA-256 \($0)" } ?? "none",
      remedy: "move it away, or say `replacing`")
  }

  /// Downloads what is missing of a part.
  private func fill(_ part: PartialFile) throws {
    var attempt = 1
    while part.byteCount != file.byteCount ?? -1 {
      let before = part.byteCount
      do {
        try transfer(into: part)
        return
      } catch let error as WordtoolError {
        // Broken connections are gone on with while they bring something, or begun anew.
        guard error.kind == .inputOutput, error.path == file.address, part.byteCount != before,
          attempt < Self.attempts
        else { throw error }
        attempt += 1
      }
    }
  }

  private func transfer(into part: PartialFile) throws {
    try unsafe HTTPTransfer(
      open: { response in try open(response, part) },
      take: { bytes in
        guard part.byteCount + bytes.count <= file.byteCount ?? .max else {
          throw WordtoolError(
            .badData, path: file.address, found: "more than \(file.byteCount ?? 0) bytes",
            expected: "as many as the catalogue says")
        }
        try unsafe part.append(bytes)
        Traffic.read(bytes.count)
        progress(part.byteCount)
      }, stop: stop
    ).get(file.address, from: part.byteCount, agent: Self.agent)
  }

  /// Looks at what a server says before its bytes are taken.
  private func open(_ response: HTTPTransfer.Response, _ part: PartialFile) throws {
    switch response.status {
    case 200:
      // The whole file, whatever was asked for.
      try part.truncate(to: 0)
    case 206 where response.offset == part.byteCount: break
    case 206, 416:
      try part.truncate(to: 0)
      throw WordtoolError(
        .inputOutput, path: file.address, found: "another part of the file than was asked for",
        remedy: "run the same again: it begins anew")
    case 400..<500 where response.status != 408 && response.status != 429:
      throw WordtoolError(
        .noSuchInput, path: file.address, found: "HTTP status \(response.status)",
        expected: "the file", remedy: "it may have moved: \(file.name) can be put there by hand")
    default:
      throw WordtoolError(
        .inputOutput, path: file.address, found: "HTTP status \(response.status)",
        expected: "the file", remedy: "run the same again later: it goes on where it was")
    }
    let total = response.byteCount
    if let total, let byteCount = file.byteCount, total != byteCount {
      throw WordtoolError(
        .badData, path: file.address, found: "a file of \(total, "byte")",
        expected: "\(byteCount) as the catalogue says",
        remedy: "nothing was downloaded; the file has changed since the catalogue was made")
    }
    if let total = total ?? file.byteCount {
      try part.requireRoom(for: max(0, total - part.byteCount))
    }
  }

  private func mismatch(_ found: String, _ expected: String) -> WordtoolError {
    WordtoolError(
      .badData, path: file.address, found: "a file with SHA-256 \(found)",
      expected: expected
        + (check == .catalogue ? " as the catalogue says" : " as when it came for the first time"),
      remedy: "nothing was put in place; the file has changed, or somebody changed it on the way")
  }
}
