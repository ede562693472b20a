#if canImport(FoundationEssentials)
public import FoundationEssentials
#else
public import Foundation
#endif

/// The one error type of the libraries: what went wrong, where, what was found, what was expected,
/// and what to do about it.
///
/// `description` is one line, ready to print:
/// `vectors.txt:17: 299 values, expected 300 as the header says`.
public struct WordtoolError: Error, Hashable, Sendable {
  /// What kind of failure it is; a command maps each kind to one exit code.
  public enum Kind: Hashable, Sendable {
    /// A file or folder that was to be read is not there or may not be read.
    case noSuchInput
    /// The input was read but does not hold what it should.
    case badData
    /// An output cannot be created.
    case cannotCreate
    /// Reading or writing failed midway: a full disk, a broken device.
    case inputOutput
    /// An option or argument is outside what it may be.
    case usage
    /// Training diverged: the loss or a weight is not finite, or it runs away.
    case diverged
    /// The work was stopped on request.
    case interrupted
    /// The request was understood and cannot be met: an unknown word, a missing library.
    case unavailable
  }

  /// A place inside a file.
  public enum Position: Hashable, Sendable {
    /// A line, counted from 1.
    case line(Int)
    /// A byte offset, counted from 0.
    case byte(Int)
  }

  /// The kind of failure.
  public var kind: Kind
  /// The file, folder or option the failure is about, if there is one.
  public var path: String?
  /// The place inside the file.
  public var position: Position?
  /// What was found.
  public var found: String
  /// What was expected instead.
  public var expected: String?
  /// What to do about it.
  public var remedy: String?

  /// Describes one failure.
  public init(
    _ kind: Kind, path: String? = nil, at position: Position? = nil, found: String,
    expected: String? = nil, remedy: String? = nil
  ) {
    self.kind = kind
    self.path = path
    self.position = position
    self.found = found
    self.expected = expected
    self.remedy = remedy
  }
}

extension WordtoolError {
  /// How weights get out of PyTorch's own files.
  package static let pyTorchRemedy =
    "in Python: from safetensors.torch import save_file; "
    + "save_file(torch.load('IN', map_location='cpu'), 'OUT.safetensors')"
}

extension WordtoolError: CustomStringConvertible {
  /// One line: `PATH:LINE: found, expected …; remedy`. Control characters, which stand in files and
  /// their names, are escaped, and of what a file holds at most 300 characters are shown.
  public var description: String {
    var line = ""
    if let path {
      line += path == "-" ? "standard input" : path
      if case .line(let number) = position { line += ":\(number)" }
      line += ": "
    }
    if case .byte(let offset) = position { line += "byte \(offset): " }
    line += Excerpt.of(found, limit: Self.longestFind)
    if let expected { line += ", expected \(expected)" }
    if let remedy { line += "; \(remedy)" }
    return ControlCharacters.escaped(line)
  }

  private static let longestFind = 300
}

extension WordtoolError: LocalizedError {
  /// The same line: what `localizedDescription` gives.
  public var errorDescription: String? { description }
}
