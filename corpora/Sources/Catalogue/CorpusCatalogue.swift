import WordtoolCore

/// Corpora that can be downloaded: what they are, where they lie, and the digests by which what comes is
/// known to be what was meant.
///
/// The one that ships (``shipped()``) names for each digest where it was read. A catalogue of one's own is
/// a JSON file of the same form, for instance of a mirror.
public struct CorpusCatalogue: Codable, Hashable, Sendable {
  /// The only version of the file's form so far.
  public static let version = 1

  /// The version of the file's form.
  public var version: Int
  /// What can be had, in the order of the file.
  public var corpora: [Entry]

  /// A corpus of one or more files.
  public struct Entry: Codable, Hashable, Sendable {
    /// Its name, and that of the folder it goes to unless another is said: lower-case letters, digits
    /// and `-`.
    public var name: String
    /// What it is, in half a line.
    public var description: String
    /// The licence it is under, or what is known of it.
    public var licence: String
    /// A page that tells more.
    public var page: String
    /// Where the digests were read.
    public var source: String
    /// A command to try first; `FOLDER` stands for where the files are.
    public var example: String
    /// The files.
    public var files: [File]

    /// A corpus.
    public init(
      name: String, description: String, licence: String, page: String, source: String,
      example: String, files: [File]
    ) {
      self.name = name
      self.description = description
      self.licence = licence
      self.page = page
      self.source = source
      self.example = example
      self.files = files
    }

    /// The bytes of all files; nil when one is not known.
    public var byteCount: Int? {
      files.reduce(0) { sum, file in
        sum.flatMap { sum in file.byteCount.map { sum.addingReportingOverflow($0).partialValue } }
      }
    }
  }

  /// A file to be downloaded.
  public struct File: Codable, Hashable, Sendable {
    /// Its name in the corpus's folder.
    public var name: String
    /// Where it lies: an address of http or https.
    public var address: String
    /// Its length in bytes, where it is known.
    public var byteCount: Int?
    /// Its SHA-256 in 64 lower-case hexadecimal digits, where it is known.
    public var sha256: String?

    /// A file.
    public init(name: String, address: String, byteCount: Int? = nil, sha256: String? = nil) {
      self.name = name
      self.address = address
      self.byteCount = byteCount
      self.sha256 = sha256
    }

    enum CodingKeys: String, CodingKey {
      case name, address, sha256
      case byteCount = "bytes"
    }
  }

  /// The catalogue that ships with the project.
  ///
  /// - Throws: `WordtoolError` of kind `noSuchInput` that says where the file was looked for.
  public static func shipped() throws -> CorpusCatalogue {
    try CorpusCatalogue(contentsOf: ShippedFiles.path(of: "catalogue.json"))
  }

  /// Reads a catalogue.
  ///
  /// - Throws: `WordtoolError`: `noSuchInput`, `inputOutput`; `badData` for what is no catalogue, for
  ///   one of another version, and for names, addresses, digests and lengths that cannot be right.
  public init(contentsOf path: String) throws {
    let file = try MappedFile(path: path)
    guard unsafe file.bytes.count <= Self.largestFile,
      let found = try? unsafe StoredJSON.decode(CorpusCatalogue.self, from: file.bytes)
    else {
      throw WordtoolError(
        .badData, path: path, found: "no catalogue of corpora",
        expected: "JSON with 'version' and 'corpora', as docs/corpora.md has it")
    }
    self = found
    try validate(path: path)
  }

  /// The corpus of that name.
  ///
  /// - Throws: `WordtoolError` of kind `usage` that says which there are.
  public func entry(named name: String) throws -> Entry {
    if let entry = corpora.first(where: { $0.name == name }) { return entry }
    throw WordtoolError(
      .usage, found: "no corpus is called '\(name)'",
      expected: corpora.isEmpty
        ? "one in the catalogue, which is empty"
        : "one of " + corpora.map(\.name).joined(separator: ", "))
  }

  /// More would be no catalogue.
  private static let largestFile = 16 << 20
}
