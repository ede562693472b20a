import Libc
public import WordtoolCore

/// The download of a corpus: resumed where it was interrupted, checked before anything is put in place,
/// and never over a file that is there unless that is asked for.
///
/// ```swift
/// let entry = try CorpusCatalogue.shipped().entry(named: "tiny-shakespeare")
/// let download = CorpusDownload(entry, folder: "tiny-shakespeare")
/// for file in try download.run() { print(file.path, file.sha256) }
/// ```
///
/// Bytes go to a hidden file, `.NAME.part`, beside their target. What an interrupted run left is gone on
/// with by a request for the rest (HTTP's `Range`), when a digest is known that tells afterwards whether the
/// parts belong together; otherwise from the beginning.
public struct CorpusDownload: Sendable {
  /// What is downloaded.
  public var entry: CorpusCatalogue.Entry
  /// The folder for the files, which must be there.
  public var folder: String
  /// Whether files that are there with other contents are replaced.
  public var replacing: Bool
  /// Where the digests of files are kept that have none in the catalogue; nil: nowhere.
  public var knownDigests: String?

  /// A download that has not begun.
  public init(
    _ entry: CorpusCatalogue.Entry, folder: String, replacing: Bool = false,
    knownDigests: String? = nil
  ) {
    self.entry = entry
    self.folder = folder
    self.replacing = replacing
    self.knownDigests = knownDigests
  }

  /// What the content of a file was held against.
  public enum Check: String, Codable, Sendable {
    /// The digest in the catalogue.
    case catalogue
    /// The digest that the file had when it came first.
    case earlierUse = "earlier use"
    /// Nothing: it came for the first time, and is held against from now on.
    case firstUse = "first use"
  }

  /// A file that is in its place.
  public struct Outcome: Codable, Hashable, Sendable {
    /// Its path.
    public var path: String
    /// Its length in bytes.
    public var byteCount: Int
    /// Its digest.
    public var sha256: String
    /// Whether it was there before.
    public var wasThere: Bool
    /// What its content was held against.
    public var check: Check
  }

  /// How far a download has come.
  public struct Progress: Sendable {
    /// The file that comes.
    public var file: String
    /// The bytes of all files so far, those that were there among them.
    public var byteCount: Int
    /// The bytes of all files, where the catalogue knows them.
    public var totalByteCount: Int?
  }

  /// Throws when libcurl, which downloads, is not here.
  ///
  /// - Throws: `WordtoolError` of kind `unavailable`.
  public static func requireLibrary() throws { try HTTPTransfer.requireLibrary() }

  /// Downloads what is missing.
  ///
  /// - Parameters:
  ///   - stop: ends the download when raised; what has come is kept for the next one.
  ///   - progress: called as bytes come.
  /// - Returns: the files in the order of the catalogue.
  /// - Throws: `WordtoolError`: `unavailable` without libcurl; `noSuchInput` when a server does not have
  ///   the file; `inputOutput` when the connection fails or the disk is full; `badData` when what came has
  ///   another length or digest than it should, and then nothing is put in place; `cannotCreate` for
  ///   files that are there with another content, for folders that cannot be written, and while another
  ///   download of the same is running; `interrupted`.
  public func run(
    stop: StopFlag? = nil, progress: ((Progress) -> Void)? = nil
  ) throws -> [Outcome] {
    var known = try knownDigests.map(KnownDigests.init)
    var outcomes: [Outcome] = []
    var done = 0
    for file in entry.files {
      let earlier = known?.digest(of: file.address)
      let fetch = FileFetch(
        file: file, folder: folder, expected: file.sha256 ?? earlier,
        check: file.sha256 != nil ? .catalogue : earlier != nil ? .earlierUse : .firstUse,
        replacing: replacing, stop: stop
      ) { [done] count in
        progress?(
          Progress(file: file.name, byteCount: done + count, totalByteCount: entry.byteCount))
      }
      let outcome = try fetch.run()
      if outcome.check == .firstUse { try known?.remember(outcome.sha256, of: file.address) }
      outcomes.append(outcome)
      done += outcome.byteCount
    }
    return outcomes
  }
}
