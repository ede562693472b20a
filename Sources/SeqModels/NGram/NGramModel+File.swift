import BLASCore
public import WordtoolCore

extension NGramModel {
  /// How a model is written.
  public enum Format: String, CaseIterable, Sendable {
    /// Text that KenLM, SRILM and others read.
    case arpa
    /// Our own: safetensors that are mapped into memory and answered in place.
    case safetensors

    /// The format that a file's name asks for: our own for `.safetensors`, else ARPA.
    public init(forPath path: String) {
      self = FileSuffix(of: path).name == "safetensors" ? .safetensors : .arpa
    }
  }

  /// Reads a file in either format; the content decides, not the name.
  ///
  /// Of our own format the file is mapped: opening it takes no time that grows with the n-grams, and
  /// only what is asked for is read. The log-probabilities are the same to the last bit as those of the
  /// ARPA file of that model.
  ///
  /// An ARPA file may be of this program or another, plain or gzip. Lines before the data that begin
  /// with `#` may name the unit and the tokenizer rule; without them the model is one of words between
  /// white space. n-grams may stand in any order after those they begin with. `<UNK>` is `<unk>`, as
  /// for KenLM; a file without it gets one of log10 probability -100.
  ///
  /// - Parameters:
  ///   - path: the file; `-` is standard input and an ARPA file.
  ///   - threads: of those that read an ARPA file, and that measure texts later; nothing depends on it.
  /// - Throws: `WordtoolError`: `noSuchInput`, `inputOutput`, and `badData`, of ARPA with the line, for
  ///   everything that is not as it should be; `usage` for less than one thread.
  public init(contentsOf path: String, threads: Int = Workers.defaultCount) throws {
    try OptionCheck.requireThreads(threads)
    if InputFiles.isRegular(path), try LanguageModelFile.isTensorFile(path) {
      self = try NGramFile(path: path).model()
      self.threads = threads
      return
    }
    let source = try ByteSource(path: path)
    if unsafe try source.peek(9).withUnsafeBytes({ unsafe TensorFile.matches($0) }) {
      throw WordtoolError(
        .badData, path: path, found: "a model as safetensors through a pipe",
        expected: "a file on a disk, which can be mapped into memory",
        remedy: "write it to a file first; n-gram models in ARPA format may come through pipes")
    }
    var reader = try ARPAReader(source, threads: threads)
    self = try reader.read()
    self.threads = threads
  }

  /// Writes the model.
  ///
  /// - Parameters:
  ///   - path: where it goes; `-` is standard output.
  ///   - format: ARPA unless said otherwise; its numbers have the shortest digits that give the same
  ///     float back, so nothing is lost between the formats.
  /// - Throws: `WordtoolError`: `cannotCreate`, `inputOutput`; `usage` for a `.gz` of our own format;
  ///   `badData` when the model is mapped from a damaged file.
  public func write(to path: String, format: Format = .arpa) throws {
    try OutputFile.write(to: path) { try write(to: $0, format: format) }
  }

  /// Writes the model into an open file.
  ///
  /// - Parameter threads: of those that make text of numbers; the bytes do not depend on it.
  package func write(
    to file: OutputFile, format: Format = .arpa, threads: Int = Workers.defaultCount
  ) throws {
    switch format {
    case .arpa: try ARPAWriter(self, to: file, threads: threads).write()
    case .safetensors: try NGramFile.write(self, to: file)
    }
  }
}
